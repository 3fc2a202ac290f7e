//! The story of one batch: its jobs one after the other, so that the other queue's jobs never wait for more than
//! one call of this one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::lock::Mutex;
use jiff::Timestamp;
use serde_json::value::RawValue;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::{Delivery, SqsBatch};
use shared::stores::pulses::Pulse;
use shared::workflows::billz_login::BillzLogin;

use crate::access::BillzAccess;
use crate::app::App;
use crate::calls::Tally;
use crate::taking::Taking;

/// How long an invocation may take that is not told when it ends: its timeout in template.yaml.
pub const UNTOLD: Duration = Duration::from_secs(120);
/// How long a message stays in its queue while Billz is off, before it is looked at again.
const OFF: Duration = Duration::from_secs(15 * 60);

/// Does the jobs of a batch.
pub async fn handle(app: &App, event: SqsEvent, deadline: Deadline) -> SqsBatchResponse {
    if app.billz.is_stale() {
        app.billz.renew(app.source.read().await);
    }
    let source = event.records.first().and_then(|record| record.event_source_arn.clone()).unwrap_or_default();
    let queue = source.rsplit(':').next().unwrap_or_default().to_owned();
    let Some(batch) = [&app.payments, &app.operations].into_iter().find(|batch| batch.queue.name() == queue)
    else {
        // Nothing is lost: the messages stay where they are.
        tracing::error!(queue, "a batch from a queue that is not ours");
        return stay(&event);
    };
    match app.billz.get() {
        BillzAccess::On(login) => work(app, &login, batch, event, deadline).await,
        BillzAccess::Off => {
            let later = || Delivery::Later { after: OFF, reason: "Billz is not configured".to_owned() };
            batch.run(event, |_: Box<RawValue>| async move { later() }).await
        }
    }
}

async fn work(
    app: &App,
    login: &BillzLogin,
    batch: &SqsBatch,
    event: SqsEvent,
    deadline: Deadline,
) -> SqsBatchResponse {
    let oldest_waited_ms = event.records.iter().map(waited_ms).max().unwrap_or_default();
    let (one_at_a_time, tally) = (&Mutex::new(()), &Tally::default());
    let job = |message: Box<RawValue>| async move {
        let _turn = one_at_a_time.lock().await;
        Taking { app, login, deadline, tally }.take(message.get()).await
    };
    let answer = batch.run(event, job).await;
    app.metrics.add(Metric::BillzLogin, login.take_logins());
    app.metrics.add(Metric::BillzCall, tally.calls());
    app.metrics.add(Metric::BillzCallFailed, tally.failed());
    let pulse = Pulse {
        at: Timestamp::now(),
        oldest_waited_ms,
        calls: u64::try_from(tally.calls()).unwrap_or(u64::MAX),
        failed_calls: u64::try_from(tally.failed()).unwrap_or(u64::MAX),
        call_ms: u64::try_from(tally.millis()).unwrap_or(u64::MAX),
        not_let_in: tally.is_not_let_in(),
        succeeded: tally.of(Metric::BillzJobSucceeded),
        refused: tally.of(Metric::BillzJobRefused),
        needs_review: tally.of(Metric::BillzJobNeedsReview),
        dead: tally.of(Metric::BillzJobDead),
    };
    if let Err(error) = app.stores.pulses.keep(batch.queue.name(), &pulse).await {
        // Only `/internal/billz/health` misses it.
        tracing::warn!(%error, "how the batch fared is not written down");
    }
    answer
}

fn waited_ms(record: &SqsMessage) -> u64 {
    let sent = record.attributes.get("SentTimestamp").and_then(|sent| sent.parse().ok()).unwrap_or_default();
    let waited = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_millis(sent));
    waited.ok().and_then(|waited| u64::try_from(waited.as_millis()).ok()).unwrap_or_default()
}

fn stay(event: &SqsEvent) -> SqsBatchResponse {
    let failure = |record: &SqsMessage| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.clone().unwrap_or_default();
        failure
    };
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = event.records.iter().map(failure).collect();
    response
}
