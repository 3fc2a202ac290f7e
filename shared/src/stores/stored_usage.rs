//! SMS usage as it is stored: the lines of a period or a bill.

use serde::{Deserialize, Serialize};

use super::stored_draft::parsed;
use crate::domain::sms::micros::Micros;
use crate::domain::sms::usage::{Usage, UsageLine};

/// What was used.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct StoredUsage {
    lines: Vec<StoredLine>,
    failed: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredLine {
    country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    rate: i64,
    messages: u64,
    segments: u64,
    cost: i64,
}

impl StoredUsage {
    /// The stored form.
    pub(super) fn of(usage: &Usage) -> Self {
        let line = |line: &UsageLine| StoredLine {
            country: line.country.as_str().to_owned(),
            prefix: line.prefix.as_ref().map(|prefix| prefix.as_str().to_owned()),
            rate: line.rate.millionths(),
            messages: line.messages,
            segments: line.segments,
            cost: line.cost.millionths(),
        };
        Self { lines: usage.lines().iter().map(line).collect(), failed: usage.failed() }
    }

    /// What was stored, checked again.
    ///
    /// # Errors
    /// Says in words what is wrong.
    pub(super) fn usage(self) -> Result<Usage, String> {
        let lines: Result<Vec<UsageLine>, String> = self.lines.into_iter().map(StoredLine::line).collect();
        Usage::new(lines?, self.failed).map_err(|error| error.to_string())
    }
}

impl StoredLine {
    fn line(self) -> Result<UsageLine, String> {
        Ok(UsageLine {
            country: parsed("country", &self.country)?,
            prefix: self.prefix.as_deref().map(|prefix| parsed("prefix", prefix)).transpose()?,
            rate: micros(self.rate)?,
            messages: self.messages,
            segments: self.segments,
            cost: micros(self.cost)?,
        })
    }
}

/// A stored price.
///
/// # Errors
/// When it is less than nothing.
pub(super) fn micros(millionths: i64) -> Result<Micros, String> {
    Micros::new(millionths).ok_or_else(|| format!("{millionths} is no price"))
}
