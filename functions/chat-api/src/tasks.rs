//! `/api/admin/support-tasks`: what became of tasks asked for in a chat, and what a person decides about them.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::domain::identifier::TaskId;
use shared::domain::support_task::{Decided, Decision, SupportTask, TaskState};
use shared::rest::auth::Admin;
use shared::rest::command::Command;
use shared::rest::idempotency::once;
use shared::rest::paging::{Page, Parameters, limit, place};
use shared::rest::replies::{self, Refusal, conflict, no_such, unprocessable};
use shared::stores::invoices::Cause;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::task_views::TaskView;

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TaskQuery {
    /// In this one state: `PENDING`, `CREATED`, `FAILED`, `NEEDS_REVIEW` or `GIVEN_UP`; `NEEDS_REVIEW`, what
    /// waits for a person, when not given.
    state: Option<String>,
    /// Items wanted, 1 to 100; 20 when not given.
    limit: Option<u8>,
    /// `nextCursor` of the part before.
    cursor: Option<String>,
}

/// A decision about a task that was not plainly created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveTask {
    /// What is decided.
    resolution: Resolution,
    /// The attempt that was looked at. Whoever is late decides nothing about the one after it.
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
}

/// `it_is_there`: somebody saw it in the panel. `create_again`: it is not there, and the panel is asked once
/// more. `give_up`: it is not needed any more.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    ItIsThere,
    CreateAgain,
    GiveUp,
}

impl Resolution {
    /// The decision, and its name in log lines.
    fn decision(self) -> (Decision, &'static str) {
        match self {
            Self::ItIsThere => (Decision::ItIsThere, "it_is_there"),
            Self::CreateAgain => (Decision::CreateAgain, "create_again"),
            Self::GiveUp => (Decision::GiveUp, "give_up"),
        }
    }
}

/// Support tasks in one state, newest first.
#[utoipa::path(get, path = "/api/admin/support-tasks", operation_id = "list_support_tasks", params(TaskQuery), tag = "operations",
    security(("admin" = [])),
    responses((status = 200, body = Page<TaskView>), (status = 422, description = "The state is unknown")))]
pub async fn list(
    State(app): State<&'static App>,
    _admin: Admin,
    Parameters(query): Parameters<TaskQuery>,
) -> Result<Response, Refusal> {
    let state = query.state.as_deref().map_or(Ok(TaskState::NeedsReview), state)?;
    let name = format!("support tasks {}", state.as_str());
    let after = place(&app.edge.cursors, &name, query.cursor.as_deref())?;
    let (tasks, next) = app.tasks.list(state, after.as_ref(), limit(query.limit)?).await?;
    let items = tasks.iter().map(TaskView::of).collect();
    let next_cursor = next.map(|place| app.edge.cursors.write(&name, &place));
    replies::json(StatusCode::OK, &Page { items, next_cursor })
}

/// One support task.
#[utoipa::path(get, path = "/api/admin/support-tasks/{id}", operation_id = "show_support_task",
    params(("id" = String, Path)), tag = "operations", security(("admin" = [])),
    responses((status = 200, body = TaskView), (status = 404, description = "No such task")))]
pub async fn one(
    State(app): State<&'static App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id: TaskId = id.parse().map_err(|_| no_such("task"))?;
    let task = app.tasks.get(&id).await?.ok_or_else(|| no_such("task"))?;
    replies::json(StatusCode::OK, &TaskView::of(&task))
}

/// Decides about a task that failed, or that nobody knows whether it was created. The same decision twice is
/// decided once.
#[utoipa::path(post, path = "/api/admin/support-tasks/{id}/resolve", operation_id = "resolve_support_task",
    request_body = ResolveTask, params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat get the first answer")),
    tag = "operations", security(("admin" = [])),
    responses((status = 200, body = TaskView), (status = 404, description = "No such task"),
        (status = 409, description = "The task is in no doubt, or in another attempt than the one named (`not_open`)"),
        (status = 422, description = "The resolution is unknown, or the attempt is missing")))]
pub async fn resolve(
    State(app): State<&'static App>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Extension(cause): Extension<Cause>,
    command: Command<ResolveTask>,
) -> Result<Response, Refusal> {
    once(&app.edge, admin.as_str(), &command, &cause, async {
        let ResolveTask { resolution, attempt } = command.wish;
        let id: TaskId = id.parse().map_err(|_| no_such("task"))?;
        let (decision, decided) = resolution.decision();
        let decide = |task: &mut SupportTask| task.decide(attempt, decision, cause.now);
        let changed = app.tasks.change(&id, &cause, decide).await?.ok_or_else(|| no_such("task"))?;
        let task = &changed.task;
        match changed.outcome {
            Decided::Done => {
                let (correlation_id, state) = (&cause.correlation_id, task.state().as_str());
                tracing::info!(correlationId = correlation_id, task = %id, decided, attempt, state, by = %admin, "review closed");
            }
            Decided::AlreadyDone => {}
            Decided::NotOpen => {
                let (state, now) = (task.state().as_str(), task.attempt);
                let detail = format!("that cannot be decided about attempt {attempt}: the task is {state} in attempt {now}");
                return Err(conflict("not_open", detail));
            }
        }
        replies::json(StatusCode::OK, &TaskView::of(task))
    })
    .await
}

fn state(name: &str) -> Result<TaskState, Refusal> {
    let found = TaskState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = TaskState::ALL.map(TaskState::as_str).join(", ");
        unprocessable("invalid_parameter", format!("the states are {known}"))
    })
}
