//! `task.created`: a task that a member of the staff asked for is in the panel.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A task that a member of the staff asked for is in the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskCreated {
    /// What is to be done.
    pub task_type: String,
    /// For whom.
    pub customer: String,
    /// Who is to do it.
    pub workers: Vec<String>,
}

impl TaskCreated {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Staff,
        is_urgent: true,
        fields: &[Field::text("taskType"), Field::text("customer"), Field::names("workers")],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            task_type: "Connection repair".to_owned(),
            customer: "Olena Koval, contract 1042".to_owned(),
            workers: vec!["Taras".to_owned(), "Ihor".to_owned()],
        }
    }
}
