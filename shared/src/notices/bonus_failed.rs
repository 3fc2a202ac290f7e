//! `bonus.failed`: a bonus could not be paid out.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// A bonus could not be paid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BonusFailed {
    /// The bonus.
    pub bonus_id: String,
    /// What was to be paid, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// Why: one of `invalid_msisdn`, `no_payee`, `wrong_currency`, `amount_limit`, `user_limit`, `gave_up`, `given_up`,
    /// `other_payee` and `refused`, told in the reader's language, or words that are shown as they are.
    pub reason: String,
}

impl BonusFailed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::id("bonusId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::choice("reason"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            bonus_id: "bonus-1".to_owned(),
            amount: 125_000,
            currency: Currency::Uah,
            reason: "The recipient's bank refused the payment".to_owned(),
        }
    }
}
