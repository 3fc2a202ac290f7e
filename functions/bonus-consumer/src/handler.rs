//! The story of an event: a batch of one of the queues, or the schedule's wish that what is due is gone on with.

use aws_lambda_events::sqs::SqsEvent;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::lambda::correlation;
use shared::lambda::deadline::Deadline;
use shared::queues::batch::{Delivery, SqsBatch, Try};
use shared::queues::bonus_work::{BonusWork, VERSION, Wanted};
use shared::queues::receipt_decision::ReceiptDecision;
use shared::stores::table::StoreError;
use shared::unreadable::without_values;
use shared::workflows::store_trouble::put_off;

use crate::app::App;
use crate::driving::Driver;
use crate::{hearing, receipts, watch};

/// The version of [`Run`].
const RUN_VERSION: u8 = 1;

/// What the schedule sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    version: u8,
    run: RunKind,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RunKind {
    /// Go on with whatever is due.
    Watch,
}

/// Why an event was not dealt with.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It is none of ours.
    #[error("malformed event: {0}")]
    Malformed(String),
    /// It comes from a queue that is not ours. Its messages stay there.
    #[error("a batch from a queue that is not ours: {0}")]
    Foreign(String),
    /// What is due could not be looked up.
    #[error("what is due is not known: {0}")]
    Store(#[from] StoreError),
    /// The answer cannot be written: a defect of ours.
    #[error("the answer cannot be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Deals with an event.
///
/// # Errors
/// When it is none of ours, or what is due is not known.
pub async fn handle(app: &App, event: Value, deadline: Deadline) -> Result<Value, EventError> {
    if app.parties.is_stale() {
        app.parties.renew(app.source.read().await);
    }
    if event.get("Records").is_none() {
        let Run { version, run: RunKind::Watch } = serde_json::from_value(event).map_err(malformed)?;
        if version != RUN_VERSION {
            return Err(EventError::Malformed(format!("version {version} is unknown")));
        }
        let watched = watch::go_on(app, deadline).await?;
        return Ok(json!({ "looked": watched.looked, "complete": watched.is_complete }));
    }
    let batch: SqsEvent = serde_json::from_value(event).map_err(malformed)?;
    let source = batch.records.first().and_then(|record| record.event_source_arn.clone()).unwrap_or_default();
    let queue = source.rsplit(':').next().unwrap_or_default().to_owned();
    let is_from = |batch: &SqsBatch| batch.queue.name() == queue;
    let answer = if is_from(&app.decisions) {
        let decide = |decision| decided(app, decision, deadline);
        app.decisions.run(batch, decide).await
    } else if is_from(&app.payouts) {
        app.payouts.run_by_try(batch, |work, turn| wanted(app, work, turn, deadline)).await
    } else {
        return Err(EventError::Foreign(queue));
    };
    Ok(serde_json::to_value(answer)?)
}

async fn decided(app: &App, decision: ReceiptDecision, deadline: Deadline) -> Delivery {
    let driver = Driver { app, parties: app.parties.get(), correlation_id: correlation::new(), deadline };
    receipts::decided(&driver, decision).await
}

async fn wanted(app: &App, work: BonusWork, turn: Try, deadline: Deadline) -> Delivery {
    if work.version != VERSION {
        return Delivery::Dead { reason: format!("version {} is unknown", work.version) };
    }
    let driver = Driver { app, parties: app.parties.get(), correlation_id: work.correlation_id, deadline };
    match work.what {
        Wanted::Bonus(receipt) => match receipt.parse() {
            Ok(receipt) => match driver.drive(&receipt).await {
                Ok(Some(())) => Delivery::Done,
                Ok(None) => Delivery::Dead { reason: "there is no such bonus".to_owned() },
                Err(error) => put_off(&error),
            },
            Err(_) => Delivery::Dead { reason: "bonus is not an id".to_owned() },
        },
        Wanted::Bill(bill) => match bill.parse() {
            Ok(bill) => hearing::reported(&driver, &bill, turn).await.unwrap_or_else(|error| put_off(&error)),
            Err(_) => Delivery::Dead { reason: "bill is not an id".to_owned() },
        },
    }
}

fn malformed(error: serde_json::Error) -> EventError {
    EventError::Malformed(without_values(&error))
}
