//! A batch of queue messages: each is handled, delayed, or buried on its own.
//!
//! A malformed message goes to the dead-letter queue with its reason at first sight. A panic while
//! handling one message does not lose the others.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use futures::future::join_all;
use serde::de::DeserializeOwned;

use super::queue::{Queue, Sequence};

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

/// How a queue's messages are dealt with.
#[derive(Debug, Clone)]
pub struct SqsBatch {
    /// Where they come from.
    pub queue: Queue,
    /// Where those go that cannot be handled.
    pub dead_letters: Queue,
    /// How long to wait after the first, second … try. After the last, the message is dead.
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
        let results = join_all(event.records.iter().map(|record| self.one(record, &handle))).await;
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = results.into_iter().flatten().collect();
        response
    }

    /// Handles one message. What is returned comes back to the queue.
    async fn one<M, F, D>(&self, record: &SqsMessage, handle: &F) -> Option<BatchItemFailure>
    where
        M: DeserializeOwned,
        F: Fn(M) -> D,
        D: Future<Output = Delivery>,
    {
        let body = record.body.as_deref().unwrap_or_default();
        let delivery = match serde_json::from_str(body) {
            Ok(message) => {
                let handled = AssertUnwindSafe(async { handle(message).await }).catch_unwind().await;
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
            Delivery::Retry { after, reason } => self.delay(record, body, after, &reason).await,
            Delivery::Later { after, reason } => self.hide(record, after, &reason).await,
        };
        failed.map(|()| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            failure
        })
    }

    async fn delay(
        &self,
        record: &SqsMessage,
        body: &str,
        after: Option<Duration>,
        reason: &str,
    ) -> Option<()> {
        let tries = receive_count(record);
        let Some(delay) = self.delays.get(tries.saturating_sub(1)) else {
            return self.bury(record, body, &format!("given up after {tries} tries: {reason}")).await;
        };
        self.hide(record, *delay.max(&after.unwrap_or_default()), reason).await
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

/// What is wrong with a message, and where; without what stood there, which may be anybody's secret.
fn without_values(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let is_about_a_value = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "]
        .iter()
        .any(|beginning| told.starts_with(beginning));
    match told.rfind(", expected ") {
        Some(place) if is_about_a_value => format!("another value{}", told.get(place..).unwrap_or_default()),
        Some(_) | None => told,
    }
}

/// How often the message was received, this time included.
fn receive_count(record: &SqsMessage) -> usize {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queues::notification::Notification;

    #[test]
    fn a_reason_says_where_and_never_what() {
        let head = r#"{"version":1,"id":"x","correlationId":"c","userId""#;
        for (body, reason) in [
            (format!("{head}:380501234567}}"), "another value, expected a string at line 1 column 64"),
            (r#"{"version":"S33d"}"#.to_owned(), "another value, expected u8 at line 1 column 17"),
            ("not JSON".to_owned(), "expected ident at line 1 column 2"),
        ] {
            let error = serde_json::from_str::<Notification>(&body).unwrap_err();
            assert_eq!(without_values(&error), reason, "{body}");
        }
    }
}
