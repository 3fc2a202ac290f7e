//! `SendMessage` and `SendMessageBatch`: what is kept, and what a FIFO queue refuses or drops.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::super::{Reply, aws_error};
use super::{Message, Queues};

const MOST_ENTRIES: usize = 10;

/// A message on its way in.
#[derive(Debug, Default)]
pub(super) struct Sending {
    pub(super) body: String,
    pub(super) attributes: Map<String, Value>,
    pub(super) delay_seconds: i64,
    pub(super) group_id: Option<String>,
    pub(super) deduplication_id: Option<String>,
}

impl Sending {
    pub(super) fn of(body: &str) -> Self {
        Self { body: body.to_owned(), ..Self::default() }
    }

    /// Reads a message or an entry of a batch. What the kind of queue does not take is refused in SQS's words.
    fn read(entry: &Value, is_fifo: bool) -> Result<Self, (&'static str, String)> {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        let sending = Self {
            body: text("MessageBody").unwrap_or_default(),
            attributes: entry["MessageAttributes"].as_object().cloned().unwrap_or_default(),
            delay_seconds: entry["DelaySeconds"].as_i64().unwrap_or_default(),
            group_id: text("MessageGroupId"),
            deduplication_id: text("MessageDeduplicationId"),
        };
        let invalid = |parameter: &str, value: &str| {
            let reason = "The request include parameter that is not valid for this queue type";
            (
                "InvalidParameterValue",
                format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}."),
            )
        };
        if sending.body.is_empty() {
            return Err((
                "MissingParameter",
                "The request must contain the parameter MessageBody.".to_owned(),
            ));
        }
        match (&sending.group_id, &sending.deduplication_id) {
            (None, _) if is_fifo => {
                Err(("MissingParameter", "The request must contain the parameter MessageGroupId.".to_owned()))
            }
            (_, None) if is_fifo => Err((
                "InvalidParameterValue",
                "The queue should either have ContentBasedDeduplication enabled or \
                 MessageDeduplicationId provided explicitly"
                    .to_owned(),
            )),
            _ if is_fifo && sending.delay_seconds != 0 => {
                Err(invalid("DelaySeconds", &sending.delay_seconds.to_string()))
            }
            (_, Some(id)) if !is_fifo => Err(invalid("MessageDeduplicationId", id)),
            _ => Ok(sending),
        }
    }
}

/// The MD5 that SQS reports for a body; SDKs compare it.
pub(super) fn md5_hex(body: &[u8]) -> String {
    hex::encode(Md5::digest(body))
}

/// The MD5 over message attributes as SQS defines it: by name, each part with its length in four bytes.
pub(super) fn md5_of_attributes(attributes: &Map<String, Value>) -> Option<String> {
    let mut bytes = Vec::new();
    let mut append = |text: &str, marker: &[u8]| {
        bytes.extend_from_slice(marker);
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    let in_order: BTreeMap<&String, &Value> = attributes.iter().collect();
    for (name, value) in &in_order {
        append(name, &[]);
        append(value["DataType"].as_str().unwrap_or_default(), &[]);
        // 1 says that text follows; no producer here sends binary attributes.
        append(value["StringValue"].as_str().unwrap_or_default(), &[1]);
    }
    (!in_order.is_empty()).then(|| md5_hex(&bytes))
}

pub(super) fn is_fifo(queue: &str) -> bool {
    queue.ends_with(".fifo")
}

impl Queues {
    /// Keeps a message and answers it; the second of a deduplication id is dropped, and the first answered.
    pub(super) fn keep(&self, queue: &str, sending: Sending) -> Message {
        let mut state = self.lock();
        state.sent += 1;
        let sequence_number = state.sent;
        let id = format!("{sequence_number:08x}-0000-4000-8000-000000000000");
        let or_own_id = |wish: Option<String>| if is_fifo(queue) { wish.or(Some(id.clone())) } else { wish };
        let message = Message {
            group_id: or_own_id(sending.group_id),
            deduplication_id: or_own_id(sending.deduplication_id),
            id,
            body: sending.body,
            attributes: sending.attributes,
            delay_seconds: sending.delay_seconds,
            sequence_number,
            receive_count: 0,
            visibility_timeouts: Vec::new(),
            is_hidden: false,
        };
        let queue = state.queues.entry(queue.to_owned()).or_default();
        if let Some(deduplication_id) = &message.deduplication_id {
            if let Some(first) = queue.seen.get(deduplication_id) {
                return first.clone();
            }
            queue.seen.insert(deduplication_id.clone(), message.clone());
        }
        queue.messages.push(message.clone());
        message
    }

    pub(super) fn send(&self, queue: &str, entry: &Value) -> Reply {
        match self.take_in(queue, entry) {
            Ok(sent) => (StatusCode::OK, sent),
            Err((code, message)) => aws_error(&format!("com.amazonaws.sqs#{code}"), &message),
        }
    }

    fn take_in(&self, queue: &str, entry: &Value) -> Result<Value, (&'static str, String)> {
        let sending = Sending::read(entry, is_fifo(queue))?;
        // What was sent now, not what was kept, also where it is a repetition.
        let mut sent = json!({ "MD5OfMessageBody": md5_hex(sending.body.as_bytes()) });
        if let Some(md5) = md5_of_attributes(&sending.attributes) {
            sent["MD5OfMessageAttributes"] = Value::from(md5);
        }
        let message = self.keep(queue, sending);
        sent["MessageId"] = Value::from(message.id);
        if is_fifo(queue) {
            sent["SequenceNumber"] = Value::from(format!("{:020}", message.sequence_number));
        }
        Ok(sent)
    }

    pub(super) fn send_batch(&self, queue: &str, body: &Value) -> Reply {
        let entries = body["Entries"].as_array().cloned().unwrap_or_default();
        let ids: BTreeSet<&str> = entries.iter().filter_map(|entry| entry["Id"].as_str()).collect();
        if entries.is_empty() {
            return aws_error("com.amazonaws.sqs#EmptyBatchRequest", "There should be at least one entry.");
        }
        if entries.len() > MOST_ENTRIES {
            let message = "Maximum number of entries per request are 10.";
            return aws_error("com.amazonaws.sqs#TooManyEntriesInBatchRequest", message);
        }
        if ids.len() < entries.len() {
            return aws_error("com.amazonaws.sqs#BatchEntryIdsNotDistinct", "Two or more ids are the same.");
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in &entries {
            match self.take_in(queue, entry) {
                Ok(mut sent) => {
                    sent["Id"] = entry["Id"].clone();
                    successful.push(sent);
                }
                Err((code, message)) => failed.push(json!({
                    "Id": entry["Id"], "SenderFault": true, "Code": code, "Message": message,
                })),
            }
        }
        (StatusCode::OK, json!({ "Successful": successful, "Failed": failed }))
    }
}
