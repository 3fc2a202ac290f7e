//! `POST /internal/notifications/send`: a service wants somebody told.
//!
//! One message goes to the queue `notifications`, and nothing is written. A repeat under the same
//! `Idempotency-Key` carries the same id, and an id is told once, however often it is sent.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::domain::identifier::UserId;
use shared::notices::about::Audience;
use shared::notices::{Notice, NoticeError};
use shared::queues::notification::{Notification, VERSION};
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;

/// Services are one caller: they share their keys.
pub const CALLER: &str = "service";
/// Length of what an `Idempotency-Key` becomes in an id, in bytes: 128 bits of its hash.
const MARK: usize = 16;

/// What somebody has to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendNotification {
    /// The event, as `GET /internal/notifications/templates` lists it.
    #[schema(example = "order.created")]
    event: String,
    /// Who is told: the user service's id. None for events that are told to the operators.
    user_id: Option<String>,
    /// The event's fields, as `GET /internal/notifications/templates` lists them.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// What was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedView {
    /// Names the notification, or the delivery that is sent again.
    id: String,
    /// The event.
    event: String,
    /// `QUEUED`.
    status: &'static str,
}

impl QueuedView {
    /// Of something that was just sent to a queue.
    pub fn new(id: impl ToString, event: &str) -> Self {
        Self { id: id.to_string(), event: event.to_owned(), status: "QUEUED" }
    }
}

/// Has somebody told something, once, by the channels they chose.
#[utoipa::path(post, path = "/internal/notifications/send", tag = "notifications", request_body = SendNotification,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    security(("service" = [])),
    responses((status = 202, body = QueuedView, description = "Taken: the log tells what became of it"),
        (status = 422, description = "The event is unknown, or a field is not what it should be"),
        (status = 503, description = "The queue is unavailable; try again")))]
pub async fn send(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    command: Command<SendNotification>,
) -> Result<Response, Refusal> {
    once(&app.edge, CALLER, &command, &cause, async {
        let wish = &command.wish;
        let notice = Notice::read(&wish.event, wish.data.clone()).map_err(|error| match error {
            NoticeError::UnknownEvent => unprocessable("unknown_event", error.to_string()),
            NoticeError::Malformed { .. } => unprocessable("invalid_data", error.to_string()),
        })?;
        let (kind, user) = (notice.kind(), reader(&notice, wish.user_id.as_deref())?);
        let notification = Notification {
            version: VERSION,
            id: id_of(&command),
            correlation_id: cause.correlation_id.clone(),
            user_id: user.map(|user| user.to_string()),
            notice,
            chat: None,
        };
        app.queues.notify(&notification).await?;
        let id = notification.id.as_str();
        tracing::info!(
            correlationId = cause.correlation_id,
            notification = id,
            event = kind.name(),
            "queued"
        );
        replies::json(StatusCode::ACCEPTED, &QueuedView::new(id, kind.name()))
    })
    .await
}

/// Who is told, if it is not the operators.
fn reader(notice: &Notice, user: Option<&str>) -> Result<Option<UserId>, Refusal> {
    match (notice.kind().audience(), user) {
        (Audience::Customer | Audience::Staff, Some(user)) => {
            user.parse().map(Some).map_err(|_| unprocessable("invalid_user", "userId is no id of a user"))
        }
        (Audience::Customer | Audience::Staff, None) => {
            Err(unprocessable("user_missing", "this event is told to a user: userId is needed"))
        }
        (Audience::Operators, None) => Ok(None),
        (Audience::Operators, Some(_)) => {
            Err(unprocessable("user_not_told", "this event is told to the operators: it takes no userId"))
        }
    }
}

/// The same for every repeat under one key with one content; new where there is no key.
fn id_of(command: &Command<SendNotification>) -> String {
    let Some(key) = &command.key else {
        return format!("api.{}", Uuid::now_v7());
    };
    let named = format!("{CALLER}\n{}\n{key}\n{}", command.route, command.fingerprint);
    let digest: [u8; 32] = Sha256::digest(named.as_bytes()).into();
    let (mark, _) = digest.split_at(MARK);
    format!("api.{}", hex::encode(mark))
}
