//! Dates and times as Portmone writes them. In UTC: which zone the real one means is not known.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `12.03.2026 15:45:48`
pub(super) fn moment(seconds: i64) -> String {
    written(seconds, "%d.%m.%Y %H:%M:%S")
}

/// `2026-03-12`
pub(super) fn iso_day(seconds: i64) -> String {
    written(seconds, "%Y-%m-%d")
}

/// `0326`
pub(super) fn period(seconds: i64) -> String {
    written(seconds, "%m%y")
}

/// `15:45:48`
pub(super) fn time_of_day(seconds: i64) -> String {
    written(seconds, "%H:%M:%S")
}

fn written(seconds: i64, format: &str) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at.to_zoned(TimeZone::UTC).strftime(format).to_string(),
        Err(_out_of_range) => seconds.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{iso_day, moment, period, time_of_day};

    #[test]
    fn each_document_has_its_own_way_to_write_a_time() {
        let written = [moment, iso_day, period, time_of_day].map(|write| write(1_773_330_348));
        assert_eq!(written, ["12.03.2026 15:45:48", "2026-03-12", "0326", "15:45:48"]);
    }
}
