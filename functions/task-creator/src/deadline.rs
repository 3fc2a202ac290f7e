//! How the time of an invocation is divided.

use std::time::Duration;

use shared::lambda::deadline::Deadline;
use tokio::time::Instant;

/// Kept free for writing down what became of a task, and for telling the queue.
const LAST_WRITES: Duration = Duration::from_secs(10);
/// Kept free for asking the panel. A session found over may need more: then it is not renewed in this
/// invocation, nothing was created, and the message comes again.
const ASKING: Duration = Duration::from_secs(25);
/// How long an invocation may take that is not told when it ends: its timeout in template.yaml.
pub const UNTOLD: Duration = Duration::from_secs(60);

/// When a task has to be claimed at the latest.
pub fn begin_by(deadline: Deadline) -> Instant {
    deadline.before(LAST_WRITES.saturating_add(ASKING))
}

/// When the panel must have answered.
pub fn answer_by(deadline: Deadline) -> Instant {
    deadline.before(LAST_WRITES)
}
