//! What is said to who answered a question about a task.

use shared::domain::support_task::draft::TaskDraft;

use super::{View, Words};

impl Words {
    /// The task is in the panel, by this person's word.
    pub fn task_there(&self, draft: &TaskDraft) -> View {
        View::of(format!("{}\n\n{}", self.html("task_there", &[]), self.draft(draft).join("\n")))
    }

    /// The task is being made again.
    pub fn task_again(&self, draft: &TaskDraft) -> View {
        View::of(format!("{}\n\n{}", self.html("task_again", &[]), self.draft(draft).join("\n")))
    }

    /// The same was decided before.
    pub fn task_decided_before(&self) -> String {
        self.label("task_decided_before")
    }

    /// The button is about an earlier attempt, or the task is in no doubt.
    pub fn task_not_open(&self) -> String {
        self.label("task_not_open")
    }
}
