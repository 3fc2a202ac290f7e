//! `sms.billed`: a period of SMS was charged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// A period of SMS was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsBilled {
    /// When the period began.
    pub period_start: Timestamp,
    /// When the period ended: the first instant that is no longer part of it.
    pub period_end: Timestamp,
    /// How many messages were sent.
    pub messages: u64,
    /// What was charged, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
}

impl SmsBilled {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::day("periodStart"),
            Field::last_day("periodEnd"),
            Field::count("messages"),
            Field::amount("amount"),
            Field::currency("currency"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            period_start: Timestamp::constant(1_793_491_200, 0),
            period_end: Timestamp::constant(1_796_083_200, 0),
            messages: 1_532,
            amount: 91_920_000,
            currency: Currency::Uzs,
        }
    }
}
