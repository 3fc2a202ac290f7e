//! `payment.expired`: an order was not paid in time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, amount, currency};

/// An order was not paid in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentExpired {
    /// The invoice's number.
    pub invoice: String,
    /// The order, as the order service calls it.
    pub order_id: String,
    /// What was to pay, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// Since when it cannot be paid.
    pub expired_at: Timestamp,
}

impl PaymentExpired {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::id("invoice"),
            Field::id("orderId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::instant("expiredAt"),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            invoice: "INV-20261121-7K3M9QZX".to_owned(),
            order_id: "order-1".to_owned(),
            amount: 1_250_000,
            currency: Currency::Idr,
            expired_at: Timestamp::constant(1_795_248_300, 0),
        }
    }
}
