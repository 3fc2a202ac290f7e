//! `order.created`: an order was placed.

use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, WebAddress, amount, currency};

/// An order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderCreated {
    /// The order, as the order service calls it.
    pub order_id: String,
    /// What it costs, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// Where it can be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_url: Option<WebAddress>,
}

impl OrderCreated {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: false,
        fields: &[
            Field::id("orderId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::link("payUrl").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            order_id: "order-1".to_owned(),
            amount: 1_250_000,
            currency: Currency::Idr,
            pay_url: "https://shop.example.com/pay/order-1".parse().ok(),
        }
    }
}
