//! Calls to a service of AWS that speaks JSON and is asked little: signed requests, tried again.
//!
//! The SDK crate of such a service costs size in every function; what is wanted of it is here. Only for what may run
//! twice.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::aws::TRY_TIMEOUT;
use crate::aws_account::{AwsAccount, Unsigned};
use crate::aws_error::{Refusal, causes};
use crate::http_client::HttpClients;
use crate::retry::{Failure, Kind, Retry, Verdict, verdict};
use crate::unreadable::without_values;

/// Before the second try, and before the third, which is the last.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// Longest answer read, in bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Asks services of AWS as the function.
#[derive(Debug, Clone)]
pub struct SignedCalls {
    client: reqwest::Client,
    account: AwsAccount,
}

/// An operation that may run twice.
#[derive(Debug, Clone, Copy)]
pub struct SignedOperation {
    /// The service's name, in its address and in signatures: `secretsmanager`.
    pub service: &'static str,
    /// The operation as `X-Amz-Target` names it: `secretsmanager.GetSecretValue`.
    pub target: &'static str,
    /// The form of its JSON: `application/x-amz-json-1.1`.
    pub content_type: &'static str,
}

/// Why a call brought nothing. Never holds anything of an answer but AWS's own error message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SignedCallError {
    /// AWS's name of the error, such as `ResourceNotFoundException`; empty where it gave none.
    pub code: String,
    /// How the last try failed.
    pub failure: Failure,
    /// The cause, in words for the log.
    pub detail: String,
}

impl Verdict for SignedCallError {
    fn retry(&self) -> Retry {
        verdict(Kind::Read, self.failure)
    }
}

impl SignedCalls {
    /// Asks as somebody, through the client for AWS.
    pub fn new(clients: &HttpClients, account: AwsAccount) -> Self {
        Self { client: clients.aws.clone(), account }
    }

    /// Calls, with up to three tries.
    ///
    /// # Errors
    /// When AWS refuses, or no try brought an answer that can be read.
    pub async fn call<T: DeserializeOwned>(
        &self,
        operation: SignedOperation,
        wish: &impl Serialize,
    ) -> Result<T, SignedCallError> {
        let wish =
            serde_json::to_vec(wish).map_err(|error| failed(Failure::Refused, without_values(&error)))?;
        let mut pauses = PAUSES.into_iter();
        loop {
            let read = self.exchange(operation, &wish).await.and_then(|answer| parse(&answer));
            let error = match read {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.retry() != Retry::Never => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
        }
    }

    /// One try. The answer is what a success says.
    async fn exchange(&self, operation: SignedOperation, wish: &[u8]) -> Result<Vec<u8>, SignedCallError> {
        let mut response = self.request(operation, wish)?.send().await.map_err(unanswered)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
            if body.len().saturating_add(chunk.len()) > MAX_ANSWER_BYTES {
                return Err(failed(Failure::Unreadable, "the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        if response.status().is_success() {
            return Ok(body);
        }
        let kind = response.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok());
        Err(refused(response.status(), Refusal::read(kind, &body)))
    }

    fn request(
        &self,
        operation: SignedOperation,
        wish: &[u8],
    ) -> Result<reqwest::RequestBuilder, SignedCallError> {
        let SignedOperation { service, target, content_type } = operation;
        let url = format!("{}/", self.account.address(service));
        let headers = [("content-type", content_type), ("x-amz-target", target)];
        let method = &http::Method::POST;
        let unsigned = Unsigned { service, method, url: &url, headers: &headers, body: wish };
        let proof = self.account.proof(&unsigned);
        let proof = proof.map_err(|error| failed(Failure::Refused, error.to_string()))?;
        let mut request = self.client.post(&url).timeout(TRY_TIMEOUT).body(wish.to_vec());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in proof {
            request = request.header(name, value);
        }
        Ok(request)
    }
}

fn failed(failure: Failure, detail: String) -> SignedCallError {
    SignedCallError { code: String::new(), failure, detail }
}

fn unanswered(error: reqwest::Error) -> SignedCallError {
    if error.is_builder() {
        failed(Failure::Refused, format!("the request could not be made: {}", causes(&error.without_url())))
    } else if error.is_timeout() {
        failed(Failure::NoAnswer, "timed out".to_owned())
    } else if error.is_connect() {
        failed(Failure::NotReached, format!("not sent: {}", causes(&error.without_url())))
    } else {
        failed(Failure::NoAnswer, format!("no answer: {}", causes(&error.without_url())))
    }
}

fn refused(status: StatusCode, said: Refusal) -> SignedCallError {
    let failure = match (said.code.as_str(), status.as_u16()) {
        (
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "LimitExceededException"
            | "SlowDown",
            _,
        )
        | (_, 429) => Failure::Limited(None),
        ("RequestTimeout" | "RequestTimeoutException", _) => Failure::NoAnswer,
        (_, 500..) => Failure::ServerError,
        _ => Failure::Refused,
    };
    let code = if said.code.is_empty() { format!("HTTP {}", status.as_u16()) } else { said.code.clone() };
    SignedCallError { detail: format!("{code}: {}", said.message), code: said.code, failure }
}

fn parse<T: DeserializeOwned>(answer: &[u8]) -> Result<T, SignedCallError> {
    serde_json::from_slice(answer).map_err(|error| {
        failed(Failure::Unreadable, format!("unreadable answer: {}", without_values(&error)))
    })
}
