//! What the rest of the company is told about an invoice.

use jiff::Timestamp;

use super::{Invoice, Payment};
use crate::domain::identifier::{OrderId, Reference, UserId};
use crate::domain::money::Money;

/// Something that happened to an invoice and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceEvent {
    /// The money for the order is there.
    Paid(PaidEvent),
    /// The money for the order went back.
    Refunded(PaidEvent),
}

/// The payment an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidEvent {
    /// The order that the invoice is for.
    pub order: OrderId,
    /// Whose order it is.
    pub customer: UserId,
    /// What counted towards the order.
    pub amount: Money,
    /// The provider's reference of the payment.
    pub reference: Reference,
    /// When it was paid, or given back.
    pub at: Timestamp,
}

impl Invoice {
    /// Leaves an event for the relay, to be committed with the change that caused it.
    pub(super) fn tell(&mut self, event: fn(PaidEvent) -> InvoiceEvent, payment: &Payment, at: Timestamp) {
        self.outbox.push(event(PaidEvent {
            order: self.order.id.clone(),
            customer: self.order.customer.clone(),
            amount: payment.amount,
            reference: payment.reference.clone(),
            at,
        }));
    }
}
