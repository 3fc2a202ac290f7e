//! The story of an event: a run, or a batch of the queue whose messages are runs.

use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::{Metric, Metrics};
use shared::queues::batch::{Delivery, SqsBatch};
use shared::queues::queue::{Queue, QueueError};
use shared::queues::sms_run::SmsRun;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::unreadable::without_values;
use tokio::time::Instant;

use crate::planning::StuckError;
use crate::running::{Origin, Part, go_on};

/// How long the function may run where nobody says: its timeout in template.yaml.
pub const UNTOLD: Duration = Duration::from_secs(120);
/// A further page is begun only while this much time is left: a page whose every call is tried three times, and the
/// message that continues the run.
pub const TIME_FOR_A_PAGE: Duration = Duration::from_secs(45);
/// How long a run that gets nowhere waits after each try: about five hours in all.
pub const DELAYS: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(3 * 60 * 60),
];

/// What the function holds between events.
#[derive(Debug)]
pub struct App {
    /// Who is due.
    pub accounts: SmsAccounts,
    /// Which bills are.
    pub bills: SmsBills,
    /// Where they go.
    pub charges: Queue,
    /// Where runs wait to be gone on with, and its dead letters.
    pub runs: SqsBatch,
    /// Counters.
    pub metrics: Metrics,
}

/// Why a run was not done.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The event is no run.
    #[error("malformed run: {0}")]
    Malformed(String),
    /// It can never be done.
    #[error("{0}")]
    Refused(String),
    /// It got nowhere, and nobody goes on with it.
    #[error("{0}")]
    Stuck(#[from] StuckError),
    /// It is to be gone on with, and the queue did not take that.
    #[error("the rest of the run is not on its queue: {0}")]
    NotHandedOver(#[from] QueueError),
    /// The answer cannot be written: a defect of ours.
    #[error("the answer cannot be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Does a run, or those in a batch of the queue.
///
/// # Errors
/// When the event is a run and it was not done: whoever sent it may send it again.
pub async fn handle(app: &App, event: Value, deadline: Deadline) -> Result<Value, RunError> {
    let until = deadline.before(TIME_FOR_A_PAGE);
    if event.get("Records").is_some() {
        let batch: SqsEvent = serde_json::from_value(event).map_err(|error| malformed(&error))?;
        let answer = app.runs.run(batch, |run: SmsRun| deliver(app, run, until)).await;
        return Ok(serde_json::to_value(answer)?);
    }
    let run: SmsRun = match serde_json::from_value(event) {
        Ok(run) => run,
        Err(error) => {
            let error = malformed(&error);
            app.metrics.count(Metric::SmsRunFailed);
            tracing::error!(%error, "Failed to process SMS billing");
            return Err(error);
        }
    };
    let (planned, part) = go_on(app, run, Origin::Direct, until).await?;
    Ok(json!({ "planned": planned, "complete": part == Part::Complete }))
}

fn malformed(error: &serde_json::Error) -> RunError {
    RunError::Malformed(without_values(error))
}

async fn deliver(app: &App, run: SmsRun, until: Instant) -> Delivery {
    match go_on(app, run, Origin::Queue, until).await {
        Ok(_) => Delivery::Done,
        Err(error @ (RunError::Malformed(_) | RunError::Refused(_))) => {
            Delivery::Dead { reason: error.to_string() }
        }
        Err(error) => Delivery::Retry { after: None, reason: error.to_string() },
    }
}
