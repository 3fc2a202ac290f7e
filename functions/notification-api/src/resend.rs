//! `POST /internal/notifications/{id}/resend`: a person wants a delivery tried once more.
//!
//! Nothing is written: the request carries the round after the one that is stored, and a round is
//! sent once. Two persons who ask at the same time ask for the same round.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::notification::delivery::{LEASE, Standing};
use shared::domain::notification::delivery_id::DeliveryId;
use shared::lambda::problem::Problem;
use shared::notices::Notice;
use shared::queues::delivery_request::{DeliveryRequest, VERSION};
use shared::queues::notification::{self, Notification};
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal, conflict, no_such};
use shared::stores::deliveries::Kept;
use shared::stores::invoices::Cause;
use utoipa::ToSchema;

use crate::app::App;
use crate::send::{CALLER, QueuedView};

/// Nothing needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendDelivery {
    /// The round that the log shows. With it a repeat sends nothing more, however late it comes.
    round: Option<u32>,
}

/// Sends a delivery again, whatever became of it: also one that may have arrived.
#[utoipa::path(post, path = "/internal/notifications/{id}/resend", tag = "notifications", request_body = ResendDelivery,
    params(("id" = String, Path, description = "Of the log, such as `INV-20261121-7K3M9QZX.4.0.telegram`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    security(("service" = [])),
    responses((status = 202, body = QueuedView, description = "Taken: the log tells what became of it"),
        (status = 404, description = "No such delivery"),
        (status = 409, description = "It is just being sent (`being_sent`), is in another round than the one named (`round_passed`), or held credentials, which are not kept (`not_resendable`)"),
        (status = 503, description = "The queue is unavailable; try again")))]
pub async fn resend(
    State(app): State<&'static App>,
    _service: Service,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResendDelivery>,
) -> Result<Response, Refusal> {
    once(&app.edge, CALLER, &command, &cause, async {
        let id: DeliveryId = id.parse().map_err(|_| no_such("delivery"))?;
        let kept = app.deliveries.get(&id).await?.ok_or_else(|| no_such("delivery"))?;
        let request = next_round(&kept, command.wish.round, &cause)?;
        app.queues.deliver(&request).await?;
        let (event, round) = (request.notification.notice.kind().name(), request.round);
        let first = kept.correlation_id;
        tracing::info!(correlationId = cause.correlation_id, first, delivery = %id, round, "sent again");
        replies::json(StatusCode::ACCEPTED, &QueuedView::new(&id, event))
    })
    .await
}

/// What is sent to have it delivered once more.
fn next_round(kept: &Kept, seen: Option<u32>, cause: &Cause) -> Result<DeliveryRequest, Refusal> {
    let delivery = &kept.delivery;
    if seen.is_some_and(|seen| seen != delivery.round) {
        return Err(conflict("round_passed", format!("it is in round {} by now", delivery.round)));
    }
    if let Standing::Submitting { since } = delivery.standing {
        let left = LEASE.saturating_sub(cause.now.duration_since(since)).as_secs();
        if left > 0 {
            let detail = "it is just being sent";
            return Err(Problem::passing(StatusCode::CONFLICT, "being_sent", detail, left).into());
        }
    }
    let content = kept
        .content
        .as_deref()
        .ok_or_else(|| conflict("not_resendable", "it held credentials: what it said was not kept"))?;
    let notice: Notice = serde_json::from_str(content).map_err(|error| {
        tracing::error!(%error, delivery = %delivery.id, "what was kept of a delivery cannot be read");
        let detail = "something is wrong on our side; the operators are told";
        Problem::lasting(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
    })?;
    let notification = Notification {
        version: notification::VERSION,
        id: delivery.id.notification.to_string(),
        correlation_id: cause.correlation_id.clone(),
        user_id: delivery.user.as_ref().map(ToString::to_string),
        notice,
        // What was answered in a chat goes to where its reader is told by now.
        chat: None,
    };
    let (channel, round) = (delivery.id.channel.into(), delivery.round.saturating_add(1));
    Ok(DeliveryRequest { version: VERSION, notification, channel, round })
}
