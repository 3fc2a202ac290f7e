//! How often usage is billed: days in UTC.

use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// Whenever a limit is reached.
    Threshold,
}

/// The scheduled run that closes a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// Every day; also weeks and months that end on days of their own.
    Daily,
    /// Mondays.
    Weekly,
    /// The first of the month.
    Monthly,
}

/// A day of the week, counted from Sunday as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOfWeek(u8);

/// A day that every month has: 1 to 28.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOfMonth(u8);

/// When periods end: at midnight UTC, before the day that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// How often.
    pub frequency: Frequency,
    /// The first day of a billed week.
    pub day_of_week: DayOfWeek,
    /// The first day of a billed month.
    pub day_of_month: DayOfMonth,
}

/// Why a text is not a frequency or a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("one of daily, weekly, monthly and, for a frequency, threshold")]
pub struct FrequencyError;

impl Frequency {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Threshold => "threshold",
        }
    }
}

impl FromStr for Frequency {
    type Err = FrequencyError;

    fn from_str(text: &str) -> Result<Self, FrequencyError> {
        let known = [Self::Daily, Self::Weekly, Self::Monthly, Self::Threshold];
        known.into_iter().find(|frequency| frequency.as_str() == text).ok_or(FrequencyError)
    }
}

impl Schedule {
    /// Every schedule.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// The name in the API and in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

impl FromStr for Schedule {
    type Err = FrequencyError;

    fn from_str(text: &str) -> Result<Self, FrequencyError> {
        Self::ALL.into_iter().find(|schedule| schedule.as_str() == text).ok_or(FrequencyError)
    }
}

impl DayOfWeek {
    /// The day that the weekly run is on.
    pub const MONDAY: Self = Self(1);

    /// 0 for Sunday to 6 for Saturday.
    pub const fn new(number: u8) -> Option<Self> {
        if number > 6 { None } else { Some(Self(number)) }
    }

    /// 0 for Sunday to 6 for Saturday.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl DayOfMonth {
    /// The day that the monthly run is on.
    pub const FIRST: Self = Self(1);

    /// 1 to 28.
    pub const fn new(number: u8) -> Option<Self> {
        if number == 0 || number > 28 { None } else { Some(Self(number)) }
    }

    /// 1 to 28.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Rhythm {
    /// Whether a period begins with that day.
    fn begins_on(self, day: Date) -> bool {
        match self.frequency {
            Frequency::Daily => true,
            Frequency::Weekly => {
                u8::try_from(day.weekday().to_sunday_zero_offset()) == Ok(self.day_of_week.0)
            }
            Frequency::Monthly => u8::try_from(day.day()) == Ok(self.day_of_month.0),
            Frequency::Threshold => false,
        }
    }

    /// The first end of a period after `at`; none where limits end them.
    pub fn next_end(self, at: Timestamp) -> Option<Timestamp> {
        let today = date_of(at);
        let days = (1..=31).filter_map(|days: i32| today.checked_add(days.days()).ok());
        days.into_iter().find(|day| self.begins_on(*day)).and_then(midnight)
    }

    /// The last beginning of a period up to `at`, that instant included; none where limits end them.
    pub fn last_start(self, at: Timestamp) -> Option<Timestamp> {
        let today = date_of(at);
        let days = (0..=31).filter_map(|days: i32| today.checked_sub(days.days()).ok());
        days.into_iter().find(|day| self.begins_on(*day)).and_then(midnight)
    }

    /// The run that closes a period that ends at `end`: the rarer one only where it comes right after. What ends on
    /// days of its own is closed by the daily run, and so is what was left over by an earlier rhythm.
    pub fn schedule_of(self, end: Timestamp) -> Schedule {
        let day = date_of(end);
        match self.frequency {
            Frequency::Weekly if day.weekday() == Weekday::Monday => Schedule::Weekly,
            Frequency::Monthly if day.day() == 1 => Schedule::Monthly,
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Threshold => {
                Schedule::Daily
            }
        }
    }
}

/// The day in UTC.
pub fn date_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first instant of that day in UTC.
pub fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, any};
    use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

    pub(in crate::domain::sms) fn any_rhythm() -> impl Strategy<Value = Rhythm> {
        let frequency = prop_oneof![
            Just(Frequency::Daily),
            Just(Frequency::Weekly),
            Just(Frequency::Monthly),
            Just(Frequency::Threshold)
        ];
        (frequency, 0_u8..7, 1_u8..29).prop_map(|(frequency, week, month)| Rhythm {
            frequency,
            day_of_week: DayOfWeek(week),
            day_of_month: DayOfMonth(month),
        })
    }

    fn rhythm(frequency: Frequency) -> Rhythm {
        Rhythm { frequency, day_of_week: DayOfWeek::MONDAY, day_of_month: DayOfMonth::FIRST }
    }

    #[test]
    fn periods_end_at_midnight_before_their_day() {
        let at: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let end = |frequency| rhythm(frequency).next_end(at).map(|end| end.to_string());
        assert_eq!(end(Frequency::Daily).as_deref(), Some("2026-11-22T00:00:00Z"));
        assert_eq!(end(Frequency::Weekly).as_deref(), Some("2026-11-23T00:00:00Z"));
        assert_eq!(end(Frequency::Monthly).as_deref(), Some("2026-12-01T00:00:00Z"));
        assert_eq!(end(Frequency::Threshold), None);
    }

    #[test]
    fn an_end_is_after_the_instant_and_a_start_is_not() {
        let midnight: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let weekly = rhythm(Frequency::Weekly);
        assert_eq!(weekly.last_start(midnight), Some(midnight));
        assert_eq!(weekly.next_end(midnight).unwrap().to_string(), "2026-11-30T00:00:00Z");
    }

    #[test]
    fn days_of_ones_own_are_closed_by_the_daily_run() {
        let closes = |frequency, end: &str| rhythm(frequency).schedule_of(end.parse().unwrap());
        assert_eq!(closes(Frequency::Weekly, "2026-11-23T00:00:00Z"), Schedule::Weekly);
        assert_eq!(closes(Frequency::Weekly, "2026-11-25T00:00:00Z"), Schedule::Daily);
        assert_eq!(closes(Frequency::Monthly, "2026-12-01T00:00:00Z"), Schedule::Monthly);
        assert_eq!(closes(Frequency::Monthly, "2026-11-22T00:00:00Z"), Schedule::Daily);
        assert_eq!(closes(Frequency::Daily, "2026-11-23T00:00:00Z"), Schedule::Daily);
    }

    proptest! {
        /// Whatever the rhythm, its periods tile time: from the end of one the next begins.
        #[test]
        fn periods_tile_time(rhythm in any_rhythm(), seconds in 1_700_000_000_i64..1_900_000_000) {
            let at = Timestamp::from_second(seconds).unwrap();
            if let (Some(start), Some(end)) = (rhythm.last_start(at), rhythm.next_end(at)) {
                prop_assert!(start <= at && at < end);
                prop_assert_eq!(rhythm.last_start(end), Some(end));
                prop_assert_eq!(rhythm.next_end(start), Some(end));
            } else {
                prop_assert_eq!(rhythm.frequency, Frequency::Threshold);
            }
        }

        #[test]
        fn names_read_back(rhythm in any_rhythm(), text in any::<String>()) {
            prop_assert_eq!(rhythm.frequency.as_str().parse(), Ok(rhythm.frequency));
            if let Ok(schedule) = text.parse::<Schedule>() {
                prop_assert_eq!(schedule.as_str(), text);
            }
        }
    }
}
