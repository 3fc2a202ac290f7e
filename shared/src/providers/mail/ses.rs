//! Amazon SES, API version 2. <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>
//!
//! One operation, called as every other provider is: its SDK crate takes 0.2 MB of the function.

use std::time::Duration;

use http::{HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::{Mail, MailError, Sender, delivery_tag, without_addresses};
use crate::aws_account::{AwsAccount, Unsigned};
use crate::providers::call::{Answer, CallError, Caller, Operation};
use crate::retry::{Failure, Kind};

const SEND: Operation = Operation { provider: "ses", name: "SendEmail", kind: Kind::Once };
const JSON: &str = "application/json";

/// The client.
#[derive(Debug, Clone)]
pub struct Ses {
    caller: Caller,
    account: AwsAccount,
    configuration_set: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail<'a> {
    from_email_address: String,
    destination: Destination<'a>,
    content: EmailContent<'a>,
    email_tags: [MessageTag; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration_set_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destination<'a> {
    to_addresses: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EmailContent<'a> {
    simple: Message<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message<'a> {
    subject: Content<'a>,
    body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    text: Content<'a>,
    html: Content<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content<'a> {
    data: &'a str,
    charset: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MessageTag {
    name: &'static str,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    message_id: String,
}

#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default, alias = "Message")]
    message: String,
    #[serde(default, rename = "__type")]
    kind: String,
}

impl Ses {
    /// A client for our account.
    pub fn new(caller: Caller, account: AwsAccount, configuration_set: Option<String>) -> Self {
        Self { caller, account, configuration_set }
    }

    pub(super) async fn send(
        &self,
        sender: &Sender,
        mail: &Mail<'_>,
        within: Duration,
    ) -> Result<String, MailError> {
        let unwritable = |what: &dyn std::fmt::Display| failed(Failure::NotReached, what.to_string());
        let body = serde_json::to_vec(&self.wish(sender, mail)).map_err(|error| unwritable(&error))?;
        let url = format!("{}/v2/email/outbound-emails", self.account.address("email"));
        let method = Method::POST;
        let headers = [("content-type", JSON)];
        let unsigned =
            Unsigned { service: "ses", method: &method, url: &url, headers: &headers, body: &body };
        let proof = self.account.proof(&unsigned).map_err(|error| unwritable(&error))?;
        let mut call = self.caller.call(SEND, method, &url).within(within);
        for (name, value) in &proof {
            let value = HeaderValue::from_str(value).map_err(|error| unwritable(&error))?;
            call = call.header(name, value);
        }
        let answer = call.body(JSON, body).send().await.map_err(unanswered)?;
        if !answer.status.is_success() {
            return Err(refused(&answer));
        }
        answer.json::<Sent>().map(|sent| sent.message_id).map_err(unanswered)
    }

    fn wish<'a>(&'a self, sender: &Sender, mail: &Mail<'a>) -> SendEmail<'a> {
        let utf8 = |data| Content { data, charset: "UTF-8" };
        SendEmail {
            from_email_address: sender.header(),
            destination: Destination { to_addresses: mail.to },
            content: EmailContent {
                simple: Message {
                    subject: utf8(mail.subject),
                    body: Body { text: utf8(mail.text), html: utf8(mail.html) },
                },
            },
            email_tags: [MessageTag { name: delivery_tag::NAME, value: delivery_tag::write(mail.delivery) }],
            configuration_set_name: self.configuration_set.as_deref(),
        }
    }
}

fn failed(failure: Failure, detail: String) -> MailError {
    MailError { operation: SEND, failure, detail }
}

fn unanswered(error: CallError) -> MailError {
    failed(error.failure, error.detail)
}

/// What SES says no to: this email, or our account.
fn refused(answer: &Answer) -> MailError {
    let said: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    // `Kind:http://internal.amazon.com/…`, or `com.amazonaws…#Kind` in the body.
    let kind = answer.header("x-amzn-errortype").unwrap_or(&said.kind);
    let kind = kind.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
    let failure = match (kind, answer.status.as_u16()) {
        ("LimitExceededException" | "ThrottlingException" | "Throttling", _) => Failure::Limited(None),
        // Of our account, not of this email: it may be sent once somebody has mended that.
        (
            "AccountSuspendedException"
            | "SendingPausedException"
            | "MailFromDomainNotVerifiedException"
            | "ExpiredTokenException"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch",
            _,
        )
        | (_, 401 | 403 | 404 | 407) => Failure::NotReached,
        (_, 400..=499) => Failure::Refused,
        _ => Failure::ServerError,
    };
    failed(failure, without_addresses(&format!("{kind}: {}", said.message)))
}
