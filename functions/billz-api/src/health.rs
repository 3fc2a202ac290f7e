//! `GET /internal/billz/health`: how much waits, how the last calls to Billz went, and how many jobs wait for a person.
//!
//! Billz itself is not asked: its few requests a second belong to jobs.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use shared::domain::billz::job::JobState;
use shared::lambda::problem::Problem;
use shared::queues::queue::{DepthError, Queue, QueueDepth};
use shared::rest::auth::Service;
use shared::rest::replies::{self, Refusal};
use shared::stores::billz_jobs::listing::Filter;
use shared::stores::invoices::Cause;
use shared::stores::pulses::Pulse;
use utoipa::ToSchema;

use crate::app::App;

/// A payment that waited for longer is late, in milliseconds.
const PAYMENT_LATE_MS: u64 = 5 * 60 * 1000;
/// Any other job that waited for longer is late, in milliseconds.
const OPERATION_LATE_MS: u64 = 60 * 60 * 1000;
/// Fewer calls say nothing about Billz.
const FEWEST_CALLS: u64 = 2;
/// Up to how many jobs that wait for a person are counted.
const MOST_COUNTED: u8 = 20;

/// How jobs at Billz fare.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillzHealthView {
    /// `disabled` where Billz's address is not configured: jobs wait in their queues. `failing` when Billz did not let us
    /// in, or when more than half of the last batch's calls brought no result. `late` when what is in a queue waits for
    /// longer than 5 minutes (payments) or an hour (all else), or when jobs wait and nobody has taken any for that long
    /// or ever. Otherwise `ok`.
    status: &'static str,
    /// When this was found.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
    /// `MAKE_PAYMENT`.
    payments: QueueView,
    /// All else.
    operations: QueueView,
    /// Jobs that wait for a person; 20 at most are counted.
    needs_review: usize,
    /// Whether there are more.
    more_need_review: bool,
}

/// How a queue fares.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueView {
    /// How many messages are in it, about.
    messages: MessagesView,
    /// How the last batch from it fared; null when there was none.
    last_batch: Option<BatchView>,
}

/// How many messages are in a queue, about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessagesView {
    /// They are to be done.
    waiting: u64,
    /// They are being done, or are looked at again later.
    in_flight: u64,
    /// They were sent with a delay that is not over.
    delayed: u64,
}

/// How a batch fared.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    /// When it ended.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How long its oldest message had waited, in milliseconds.
    oldest_waited_ms: u64,
    /// Calls to Billz that were made.
    calls: u64,
    /// Calls that brought no result.
    failed_calls: u64,
    /// How long a call took, in milliseconds; null when none was made.
    mean_call_ms: Option<u64>,
    /// Whether Billz did not let us in: it did not take our secret token, or could not be logged in to.
    not_let_in: bool,
    /// What became of its jobs. What is tried again later is not among them.
    jobs: OutcomesView,
}

/// How many jobs came to which end, each by their type (`MAKE_PAYMENT`); a type of which there was none is left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomesView {
    /// Done.
    succeeded: BTreeMap<String, u64>,
    /// Refused, by Billz or by us.
    refused: BTreeMap<String, u64>,
    /// They wait for a person.
    needs_review: BTreeMap<String, u64>,
    /// Given up, or unreadable (`unknown` when not even their type could be read).
    dead: BTreeMap<String, u64>,
}

/// How much waits, how the last calls went, and how many jobs wait for a person.
#[utoipa::path(get, path = "/internal/billz/health", operation_id = "show_billz_health", tag = "billz",
    security(("service" = [])),
    responses((status = 200, body = BillzHealthView, description = "It could be found; `status` says how it is"),
        (status = 503, description = "A queue or the store does not say; it can be asked again")))]
pub async fn health(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
) -> Result<Response, Refusal> {
    let waits_for_a_person = Filter { state: Some(JobState::NeedsReview), kind: None };
    let (payments, operations, in_review) = tokio::join!(
        queue(app, &app.billz.payments),
        queue(app, &app.billz.operations),
        app.jobs.list(&waits_for_a_person, None, MOST_COUNTED, cause.now),
    );
    let ((payments, operations), (in_review, more)) = ((payments?, operations?), in_review?);
    let status = match app.billz.is_on {
        false => "disabled",
        true if payments.is_failing() || operations.is_failing() => "failing",
        true if payments.is_late(PAYMENT_LATE_MS, cause.now) => "late",
        true if operations.is_late(OPERATION_LATE_MS, cause.now) => "late",
        true => "ok",
    };
    let view = BillzHealthView {
        status,
        checked_at: cause.now,
        payments,
        operations,
        needs_review: in_review.len(),
        more_need_review: more.is_some(),
    };
    replies::json(StatusCode::OK, &view)
}

async fn queue(app: &App, queue: &Queue) -> Result<QueueView, Refusal> {
    let (depth, pulse) = tokio::join!(queue.depth(), app.pulses.get(queue.name()));
    let messages = MessagesView::of(depth.map_err(|error| silent(queue, &error))?);
    Ok(QueueView { messages, last_batch: pulse?.map(BatchView::of) })
}

fn silent(queue: &Queue, error: &DepthError) -> Refusal {
    tracing::error!(%error, queue = queue.name(), "a queue failed");
    let detail = "a queue does not say how much is in it, please try again";
    Problem::passing(StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable", detail, 2).into()
}

impl QueueView {
    fn is_failing(&self) -> bool {
        let batch = self.last_batch.as_ref();
        batch.is_some_and(|batch| {
            let most_failed = batch.failed_calls > batch.calls.saturating_sub(batch.failed_calls);
            batch.not_let_in || (batch.calls >= FEWEST_CALLS && most_failed)
        })
    }

    /// Once the queue is empty, nothing waits, however long the last batch had to. What is in flight is being done, or
    /// was put back: only what waits can tell that nobody takes it.
    fn is_late(&self, late_ms: u64, now: Timestamp) -> bool {
        let MessagesView { waiting, in_flight, delayed: _ } = self.messages;
        let Some(batch) = &self.last_batch else { return waiting > 0 };
        let is_empty = waiting == 0 && in_flight == 0;
        let idle_ms = u64::try_from(now.duration_since(batch.at).as_millis()).unwrap_or_default();
        (!is_empty && batch.oldest_waited_ms > late_ms) || (waiting > 0 && idle_ms > late_ms)
    }
}

impl MessagesView {
    fn of(depth: QueueDepth) -> Self {
        Self { waiting: depth.waiting, in_flight: depth.in_flight, delayed: depth.delayed }
    }
}

impl BatchView {
    fn of(pulse: Pulse) -> Self {
        let Pulse { succeeded, refused, needs_review, dead, .. } = pulse;
        Self {
            at: pulse.at,
            oldest_waited_ms: pulse.oldest_waited_ms,
            calls: pulse.calls,
            failed_calls: pulse.failed_calls,
            mean_call_ms: pulse.call_ms.checked_div(pulse.calls),
            not_let_in: pulse.not_let_in,
            jobs: OutcomesView { succeeded, refused, needs_review, dead },
        }
    }
}
