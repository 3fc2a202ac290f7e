//! `GET /internal/notifications/logs`: what was sent to whom, and what became of it.
//!
//! Never what it said, never an address: whoever wants to know those asks the person.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::domain::notification::delivery::{Delivery, DeliveryState, Standing};
use shared::notices::NoticeKind;
use shared::rest::auth::Service;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::deliveries::Kept;
use shared::stores::deliveries::listing::Filter;
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// Which deliveries.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// To this user.
    user: Option<String>,
    /// Of this event, such as `payment.confirmed`.
    event: Option<String>,
    /// By this channel: `EMAIL` or `TELEGRAM`.
    channel: Option<String>,
    /// In this state, such as `UNCERTAIN`.
    status: Option<String>,
    /// Made at this time or later (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Made before this time (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// One notification by one channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Names the delivery, to be sent again by.
    #[schema(example = "INV-20261121-7K3M9QZX.4.0.telegram")]
    id: String,
    /// The event.
    event: String,
    /// `EMAIL` or `TELEGRAM`.
    channel: &'static str,
    /// Who is told; null for the operators.
    user_id: Option<String>,
    /// `QUEUED`, `SENT`, `FAILED`, `UNCERTAIN`, `BOUNCED` or `SUPPRESSED`.
    status: &'static str,
    /// 0 at first; one more each time it was sent again by a person.
    round: u32,
    /// How often it was handed to the channel's provider, or tried to be.
    attempts: u32,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When the status was found; null while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// The provider's id of the message.
    message_id: Option<String>,
    /// What went wrong, if something did.
    error: Option<String>,
    /// Whether it can be sent again: what held credentials cannot.
    resendable: bool,
    /// Correlates all log lines of what caused it.
    correlation_id: String,
}

/// The log of deliveries, newest first. A part may hold fewer items than asked for while there are
/// more: `nextCursor` says.
#[utoipa::path(get, path = "/internal/notifications/logs", operation_id = "list_deliveries", params(LogQuery), tag = "notifications",
    security(("service" = [])),
    responses((status = 200, body = Page<DeliveryView>), (status = 422, description = "A filter is wrong")))]
pub async fn list(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<LogQuery>,
) -> Result<Response, Refusal> {
    let filter = filter(&query)?;
    let name = format!("deliveries {filter:?}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let listing = app.deliveries.list(&filter, after.as_ref(), limit(query.limit)?, cause.now).await?;
    let items = listing.deliveries.iter().map(DeliveryView::of).collect();
    let next_cursor = listing.next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

fn filter(query: &LogQuery) -> Result<Filter, Refusal> {
    let wrong = |what: &str| unprocessable("invalid_parameter", what);
    let event = query.event.as_deref().map(str::parse::<NoticeKind>).transpose();
    let channel = query.channel.as_deref().map(str::parse).transpose();
    Ok(Filter {
        user: query.user.as_deref().map(str::parse).transpose().map_err(|_| wrong("user is unknown"))?,
        event: event.map_err(|_| wrong("there is no such event"))?.map(|kind| kind.name().to_owned()),
        channel: channel.map_err(|_| wrong("the channels are EMAIL and TELEGRAM"))?,
        state: query.status.as_deref().map(state).transpose()?,
        from: query.from,
        to: query.to,
    })
}

fn state(name: &str) -> Result<DeliveryState, Refusal> {
    let found = DeliveryState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
        unprocessable("invalid_parameter", format!("the states are {known}"))
    })
}

impl DeliveryView {
    fn of(kept: &Kept) -> Self {
        let delivery = &kept.delivery;
        let (settled_at, message_id, error) = outcome(delivery);
        Self {
            id: delivery.id.to_string(),
            event: delivery.event.clone(),
            channel: delivery.id.channel.as_str(),
            user_id: delivery.user.as_ref().map(ToString::to_string),
            status: delivery.state().as_str(),
            round: delivery.round,
            attempts: delivery.attempts,
            created_at: delivery.created_at,
            settled_at,
            message_id,
            error: error.as_deref().map(without_addresses),
            resendable: kept.content.is_some() && delivery.state() != DeliveryState::Queued,
            correlation_id: kept.correlation_id.clone(),
        }
    }
}

/// When it ended, the provider's id of the message, and what went wrong.
fn outcome(delivery: &Delivery) -> (Option<Timestamp>, Option<String>, Option<String>) {
    match &delivery.standing {
        Standing::Queued { last_error } => (None, None, last_error.clone()),
        Standing::Submitting { .. } => (None, None, None),
        Standing::Sent { at, message_id } => (Some(*at), Some(message_id.clone()), None),
        Standing::Failed { at, reason, .. }
        | Standing::Uncertain { at, reason }
        | Standing::Bounced { at, reason }
        | Standing::Suppressed { at, reason } => (Some(*at), None, Some(reason.clone())),
    }
}

/// A mail server's own words may name the address that it refuses.
fn without_addresses(words: &str) -> String {
    let shown = words.split(' ').map(|word| if word.contains('@') { "[address]" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}
