//! SES at the wire (v2, REST and JSON): `SendEmail`, which keeps the mail to be read.
//!
//! Have the wire answer with [`message_rejected`], [`too_many_requests`], [`sending_paused`] or
//! [`internal_failure`] where a send is to fail:
//! `wire.answer_next(ses::OUTBOUND_EMAILS, 1, ses::too_many_requests())`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{Reply, listen_anywhere};
use crate::connections::Listening;

/// The path of `SendEmail`.
pub const OUTBOUND_EMAILS: &str = "/v2/email/outbound-emails";
/// SES takes no more recipients in one request.
const MOST_RECIPIENTS: usize = 50;

/// A mail that SES accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The `MessageId` that was answered.
    pub id: String,
    /// `FromEmailAddress`, with its name.
    pub from: String,
    /// The addresses of the destination, blind copies included.
    pub to: Vec<String>,
    /// `ReplyToAddresses`.
    pub reply_to: Vec<String>,
    /// Empty for a raw mail.
    pub subject: String,
    /// The HTML part of a simple mail.
    pub html: Option<String>,
    /// The text part of a simple mail.
    pub text: Option<String>,
    /// Further headers of a simple mail, in order.
    pub headers: Vec<(String, String)>,
    /// The whole of a raw mail, as MIME.
    pub raw: Option<String>,
    /// `ConfigurationSetName`.
    pub configuration_set: Option<String>,
    /// `EmailTags`.
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Outbox(Arc<Mutex<Vec<Mail>>>);

/// An SES of one test.
#[derive(Debug)]
pub struct Ses {
    outbox: Outbox,
    listening: Listening,
}

impl Ses {
    /// Starts one on a port of its own, that has sent nothing.
    pub async fn start() -> Self {
        let outbox = Outbox::default();
        let served = outbox.clone();
        let listening = listen_anywhere(move |request| {
            let served = served.clone();
            async move { Ok(served.answer(&request)) }
        })
        .await;
        Self { outbox, listening }
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The endpoint URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }

    /// Every mail that was accepted, in order.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.outbox.lock().clone()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(text).collect()
}

fn pairs(list: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((text(&pair["Name"])?, text(&pair["Value"])?)))
}

/// Reads a request as SES does; a refusal is its words.
fn read(body: &Value, id: String) -> Result<Mail, String> {
    let (content, destination) = (&body["Content"], &body["Destination"]);
    let to = ["ToAddresses", "CcAddresses", "BccAddresses"]
        .iter()
        .flat_map(|kind| texts(&destination[*kind]))
        .collect::<Vec<_>>();
    let raw = match text(&content["Raw"]["Data"]) {
        Some(encoded) => {
            let decoded = STANDARD.decode(encoded).map_err(|error| format!("Content.Raw.Data: {error}"))?;
            Some(String::from_utf8_lossy(&decoded).into_owned())
        }
        None => None,
    };
    let simple = &content["Simple"];
    let mail = Mail {
        id,
        from: text(&body["FromEmailAddress"]).unwrap_or_default(),
        to,
        reply_to: texts(&body["ReplyToAddresses"]),
        subject: text(&simple["Subject"]["Data"]).unwrap_or_default(),
        html: text(&simple["Body"]["Html"]["Data"]),
        text: text(&simple["Body"]["Text"]["Data"]),
        headers: pairs(&simple["Headers"]).collect(),
        raw,
        configuration_set: text(&body["ConfigurationSetName"]),
        tags: pairs(&body["EmailTags"]).collect(),
    };
    let is_address = |address: &String| address.contains('@') && !address.contains(['\r', '\n']);
    let is_tag = |(name, value): (&String, &String)| {
        let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
        [name, value].iter().all(|part| (1..=256).contains(&part.len()) && part.chars().all(is_word))
    };
    if mail.raw.is_none() && !is_address(&mail.from) {
        return Err("Missing or malformed FromEmailAddress".to_owned());
    }
    if mail.raw.is_none() && mail.to.is_empty() || mail.to.len() > MOST_RECIPIENTS {
        return Err(format!("Recipient count must be from 1 to {MOST_RECIPIENTS}"));
    }
    if let Some(bad) = mail.to.iter().chain(&mail.reply_to).find(|address| !is_address(address)) {
        return Err(format!("Illegal address: {bad:?}"));
    }
    if mail.raw.is_none()
        && (simple["Subject"]["Data"].is_null() || (mail.html.is_none() && mail.text.is_none()))
    {
        return Err("Content must be Simple, with Subject and Body, or Raw".to_owned());
    }
    if mail.subject.contains(['\r', '\n']) {
        return Err("Subject must not contain line breaks".to_owned());
    }
    match mail.tags.iter().find(|tag| !is_tag(*tag)) {
        Some((name, value)) => Err(format!("Invalid email tag {name:?}: {value:?}")),
        None => Ok(mail),
    }
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let (status, body) = match (request.method(), request.uri().path()) {
            (&Method::POST, OUTBOUND_EMAILS) => self.send(request.body()),
            (method, path) => (
                StatusCode::NOT_FOUND,
                json!({ "__type": "NotFoundException", "message": format!("{method} {path}") }),
            ),
        };
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        if let Some(kind) = body["__type"].as_str().and_then(|kind| HeaderValue::from_str(kind).ok()) {
            response.headers_mut().insert("x-amzn-errortype", kind);
        }
        response
    }

    fn send(&self, body: &[u8]) -> Reply {
        let refused = |message: &str| {
            (StatusCode::BAD_REQUEST, json!({ "__type": "BadRequestException", "message": message }))
        };
        let body: Value = match serde_json::from_slice(body) {
            Ok(body) => body,
            Err(error) => return refused(&error.to_string()),
        };
        let mut mails = self.lock();
        match read(&body, format!("0100{:012x}-00000000-0000-4000-8000-000000000000-000000", mails.len() + 1))
        {
            Ok(mail) => {
                let id = mail.id.clone();
                mails.push(mail);
                (StatusCode::OK, json!({ "MessageId": id }))
            }
            Err(message) => refused(&message),
        }
    }
}

fn refusal(status: u16, kind: &str, message: &str) -> (u16, String) {
    (status, json!({ "__type": kind, "message": message }).to_string())
}

/// SES's answer to what it will not send: an address that was not verified, for example. For
/// [`super::wire::Wire::answer_next`].
#[must_use]
pub fn message_rejected() -> (u16, String) {
    refusal(400, "MessageRejected", "Email address is not verified.")
}

/// SES's answer above the sending rate. An SDK repeats it by itself.
#[must_use]
pub fn too_many_requests() -> (u16, String) {
    refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
}

/// SES's answer while the account or the configuration set may not send.
#[must_use]
pub fn sending_paused() -> (u16, String) {
    refusal(400, "SendingPausedException", "Email sending is disabled for your account.")
}

/// SES's answer when it broke: the mail may have been sent.
#[must_use]
pub fn internal_failure() -> (u16, String) {
    refusal(500, "InternalFailure", "The request processing has failed because of an unknown error.")
}
