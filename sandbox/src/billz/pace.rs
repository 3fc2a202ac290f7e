//! How many requests are taken within any second. Requests that were refused for it do not count.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

const SECOND_MS: i64 = 1_000;

/// What control sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Limit {
    /// Requests within any second, of all callers together; 0 is no limit.
    pub(crate) per_second: usize,
}

impl Default for Limit {
    fn default() -> Self {
        Self { per_second: 2 }
    }
}

/// The requests of the last second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    pub(crate) limit: Limit,
    taken_ms: VecDeque<i64>,
}

impl Pace {
    /// Takes a request, or does not.
    pub(super) fn takes(&mut self, now_ms: i64) -> bool {
        while self.taken_ms.front().is_some_and(|at_ms| now_ms - at_ms >= SECOND_MS) {
            self.taken_ms.pop_front();
        }
        let takes = self.limit.per_second == 0 || self.taken_ms.len() < self.limit.per_second;
        if takes {
            self.taken_ms.push_back(now_ms);
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Pace};

    #[test]
    fn two_are_taken_within_any_second() {
        let mut pace = Pace::default();
        let taken = [0, 100, 999, 1_000, 1_099, 1_100, 1_101].map(|at_ms| pace.takes(at_ms));
        assert_eq!(taken, [true, true, false, true, false, true, false]);
    }

    #[test]
    fn nought_is_no_limit() {
        let mut pace = Pace { limit: Limit { per_second: 0 }, ..Pace::default() };
        assert!((0..100).all(|_| pace.takes(5)));
    }
}
