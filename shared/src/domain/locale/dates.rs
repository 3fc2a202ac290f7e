//! Days and times as each language writes them, in a time zone that a person chose.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::locale::Locale;

const EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
/// In the genitive, as they stand behind the day.
const UK: [&str; 12] = [
    "січня",
    "лютого",
    "березня",
    "квітня",
    "травня",
    "червня",
    "липня",
    "серпня",
    "вересня",
    "жовтня",
    "листопада",
    "грудня",
];
const UZ: [&str; 12] = [
    "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avgust", "sentabr", "oktabr", "noyabr",
    "dekabr",
];
/// In the genitive, as they stand behind the day.
const RU: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

impl Locale {
    /// A day, such as `21 November 2026`.
    pub fn day(self, at: Timestamp, time_zone: &TimeZone) -> String {
        self.date(time_zone.to_datetime(at).date())
    }

    /// The last day of a period that ends at `at`: the day of the moment before.
    pub fn last_day(self, at: Timestamp, time_zone: &TimeZone) -> String {
        let before = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
        self.day(before, time_zone)
    }

    /// A day and time with the zone's abbreviation or, where it has none in letters, its offset:
    /// `21 November 2026, 14:05 (WIB)`, `2026-yil 21-noyabr, 12:05 (UTC+5)`.
    pub fn day_and_time(self, at: Timestamp, time_zone: &TimeZone) -> String {
        let local = time_zone.to_offset_info(at);
        let clock = local.offset().to_datetime(at);
        let (hour, minute) = (clock.hour(), clock.minute());
        let colon = if self == Self::Id { '.' } else { ':' };
        let abbreviation = local.abbreviation();
        let zone = if !abbreviation.is_empty() && abbreviation.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            abbreviation.to_owned()
        } else {
            offset(local.offset().seconds())
        };
        format!("{}, {hour:02}{colon}{minute:02} ({zone})", self.date(clock.date()))
    }

    fn date(self, date: Date) -> String {
        let (day, year) = (date.day(), date.year());
        let months = match self {
            Self::En => EN,
            Self::Id => ID,
            Self::Uk => UK,
            Self::Uz => UZ,
            Self::Ru => RU,
        };
        let index = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
        let month = months.get(index).copied().unwrap_or_default();
        match self {
            Self::En | Self::Id => format!("{day} {month} {year}"),
            Self::Uk => format!("{day} {month} {year}\u{a0}р."),
            Self::Uz => format!("{year}-yil {day}-{month}"),
            Self::Ru => format!("{day} {month} {year}\u{a0}г."),
        }
    }
}

/// `UTC+5`, `UTC-3:30`.
fn offset(seconds: i32) -> String {
    let minutes = seconds.unsigned_abs().checked_div(60).unwrap_or(0);
    let (hours, rest) = (minutes.checked_div(60).unwrap_or(0), minutes.checked_rem(60).unwrap_or(0));
    let sign = if seconds < 0 { '-' } else { '+' };
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(posix: &str) -> TimeZone {
        TimeZone::posix(posix).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_language_writes_a_day_and_time_its_own_way() {
        let (jakarta, kyiv) = (zone("WIB-7"), zone("EET-2EEST,M3.5.0/3,M10.5.0/4"));
        let (tashkent, moment) = (zone("<+05>-5"), at("2026-11-21T07:05:00Z"));
        assert_eq!(Locale::En.day_and_time(moment, &jakarta), "21 November 2026, 14:05 (WIB)");
        assert_eq!(Locale::Id.day_and_time(moment, &jakarta), "21 November 2026, 14.05 (WIB)");
        assert_eq!(Locale::Uk.day_and_time(moment, &kyiv), "21 листопада 2026\u{a0}р., 09:05 (EET)");
        assert_eq!(Locale::Uz.day_and_time(moment, &tashkent), "2026-yil 21-noyabr, 12:05 (UTC+5)");
        assert_eq!(Locale::Ru.day_and_time(moment, &kyiv), "21 ноября 2026\u{a0}г., 09:05 (EET)");
    }

    #[test]
    fn every_month_has_its_name_in_every_language() {
        let mut seen = std::collections::HashSet::new();
        for month in 1..=12 {
            let moment = at(&format!("2026-{month:02}-09T12:00:00Z"));
            for locale in Locale::ALL {
                let day = locale.day(moment, &TimeZone::UTC);
                assert!(day.contains('9') && day.contains("2026"), "{day}");
                seen.insert(day);
            }
        }
        // English and Indonesian share the names of April, September and November.
        assert_eq!(seen.len(), 57);
        assert_eq!(Locale::Ru.day(at("2026-01-09T12:00:00Z"), &TimeZone::UTC), "9 января 2026\u{a0}г.");
        assert_eq!(Locale::Id.day(at("2026-12-09T12:00:00Z"), &TimeZone::UTC), "9 Desember 2026");
    }

    #[test]
    fn the_hour_follows_summer_time() {
        let kyiv = zone("EET-2EEST,M3.5.0/3,M10.5.0/4");
        assert!(Locale::En.day_and_time(at("2026-03-29T00:59:59Z"), &kyiv).ends_with("02:59 (EET)"));
        assert!(Locale::En.day_and_time(at("2026-03-29T01:00:00Z"), &kyiv).ends_with("04:00 (EEST)"));
    }

    #[test]
    fn a_zone_without_letters_shows_its_offset() {
        for (posix, shown) in
            [("<-0330>3:30", "(UTC-3:30)"), ("<+0545>-5:45", "(UTC+5:45)"), ("UTC0", "(UTC)")]
        {
            let text = Locale::En.day_and_time(at("2026-11-21T07:05:00Z"), &zone(posix));
            assert!(text.ends_with(shown), "{text}");
        }
        assert_eq!(offset(0), "UTC");
    }

    #[test]
    fn a_period_ends_on_the_day_before_its_end() {
        let midnight = at("2026-12-01T00:00:00Z");
        assert_eq!(Locale::En.last_day(midnight, &TimeZone::UTC), "30 November 2026");
        assert_eq!(Locale::En.last_day(midnight, &zone("WIB-7")), "1 December 2026");
        assert_eq!(Locale::En.day(midnight, &zone("EST5")), "30 November 2026");
    }
}
