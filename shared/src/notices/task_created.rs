//! `task.created`: a task that a member of the staff asked for is in the panel.

use serde::{Deserialize, Serialize};

use crate::notices::about::{About, Audience};
use crate::notices::field::Field;

/// A task that a member of the staff asked for is in the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskCreated {
    /// What is to be done: `maintenance` or `uninstall`.
    pub task_type: String,
    /// For whom.
    pub customer: String,
    /// Who is to do it.
    pub workers: Vec<String>,
    /// Whether the panel was asked to tell them by WhatsApp. Nobody here knows whether it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whatsapp: Option<bool>,
}

impl TaskCreated {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Staff,
        is_urgent: true,
        fields: &[
            Field::choice("taskType"),
            Field::text("customer"),
            Field::names("workers"),
            Field::flag("whatsapp").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            task_type: "maintenance".to_owned(),
            customer: "Olena Koval, contract 1042".to_owned(),
            workers: vec!["Taras".to_owned(), "Ihor".to_owned()],
            whatsapp: Some(true),
        }
    }
}
