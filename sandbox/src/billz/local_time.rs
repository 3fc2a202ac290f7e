//! The shop's time: `YYYY-MM-DD HH:MM:SS` in Tashkent, five hours ahead of UTC, as Billz writes it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

fn shop() -> TimeZone {
    TimeZone::fixed(Offset::constant(5))
}

/// Unix seconds as the shop's clock shows them.
pub(crate) fn local_text(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at.to_zoned(shop()).strftime(FORMAT).to_string(),
        Err(_out_of_range) => seconds.to_string(),
    }
}

/// Unix seconds of a time of the shop's clock; `None` where it is written otherwise.
pub(super) fn read_local(text: &str) -> Option<i64> {
    let read = DateTime::strptime(FORMAT, text).ok().filter(|_| text.len() == "2024-07-16 06:47:30".len())?;
    shop().to_timestamp(read).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::{local_text, read_local};

    #[test]
    fn tashkent_is_five_hours_ahead_of_utc() {
        assert_eq!(local_text(0), "1970-01-01 05:00:00");
        assert_eq!(read_local("1970-01-01 05:00:00"), Some(0));
        for text in ["1970-01-01", "1970-01-01T05:00:00", "1970-13-01 05:00:00", "1970-1-1 5:00:00", ""] {
            assert_eq!(read_local(text), None, "{text}");
        }
    }
}
