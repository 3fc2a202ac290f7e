//! One page of a run: those who are due next, each a message on the queue.

use futures::future::join_all;
use jiff::Timestamp;
use shared::domain::sms::rhythm::Schedule;
use shared::queues::queue::{MAX_BATCH, Queue, QueueError};
use shared::queues::sms_charge::{EndedPeriods, SmsCharge, VERSION, Wanted};
use shared::queues::sms_run::SmsRun;
use shared::stores::due::Due;
use shared::stores::place::Place;
use shared::stores::table::StoreError;

use crate::handler::App;

/// How many are read at once. They fill ten requests to the queue, which go at once.
pub const PAGE: u8 = 100;

/// What a run looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Users with a period that ended.
    Users(Schedule),
    /// Bills to be charged again or asked about.
    Bills,
}

/// A page that is on the queue.
#[derive(Debug)]
pub struct Page {
    /// How many messages it made.
    pub planned: u64,
    /// Where the next begins; none at the end.
    pub next: Option<Place>,
}

/// Why a page is not on the queue, or not all of it. It may be planned again.
#[derive(Debug, thiserror::Error)]
pub enum StuckError {
    /// Nobody knows who is due.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody is not on the queue, after two tries.
    #[error("{missing} not planned: {why}")]
    Queue {
        /// How many.
        missing: usize,
        /// What the queue said of the first.
        why: QueueError,
    },
    /// A message cannot be written: a defect of ours.
    #[error("a message cannot be written: {0}")]
    Message(#[from] serde_json::Error),
}

impl Kind {
    /// What the run of that name looks for.
    pub fn of(name: &str) -> Option<Self> {
        if name == "watch" { Some(Self::Bills) } else { name.parse().ok().map(Self::Users) }
    }
}

/// Plans those who are due after `after`.
///
/// # Errors
/// When it got stuck. Some of the page may be on the queue.
pub async fn plan_page(
    app: &App,
    kind: Kind,
    run: &SmsRun,
    now: Timestamp,
    after: Option<&Place>,
) -> Result<Page, StuckError> {
    let through = run.scheduled_at;
    let (wanted, next) = match kind {
        Kind::Users(schedule) => {
            let Due { items, next } = app.accounts.due(schedule, through, after, PAGE).await?;
            let periods = |user_id: String| Wanted::Periods(EndedPeriods { user_id, through });
            (items.iter().map(|user| periods(user.to_string())).collect(), next)
        }
        Kind::Bills => {
            let Due { items, next } = app.bills.due(now, after, PAGE).await?;
            (items.iter().map(|number| Wanted::Bill(number.to_string())).collect::<Vec<_>>(), next)
        }
    };
    let correlation_id = run.correlation_id.as_deref().unwrap_or_default();
    let write = |what: Wanted| {
        serde_json::to_string(&SmsCharge {
            version: VERSION,
            correlation_id: correlation_id.to_owned(),
            what,
        })
    };
    let bodies: Vec<String> = wanted.into_iter().map(write).collect::<Result<_, _>>()?;
    let planned = u64::try_from(bodies.len()).unwrap_or(u64::MAX);
    send(&app.charges, bodies).await?;
    Ok(Page { planned, next })
}

/// Sends all of them; what the queue did not take goes a second time.
async fn send(queue: &Queue, bodies: Vec<String>) -> Result<(), StuckError> {
    let refused = send_once(queue, bodies).await;
    if refused.is_empty() {
        return Ok(());
    }
    tracing::warn!(messages = refused.len(), "the queue did not take all, so they are sent again");
    let again = refused.into_iter().map(|(body, _)| body).collect();
    let refused = send_once(queue, again).await;
    let missing = refused.len();
    match refused.into_iter().next() {
        None => Ok(()),
        Some((_, why)) => Err(StuckError::Queue { missing, why }),
    }
}

/// Sends them in batches, all at once. Answers what the queue did not take, and why.
async fn send_once(queue: &Queue, bodies: Vec<String>) -> Vec<(String, QueueError)> {
    let results = join_all(bodies.chunks(MAX_BATCH).map(|batch| queue.send_batch(batch))).await;
    let sent = bodies.into_iter().zip(results.into_iter().flatten());
    sent.filter_map(|(body, result)| result.err().map(|error| (body, error))).collect()
}
