//! `task.needs_review`: nobody knows whether the panel has a task; who asked for it has to look.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, key};

/// Nobody knows whether the panel has a task; who asked for it has to look.
///
/// Its buttons carry `t1:<task>:<attempt>:there` and `t1:<task>:<attempt>:again`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskNeedsReview {
    /// What is to be done: `maintenance` or `uninstall`.
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
    /// The task.
    #[serde(deserialize_with = "key::deserialize")]
    pub task_id: String,
    /// Which attempt it is that nobody knows about.
    pub attempt: u32,
}

impl TaskNeedsReview {
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
            Field::key("taskId"),
            Field::ordinal("attempt"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            task_type: "uninstall".to_owned(),
            customer: "Olena Koval, contract 1042".to_owned(),
            description: Some("Moves away, take the router".to_owned()),
            code: "TASK_CREATE_REQUEST_FAILED".to_owned(),
            reason: "TASK_CREATE_REQUEST_FAILED".to_owned(),
            task_id: "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b".to_owned(),
            attempt: 1,
        }
    }
}
