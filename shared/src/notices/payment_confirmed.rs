//! `payment.confirmed`: the money for an order is there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// The money for an order is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentConfirmed {
    /// The invoice's number.
    pub invoice: String,
    /// The order, as the order service calls it.
    pub order_id: String,
    /// What was paid, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// When it was paid.
    pub paid_at: Timestamp,
}

impl PaymentConfirmed {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: true,
        fields: &[
            Field::id("invoice"),
            Field::id("orderId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::instant("paidAt"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            invoice: "INV-20261121-7K3M9QZX".to_owned(),
            order_id: "order-1".to_owned(),
            amount: 1_250_000,
            currency: Currency::Idr,
            paid_at: Timestamp::constant(1_795_244_700, 0),
        }
    }
}
