//! One run: who is due is read page by page, and each goes onto the queue as a message of its own.
//!
//! A run that has no time left, or gets stuck, is continued by a message that says where it got to.

use jiff::{SignedDuration, Timestamp};
use shared::domain::sms::rhythm::Schedule;
use shared::lambda::correlation;
use shared::lambda::metrics::Metric;
use shared::queues::sms_run::{SmsRun, VERSION};
use shared::stores::place::Place;
use tokio::time::Instant;

use crate::handler::{App, RunError};
use crate::planning::{Kind, plan_page};

/// A run that is scheduled later than this from now is nobody's: clocks do not differ so much.
const TOO_FAR: SignedDuration = SignedDuration::from_hours(1);
/// How much later than their own run those are planned whom it missed.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// As many messages on the queue are work enough: what is due is put there again and again until it is done.
const ENOUGH: u64 = 10_000;

/// How far one invocation got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The run is complete.
    Complete,
    /// There is more.
    HandedOver,
}

/// Where a run comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From a schedule, or whoever calls the function.
    Direct,
    /// From its queue, which gives it out again.
    Queue,
}

/// Goes on with a run, and says how it ended. Answers how many were planned in all of it.
///
/// # Errors
/// When it was not done, and nobody goes on with it.
pub async fn go_on(app: &App, run: SmsRun, origin: Origin, until: Instant) -> Result<(u64, Part), RunError> {
    // A run that comes from nobody gets an id of its own.
    let correlation_id = match run.correlation_id {
        Some(id) => id,
        None => correlation::new(),
    };
    let name = run.run.clone();
    let mut run = SmsRun { correlation_id: Some(correlation_id.clone()), ..run };
    tracing::info!(
        correlationId = correlation_id,
        run = name,
        scheduledAt = %run.scheduled_at,
        planned = run.planned,
        "Processing SMS billing"
    );
    let before = run.planned;
    let part = try_to_go_on(app, &mut run, origin, until).await;
    count(app, &name, run.planned.saturating_sub(before));
    match part {
        Ok(part) => {
            tracing::info!(
                correlationId = correlation_id,
                run = name,
                scheduledAt = %run.scheduled_at,
                planned = run.planned,
                complete = part == Part::Complete,
                "SMS Billing Process Summary"
            );
            Ok((run.planned, part))
        }
        Err(error) => {
            failed(app, &run, &error);
            Err(error)
        }
    }
}

async fn try_to_go_on(app: &App, run: &mut SmsRun, origin: Origin, until: Instant) -> Result<Part, RunError> {
    let now = Timestamp::now();
    let kind = kind_of(run, now)?;
    if kind == Kind::Bills && run.after.is_none() {
        app.count_long_pending(now).await;
        if app.is_busy().await {
            tracing::info!("enough is to be charged already: bills are watched by the next run");
            return Ok(Part::Complete);
        }
    }
    let begun_at = run.after.clone();
    loop {
        let after = run.after.clone().map(Place::from_proved);
        match plan_page(app, kind, run, now, after.as_ref()).await {
            Ok(page) => {
                run.planned = run.planned.saturating_add(page.planned);
                let Some(next) = page.next else {
                    catch_up(app, kind, run).await?;
                    return Ok(Part::Complete);
                };
                run.after = Some(next.as_str().to_owned());
            }
            // Who sent it would only send all of it again. From here it goes on where it got to.
            Err(stuck) if origin == Origin::Direct || run.after != begun_at => {
                failed(app, run, &RunError::Stuck(stuck));
                return hand_over(app, run).await;
            }
            Err(stuck) => return Err(stuck.into()),
        }
        if Instant::now() >= until {
            return hand_over(app, run).await;
        }
    }
}

/// After the daily run, those are planned whom the weekly and the monthly run should have: a day later, not a week or a
/// month.
async fn catch_up(app: &App, kind: Kind, run: &SmsRun) -> Result<(), RunError> {
    if kind != Kind::Users(Schedule::Daily) {
        return Ok(());
    }
    let scheduled_at = run.scheduled_at.checked_sub(A_DAY).unwrap_or(run.scheduled_at);
    for schedule in [Schedule::Weekly, Schedule::Monthly] {
        let (run, correlation_id) = (schedule.as_str().to_owned(), run.correlation_id.clone());
        let late = SmsRun { version: VERSION, run, scheduled_at, correlation_id, after: None, planned: 0 };
        app.runs.queue.send(&serde_json::to_string(&late)?, None).await?;
    }
    Ok(())
}

/// Lets the queue go on with it.
async fn hand_over(app: &App, run: &SmsRun) -> Result<Part, RunError> {
    app.runs.queue.send(&serde_json::to_string(run)?, None).await?;
    Ok(Part::HandedOver)
}

fn kind_of(run: &SmsRun, now: Timestamp) -> Result<Kind, RunError> {
    if run.version != VERSION {
        return Err(RunError::Refused(format!("version {} is unknown", run.version)));
    }
    if run.scheduled_at.duration_since(now) > TOO_FAR {
        return Err(RunError::Refused(format!("it is scheduled for {}, which is to come", run.scheduled_at)));
    }
    let unknown = || RunError::Refused("run is none of daily, weekly, monthly, watch".to_owned());
    Kind::of(&run.run).ok_or_else(unknown)
}

fn failed(app: &App, run: &SmsRun, error: &RunError) {
    app.metrics.count(Metric::SmsRunFailed);
    tracing::error!(
        correlationId = run.correlation_id.as_deref().unwrap_or_default(),
        scheduledAt = %run.scheduled_at,
        planned = run.planned,
        %error,
        "Failed to process SMS billing"
    );
}

fn count(app: &App, name: &str, planned: u64) {
    let metric =
        if Kind::of(name) == Some(Kind::Bills) { Metric::SmsBillsWatched } else { Metric::SmsUsersPlanned };
    app.metrics.add(metric, usize::try_from(planned).unwrap_or(usize::MAX));
}

impl App {
    /// Whether so much is to be charged that watching bills would only repeat it.
    async fn is_busy(&self) -> bool {
        match self.charges.depth().await {
            Ok(depth) => {
                depth.waiting.saturating_add(depth.in_flight).saturating_add(depth.delayed) >= ENOUGH
            }
            Err(error) => {
                tracing::warn!(%error, "nobody knows how much is to be charged: all bills are watched");
                false
            }
        }
    }
}
