//! The switch's dates: `09:57:29.000 GMT Wed Nov 18 2009`, to the second.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const FORMAT: &str = "%H:%M:%S.000 GMT %a %b %d %Y";

/// Unix seconds as the switch writes them.
pub(crate) fn text(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at.strftime(FORMAT).to_string(),
        Err(_out_of_range) => seconds.to_string(),
    }
}

/// Unix seconds of a date that is written exactly so; `None` where it is not, or where its day has another name.
pub(super) fn read(written: &str) -> Option<i64> {
    let read = DateTime::strptime(FORMAT, written).ok()?;
    let seconds = TimeZone::UTC.to_timestamp(read).ok()?.as_second();
    (text(seconds) == written).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::{read, text};

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (written, seconds) in [
            ("00:00:00.000 GMT Thu Jan 01 1970", 0),
            ("09:57:29.000 GMT Wed Nov 18 2009", 1_258_538_249),
            ("23:59:59.000 GMT Thu Feb 29 2024", 1_709_251_199),
        ] {
            assert_eq!((text(seconds).as_str(), read(written)), (written, Some(seconds)));
        }
        for other in [
            "09:57:29.000 GMT Thu Nov 18 2009",
            "09:57:29 GMT Wed Nov 18 2009",
            "9:57:29.000 GMT Wed Nov 18 2009",
            "09:57:29.500 GMT Wed Nov 18 2009",
            "09:57:29.000 GMT Wed Nov 31 2009",
            "09:57:29.000 GMT wed nov 18 2009",
            "09:57:29.000 GMT Sun Nov 1 2009",
            "09:57:29.000 CET Wed Nov 18 2009",
            "2009-11-18T09:57:29Z",
            "20091118T09:57:29",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
