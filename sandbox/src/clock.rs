//! The sandbox's clock: the machine's, moved forward by tests.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// How far the sandbox's clock is ahead of the machine's.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_seconds: AtomicI64,
}

impl Clock {
    /// Now, in unix seconds.
    pub(crate) fn now_seconds(&self) -> i64 {
        Timestamp::now().as_second().saturating_add(self.ahead_seconds.load(Ordering::SeqCst))
    }

    /// Now, in unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        let ahead_ms = self.ahead_seconds.load(Ordering::SeqCst).saturating_mul(1_000);
        Timestamp::now().as_millisecond().saturating_add(ahead_ms)
    }

    /// Now, as RFC 3339 in UTC with whole seconds.
    pub(crate) fn now_text(&self) -> String {
        instant_text(self.now_seconds())
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn reset(&self) {
        self.ahead_seconds.store(0, Ordering::SeqCst);
    }
}

/// Unix seconds as RFC 3339 in UTC.
pub(crate) fn instant_text(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_out_of_range| seconds.to_string(), |at| at.to_string())
}
