//! The telecom that tops phones up, where Portmone's payment alone does not. Ours to define: whoever runs one stands in
//! front of it.
//!
//! `POST /top-ups` carries our key, the id of the receipt: the telecom tops up once, however often it is asked.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::call::{Answer, CallError, Caller, Operation};
use super::portmone::masking::{beginning, masked};
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;
use crate::retry::{Failure, Kind, Retry, Verdict};

const TOP_UP: Operation = Operation { provider: "telecom", name: "top-up", kind: Kind::Keyed };
/// Longest answer that is kept for people, in bytes.
const MAX_EVIDENCE: usize = 4 << 10;
/// Longest words of a refusal that are kept, in bytes.
const MAX_WORDS: usize = 500;

/// The longest that [`Telecom::top_up`] takes.
pub const TOP_UP_TAKES_AT_MOST: Duration = Duration::from_secs(20);

/// The client.
#[derive(Debug, Clone)]
pub struct Telecom {
    caller: Caller,
    url: String,
    api_key: HeaderValue,
}

/// A phone to be topped up.
#[derive(Debug, Clone, Copy)]
pub struct TopUp<'a> {
    /// What makes repeats harmless, and our reference: the id of the receipt.
    pub key: &'a str,
    /// Whose phone.
    pub phone: &'a PhoneNumber,
    /// By how much.
    pub amount: Money,
}

/// Why the telecom did not top up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelecomError {
    /// It said no, in these words: bounded, with numbers of phones masked. Not for the log.
    #[error("the telecom refused")]
    Refused(String),
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
}

#[derive(Debug, Serialize)]
struct WireTopUp<'a> {
    msisdn: &'a str,
    amount: String,
    currency: &'a str,
    reference: &'a str,
}

#[derive(Debug, Deserialize)]
struct WireDone {
    id: String,
    status: String,
}

/// RFC 9457.
#[derive(Debug, Deserialize)]
struct WireProblem {
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

impl Verdict for TelecomError {
    fn retry(&self) -> Retry {
        match self {
            Self::Refused(_) => Retry::Never,
            Self::Call(error) => error.retry(),
        }
    }
}

impl TopUp<'_> {
    /// The request as it is kept for people: with the phone's number masked.
    pub fn shown(&self) -> String {
        let body = WireTopUp { msisdn: &self.phone.masked(), ..self.wire() };
        let body = serde_json::to_string(&body).unwrap_or_default();
        format!("POST /top-ups idempotency-key: {} {body}", self.key)
    }

    fn wire(&self) -> WireTopUp<'_> {
        WireTopUp {
            msisdn: self.phone.digits(),
            amount: self.amount.to_decimal(),
            currency: self.amount.currency().code(),
            reference: self.key,
        }
    }
}

impl Telecom {
    /// A client of the telecom at `url`; none when it cannot be one, or there is no key of ours: the telecom is off
    /// then.
    pub fn new(caller: Caller, url: &str, api_key: SecretString) -> Option<Self> {
        let base = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
        let is_plain = base.username().is_empty() && base.password().is_none() && base.query().is_none();
        let mut api_key = HeaderValue::from_str(api_key.expose_secret().trim()).ok()?;
        api_key.set_sensitive(true);
        let url = format!("{}/top-ups", base.as_str().trim_end_matches('/'));
        (is_plain && !api_key.is_empty()).then_some(Self { caller, url, api_key })
    }

    /// Tops a phone up, once for a key. What became of it, and what is kept of the answer.
    pub async fn top_up(&self, top_up: &TopUp<'_>) -> (Result<(), TelecomError>, String) {
        let Ok(key) = HeaderValue::from_str(top_up.key) else {
            let words = "the key cannot stand in a header".to_owned();
            return (Err(TelecomError::Refused(words.clone())), words);
        };
        let call = self.caller.call(TOP_UP, Method::POST, &self.url).within(TOP_UP_TAKES_AT_MOST);
        let call = call.header("x-api-key", self.api_key.clone()).header("idempotency-key", key);
        match call.json(&top_up.wire()).send().await {
            Ok(answer) => {
                let words = evidence(&String::from_utf8_lossy(&answer.body));
                (understood(&answer), words)
            }
            Err(error) => {
                let words = format!("{error}: {}", error.excerpt);
                (Err(error.into()), evidence(words.trim_end_matches([':', ' '])))
            }
        }
    }
}

fn understood(answer: &Answer) -> Result<(), TelecomError> {
    if answer.status.is_success() {
        let done: WireDone = answer.json()?;
        if done.status == "done" && !done.id.is_empty() {
            return Ok(());
        }
        return Err(answer.error(Failure::Unreadable, "it does not say that it is done").into());
    }
    match answer.status {
        // Says nothing about the top-up: the key is being rotated, or wrong until somebody mends it.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(answer.error(Failure::NotReached, "the telecom does not accept our key").into())
        }
        // Of somebody in between, or of a telecom that still works on the same key.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_EARLY => {
            Err(answer.error(Failure::NoAnswer, "not done yet").into())
        }
        status if status.is_client_error() => match serde_json::from_slice::<WireProblem>(&answer.body) {
            Ok(WireProblem { detail, title }) if detail.is_some() || title.is_some() => {
                let words = detail.or(title).unwrap_or_default();
                Err(TelecomError::Refused(beginning(masked(&words), MAX_WORDS)))
            }
            Ok(_) | Err(_) => Err(answer.error(Failure::Unreadable, "a refusal without a reason").into()),
        },
        _ => Err(answer.error(Failure::Unreadable, "a status that no answer has").into()),
    }
}

fn evidence(text: &str) -> String {
    beginning(masked(text), MAX_EVIDENCE)
}
