//! Instants, as the switch writes them: `09:57:29.000 GMT Wed Nov 18 2009`, and in newer methods
//! `20091118T09:57:29.000`. <https://support.sippysoft.com/support/solutions/articles/106909>

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// The second that an instant is in.
pub(super) fn written(at: Timestamp) -> String {
    at.strftime("%H:%M:%S.000 GMT %a %b %d %Y").to_string()
}

/// Reads both ways of writing; the name of the day may be any, the date says it.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (format, text) = match words.as_slice() {
        [time, "GMT" | "UTC", _, month, day, year] => {
            ("%H:%M:%S%.f %b %d %Y", format!("{time} {month} {day} {year}"))
        }
        [compact] => ("%Y%m%dT%H:%M:%S%.f", (*compact).to_owned()),
        _ => return None,
    };
    let moment: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
    Some(moment.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    #[test]
    fn instants_read_as_the_switch_writes_them() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert_eq!(written(at("2009-11-18T09:57:29.9Z").unwrap()), "09:57:29.000 GMT Wed Nov 18 2009");
        assert_eq!(written(at("2026-12-01T00:00:00Z").unwrap()), "00:00:00.000 GMT Tue Dec 01 2026");
        for (text, expected) in [
            ("09:57:29.000 GMT Wed Nov 18 2009", "2009-11-18T09:57:29Z"),
            ("09:57:29 GMT Wed Nov 18 2009", "2009-11-18T09:57:29Z"),
            ("9:57:29.250 GMT Thu Nov  5 2009", "2009-11-05T09:57:29.25Z"),
            (" 00:00:00.000 UTC Sun Feb 29 2032\n", "2032-02-29T00:00:00Z"),
            ("20261121T02:00:07", "2026-11-21T02:00:07Z"),
            ("20261121T02:00:07.5", "2026-11-21T02:00:07.5Z"),
        ] {
            assert_eq!(read(text), at(expected), "{text}");
        }
        for text in [
            "",
            "2026-11-21T02:00:07Z",
            "09:57:29.000 EET Wed Nov 18 2009",
            "09:57:29.000 GMT Wed Nov 31 2009",
            "25:57:29.000 GMT Wed Nov 18 2009",
            "09:57:29.000 GMT Wed Nov 18 2009 x",
            "20261121",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(second in 0_i64..4_102_444_800) {
            let at = Timestamp::from_second(second).unwrap();
            prop_assert_eq!(read(&written(at)), Some(at));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            prop_assert_eq!(read(&text), read(&text));
        }
    }
}
