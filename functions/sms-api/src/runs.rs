//! `POST /api/cron/process-sms-billing`: starts a billing run, or shows what one would do.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use shared::domain::sms::rhythm::{DayOfMonth, DayOfWeek, Frequency, Rhythm, Schedule, date_of, midnight};
use shared::lambda::problem::Problem;
use shared::queues::sms_run::{SmsRun, VERSION};
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::paging::Parameters;
use shared::rest::replies::{self, Refusal, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::cron_caller::CronCaller;

/// Which run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunQuery {
    /// `daily`, `weekly` or `monthly`.
    r#type: Option<String>,
    /// The day that ended, such as `2026-11-20`, in UTC: periods that ended with it or before are billed. Yesterday when
    /// not given; today is not over.
    date: Option<String>,
    /// Whether it is only shown who would be charged what. Nothing is written or sent.
    dry_run: Option<bool>,
    /// Of a dry run: users wanted, 1 to 100; 20 when not given.
    pub limit: Option<u8>,
    /// Of a dry run: `nextCursor` of the part before.
    pub cursor: Option<String>,
}

/// A run takes no body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A run that was started.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsRunStarted)]
pub struct RunStarted {
    /// It was.
    success: bool,
    /// What happened, for people.
    message: &'static str,
    /// The period that it closes.
    period: PeriodView,
    /// Correlates all log lines of the run.
    correlation_id: String,
}

/// The period that a run closes: the last whole one. Users with days of their own, and periods that were left open
/// before, are closed with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SmsRunPeriod)]
pub struct PeriodView {
    /// Its first instant.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// The first instant after it.
    #[schema(value_type = String, format = DateTime)]
    end: Timestamp,
    /// `daily`, `weekly` or `monthly`.
    r#type: &'static str,
}

/// A run that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which.
    pub schedule: Schedule,
    /// Periods that ended by then are billed.
    pub through: Timestamp,
}

/// Starts a billing run, as the schedules do, and answers 202: users are billed by the worker. A run that is started
/// twice, or after its schedule, bills nobody twice. With `dryRun=true` it answers 200 with a part of the users that it
/// would charge, and nothing is written or sent.
#[utoipa::path(post, path = "/api/cron/process-sms-billing", operation_id = "process_sms_billing", params(RunQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "sms", security(("cron" = [])),
    responses((status = 202, body = RunStarted), (status = 200, body = crate::dry_run::DryRunView, description = "With `dryRun=true`"),
        (status = 401, description = "The secret is missing or wrong (`unauthenticated`)"),
        (status = 422, description = "The type is missing or unknown, or the day is not over (`invalid_parameter`)"),
        (status = 503, description = "The run was not started (`queue_unavailable`)")))]
pub async fn start(
    State(app): State<&'static App>,
    _caller: CronCaller,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<RunQuery>,
    mut command: Command<Nothing>,
) -> Result<Response, Refusal> {
    let wanted = query.wanted(cause.now)?;
    if query.dry_run.unwrap_or(false) {
        return app.dry_run(wanted, &query, cause.now).await;
    }
    if query.limit.is_some() || query.cursor.is_some() {
        return Err(unprocessable("invalid_parameter", "limit and cursor are a dry run's"));
    }
    // The wish stands in the query.
    command.route = format!("{} {} {}", command.route, wanted.schedule.as_str(), wanted.through);
    once(&app.edge, SUBJECT, &command, &cause, app.start(wanted, &cause)).await
}

/// Whose idempotency keys these are.
const SUBJECT: &str = "cron";

impl App {
    async fn start(&self, wanted: Wanted, cause: &Cause) -> Result<Response, Refusal> {
        let run = SmsRun {
            version: VERSION,
            run: wanted.schedule.as_str().to_owned(),
            scheduled_at: wanted.through,
            correlation_id: Some(cause.correlation_id.clone()),
            after: None,
            planned: 0,
        };
        let message_id = self.runs.send(&run).await.map_err(|error| {
            tracing::error!(correlationId = cause.correlation_id, %error, "a run was not started");
            let detail = "the run was not started, please try again";
            Refusal::from(Problem::passing(StatusCode::SERVICE_UNAVAILABLE, "queue_unavailable", detail, 2))
        })?;
        let (correlation_id, run) = (&cause.correlation_id, wanted.schedule.as_str());
        tracing::info!(correlationId = correlation_id, run, through = %wanted.through, messageId = message_id, "run started");
        let view = RunStarted {
            success: true,
            message: "SMS billing processing started",
            period: wanted.period(),
            correlation_id: cause.correlation_id.clone(),
        };
        replies::json(StatusCode::ACCEPTED, &view)
    }
}

impl RunQuery {
    fn wanted(&self, now: Timestamp) -> Result<Wanted, Refusal> {
        let wrong = |detail: &str| unprocessable("invalid_parameter", detail);
        let schedule = self.r#type.as_deref().and_then(|text| text.parse().ok());
        let schedule = schedule.ok_or_else(|| wrong("type: one of daily, weekly and monthly"))?;
        let today = date_of(now);
        let day = match self.date.as_deref() {
            Some(text) => text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-21".len()),
            None => today.checked_sub(1.day()).ok(),
        };
        let day = day.ok_or_else(|| wrong("date: a day such as 2026-11-20"))?;
        if day >= today {
            return Err(wrong("date: a day that is over"));
        }
        let through = day.checked_add(1.day()).ok().and_then(midnight);
        Ok(Wanted { schedule, through: through.ok_or_else(|| wrong("date: no such day"))? })
    }
}

impl Wanted {
    /// The last whole period that ended by then.
    pub fn period(self) -> PeriodView {
        let frequency = match self.schedule {
            Schedule::Daily => Frequency::Daily,
            Schedule::Weekly => Frequency::Weekly,
            Schedule::Monthly => Frequency::Monthly,
        };
        let rhythm = Rhythm { frequency, day_of_week: DayOfWeek::MONDAY, day_of_month: DayOfMonth::FIRST };
        let end = rhythm.last_start(self.through).unwrap_or(self.through);
        let before = end.checked_sub(SignedDuration::from_millis(1)).unwrap_or(end);
        PeriodView { start: rhythm.last_start(before).unwrap_or(before), end, r#type: self.schedule.as_str() }
    }
}
