//! SQS at the wire (AWS JSON 1.0): it keeps what is sent, and makes Lambda events of it.
//!
//! A queue exists as soon as it is named. Messages become visible at once, whatever delay was asked for: the
//! delay is kept to be asserted.

mod protocol;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use super::listen_anywhere;
use crate::connections::Listening;
use protocol::md5_hex;

const ACCOUNT: &str = "000000000000";
/// Any instant will do: nothing reads it.
const SENT_AT_MS: &str = "1763683200000";

/// A message in a queue.
#[derive(Clone, Debug)]
pub struct Message {
    /// The id that SQS gave it.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// The message attributes as they were sent: `{"reason":{"DataType":"String","StringValue":"…"}}`.
    pub attributes: Map<String, Value>,
    /// The delay that was asked for.
    pub delay_seconds: i64,
    /// How often it was delivered.
    pub receive_count: u32,
    /// Every visibility timeout that a consumer set on it, in order.
    pub visibility_timeouts: Vec<i64>,
}

#[derive(Debug, Default)]
struct State {
    sent: u64,
    queues: BTreeMap<String, Vec<Message>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Queues(Arc<Mutex<State>>);

/// An SQS of one test.
#[derive(Debug)]
pub struct Sqs {
    queues: Queues,
    listening: Listening,
}

impl Sqs {
    /// Starts one on a port of its own, with empty queues.
    pub async fn start() -> Self {
        let queues = Queues::default();
        let served = queues.clone();
        let listening = listen_anywhere(move |request| {
            let served = served.clone();
            async move { Ok(served.answer(&request)) }
        })
        .await;
        Self { queues, listening }
    }

    pub(super) fn queues(&self) -> &Queues {
        &self.queues
    }

    /// The endpoint URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }

    /// The URL of a queue, as a function's environment names it.
    #[must_use]
    pub fn queue_url(&self, queue: &str) -> String {
        format!("{}/{ACCOUNT}/{queue}", self.listening.url())
    }

    /// What is in a queue now, oldest first.
    #[must_use]
    pub fn messages(&self, queue: &str) -> Vec<Message> {
        self.queues.lock().queues.get(queue).cloned().unwrap_or_default()
    }

    /// Puts a message into a queue past every producer: a malformed one, for example. Answers its id.
    pub fn put(&self, queue: &str, body: &str) -> String {
        self.queues.keep(queue, body, Map::new(), 0)
    }

    /// Delivers everything in a queue: the Lambda event, each message's receive count grown by one. `None`
    /// when the queue is empty. The messages stay until [`Sqs::settle`].
    #[must_use]
    pub fn deliver(&self, queue: &str) -> Option<Value> {
        let mut state = self.queues.lock();
        let messages = state.queues.get_mut(queue).filter(|messages| !messages.is_empty())?;
        let records: Vec<Value> = messages
            .iter_mut()
            .map(|message| {
                message.receive_count += 1;
                record(queue, message)
            })
            .collect();
        Some(json!({ "Records": records }))
    }

    /// Does with a delivered event what Lambda does after the function's answer: deletes every message of it
    /// that the answer (`{"batchItemFailures":[{"itemIdentifier":"…"}]}`) does not name.
    pub fn settle(&self, queue: &str, event: &Value, answer: &Value) {
        let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
        let kept: Vec<&Value> = failures.iter().map(|failure| &failure["itemIdentifier"]).collect();
        let delivered = event["Records"].as_array().cloned().unwrap_or_default();
        let done = |message: &Message| {
            let was_delivered = delivered.iter().any(|record| record["messageId"] == message.id.as_str());
            was_delivered && !kept.iter().any(|id| **id == message.id.as_str())
        };
        if let Some(messages) = self.queues.lock().queues.get_mut(queue) {
            messages.retain(|message| !done(message));
        }
    }
}

fn record(queue: &str, message: &Message) -> Value {
    let attributes: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, value)| {
            let value = json!({
                "dataType": value["DataType"],
                "stringValue": value["StringValue"],
                "stringListValues": [],
                "binaryListValues": [],
            });
            (name.clone(), value)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": format!("{}#{}", message.id, message.receive_count),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "SentTimestamp": SENT_AT_MS,
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": SENT_AT_MS,
        },
        "messageAttributes": attributes,
        "md5OfBody": md5_hex(message.body.as_bytes()),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"),
        "awsRegion": "us-east-1",
    })
}
