//! `task.failed`: a task that a member of the staff asked for could not be made.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, key};

/// A task that a member of the staff asked for could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskFailed {
    /// What was to be done: `maintenance` or `uninstall`.
    pub task_type: String,
    /// For whom.
    pub customer: String,
    /// What was asked for, to be told from other tasks of the customer: the beginning is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which failure it is, for who looks after Paydesk.
    pub code: String,
    /// Why: a code of the panel's, told in the reader's language, or words that are shown as they are.
    pub reason: String,
    /// Whether asking once more can help.
    pub retryable: bool,
    /// The task, where a button to try again is wanted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "key::deserialize_optional"
    )]
    pub task_id: Option<String>,
    /// Which attempt it was that failed. The button needs it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

impl TaskFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Staff,
        is_urgent: true,
        fields: &[
            Field::choice("taskType"),
            Field::text("customer"),
            Field::text("description").optional(),
            Field::id("code"),
            Field::choice("reason"),
            Field::flag("retryable"),
            Field::key("taskId").optional(),
            Field::ordinal("attempt").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            task_type: "maintenance".to_owned(),
            customer: "Olena Koval, contract 1042".to_owned(),
            description: Some("No light since noon".to_owned()),
            code: "TASK_CREATE_HTTP_ERROR".to_owned(),
            reason: "TASK_CREATE_HTTP_ERROR".to_owned(),
            retryable: true,
            task_id: Some("01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b".to_owned()),
            attempt: Some(1),
        }
    }
}
