//! A queue that a function sends to.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry};

use crate::aws_error::describe;

/// Most messages in one request.
pub const MAX_BATCH: usize = 10;
/// Longest reason kept with a dead message, in characters.
const MAX_REASON: usize = 500;

/// A queue, by its address. One whose name ends in `.fifo` keeps the messages of a group in order.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// What a FIFO queue orders a message by, and knows a repeat by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Messages of one group are with one consumer at a time, in the order they were sent.
    pub group: String,
    /// The same for every sending of the same message: for five minutes the queue takes it once.
    pub id: String,
}

/// Why a message was not taken by a queue. It may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not take the message: {0}")]
pub struct QueueError(String);

/// How many messages are in a queue, as SQS reckons it: about that many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// They can be received.
    pub waiting: u64,
    /// Somebody has them, or put them off.
    pub in_flight: u64,
    /// They were sent with a delay that is not over.
    pub delayed: u64,
}

/// Why nobody knows how much is in a queue. It may be asked again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not say how much is in it: {0}")]
pub struct DepthError(String);

impl Queue {
    /// The queue at `url`.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// The queue's name: the end of its address, and of its ARN.
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(&self.url)
    }

    /// Sends one message; `sequence` where the queue is a FIFO queue.
    ///
    /// # Errors
    /// When the queue did not take it, or its answer was lost.
    pub async fn send(&self, body: &str, sequence: Option<&Sequence>) -> Result<(), QueueError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .set_message_group_id(sequence.map(|sequence| sequence.group.clone()))
            .set_message_deduplication_id(sequence.map(|sequence| sequence.id.clone()))
            .send()
            .await
            .map_err(queue_error)?;
        Ok(())
    }

    /// Sends up to [`MAX_BATCH`] bodies in one request, and says of each whether the queue has it.
    pub async fn send_batch(&self, bodies: &[String]) -> Vec<Result<(), QueueError>> {
        let sent = self.try_send_batch(bodies).await;
        match sent {
            Ok(results) => results,
            Err(error) => bodies.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    async fn try_send_batch(&self, bodies: &[String]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (index, body) in bodies.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body);
            request =
                request.entries(entry.build().map_err(|error: BuildError| QueueError(error.to_string()))?);
        }
        let answer = request.send().await.map_err(queue_error)?;
        let taken = |index: usize| answer.successful.iter().any(|entry| entry.id == index.to_string());
        let why = |index: usize| {
            let failed = answer.failed.iter().find(|entry| entry.id == index.to_string());
            failed.map_or_else(|| "no word about it".to_owned(), |entry| entry.code.clone())
        };
        let result = |index| if taken(index) { Ok(()) } else { Err(QueueError(why(index))) };
        Ok((0..bodies.len()).map(result).collect())
    }

    /// Sends a message that cannot be handled to this dead-letter queue, with the reason.
    ///
    /// # Errors
    /// When the queue did not take it.
    pub async fn bury(&self, body: &str, reason: &str) -> Result<(), QueueError> {
        self.bury_in_sequence(body, reason, None).await
    }

    /// Like [`Queue::bury`], for the dead-letter queue of a FIFO queue.
    ///
    /// # Errors
    /// When the queue did not take it.
    pub async fn bury_in_sequence(
        &self,
        body: &str,
        reason: &str,
        sequence: Option<&Sequence>,
    ) -> Result<(), QueueError> {
        let reason: String = reason.chars().filter(|letter| !letter.is_control()).take(MAX_REASON).collect();
        let reason = MessageAttributeValue::builder().data_type("String").string_value(reason).build();
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_attributes("reason", reason.map_err(|error: BuildError| QueueError(error.to_string()))?)
            .set_message_group_id(sequence.map(|sequence| sequence.group.clone()))
            .set_message_deduplication_id(sequence.map(|sequence| sequence.id.clone()))
            .send()
            .await
            .map_err(queue_error)?;
        Ok(())
    }

    /// Hides a received message for so many seconds.
    ///
    /// # Errors
    /// When the queue did not answer; the message then comes back after the queue's own time.
    pub async fn hide(&self, receipt_handle: &str, seconds: i32) -> Result<(), QueueError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(queue_error)?;
        Ok(())
    }

    /// How much is in it.
    ///
    /// # Errors
    /// When the queue did not say.
    pub async fn depth(&self) -> Result<QueueDepth, DepthError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let answer = request.send().await.map_err(|error| DepthError(describe(&error)))?;
        let count = |name: &QueueAttributeName| {
            let written = answer.attributes.as_ref().and_then(|attributes| attributes.get(name));
            let count = written.and_then(|written| written.parse().ok());
            count.ok_or_else(|| DepthError(format!("{} is missing", name.as_str())))
        };
        let [waiting, in_flight, delayed] = &names;
        Ok(QueueDepth { waiting: count(waiting)?, in_flight: count(in_flight)?, delayed: count(delayed)? })
    }
}

fn queue_error<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> QueueError {
    QueueError(describe(&error))
}
