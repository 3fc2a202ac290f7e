//! SQS at the wire (AWS JSON 1.0): it keeps what is sent, and makes Lambda events of it.
//!
//! A queue exists as soon as it is named; one whose name ends in `.fifo` is FIFO. No time passes here: messages
//! become visible at once, whatever delay was asked for (the delay is kept to be asserted), what was received
//! stays hidden until [`Sqs::show_again`], and the second message of a deduplication id is dropped until
//! [`Sqs::forget_deduplication`].

mod protocol;
mod receiving;
mod sending;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use super::listen_anywhere;
use crate::connections::Listening;
use sending::Sending;

const ACCOUNT: &str = "000000000000";

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
    /// The group, of which one message after the other is delivered. In a FIFO queue always there.
    pub group_id: Option<String>,
    /// What a FIFO queue tells repetitions by.
    pub deduplication_id: Option<String>,
    /// Rises with every message sent to any queue.
    pub sequence_number: u64,
    /// How often it was delivered.
    pub receive_count: u32,
    /// Every visibility timeout that a consumer set on it, in order.
    pub visibility_timeouts: Vec<i64>,
    /// Whether it was received, and is neither deleted nor visible again.
    pub is_hidden: bool,
}

#[derive(Debug, Default)]
struct Queue {
    messages: Vec<Message>,
    /// The message of each deduplication id that was seen.
    seen: BTreeMap<String, Message>,
}

#[derive(Debug, Default)]
struct State {
    sent: u64,
    queues: BTreeMap<String, Queue>,
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

    /// The URL of a queue, as a function's environment names it. The queue exists from now on.
    #[must_use]
    pub fn queue_url(&self, queue: &str) -> String {
        self.queues.lock().queues.entry(queue.to_owned()).or_default();
        format!("{}/{ACCOUNT}/{queue}", self.listening.url())
    }

    /// What is in a queue now, oldest first, hidden messages included.
    #[must_use]
    pub fn messages(&self, queue: &str) -> Vec<Message> {
        self.queues.lock().queues.get(queue).map(|queue| queue.messages.clone()).unwrap_or_default()
    }

    /// Puts a message into a queue past every producer: a malformed one, for example. In a FIFO queue it is
    /// a group of its own. Answers its id.
    pub fn put(&self, queue: &str, body: &str) -> String {
        self.queues.keep(queue, Sending::of(body)).id
    }

    /// Puts a message into a group of a FIFO queue, past every producer and never as a repetition. Answers its
    /// id.
    pub fn put_in_group(&self, queue: &str, group_id: &str, body: &str) -> String {
        let sending = Sending { group_id: Some(group_id.to_owned()), ..Sending::of(body) };
        self.queues.keep(queue, sending).id
    }

    /// Delivers everything in a queue that was not received: the Lambda event, each message's receive count
    /// grown by one. `None` when there is nothing. The messages stay until [`Sqs::settle`], and are delivered
    /// again by the next call, as after a crash.
    #[must_use]
    pub fn deliver(&self, queue: &str) -> Option<Value> {
        let mut state = self.queues.lock();
        let places = state.queues.get(queue)?.visible();
        event(queue, &mut state, &places)
    }

    /// Delivers at most so many messages, and hides them until [`Sqs::settle`]: calling it again is what a
    /// second instance gets at the same time. In a FIFO queue that is nothing of a group that the first has.
    #[must_use]
    pub fn deliver_at_most(&self, queue: &str, most: usize) -> Option<Value> {
        let mut state = self.queues.lock();
        let mut places = state.queues.get(queue)?.free();
        places.truncate(most);
        let event = event(queue, &mut state, &places);
        if let Some(queue) = state.queues.get_mut(queue) {
            queue.hide(&places);
        }
        event
    }

    /// Does with a delivered event what Lambda does after the function's answer: deletes every message of it
    /// that the answer (`{"batchItemFailures":[{"itemIdentifier":"…"}]}`) does not name; the others can be
    /// delivered again.
    pub fn settle(&self, queue: &str, event: &Value, answer: &Value) {
        let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
        let kept: Vec<&Value> = failures.iter().map(|failure| &failure["itemIdentifier"]).collect();
        let delivered = event["Records"].as_array().cloned().unwrap_or_default();
        let was_delivered =
            |message: &Message| delivered.iter().any(|record| record["messageId"] == message.id.as_str());
        let done =
            |message: &Message| was_delivered(message) && !kept.iter().any(|id| **id == message.id.as_str());
        if let Some(queue) = self.queues.lock().queues.get_mut(queue) {
            queue.messages.retain(|message| !done(message));
            for message in queue.messages.iter_mut().filter(|message| was_delivered(message)) {
                message.is_hidden = false;
            }
        }
    }

    /// Lets every visibility timeout of a queue run out: what was received can be received again.
    pub fn show_again(&self, queue: &str) {
        if let Some(queue) = self.queues.lock().queues.get_mut(queue) {
            queue.messages.iter_mut().for_each(|message| message.is_hidden = false);
        }
    }

    /// Lets the five minutes pass in which a FIFO queue drops the second message of a deduplication id.
    pub fn forget_deduplication(&self, queue: &str) {
        if let Some(queue) = self.queues.lock().queues.get_mut(queue) {
            queue.seen.clear();
        }
    }
}

fn event(queue: &str, state: &mut State, places: &[usize]) -> Option<Value> {
    let messages = &mut state.queues.get_mut(queue)?.messages;
    let records: Vec<Value> = places
        .iter()
        .map(|place| {
            messages[*place].receive_count += 1;
            receiving::record(queue, &messages[*place])
        })
        .collect();
    (!records.is_empty()).then(|| json!({ "Records": records }))
}
