//! The pace of calls to a party that limits them: turns, given out one after the other to whoever asks.

use jiff::{SignedDuration, Timestamp};

/// The longest that a party is left alone at its wish: one that asks for more is asked again after that.
pub const LONGEST_REST: SignedDuration = SignedDuration::from_mins(15);

/// What became of asking for a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is ours, and then.
    At(Timestamp),
    /// None is free before this, which is too late for who asks: none was taken.
    NotBefore(Timestamp),
}

/// Who is next, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before this nobody calls.
    pub free_at: Timestamp,
}

impl Pace {
    /// A pace that nobody has asked for a turn yet.
    pub const UNUSED: Self = Self { free_at: Timestamp::UNIX_EPOCH };

    /// The next turn, for who can use one until `latest`. The one after it is `gap` later.
    ///
    /// A turn that nobody would use is not given out: else those who come back in vain push each other's turns
    /// away, for ever.
    pub fn take(&mut self, now: Timestamp, gap: SignedDuration, latest: Timestamp) -> Turn {
        let turn = self.free_at.max(now);
        if turn > latest {
            return Turn::NotBefore(turn);
        }
        self.free_at = turn.saturating_add(gap).unwrap_or(Timestamp::MAX);
        Turn::At(turn)
    }

    /// Nobody calls for so long from now, and at most for [`LONGEST_REST`]: the party asked for it.
    pub fn rest(&mut self, now: Timestamp, rest: SignedDuration) {
        let rest = rest.min(LONGEST_REST);
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

    /// A turn for who has all the time in the world.
    fn turn(pace: &mut Pace, now: Timestamp) -> Timestamp {
        match pace.take(now, GAP, Timestamp::MAX) {
            Turn::At(turn) => turn,
            Turn::NotBefore(turn) => panic!("no turn before {turn}"),
        }
    }

    #[test]
    fn whoever_cannot_wait_takes_nobody_s_turn() {
        let mut pace = Pace::UNUSED;
        pace.rest(at(0), SignedDuration::from_secs(120));
        for second in 0..600 {
            let now = at(second * 100);
            assert_eq!(
                pace.take(now, GAP, now + SignedDuration::from_secs(40)),
                Turn::NotBefore(at(120_000))
            );
        }
        assert_eq!(turn(&mut pace, at(90_000)), at(120_000), "nothing was pushed away");
    }

    #[test]
    fn no_wish_stops_everybody_for_hours() {
        let mut pace = Pace::UNUSED;
        pace.rest(at(0), SignedDuration::from_hours(24));
        assert_eq!(turn(&mut pace, at(1)), at(15 * 60 * 1000));
    }

    proptest! {
        #[test]
        fn no_two_turns_are_closer_than_the_gap_and_none_is_in_the_past(steps in proptest::collection::vec(0_i64..3000, 1..60)) {
            let mut pace = Pace::UNUSED;
            let mut now = 1_000_000_i64;
            let mut last: Option<Timestamp> = None;
            for step in steps {
                now = now.saturating_add(step);
                let turn = turn(&mut pace, at(now));
                prop_assert!(turn >= at(now));
                prop_assert!(last.is_none_or(|last| turn.duration_since(last) >= GAP));
                last = Some(turn);
            }
        }
    }

    #[test]
    fn whoever_is_alone_goes_at_once() {
        let mut pace = Pace::UNUSED;
        assert_eq!(turn(&mut pace, at(5000)), at(5000));
        assert_eq!(turn(&mut pace, at(5100)), at(5550));
        assert_eq!(turn(&mut pace, at(9000)), at(9000));
    }

    #[test]
    fn a_party_that_wants_rest_gets_it() {
        let mut pace = Pace::UNUSED;
        pace.rest(at(1000), SignedDuration::from_secs(7));
        assert_eq!(turn(&mut pace, at(1100)), at(8000));
        pace.rest(at(1200), SignedDuration::from_secs(1));
        assert_eq!(turn(&mut pace, at(1300)), at(8550), "a shorter rest takes nothing away");
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
                let first = turn(&mut pace, arrives);
                paid = Some((first, made));
            }
            bulk[next] = turn(&mut pace, now);
            made += 1;
        }
        let (paid_at, calls_before) = paid.unwrap();
        assert!(paid_at.duration_since(arrives) <= GAP * 3, "it waited {}", paid_at.duration_since(arrives));
        assert!(calls_before < 120, "{calls_before} of 5000 calls went first");
        let whole = bulk.iter().max().unwrap();
        assert!(whole.duration_since(at(0)) >= GAP * 4999, "the pace held");
    }
}
