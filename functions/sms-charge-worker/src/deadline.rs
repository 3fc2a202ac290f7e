//! How the time of an invocation is divided.

use std::time::Duration;

use shared::lambda::deadline::Deadline;
use shared::providers::sippy::{ACCOUNT_TAKES_AT_MOST, DEBIT_TAKES_AT_MOST, PAYMENTS_TAKE_AT_MOST};
use tokio::time::Instant;

/// Kept free for writing down what the switch said, and for telling the queue.
const LAST_WRITES: Duration = Duration::from_secs(12);
/// How long an invocation may take that is not told when it ends: its timeout in template.yaml. Shorter than the
/// lease of a charge.
pub const UNTOLD: Duration = Duration::from_secs(120);

/// When a debit has to be begun at the latest.
pub fn debit_by(deadline: Deadline) -> Instant {
    deadline.before(LAST_WRITES + DEBIT_TAKES_AT_MOST)
}

/// When looking at an account has to be begun at the latest, so that a debit can follow.
pub fn look_by(deadline: Deadline) -> Instant {
    deadline.before(LAST_WRITES + DEBIT_TAKES_AT_MOST + ACCOUNT_TAKES_AT_MOST)
}

/// When a question about a debit has to be begun at the latest.
pub fn ask_by(deadline: Deadline) -> Instant {
    deadline.before(LAST_WRITES + PAYMENTS_TAKE_AT_MOST)
}
