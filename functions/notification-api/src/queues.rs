//! What the API sends. It only sends: what becomes of it is stored by whoever receives it.

use http::StatusCode;
use serde::Serialize;
use shared::domain::notification::Channel;
use shared::lambda::problem::Problem;
use shared::queues::delivery_request::DeliveryRequest;
use shared::queues::notification::Notification;
use shared::queues::queue::{Queue, Sequence};
use shared::rest::replies::Refusal;

/// Where it sends.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Takes what somebody has to be told.
    pub notifications: Queue,
    /// Takes what goes out by email.
    pub email: Queue,
    /// Takes what goes out by Telegram.
    pub telegram: Queue,
}

impl Queues {
    /// Has somebody told something.
    ///
    /// # Errors
    /// When the queue did not take it; it may be sent again.
    pub async fn notify(&self, notification: &Notification) -> Result<(), Refusal> {
        put(&self.notifications, notification, None).await
    }

    /// Has something delivered.
    ///
    /// # Errors
    /// When the queue did not take it; it may be sent again.
    pub async fn deliver(&self, request: &DeliveryRequest) -> Result<(), Refusal> {
        let queue = match Channel::from(request.channel) {
            Channel::Email => &self.email,
            Channel::Telegram => &self.telegram,
        };
        put(queue, request, request.sequence().as_ref()).await
    }
}

async fn put(queue: &Queue, message: &impl Serialize, sequence: Option<&Sequence>) -> Result<(), Refusal> {
    let body = serde_json::to_string(message).map_err(|error| {
        tracing::error!(line = error.line(), column = error.column(), "a message could not be written");
        let detail = "the message could not be written";
        Problem::lasting(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
    })?;
    queue.send(&body, sequence).await.map_err(|error| {
        tracing::error!(%error, queue = queue.name(), "a queue failed");
        let detail = "the queue is unavailable, please try again";
        Problem::passing(StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable", detail, 2).into()
    })
}
