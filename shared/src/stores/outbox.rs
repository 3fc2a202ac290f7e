//! The events that a change leaves on its item, for the relay to read from the table's stream.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::invoice::event::{InvoiceEvent, PaidEvent};

/// One event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// The same for every delivery of the event: aggregate, version, index.
    pub id: String,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// When the change was committed.
    pub occurred_at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: StoredEventKind,
}

/// What happened, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum StoredEventKind {
    /// The money for an order is there.
    #[serde(rename = "invoice.paid")]
    InvoicePaid(StoredPayment),
    /// The money for an order went back.
    #[serde(rename = "invoice.refunded")]
    InvoiceRefunded(StoredPayment),
}

/// The payment an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPayment {
    /// The order's id.
    pub order_id: String,
    /// The customer's id.
    pub user_id: String,
    /// What counted, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
    /// The provider's reference.
    pub reference: String,
    /// When it was paid, or given back.
    pub at: Timestamp,
}

impl StoredEventKind {
    /// The stored form of an event.
    pub fn of(event: &InvoiceEvent) -> Self {
        match event {
            InvoiceEvent::Paid(paid) => Self::InvoicePaid(StoredPayment::of(paid)),
            InvoiceEvent::Refunded(refunded) => Self::InvoiceRefunded(StoredPayment::of(refunded)),
        }
    }
}

impl StoredPayment {
    fn of(event: &PaidEvent) -> Self {
        Self {
            order_id: event.order.to_string(),
            user_id: event.customer.to_string(),
            amount_minor: event.amount.minor(),
            currency: event.amount.currency().code().to_owned(),
            reference: event.reference.to_string(),
            at: event.at,
        }
    }
}
