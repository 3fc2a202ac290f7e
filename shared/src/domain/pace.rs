//! The pace of calls to a party that limits them: turns, given out one after the other to whoever asks.

use jiff::{SignedDuration, Timestamp};

/// Who is next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before this nobody calls.
    pub free_at: Timestamp,
}

impl Pace {
    /// A pace that nobody has asked for a turn yet.
    pub const UNUSED: Self = Self { free_at: Timestamp::UNIX_EPOCH };

    /// The next turn: when its owner may call. The one after it is `gap` later.
    pub fn take(&mut self, now: Timestamp, gap: SignedDuration) -> Timestamp {
        let turn = self.free_at.max(now);
        self.free_at = turn.saturating_add(gap).unwrap_or(Timestamp::MAX);
        turn
    }

    /// Nobody calls for so long from now: the party asked for it.
    pub fn rest(&mut self, now: Timestamp, rest: SignedDuration) {
        self.free_at = self.free_at.max(now.saturating_add(rest).unwrap_or(Timestamp::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, proptest};

    const GAP: SignedDuration = SignedDuration::from_millis(550);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    proptest! {
        #[test]
        fn no_two_turns_are_closer_than_the_gap_and_none_is_in_the_past(steps in proptest::collection::vec(0_i64..3000, 1..60)) {
            let mut pace = Pace::UNUSED;
            let mut now = 1_000_000_i64;
            let mut last: Option<Timestamp> = None;
            for step in steps {
                now = now.saturating_add(step);
                let turn = pace.take(at(now), GAP);
                prop_assert!(turn >= at(now));
                prop_assert!(last.is_none_or(|last| turn.duration_since(last) >= GAP));
                last = Some(turn);
            }
        }
    }

    #[test]
    fn whoever_is_alone_goes_at_once() {
        let mut pace = Pace::UNUSED;
        assert_eq!(pace.take(at(5000), GAP), at(5000));
        assert_eq!(pace.take(at(5100), GAP), at(5550));
        assert_eq!(pace.take(at(9000), GAP), at(9000));
    }

    #[test]
    fn a_party_that_wants_rest_gets_it() {
        let mut pace = Pace::UNUSED;
        pace.rest(at(1000), SignedDuration::from_secs(7));
        assert_eq!(pace.take(at(1100), GAP), at(8000));
        pace.rest(at(1200), SignedDuration::from_secs(1));
        assert_eq!(pace.take(at(1300), GAP), at(8550), "a shorter rest takes nothing away");
    }

    /// Five hundred jobs of ten calls each wait in one queue, worked on by two invocations of one call at a time;
    /// then a payment comes to the other queue.
    #[test]
    fn a_payment_does_not_wait_behind_bulk_work() {
        let mut pace = Pace::UNUSED;
        let mut now = at(0);
        // When each of the bulk invocations is free for its next call.
        let mut bulk = [at(0), at(0)];
        let mut made = 0;
        let mut paid = None;
        let arrives = at(60_000);
        while made < 5000 {
            let (next, _) = bulk.iter().enumerate().min_by_key(|(_, free)| **free).unwrap();
            now = now.max(bulk[next]);
            if paid.is_none() && now >= arrives {
                // Reading the order, and paying it.
                let first = pace.take(arrives, GAP);
                paid = Some((first, made));
            }
            bulk[next] = pace.take(now, GAP);
            made += 1;
        }
        let (paid_at, calls_before) = paid.unwrap();
        assert!(paid_at.duration_since(arrives) <= GAP * 3, "it waited {}", paid_at.duration_since(arrives));
        assert!(calls_before < 120, "{calls_before} of 5000 calls went first");
        let whole = bulk.iter().max().unwrap();
        assert!(whole.duration_since(at(0)) >= GAP * 4999, "the pace held");
    }
}
