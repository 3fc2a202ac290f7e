//! `POST /internal/sms/usage`: counts messages that were sent, each event once.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::lambda::metrics::Metric;
use shared::queues::sms_usage::SmsUsage;
use shared::rest::auth::Service;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::replies::{self, Refusal};
use shared::stores::invoices::Cause;
use shared::workflows::record_sms_usage::Outcome;
use utoipa::ToSchema;

use crate::app::App;

/// Longest body, in kibibytes: five hundred events with long texts.
const LONGEST_KIB: usize = 2_048;

/// What became of each event, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView<'a> {
    /// How many count now.
    counted: usize,
    /// How many counted before.
    repeated: usize,
    /// How many do not count, because something else counted under their id.
    conflicting: usize,
    /// How many do not count because they were refused.
    refused: usize,
    /// Each of them.
    results: Vec<EventView<'a>>,
}

/// What became of an event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView<'a> {
    /// Its id.
    event_id: &'a str,
    /// Whose it is.
    user_id: &'a str,
    /// `counted`; `repeated`: it counted before; `conflicting`: other messages counted under its id before, and these
    /// do not; `refused`: it does not count, and `code` says why.
    outcome: &'static str,
    /// Of a refused one: `invalid_event`, `too_old`, `in_future`, `no_rate`, `other_currency`, `too_much` or
    /// `account_unusable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    /// Of a refused one: why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// Counts messages that were sent: one event, or up to 500 of any users. An event counts once by its user and id,
/// however often it is sent here or to the queue `sms-usage`. `cost` is the price of one message in the currency of the
/// user's settings and takes the place of the rate deck's. One whose number was not told is priced by its prefix or its
/// country. Neither `to` nor `text` is stored or logged. After a 503 the same is to be sent again: what counted is then
/// told as `repeated`. A refused event does not count; once its reason is mended it can be sent again under its id.
#[utoipa::path(post, path = "/internal/sms/usage", operation_id = "report_sms_usage", request_body = SmsUsage,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("service" = [])),
    responses((status = 200, body = UsageView<'static>),
        (status = 413, description = "The body has more than 2 MiB (`body_too_long`)"),
        (status = 422, description = "A field is unknown or missing, or there are more than 500 events (`invalid_body`): none of them counts"),
        (status = 503, description = "The store is unavailable: to be sent again")))]
pub async fn report(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    command: Command<SmsUsage, LONGEST_KIB>,
) -> Result<Response, Refusal> {
    once(&app.edge, "service", &command, &cause, async {
        let events = &command.wish.events;
        let outcomes = app.usage.record(events, &cause).await?;
        let results: Vec<EventView<'_>> = events
            .iter()
            .zip(&outcomes)
            .map(|(event, outcome)| EventView::of(&event.event_id, &event.user_id, outcome))
            .collect();
        let number = |wanted: &str| results.iter().filter(|result| result.outcome == wanted).count();
        let (counted, refused) = (number("counted"), number("refused"));
        let (repeated, conflicting) = (number("repeated"), number("conflicting"));
        app.edge.metrics.add(Metric::SmsUsageCounted, counted);
        app.edge.metrics.add(Metric::SmsUsageRefused, refused.saturating_add(conflicting));
        let correlation_id = &cause.correlation_id;
        tracing::info!(
            correlationId = correlation_id,
            counted,
            repeated,
            conflicting,
            refused,
            "usage counted"
        );
        replies::json(StatusCode::OK, &UsageView { counted, repeated, conflicting, refused, results })
    })
    .await
}

impl<'a> EventView<'a> {
    fn of(event_id: &'a str, user_id: &'a str, outcome: &'a Outcome) -> Self {
        let (outcome, refused) = match outcome {
            Outcome::Counted => ("counted", None),
            Outcome::Repeated => ("repeated", None),
            Outcome::Conflicting => ("conflicting", None),
            Outcome::Refused(refused) => ("refused", Some(refused)),
        };
        let code = refused.map(|refused| refused.code);
        Self { event_id, user_id, outcome, code, detail: refused.map(|refused| refused.detail.as_str()) }
    }
}
