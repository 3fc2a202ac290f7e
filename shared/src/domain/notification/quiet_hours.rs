//! The hours in which a person does not want to be disturbed.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// From and until when, by the clock on the person's wall; over midnight when `until` is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    until: Time,
}

/// Why two times are no quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("quiet hours begin and end at different times")]
pub struct QuietHoursError;

impl QuietHours {
    /// Quiet from `from` (included) until `until` (excluded).
    ///
    /// # Errors
    /// When they are the same.
    pub fn new(from: Time, until: Time) -> Result<Self, QuietHoursError> {
        if from == until { Err(QuietHoursError) } else { Ok(Self { from, until }) }
    }

    /// When they begin.
    pub fn from(&self) -> Time {
        self.from
    }

    /// When they end.
    pub fn until(&self) -> Time {
        self.until
    }

    /// If they hold at `now`: when they end.
    ///
    /// What the wall shows decides. Where clocks are put forward over the end, they end at that moment;
    /// where clocks are put back, an hour that is shown twice counts twice.
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let wall = zone.to_datetime(now);
        if !self.hold_at(wall.time()) {
            return None;
        }
        let ends_today = wall.time() < self.until;
        let date = if ends_today { wall.date() } else { wall.date().tomorrow().ok()? };
        let end = zone.to_ambiguous_timestamp(date.to_datetime(self.until));
        match end.offset() {
            // The wall never shows the end: clocks are put forward over it.
            AmbiguousOffset::Gap { .. } => zone.following(now).next().map(|jump| jump.timestamp()),
            // Of two instants that the wall shows so, the first that is not past.
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                let earlier = end.earlier().ok()?;
                if earlier > now { Some(earlier) } else { end.later().ok() }
            }
        }
    }

    fn hold_at(&self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use super::*;
    use jiff::civil::time;
    use jiff::{SignedDuration, ToSpan};
    use proptest::prelude::{Strategy, any};
    use proptest::{prop_assert, prop_assert_eq, proptest, sample::select};

    fn zone(name: &str) -> TimeZone {
        name.parse::<crate::domain::zone::Zone>().unwrap().rules().clone()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night() -> QuietHours {
        QuietHours::new(time(22, 0, 0, 0), time(7, 0, 0, 0)).unwrap()
    }

    #[test]
    fn a_night_ends_in_the_morning_of_the_person_s_own_clock() {
        let cases = [
            ("Asia/Jakarta", "2026-11-21T14:59:59Z", None),
            ("Asia/Jakarta", "2026-11-21T15:00:00Z", Some("2026-11-22T00:00:00Z")),
            ("Asia/Jakarta", "2026-11-21T23:59:59Z", Some("2026-11-22T00:00:00Z")),
            ("Asia/Jakarta", "2026-11-22T00:00:00Z", None),
            ("Europe/Kyiv", "2026-11-21T21:00:00Z", Some("2026-11-22T05:00:00Z")),
        ];
        for (name, now, end) in cases {
            assert_eq!(night().end(at(now), &zone(name)), end.map(at), "{name} {now}");
        }
    }

    #[test]
    fn a_night_in_which_clocks_change_ends_when_the_wall_says_so() {
        // 2026-03-29: 03:00 becomes 04:00. 2026-10-25: 04:00 becomes 03:00.
        let kyiv = zone("Europe/Kyiv");
        assert_eq!(night().end(at("2026-03-28T21:00:00Z"), &kyiv), Some(at("2026-03-29T04:00:00Z")));
        assert_eq!(night().end(at("2026-10-24T21:00:00Z"), &kyiv), Some(at("2026-10-25T05:00:00Z")));
    }

    #[test]
    fn an_end_that_the_wall_never_shows_is_when_clocks_are_put_forward() {
        let until_half_past_three = QuietHours::new(time(22, 0, 0, 0), time(3, 30, 0, 0)).unwrap();
        let end = until_half_past_three.end(at("2026-03-29T00:30:00Z"), &zone("Europe/Kyiv"));
        assert_eq!(end, Some(at("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn an_end_that_the_wall_shows_twice_ends_each_of_them() {
        let until_half_past_three = QuietHours::new(time(22, 0, 0, 0), time(3, 30, 0, 0)).unwrap();
        let kyiv = zone("Europe/Kyiv");
        let end = |now: &str| until_half_past_three.end(at(now), &kyiv);
        assert_eq!(end("2026-10-25T00:10:00Z"), Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(end("2026-10-25T00:40:00Z"), None);
        assert_eq!(end("2026-10-25T01:10:00Z"), Some(at("2026-10-25T01:30:00Z")));
    }

    #[test]
    fn hours_of_no_length_are_refused() {
        assert_eq!(QuietHours::new(time(7, 0, 0, 0), time(7, 0, 0, 0)), Err(QuietHoursError));
    }

    fn any_time() -> impl Strategy<Value = Time> {
        (0..24_i8, 0..60_i8).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
    }

    proptest! {
        #[test]
        fn until_the_end_it_is_quiet_and_at_the_end_it_is_not(
            from in any_time(),
            until in any_time(),
            second in 1_767_225_600_i64..1_798_761_600,
            name in select(vec!["Europe/Kyiv", "Asia/Jakarta", "Asia/Tashkent", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
            part in any::<u16>(),
        ) {
            let Ok(hours) = QuietHours::new(from, until) else { return Ok(()) };
            let (zone, now) = (zone(name), Timestamp::from_second(second).unwrap());
            let quiet = |instant: Timestamp| hours.hold_at(zone.to_datetime(instant).time());
            match hours.end(now, &zone) {
                None => prop_assert!(!quiet(now)),
                Some(end) => {
                    prop_assert!(quiet(now));
                    prop_assert!(end > now && end < now + 50.hours());
                    prop_assert!(!quiet(end), "{end}");
                    let length = end.duration_since(now).as_secs();
                    let between = now + SignedDuration::from_secs(length * i64::from(part) / (1 << 16));
                    prop_assert_eq!(quiet(between), true, "{}", between);
                }
            }
        }
    }
}
