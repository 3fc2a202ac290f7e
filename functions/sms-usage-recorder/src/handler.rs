//! The story of one batch: each message on its own.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::Timestamp;
use shared::domain::sms::usage::UsageId;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::queues::sms_usage::{ReportedSms, SmsUsage};
use shared::retry::{Retry, Verdict};
use shared::stores::invoices::Cause;
use shared::workflows::record_sms_usage::Outcome;

use crate::app::App;

/// Most events that a reason names: a reason is short.
const MOST_NAMED: usize = 8;

/// Counts what a batch reports.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    app.batch.run(event, |usage: SmsUsage| count(app, usage)).await
}

async fn count(app: &App, usage: SmsUsage) -> Delivery {
    let events = usage.events;
    // Whoever asks why a user was told finds the event that it began with.
    let first = events.first().map(|event| event.event_id.as_str()).unwrap_or_default();
    let cause = Cause::new(format!("usage-{}", printable(first)), Timestamp::now());
    let recorder = app.recorder.lock().await;
    let outcomes = match recorder.record(&events, &cause).await {
        Ok(outcomes) => outcomes,
        Err(error) => {
            tracing::warn!(correlationId = cause.correlation_id, %error, "usage not counted");
            let reason = error.to_string();
            return match error.retry() {
                Retry::Never => Delivery::Dead { reason },
                Retry::Safe { after } => Delivery::Retry { after, reason },
                Retry::AskFirst => Delivery::Retry { after: None, reason },
            };
        }
    };
    let number = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let counted = number(|outcome| *outcome == Outcome::Counted);
    let repeated = number(|outcome| *outcome == Outcome::Repeated);
    let not_counted = outcomes.len().saturating_sub(counted).saturating_sub(repeated);
    app.metrics.add(Metric::SmsUsageCounted, counted);
    app.metrics.add(Metric::SmsUsageRefused, not_counted);
    tracing::info!(
        correlationId = cause.correlation_id,
        events = outcomes.len(),
        counted,
        repeated,
        notCounted = not_counted,
        "usage counted"
    );
    if not_counted == 0 {
        return Delivery::Done;
    }
    Delivery::Dead { reason: reason(&events, &outcomes, not_counted) }
}

/// Which events do not count, and why.
fn reason(events: &[ReportedSms], outcomes: &[Outcome], not_counted: usize) -> String {
    let named = events.iter().zip(outcomes).filter_map(|(event, outcome)| {
        let why = match outcome {
            Outcome::Counted | Outcome::Repeated => return None,
            Outcome::Conflicting => "conflicting",
            Outcome::Refused(refused) => refused.code,
        };
        Some(format!("{} {why}", printable(&event.event_id)))
    });
    let named: Vec<String> = named.take(MOST_NAMED).collect();
    let more = if not_counted > named.len() { ", …" } else { "" };
    format!("{not_counted} of {} events do not count: {}{more}", events.len(), named.join(", "))
}

/// An id as it may stand in a line; what is none may be anything, and is not told.
fn printable(id: &str) -> &str {
    id.parse::<UsageId>().map_or("unusable-id", |_| id)
}
