//! The order service has to be told that an order's payment changed. Queue `order-updates`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of [`OrderUpdate`] that is sent and read.
pub const VERSION: u8 = 1;

/// One change of an order's payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderUpdate {
    /// Of this form of the message: 1.
    pub version: u8,
    /// The same for every delivery of the event. The order service acts once for it.
    pub event_id: String,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// The order.
    pub order_id: String,
    /// What it is now.
    pub status: OrderPayment,
    /// The payment provider's reference.
    pub reference: String,
    /// What counted towards the order, in minor units of its currency.
    pub amount_minor: i64,
    /// The currency's code.
    pub currency: String,
    /// When it was paid, or given back.
    pub at: Timestamp,
}

/// What an order's payment is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderPayment {
    /// The money is there.
    Paid,
    /// The money went back.
    Refunded,
}

impl OrderPayment {
    /// The name that the order service knows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "PAID",
            Self::Refunded => "REFUNDED",
        }
    }
}
