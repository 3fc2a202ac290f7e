//! A value read at start and read again now and then: secrets that may be rotated.

use std::fmt::Display;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

/// When a value is read again in any case.
const STALE_AFTER: Duration = Duration::from_secs(5 * 60);
/// How often, at most, a proof that failed makes it be read again.
const AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// A value and its age.
#[derive(Debug)]
pub struct Refreshed<T> {
    held: RwLock<(T, Instant)>,
}

impl<T: Clone> Refreshed<T> {
    /// A value read just now.
    pub fn new(value: T) -> Self {
        Self { held: RwLock::new((value, Instant::now())) }
    }

    /// The value as last read.
    pub fn get(&self) -> T {
        self.held.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Whether it should be read again because of its age. To be asked for proved requests only,
    /// so that nobody unknown can cause a request to AWS.
    pub fn is_stale(&self) -> bool {
        self.age() >= STALE_AFTER
    }

    /// Whether it may be read again because a proof failed: it may have been rotated meanwhile.
    pub fn may_be_rotated(&self) -> bool {
        self.age() >= AT_MOST_EVERY
    }

    /// Holds what was read again; keeps what is held for another round when it could not be read.
    pub fn renew<E: Display>(&self, read: Result<T, E>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(value) => *held = (value, Instant::now()),
            Err(error) => {
                tracing::warn!(%error, "secrets could not be read again");
                held.1 = Instant::now();
            }
        }
    }

    fn age(&self) -> Duration {
        self.held.read().unwrap_or_else(PoisonError::into_inner).1.elapsed()
    }
}
