//! How the time of an invocation is divided.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use tokio::time::Instant;

/// Kept free for writing down what became of a task, and for telling the queue.
const LAST_WRITES: Duration = Duration::from_secs(10);
/// Kept free for asking the panel. A session found over may need more: then it is not renewed in this
/// invocation, nothing was created, and the message comes again.
const ASKING: Duration = Duration::from_secs(25);
/// How long an invocation may take that is not told when it ends: its timeout in template.yaml.
const UNTOLD: Duration = Duration::from_secs(60);

/// When an invocation ends.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// Of an invocation. One that ended before it began is `cargo lambda watch`'s way of telling none.
    pub fn of(context: &Context) -> Self {
        let left = context.deadline().duration_since(SystemTime::now());
        Self::after(left.unwrap_or(UNTOLD))
    }

    /// After so long.
    pub fn after(left: Duration) -> Self {
        Self(Instant::now() + left)
    }

    /// When a task has to be claimed at the latest.
    pub fn begin_by(self) -> Instant {
        let answer_by = self.answer_by();
        answer_by.checked_sub(ASKING).unwrap_or(answer_by)
    }

    /// When the panel must have answered.
    pub fn answer_by(self) -> Instant {
        self.0.checked_sub(LAST_WRITES).unwrap_or(self.0)
    }
}
