//! A job at Billz, as the company's other services send it. Queues `billz-payments` and `billz-operations`.
//!
//! The senders' form is described by `docs/billz/jobs.schema.json`, which is written from [`sent`]. The same parser
//! reads the message that a job's record keeps, when the job goes on.

pub mod sent;

mod bank_card;
mod fields;
mod payload;
mod place_order;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
mod tree;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::fields::{Fault, Fields, id as any_id};
use self::tree::Json;
use crate::domain::billz::work::{JobKind, Work};
use crate::domain::identifier::JobId;

/// Longest message, in bytes.
pub const MAX_BYTES: usize = 200 * 1024;
/// Longest correlation id, in characters: ids of events, and of what follows from them, are made of it and are ids.
pub const MAX_CORRELATION_ID: usize = 100;
/// Longest name of a queue, as SQS counts.
const MAX_QUEUE_NAME: usize = 80;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillzMessage {
    /// Do a job.
    Job {
        /// Its sender's correlation id.
        id: JobId,
        /// What is to be done.
        work: Work,
        /// When it was sent, in the sender's milliseconds.
        sent_at_ms: Option<i64>,
        /// The name of the queue that its result goes to.
        reply_queue: Option<String>,
        /// Hash of type and payload: the same for every sending of the same.
        fingerprint: String,
    },
    /// Go on with a job that was stopped: a person decided. Only Paydesk itself sends it.
    Resume {
        /// The job.
        id: JobId,
    },
}

/// A message that can never be a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct MalformedJob {
    /// The job, where that could be read.
    pub id: Option<JobId>,
    /// What it asks for, where that could be read.
    pub kind: Option<JobKind>,
    /// Which field is wrong and why, such as `payload.products[2].qty: is missing`. Quotes nothing of the message.
    pub reason: String,
}

/// Go on with a job: the message of [`BillzMessage::Resume`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeJob {
    /// The job.
    pub resume: String,
}

/// Reads a message, or one that was kept.
///
/// # Errors
/// When it is not one: such a message never becomes one.
pub fn parse(body: &str) -> Result<BillzMessage, MalformedJob> {
    let (mut id, mut kind) = (None, None);
    message(body, &mut id, &mut kind).map_err(|reason| MalformedJob { id, kind, reason })
}

/// `known_id` and `known_kind` say whose message it is, even when it is malformed.
fn message(
    body: &str,
    known_id: &mut Option<JobId>,
    known_kind: &mut Option<JobKind>,
) -> Result<BillzMessage, String> {
    if body.len() > MAX_BYTES {
        return Err(format!("the message has more than {MAX_BYTES} bytes"));
    }
    let json = Json::read(body).map_err(|reason| format!("the message: {reason}"))?;
    let mut fields = Fields::of("", json).map_err(|fault| fault.to_string())?;
    if let Some(resumed) = fields.optional("resume", any_id).map_err(|fault| fault.to_string())? {
        fields.end().map_err(|fault| fault.to_string())?;
        return Ok(BillzMessage::Resume { id: resumed });
    }
    // Both are read before either is missed.
    let id = fields.required("correlationId", job_id);
    let kind = fields.required("type", job_kind);
    (*known_id, *known_kind) = (id.clone().ok(), kind.clone().ok());
    let read = || -> Result<BillzMessage, Fault> {
        let (id, kind) = (id?, kind?);
        let sent_at_ms = fields.optional("timestamp", milliseconds)?;
        let reply_queue = fields.optional("replyQueue", queue_name)?;
        let payload = fields.take("payload").ok_or_else(|| Fault::new("payload", "is missing"))?;
        fields.end()?;
        let fingerprint = fingerprint(kind, &payload);
        let work = payload::work(kind, payload)?;
        Ok(BillzMessage::Job { id, work, sent_at_ms, reply_queue, fingerprint })
    };
    read().map_err(|fault| fault.to_string())
}

fn job_id(json: &Json) -> Result<JobId, String> {
    let id: JobId = any_id(json)?;
    if id.as_str().len() > MAX_CORRELATION_ID {
        return Err(format!("has more than {MAX_CORRELATION_ID} characters"));
    }
    Ok(id)
}

fn job_kind(json: &Json) -> Result<JobKind, String> {
    let Json::Text(name) = json else { return Err("is not a text".to_owned()) };
    JobKind::of_name(name).ok_or_else(|| {
        let names = JobKind::ALL.map(JobKind::as_str).join(", ");
        format!("names no job; jobs are {names}")
    })
}

fn milliseconds(json: &Json) -> Result<i64, String> {
    let Json::Number(number) = json else { return Err("is not a number".to_owned()) };
    let whole = number.parse().ok().filter(|milliseconds: &i64| *milliseconds >= 0);
    whole.ok_or_else(|| "is not a whole number of milliseconds".to_owned())
}

fn queue_name(json: &Json) -> Result<String, String> {
    let Json::Text(name) = json else { return Err("is not a text".to_owned()) };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > MAX_QUEUE_NAME || !name.bytes().all(allowed) {
        return Err(format!("is not the name of a queue: 1 to {MAX_QUEUE_NAME} letters, digits, - or _"));
    }
    Ok(name.clone())
}

fn fingerprint(kind: JobKind, payload: &Json) -> String {
    let whole = format!("{}\n{}", kind.as_str(), payload.canonical());
    hex::encode(Sha256::digest(whole.as_bytes()))
}
