//! When an invocation ends, and what can still be begun before that.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

/// When an invocation ends.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// Of an invocation. One that ended before it began is `cargo lambda watch`'s way of telling none: it then
    /// ends after `untold`, the function's timeout in template.yaml.
    pub fn of(context: &Context, untold: Duration) -> Self {
        let left = context.deadline().duration_since(SystemTime::now());
        Self::after(left.unwrap_or(untold))
    }

    /// After so long.
    pub fn after(left: Duration) -> Self {
        Self(Instant::now() + left)
    }

    /// So long before the end.
    pub fn before(self, margin: Duration) -> Instant {
        self.0.checked_sub(margin).unwrap_or(self.0)
    }
}
