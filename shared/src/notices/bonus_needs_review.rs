//! `bonus.needs_review`: a bonus cannot go on, or was reported about in a way that does not fit; a person has to look at it.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// A bonus cannot go on, or was reported about in a way that does not fit; a person has to look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BonusNeedsReview {
    /// The receipt that earned it, by whose id the API knows it.
    pub receipt_id: String,
    /// Whose it is.
    pub user_id: String,
    /// The bill at Portmone, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<String>,
    /// What is, or was, to be paid, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// What is known: `refunded`, told in the reader's language, or words that are shown as they are.
    pub reason: String,
}

impl BonusNeedsReview {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("receiptId"),
            Field::id("userId"),
            Field::id("bill").optional(),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::choice("reason"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            receipt_id: "receipt-1".to_owned(),
            user_id: "user-1".to_owned(),
            bill: Some("523".to_owned()),
            amount: 10_000,
            currency: Currency::Uah,
            reason: "reported as paid with UAH 1.00 instead of UAH 100.00".to_owned(),
        }
    }
}
