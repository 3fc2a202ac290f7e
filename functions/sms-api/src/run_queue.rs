//! The queue that billing runs are started through. Asked little, so without the SDK's crate: that would take the function
//! over its size.

use serde::{Deserialize, Serialize};
use shared::lambda::signed_call::{SignedCallError, SignedCalls, SignedOperation};
use shared::queues::sms_run::SmsRun;

/// Sent twice it starts two runs, and they bill nobody twice.
const SEND_MESSAGE: SignedOperation = SignedOperation {
    service: "sqs",
    target: "AmazonSQS.SendMessage",
    content_type: "application/x-amz-json-1.0",
};

/// `sms-billing-runs`.
#[derive(Debug, Clone)]
pub struct RunQueue {
    calls: SignedCalls,
    url: String,
}

/// Why a run was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunQueueError {
    /// The queue did not take it.
    #[error("the queue did not take it: {0}")]
    NotTaken(#[from] SignedCallError),
    /// It cannot be written: a defect of ours.
    #[error("it cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message<'a> {
    queue_url: &'a str,
    message_body: String,
}

#[derive(Deserialize)]
struct Taken {
    #[serde(rename = "MessageId")]
    message_id: String,
}

impl RunQueue {
    /// The queue at `url`.
    pub fn new(calls: SignedCalls, url: String) -> Self {
        Self { calls, url }
    }

    /// Sends a run, and answers the queue's id of it.
    ///
    /// # Errors
    /// When the queue did not take it. It may be sent again.
    pub async fn send(&self, run: &SmsRun) -> Result<String, RunQueueError> {
        let message = Message { queue_url: &self.url, message_body: serde_json::to_string(run)? };
        let Taken { message_id } = self.calls.call(SEND_MESSAGE, &message).await?;
        Ok(message_id)
    }
}
