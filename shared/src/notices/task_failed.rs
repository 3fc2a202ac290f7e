//! `task.failed`: a task that a member of the staff asked for could not be made.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A task that a member of the staff asked for could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskFailed {
    /// What was to be done.
    pub task_type: String,
    /// For whom.
    pub customer: String,
    /// Which failure it is, for who looks after Paydesk.
    pub code: String,
    /// Why, in words.
    pub reason: String,
    /// Whether asking once more can help.
    pub retryable: bool,
}

impl TaskFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Staff,
        is_urgent: true,
        fields: &[
            Field::text("taskType"),
            Field::text("customer"),
            Field::id("code"),
            Field::text("reason"),
            Field::flag("retryable"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            task_type: "Connection repair".to_owned(),
            customer: "Olena Koval, contract 1042".to_owned(),
            code: "panel_unavailable".to_owned(),
            reason: "The panel does not answer".to_owned(),
            retryable: true,
        }
    }
}
