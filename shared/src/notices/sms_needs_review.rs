//! `sms.needs_review`: nobody knows whether an SMS bill was charged; a person has to look at the switch.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// Nobody knows whether an SMS bill was charged; a person has to look at the switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmsNeedsReview {
    /// The bill's number; a payment of it begins its notes with this.
    pub bill: String,
    /// Who is billed.
    pub user_id: String,
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
    /// What is known.
    pub reason: String,
}

impl SmsNeedsReview {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("bill"),
            Field::id("userId"),
            Field::day("periodStart"),
            Field::last_day("periodEnd"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::text("reason"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            bill: "SMS-20261201-7K3M9QZX".to_owned(),
            user_id: "user-1".to_owned(),
            period_start: Timestamp::constant(1_793_491_200, 0),
            period_end: Timestamp::constant(1_796_083_200, 0),
            amount: 91_920_000,
            currency: Currency::Uzs,
            reason: "the switch could not tell within a day whether it was charged".to_owned(),
        }
    }
}
