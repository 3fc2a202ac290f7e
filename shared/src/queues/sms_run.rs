//! A billing run is to be started or gone on with. Queue `sms-billing-runs`; the schedules say the same.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of [`SmsRun`] that is sent and read.
pub const VERSION: u8 = 1;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsRun {
    /// Of this form of the message: 1.
    pub version: u8,
    /// `daily`, `weekly` or `monthly`: whose periods are closed; `watch`: bills that somebody has to look at.
    pub run: String,
    /// The instant that it was scheduled for: periods that ended by then are closed, whenever the run is done.
    pub scheduled_at: Timestamp,
    /// Correlates all log lines of the run; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// Where an earlier part of the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many users or bills the earlier parts planned.
    #[serde(default)]
    pub planned: u64,
}
