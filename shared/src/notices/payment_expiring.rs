//! `payment.expiring`: an order can soon no longer be paid.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;
use crate::notices::about::{About, Audience};
use crate::notices::field::{Field, WebAddress, amount, currency};

/// An order can soon no longer be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentExpiring {
    /// The invoice's number.
    pub invoice: String,
    /// The order, as the order service calls it.
    pub order_id: String,
    /// What is to pay, in minor units.
    #[serde(deserialize_with = "amount::deserialize")]
    pub amount: i64,
    /// The currency of what is counted in minor units here.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// Where it can be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_url: Option<WebAddress>,
    /// The code to pay with at a bank or a shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_code: Option<String>,
    /// A picture of the code to scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr_image_url: Option<WebAddress>,
}

impl PaymentExpiring {
    /// What holds for every notice of this kind.
    pub const ABOUT: About = About {
        audience: Audience::Customer,
        is_urgent: true,
        fields: &[
            Field::id("invoice"),
            Field::id("orderId"),
            Field::amount("amount"),
            Field::currency("currency"),
            Field::instant("expiresAt"),
            Field::link("payUrl").optional(),
            Field::id("payCode").optional(),
            Field::link("qrImageUrl").optional(),
        ],
    };

    /// One with every field, to look at.
    pub fn sample() -> Self {
        Self {
            invoice: "INV-20261121-7K3M9QZX".to_owned(),
            order_id: "order-1".to_owned(),
            amount: 1_250_000,
            currency: Currency::Idr,
            expires_at: Timestamp::constant(1_795_248_300, 0),
            pay_url: "https://tripay.co.id/checkout/T0001".parse().ok(),
            pay_code: Some("8077700012345678".to_owned()),
            qr_image_url: "https://tripay.co.id/qr/T0001".parse().ok(),
        }
    }
}
