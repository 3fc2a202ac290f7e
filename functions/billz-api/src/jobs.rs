//! `/internal/billz/jobs` and `/api/admin/billz/jobs`: what became of jobs, and what a person decides about them.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::billz::job::{BillzJob, JobState};
use shared::domain::billz::review::{Decided, Decision};
use shared::domain::billz::work::JobKind;
use shared::domain::identifier::{BillzOrderId, JobId};
use shared::rest::auth::{Admin, Service};
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, conflict, no_such, unprocessable};
use shared::stores::billz_jobs::listing::Filter;
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::job_views::{JobView, Shown};

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct JobQuery {
    /// In this one state: `RECEIVED`, `RUNNING`, `SUCCEEDED`, `REFUSED`, `NEEDS_REVIEW` or `DEAD`; in any when not
    /// given.
    state: Option<String>,
    /// Of this type, such as `MAKE_PAYMENT`; of any when not given.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// A decision about a job that nobody else can go on with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveJob {
    /// What is decided.
    resolution: JobResolution,
    /// The step that was looked at. Whoever is late decides nothing about the one after it.
    #[schema(minimum = 0, example = 1)]
    step: u32,
    /// Billz's id of what the call made, with `it_happened` about a call that makes an order or a client.
    #[schema(example = "5fffc042-afe5-48bf-8203-eb72b27500da")]
    billz_id: Option<String>,
}

/// `it_happened`: somebody saw its effect at Billz. `it_did_not_happen`: it is not there, and the job goes on from
/// there. `give_up`: the job is not needed any more; what it left at Billz is for people to tidy up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobResolution {
    ItHappened,
    ItDidNotHappen,
    GiveUp,
}

impl ResolveJob {
    /// The decision, and its name in log lines.
    fn decision(&self) -> Result<(Decision, &'static str), Refusal> {
        if self.billz_id.is_some() && self.resolution != JobResolution::ItHappened {
            return Err(unprocessable("invalid_body", "billzId goes with it_happened only"));
        }
        if let Some(id) = &self.billz_id {
            // It is kept with the decision whatever it names.
            let id = id.parse::<BillzOrderId>();
            id.map_err(|error| unprocessable("invalid_body", format!("billzId: {error}")))?;
        }
        Ok(match self.resolution {
            JobResolution::ItHappened => {
                (Decision::ItHappened { billz_id: self.billz_id.clone() }, "it_happened")
            }
            JobResolution::ItDidNotHappen => (Decision::ItDidNotHappen, "it_did_not_happen"),
            JobResolution::GiveUp => (Decision::GiveUp, "give_up"),
        })
    }
}

/// Jobs, newest first. A part may hold fewer items than asked for while there are more: `nextCursor` says. What Billz
/// shows of an order (`result.order`) is left out here; the job itself has it. Without a state, the jobs of the last
/// seven months.
#[utoipa::path(get, path = "/internal/billz/jobs", operation_id = "list_billz_jobs", params(JobQuery), tag = "billz",
    security(("service" = [])),
    responses((status = 200, body = Page<JobView<'static>>), (status = 422, description = "The state or the type is unknown")))]
pub async fn list(
    State(app): State<&'static App>,
    _service: Service,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<JobQuery>,
) -> Result<Response, Refusal> {
    page(app, &query, &cause).await
}

/// The same for operators: `state=needs_review` is what waits for them.
#[utoipa::path(get, path = "/api/admin/billz/jobs", operation_id = "list_billz_jobs_for_operators", params(JobQuery),
    tag = "operations", security(("admin" = [])),
    responses((status = 200, body = Page<JobView<'static>>), (status = 422, description = "The state or the type is unknown")))]
pub async fn list_for_operators(
    State(app): State<&'static App>,
    _admin: Admin,
    Extension(cause): Extension<Cause>,
    Parameters(query): Parameters<JobQuery>,
) -> Result<Response, Refusal> {
    page(app, &query, &cause).await
}

/// One job, by its sender's correlation id.
#[utoipa::path(get, path = "/internal/billz/jobs/{correlationId}", operation_id = "show_billz_job",
    params(("correlationId" = String, Path)), tag = "billz", security(("service" = [])),
    responses((status = 200, body = JobView<'static>), (status = 404, description = "No such job")))]
pub async fn one(
    State(app): State<&'static App>,
    _service: Service,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    show(app, &id).await
}

/// The same for operators.
#[utoipa::path(get, path = "/api/admin/billz/jobs/{correlationId}", operation_id = "show_billz_job_for_operators",
    params(("correlationId" = String, Path)), tag = "operations", security(("admin" = [])),
    responses((status = 200, body = JobView<'static>), (status = 404, description = "No such job")))]
pub async fn one_for_operators(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    show(app, &id).await
}

/// Decides about a job that waits for a person. The same decision twice is decided once; the job goes on by itself.
/// While nobody has gone on with it, a repeat has it gone on with once more: what was to tell of the first may be lost.
#[utoipa::path(post, path = "/api/admin/billz/jobs/{correlationId}/resolve", operation_id = "resolve_billz_job",
    request_body = ResolveJob, params(("correlationId" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "operations", security(("admin" = [])),
    responses((status = 200, body = JobView<'static>), (status = 404, description = "No such job"),
        (status = 409, description = "The job is in no doubt, or in doubt about another step than the one named (`not_open`)"),
        (status = 422, description = "The resolution is unknown, the step is missing, or what the call made has to be named by Billz's id (`billz_id_needed`)")))]
pub async fn resolve(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResolveJob>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let step = command.wish.step;
        let (decision, decided) = command.wish.decision()?;
        let id: JobId = id.parse().map_err(|_| no_such("job"))?;
        let decide = |job: &mut BillzJob| job.decide(step, decision.clone());
        let changed = app.jobs.change(&id, &cause, decide).await?.ok_or_else(|| no_such("job"))?;
        let job = changed.job;
        match changed.outcome {
            Decided::Done => {
                let (correlation_id, kind) = (&cause.correlation_id, job.kind.as_str());
                tracing::info!(correlationId = correlation_id, job = %id, kind, decided, step, by = %admin, "review closed");
            }
            Decided::AlreadyDone => {}
            Decided::NotOpen => {
                let (state, now) = (job.state().as_str(), job.step);
                let doubt = job.pending.map_or("no call", |pending| pending.operation.as_str());
                let detail = format!(
                    "that cannot be decided about step {step}: the job is {state} in step {now}, with {doubt} in doubt"
                );
                return Err(conflict("not_open", detail));
            }
            Decided::NeedsId => {
                let detail = "billzId is needed: Billz's id of what the call made";
                return Err(unprocessable("billz_id_needed", detail));
            }
        }
        replies::json(StatusCode::OK, &Shown::new(job).whole())
    })
    .await
}

async fn page(app: &App, query: &JobQuery, cause: &Cause) -> Result<Response, Refusal> {
    let filter = Filter {
        state: query.state.as_deref().map(state).transpose()?,
        kind: query.kind.as_deref().map(kind).transpose()?,
    };
    let name = format!("billz jobs {filter:?}");
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let (jobs, next) = app.jobs.list(&filter, after.as_ref(), limit(query.limit)?, cause.now).await?;
    let shown: Vec<Shown> = jobs.into_iter().map(Shown::new).collect();
    let items = shown.iter().map(Shown::in_list).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

async fn show(app: &App, id: &str) -> Result<Response, Refusal> {
    let id: JobId = id.parse().map_err(|_| no_such("job"))?;
    let held = app.jobs.get(&id).await?.ok_or_else(|| no_such("job"))?;
    replies::json(StatusCode::OK, &Shown::new(held.job).whole())
}

fn state(name: &str) -> Result<JobState, Refusal> {
    let found = JobState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = JobState::ALL.map(JobState::as_str).join(", ");
        unprocessable("invalid_parameter", format!("the states are {known}"))
    })
}

fn kind(name: &str) -> Result<JobKind, Refusal> {
    let found = JobKind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = JobKind::ALL.map(JobKind::as_str).join(", ");
        unprocessable("invalid_parameter", format!("the types are {known}"))
    })
}
