//! What is said to who answered a question about a task.

use super::{View, Words};

impl Words {
    /// The task is in the panel, by this person's word.
    pub fn task_there(&self) -> View {
        View::of(self.html("task_there", &[]))
    }

    /// The task is being made again.
    pub fn task_again(&self) -> View {
        View::of(self.html("task_again", &[]))
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
