//! `bonus.delayed`: nobody knows yet whether a bonus was paid out; it is being looked into.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// Nobody knows yet whether a bonus was paid out; it is being looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BonusDelayed {
    /// The bonus.
    pub bonus_id: String,
    /// What is being paid, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// The account or number it goes to, as far as it may be shown.
    pub recipient: String,
    /// The number of the bill that pays it, at who pays it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
}

impl BonusDelayed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::id("bonusId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::id("recipient"),
            Field::id("bill").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            bonus_id: "bonus-1".to_owned(),
            amount: 125_000,
            currency: Currency::Uah,
            recipient: "+380 •• ••• 12 34".to_owned(),
            bill: Some("523".to_owned()),
        }
    }
}
