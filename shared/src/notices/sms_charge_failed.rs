//! `sms.charge_failed`: a period of SMS could not be charged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// A period of SMS could not be charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsChargeFailed {
    /// When the period began.
    pub period_start: Timestamp,
    /// When the period ended: the first instant that is no longer part of it.
    pub period_end: Timestamp,
    /// What was to be charged, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
}

impl SmsChargeFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: true,
        fields: &[
            Field::day("periodStart"),
            Field::last_day("periodEnd"),
            Field::amount("amount"),
            Field::currency("currency"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            period_start: Timestamp::constant(1_793_491_200, 0),
            period_end: Timestamp::constant(1_796_083_200, 0),
            amount: 91_920_000,
            currency: Currency::Uzs,
        }
    }
}
