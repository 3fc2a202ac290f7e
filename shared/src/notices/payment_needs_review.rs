//! `payment.needs_review`: money and an invoice disagree; a person has to decide.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// Money and an invoice disagree; a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentNeedsReview {
    /// The invoice's number.
    pub invoice: String,
    /// The order, as the order service calls it.
    pub order_id: String,
    /// Whose invoice it is.
    pub user_id: String,
    /// What disagrees.
    pub reason: String,
    /// What came in, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// What the payment provider calls the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl PaymentNeedsReview {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Operators,
        is_urgent: true,
        fields: &[
            Field::id("invoice"),
            Field::id("orderId"),
            Field::id("userId"),
            Field::text("reason"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::id("reference").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            invoice: "INV-20261121-7K3M9QZX".to_owned(),
            order_id: "order-1".to_owned(),
            user_id: "user-1".to_owned(),
            reason: "The amount differs from the invoice".to_owned(),
            amount: 1_250_000,
            currency: Currency::Idr,
            reference: Some("T0001".to_owned()),
        }
    }
}
