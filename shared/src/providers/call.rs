//! One HTTP call to a provider, classified and logged.
//!
//! A client never repeats a request, never follows a redirect, and `Once` calls never use a
//! connection that may have died while idle.

use std::error::Error;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use rustls::AlertDescription;
use serde::{Deserialize, Serialize};

use crate::aws_error::causes;
use crate::http_client::HttpClients;
use crate::retry::{Failure, Kind, Retry, Verdict, verdict};
use crate::unreadable::without_values;

/// Longest answer read, in bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;
/// Most of a provider's unreadable answer that is kept for people, in characters.
const MAX_EXCERPT: usize = 200;
/// Calls providers.
#[derive(Debug, Clone)]
pub struct Caller {
    clients: HttpClients,
}

/// A provider's operation: names it in logs, and says how it may be repeated.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The provider, such as `tripay`.
    pub provider: &'static str,
    /// The operation, such as `transaction/create`.
    pub name: &'static str,
    /// How it may be repeated.
    pub kind: Kind,
}

/// A call that is being put together.
#[derive(Debug)]
pub struct Call {
    operation: Operation,
    request: reqwest::RequestBuilder,
    accept: &'static str,
}

/// What a provider answered, whatever it means.
#[derive(Debug)]
pub struct Answer {
    operation: Operation,
    /// The HTTP status: 2xx, 3xx or 4xx, but never 429.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
    headers: HeaderMap,
}

/// Why a call brought no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {detail}", .operation.provider, .operation.name)]
pub struct CallError {
    operation: Operation,
    /// How it failed.
    pub failure: Failure,
    /// The cause, in words for operators. Goes to the log.
    pub detail: String,
    /// The beginning of what the provider answered, if it did. May name persons: never logged.
    pub excerpt: String,
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        (self.provider, self.name) == (other.provider, other.name)
    }
}

impl Eq for Operation {}

impl Verdict for CallError {
    fn retry(&self) -> Retry {
        verdict(self.operation.kind, self.failure)
    }
}

impl Caller {
    /// Calls through these clients.
    pub fn new(clients: HttpClients) -> Self {
        Self { clients }
    }

    /// Begins a call.
    pub fn call(&self, operation: Operation, method: Method, url: &str) -> Call {
        let client = match operation.kind {
            Kind::Read | Kind::Keyed => &self.clients.pooled,
            Kind::Once => &self.clients.fresh,
        };
        Call { operation, request: client.request(method, url), accept: "application/json" }
    }
}

impl Call {
    /// Adds a header. Its value is never logged.
    pub fn header(mut self, name: &str, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.request = self.request.header(name, value);
        self
    }

    /// Adds parameters to the URL.
    pub fn query(mut self, parameters: &[(&str, &str)]) -> Self {
        self.request = self.request.query(parameters);
        self
    }

    /// Sends a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sends this body as it is.
    pub fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// Asks for an answer in these media types instead of JSON.
    pub fn accepting(mut self, media_types: &'static str) -> Self {
        self.accept = media_types;
        self
    }

    /// Gives up after so long, instead of the client's own time.
    pub fn within(mut self, time: Duration) -> Self {
        self.request = self.request.timeout(time);
        self
    }

    /// Sends the request, once, and waits for the whole answer.
    ///
    /// # Errors
    /// When there is no answer, or one that says nothing about the request itself (429, 5xx).
    pub async fn send(self) -> Result<Answer, CallError> {
        let operation = self.operation;
        let began = Instant::now();
        let answer = exchange(operation, self.request.header("accept", self.accept)).await;
        let (outcome, detail) = match &answer {
            Ok(answer) => (answer.status.as_u16().to_string(), ""),
            Err(error) => (format!("{:?}", error.failure), error.detail.as_str()),
        };
        operation.log(began, &outcome, detail, answer.as_ref().err().map(Verdict::retry));
        answer
    }
}

impl Operation {
    /// The log line of a call.
    pub(super) fn log(self, began: Instant, outcome: &str, detail: &str, retry: Option<Retry>) {
        tracing::info!(
            provider = self.provider,
            operation = self.name,
            outcome,
            detail,
            retry = ?retry,
            durationMs = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "provider call"
        );
    }
}

impl Answer {
    /// A header's value, where it is text; the first one of several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Every value of a header, where it is text.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// `Unreadable`, or `Refused` when the status is a 4xx: a refusal in other words is a refusal.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let failure = if self.status.is_client_error() { Failure::Refused } else { Failure::Unreadable };
            self.error(failure, &without_values(&error))
        })
    }

    /// An error about this answer, with the beginning of the body for people.
    pub fn error(&self, failure: Failure, what: &str) -> CallError {
        let excerpt = beginning_of(&String::from_utf8_lossy(&self.body));
        let detail = format!("{what} (HTTP {})", self.status.as_u16());
        CallError { operation: self.operation, failure, detail, excerpt }
    }
}

/// The beginning of an answer. A number that would be cut is left out as a whole: half of one is not known for a phone
/// number by whoever masks it.
fn beginning_of(body: &str) -> String {
    let mut letters = body.chars();
    let mut beginning: String = letters.by_ref().take(MAX_EXCERPT).collect();
    if letters.next().is_some() {
        let may_be_of_a_number = |letter: char| {
            letter.is_numeric()
                || letter.is_whitespace()
                || matches!(letter, '+' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}')
        };
        beginning.truncate(beginning.trim_end_matches(may_be_of_a_number).len());
    }
    beginning
}

async fn exchange(operation: Operation, request: reqwest::RequestBuilder) -> Result<Answer, CallError> {
    let failed = |failure, detail: String| CallError { operation, failure, detail, excerpt: String::new() };
    let no_answer = |error: reqwest::Error| failed(Failure::NoAnswer, causes(&error.without_url()));
    let not_sent = |error: reqwest::Error| {
        let is_not_reached = error.is_connect() || error.is_builder() || is_handshake_refused(&error);
        let failure = if is_not_reached { Failure::NotReached } else { Failure::NoAnswer };
        failed(failure, causes(&error.without_url()))
    };
    let mut response = request.send().await.map_err(not_sent)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER_BYTES {
            return Err(failed(Failure::Unreadable, "the answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    let answer = Answer { operation, status, body, headers };
    if status == StatusCode::TOO_MANY_REQUESTS {
        let after = answer.header("retry-after").and_then(|seconds| seconds.parse().ok());
        return Err(answer.error(Failure::Limited(after.map(Duration::from_secs)), "limited"));
    }
    if status.is_server_error() {
        return Err(answer.error(Failure::ServerError, "server error"));
    }
    Ok(answer)
}

/// Whether the other side ended the handshake of TLS because of our certificate. In TLS 1.3 our part of the handshake
/// is over before it is looked at: the refusal comes where the answer should, but the request was never read.
fn is_handshake_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(rustls::Error::AlertReceived(alert)) = one.downcast_ref() {
            return is_about_certificate(*alert);
        }
        // What an I/O error was made of is not its source.
        let inner = one.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = inner.map_or_else(|| one.source(), |inner| Some(inner));
    }
    false
}

fn is_about_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::CertificateRequired
    )
}
