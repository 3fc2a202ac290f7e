//! `sms.threshold_reached`: what was used for SMS in this period reached a limit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// What was used for SMS in this period reached a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsThresholdReached {
    /// When the period began.
    pub period_start: Timestamp,
    /// What was used so far, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub used: i64,
    /// The limit, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub limit: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// How many messages that were.
    pub messages: u64,
}

impl SmsThresholdReached {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::day("periodStart"),
            Field::amount("used"),
            Field::amount("limit"),
            Field::currency("currency"),
            Field::count("messages"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            period_start: Timestamp::constant(1_793_491_200, 0),
            used: 80_000_000,
            limit: 100_000_000,
            currency: Currency::Uzs,
            messages: 1_532,
        }
    }
}
