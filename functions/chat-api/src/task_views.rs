//! Support tasks as the API shows them.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::panel_failure::PanelFailure;
use shared::domain::support_task::draft::{Subscriber, Worker};
use shared::domain::support_task::{Standing, SupportTask, Word};
use utoipa::ToSchema;

/// A support task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    /// Names the task.
    #[schema(example = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b")]
    id: String,
    /// `PENDING`, `CREATED`, `FAILED`, `NEEDS_REVIEW` or `GIVEN_UP`.
    state: &'static str,
    /// 1, and one more each time a person has it created again.
    attempt: u32,
    /// `maintenance` or `uninstall`.
    kind: &'static str,
    /// What is to be done, in the words of who asked for it.
    description: String,
    /// For whom.
    customer: CustomerView,
    /// By whom.
    workers: Vec<WorkerView>,
    /// Whether the panel is asked to tell by WhatsApp. Nobody here knows whether it does.
    whatsapp: bool,
    /// The user who asked for it.
    asked_by: String,
    /// The chat where they asked, and are told what became of it: Telegram's id, as text.
    #[schema(example = "4242")]
    chat_id: String,
    /// The language of that chat.
    #[schema(example = "uk")]
    locale: &'static str,
    /// When they asked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when the panel is being asked; null when it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    submitting_since: Option<Timestamp>,
    /// When the state was found; null while it is `PENDING`.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// By whose word it is in the panel: `PANEL` or `PERSON`; null when it is not known to be there.
    confirmed_by: Option<&'static str>,
    /// Why it is not there, or not known to be there.
    failure: Option<FailureView>,
}

/// Whom a task is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerView {
    /// Names them in the panel.
    username: String,
    /// What they are called.
    name: String,
}

/// Who carries out a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkerView {
    /// Names them in the panel.
    id: u32,
    /// What they are called.
    name: String,
}

/// Why the panel did not do what it was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureView {
    /// Which failure it is.
    #[schema(example = "TASK_CREATE_REQUEST_FAILED")]
    code: &'static str,
    /// Whether trying again may help. It says nothing about whether a task was created.
    retryable: bool,
    /// The cause, in words for operators.
    detail: String,
}

impl TaskView {
    /// The task as it is shown.
    pub fn of(task: &SupportTask) -> Self {
        let draft = &task.draft;
        let standing = StandingView::of(&task.standing);
        Self {
            id: task.id.to_string(),
            state: task.state().as_str(),
            attempt: task.attempt,
            kind: draft.kind.as_str(),
            description: draft.description.as_str().to_owned(),
            customer: CustomerView::of(&draft.customer),
            workers: draft.workers.as_slice().iter().map(WorkerView::of).collect(),
            whatsapp: draft.whats_app.is_requested(),
            asked_by: task.asked_by.to_string(),
            chat_id: task.chat.0.to_string(),
            locale: task.locale.code(),
            created_at: task.created_at,
            submitting_since: standing.submitting_since,
            settled_at: standing.settled_at,
            confirmed_by: standing.confirmed_by,
            failure: standing.failure.map(FailureView::of),
        }
    }
}

/// What a standing says, taken apart.
#[derive(Default)]
struct StandingView<'a> {
    submitting_since: Option<Timestamp>,
    settled_at: Option<Timestamp>,
    confirmed_by: Option<&'static str>,
    failure: Option<&'a PanelFailure>,
}

impl<'a> StandingView<'a> {
    fn of(standing: &'a Standing) -> Self {
        match standing {
            Standing::Ready => Self::default(),
            Standing::Submitting { since } => Self { submitting_since: Some(*since), ..Self::default() },
            Standing::Created { at, word } => {
                let by = match word {
                    Word::Panel => "PANEL",
                    Word::Person => "PERSON",
                };
                Self { settled_at: Some(*at), confirmed_by: Some(by), ..Self::default() }
            }
            Standing::Failed { at, failure } | Standing::NeedsReview { since: at, failure } => {
                Self { settled_at: Some(*at), failure: Some(failure), ..Self::default() }
            }
            Standing::GivenUp { at } => Self { settled_at: Some(*at), ..Self::default() },
        }
    }
}

impl CustomerView {
    fn of(customer: &Subscriber) -> Self {
        Self { username: customer.username.to_string(), name: customer.name.clone() }
    }
}

impl WorkerView {
    fn of(worker: &Worker) -> Self {
        Self { id: worker.id.0, name: worker.name.clone() }
    }
}

impl FailureView {
    fn of(failure: &PanelFailure) -> Self {
        let code = failure.code;
        Self { code: code.as_str(), retryable: code.is_retryable(), detail: failure.detail.clone() }
    }
}
