//! What the events of support tasks are, as messages: asked for, and answered in the chat of who asked.

use shared::domain::panel_failure::PanelCode;
use shared::notices::Notice;
use shared::notices::task_created::TaskCreated;
use shared::notices::task_failed::TaskFailed;
use shared::notices::task_needs_review::TaskNeedsReview;
use shared::notices::texts::foreign::one_line;
use shared::queues::notification::{Notification, ToldChat};
use shared::queues::support_task::{SupportTaskRequest, VERSION};
use shared::stores::outbox::{StoredEvent, StoredTask, StoredTaskTrouble};

use crate::route::notification;

/// Longest beginning of a description that tells a task from others, in UTF-16 units.
const DESCRIPTION: usize = 200;

/// The message that has a task made.
pub fn request(event: &StoredEvent, attempt: u32) -> SupportTaskRequest {
    SupportTaskRequest {
        version: VERSION,
        task_id: event.aggregate().to_owned(),
        attempt,
        correlation_id: event.correlation_id.clone(),
    }
}

/// The message that a task is in the panel.
pub fn created(event: &StoredEvent, task: &StoredTask) -> Notification {
    let notice = TaskCreated {
        task_type: task.kind.clone(),
        customer: customer(task),
        workers: task.workers.clone(),
        whatsapp: Some(task.whats_app),
    };
    in_chat(event, task, Notice::TaskCreated(notice))
}

/// The message that a task is not in the panel, with what its button needs to have it made again.
pub fn failed(event: &StoredEvent, trouble: &StoredTaskTrouble) -> Notification {
    let task = &trouble.task;
    // What is switched off stays so: a button would only be pressed in vain.
    let has_button = trouble.code != PanelCode::ServiceDisabled.as_str();
    let notice = TaskFailed {
        task_type: task.kind.clone(),
        customer: customer(task),
        description: description(task),
        code: trouble.code.clone(),
        // In the reader's language; what is known in detail is for the logs and the API.
        reason: trouble.code.clone(),
        retryable: trouble.retryable,
        task_id: has_button.then(|| event.aggregate().to_owned()),
        attempt: has_button.then_some(task.attempt),
    };
    in_chat(event, task, Notice::TaskFailed(notice))
}

/// The message that a person has to look for a task in the panel.
pub fn needs_looking(event: &StoredEvent, trouble: &StoredTaskTrouble) -> Notification {
    let task = &trouble.task;
    let notice = TaskNeedsReview {
        task_type: task.kind.clone(),
        customer: customer(task),
        description: description(task),
        code: trouble.code.clone(),
        reason: trouble.code.clone(),
        task_id: event.aggregate().to_owned(),
        attempt: task.attempt,
    };
    in_chat(event, task, Notice::TaskNeedsReview(notice))
}

/// The message that answers where the task was asked for.
fn in_chat(event: &StoredEvent, task: &StoredTask, notice: Notice) -> Notification {
    let chat = ToldChat { id: task.chat, locale: task.locale.clone() };
    Notification { chat: Some(chat), ..notification(event, Some(&task.user_id), notice) }
}

/// The name, and the login name by which the panel finds them.
fn customer(task: &StoredTask) -> String {
    if task.customer == task.username {
        return task.username.clone();
    }
    format!("{} ({})", task.customer, task.username)
}

/// What was asked for, in one line; none where an older release wrote the event.
fn description(task: &StoredTask) -> Option<String> {
    Some(one_line(&task.description, DESCRIPTION)).filter(|words| !words.is_empty())
}
