//! How the time of an invocation is divided.

use std::time::Duration;

use shared::lambda::deadline::Deadline;
use shared::providers::portmone::{CREATE_TAKES_AT_MOST, PAY_TAKES_AT_MOST};
use shared::providers::telecom::TOP_UP_TAKES_AT_MOST;
use tokio::time::Instant;

/// Kept free for writing down what was answered, and for telling the queue.
const LAST_WRITES: Duration = Duration::from_secs(12);
/// How long an invocation may take that is not told when it ends: its timeout in template.yaml. Shorter than the
/// lease of a call.
pub const UNTOLD: Duration = Duration::from_secs(120);

/// Whether any call that does something can still be begun.
pub fn has_time(deadline: Deadline) -> bool {
    has_time_for(CREATE_TAKES_AT_MOST.max(PAY_TAKES_AT_MOST).max(TOP_UP_TAKES_AT_MOST), deadline)
}

/// Whether a call that takes so long at most can still be begun.
pub fn has_time_for(call: Duration, deadline: Deadline) -> bool {
    Instant::now() < deadline.before(LAST_WRITES + call)
}
