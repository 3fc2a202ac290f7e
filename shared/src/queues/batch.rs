//! A batch of queue messages: each is handled, delayed, or buried on its own.
//!
//! A malformed message goes to the dead-letter queue with its reason at first sight. A panic while
//! handling one message does not lose the others.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use futures::future::join_all;
use serde::de::DeserializeOwned;

use super::queue::{Queue, Sequence};
use crate::unreadable::without_values;

/// Longest time to hide a message, in seconds. SQS hides it for 12 h at most, counted from when it was received.
const LONGEST_DELAY_SECONDS: u64 = 11 * 60 * 60;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is done.
    Done,
    /// It could not be done now: again later, not before `after` where the provider said so.
    Retry {
        /// The provider's own wish.
        after: Option<Duration>,
        /// Why, for people.
        reason: String,
    },
    /// It is not its time yet: again after so long, however often that was.
    Later {
        /// How long to wait.
        after: Duration,
        /// Why, for people.
        reason: String,
    },
    /// It can never be done.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

/// Which try of a message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    /// Others follow, if this one ends in [`Delivery::Retry`].
    Early,
    /// After this one the message is dead.
    Last,
}

/// How a queue's messages are dealt with.
#[derive(Debug, Clone)]
pub struct SqsBatch {
    /// Where they come from.
    pub queue: Queue,
    /// Where those go that cannot be handled.
    pub dead_letters: Queue,
    /// How long to wait after the first, second … try. After the last, the message is dead, unless it is
    /// younger than half of all delays: then it was not tried as often as it was given out.
    pub delays: &'static [Duration],
}

impl SqsBatch {
    /// Handles every message of a batch, at once.
    pub async fn run<M, F, D>(&self, event: SqsEvent, handle: F) -> SqsBatchResponse
    where
        M: DeserializeOwned,
        F: Fn(M) -> D,
        D: Future<Output = Delivery>,
    {
        self.run_by_try(event, |message, _| handle(message)).await
    }

    /// The same, for who ends things in its own way at the last try.
    pub async fn run_by_try<M, F, D>(&self, event: SqsEvent, handle: F) -> SqsBatchResponse
    where
        M: DeserializeOwned,
        F: Fn(M, Try) -> D,
        D: Future<Output = Delivery>,
    {
        let results = join_all(event.records.iter().map(|record| self.one(record, &handle))).await;
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = results.into_iter().flatten().collect();
        response
    }

    /// Handles one message. What is returned comes back to the queue.
    async fn one<M, F, D>(&self, record: &SqsMessage, handle: &F) -> Option<BatchItemFailure>
    where
        M: DeserializeOwned,
        F: Fn(M, Try) -> D,
        D: Future<Output = Delivery>,
    {
        // Looked at once: who was told that there is another try gets one, however long it took.
        let delay = self.delay_after(record);
        let turn = delay.map_or(Try::Last, |_| Try::Early);
        let body = record.body.as_deref().unwrap_or_default();
        let delivery = match serde_json::from_str(body) {
            Ok(message) => {
                let handled = AssertUnwindSafe(async { handle(message, turn).await }).catch_unwind().await;
                handled.unwrap_or_else(|_| Delivery::Retry {
                    after: None,
                    reason: "handling it panicked".to_owned(),
                })
            }
            Err(error) => Delivery::Dead { reason: format!("malformed message: {}", without_values(&error)) },
        };
        let failed = match delivery {
            Delivery::Done => None,
            Delivery::Dead { reason } => self.bury(record, body, &reason).await,
            Delivery::Retry { after, reason } => match delay {
                Some(delay) => self.hide(record, delay.max(after.unwrap_or_default()), &reason).await,
                None => {
                    let tries = receive_count(record);
                    self.bury(record, body, &format!("given up after {tries} tries: {reason}")).await
                }
            },
            Delivery::Later { after, reason } => self.hide(record, after, &reason).await,
        };
        failed.map(|()| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            failure
        })
    }

    /// How long to wait after this try; none when it was the last.
    fn delay_after(&self, record: &SqsMessage) -> Option<Duration> {
        match self.delays.get(receive_count(record).saturating_sub(1)) {
            Some(delay) => Some(*delay),
            None if age(record) >= self.patience() => None,
            // The queue gave it out often because it had to wait: that was no trying.
            None => Some(self.delays.last().copied().unwrap_or_default()),
        }
    }

    /// For how long a message is tried at least: half of all delays, for those ahead of their time.
    fn patience(&self) -> Duration {
        self.delays.iter().sum::<Duration>().checked_div(2).unwrap_or_default()
    }

    async fn hide(&self, record: &SqsMessage, after: Duration, reason: &str) -> Option<()> {
        let seconds = i32::try_from(after.as_secs().min(LONGEST_DELAY_SECONDS)).unwrap_or(i32::MAX);
        let message_id = record.message_id.as_deref().unwrap_or_default();
        tracing::warn!(
            messageId = message_id,
            tries = receive_count(record),
            seconds,
            reason,
            "message delayed"
        );
        let receipt = record.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.hide(receipt, seconds).await {
            tracing::warn!(messageId = message_id, %error, "the delay was not taken; the queue's own holds");
        }
        Some(())
    }

    async fn bury(&self, record: &SqsMessage, body: &str, reason: &str) -> Option<()> {
        let message_id = record.message_id.as_deref().unwrap_or_default();
        tracing::error!(messageId = message_id, reason, "message buried");
        // Of a message in a FIFO queue, so that it can go back to where it came from.
        let group = record.attributes.get("MessageGroupId");
        let sequence = group.map(|group| Sequence { group: group.clone(), id: message_id.to_owned() });
        match self.dead_letters.bury_in_sequence(body, reason, sequence.as_ref()).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(messageId = message_id, %error, "the dead-letter queue did not take it");
                Some(())
            }
        }
    }
}

/// How long ago the message was sent.
fn age(record: &SqsMessage) -> Duration {
    let sent = record.attributes.get("SentTimestamp").and_then(|sent| sent.parse().ok());
    let sent = UNIX_EPOCH + Duration::from_millis(sent.unwrap_or_default());
    SystemTime::now().duration_since(sent).unwrap_or_default()
}

/// How often the message was received, this time included.
fn receive_count(record: &SqsMessage) -> usize {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}
