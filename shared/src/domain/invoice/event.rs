//! What others are told about an invoice.

use jiff::Timestamp;

use super::settle::Disagreement;
use super::{Invoice, Payment};
use crate::domain::identifier::{OrderId, Reference, UserId};
use crate::domain::money::Money;
use crate::domain::payment_report::PaymentReport;

/// Something that happened to an invoice and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceEvent {
    /// The money for the order is there.
    Paid(PaidEvent),
    /// The money for the order went back.
    Refunded(PaidEvent),
    /// Its time ran out unpaid. Not told while a person decides about money that came.
    Expired(ExpiredEvent),
    /// Its time will run out soon. Told once at most.
    Expiring(ExpiringEvent),
    /// Money moved in a way that does not fit: a person has to decide.
    ReviewOpened(ReviewOpenedEvent),
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

/// An invoice that was not paid in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredEvent {
    /// The order that the invoice is for.
    pub order: OrderId,
    /// Whose order it is.
    pub customer: UserId,
    /// What the order costs.
    pub amount: Money,
    /// Until when it could be paid.
    pub at: Timestamp,
}

/// An invoice that can still be paid, but not for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringEvent {
    /// The order that the invoice is for.
    pub order: OrderId,
    /// Whose order it is.
    pub customer: UserId,
    /// What the customer has to pay: with the code's fees that they bear, where there is a code.
    pub amount: Money,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// The code that the payer is shown, if it can be paid.
    pub code: Option<PayableCode>,
}

/// Ways to pay by one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayableCode {
    /// The provider's own page for this payment.
    pub checkout_url: Option<String>,
    /// Account number or code to type in at the bank or the till.
    pub code: Option<String>,
    /// A picture of the QR code.
    pub qr_image_url: Option<String>,
}

/// The report that opened a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewOpenedEvent {
    /// The order that the invoice is for.
    pub order: OrderId,
    /// Whose order it is.
    pub customer: UserId,
    /// How the report contradicts what we know.
    pub reason: Disagreement,
    /// The money it speaks of.
    pub amount: Money,
    /// The provider's reference in it.
    pub reference: Reference,
}

impl Invoice {
    /// Leaves word of a payment for the relay, to be committed with the change that caused it.
    pub(super) fn tell(&mut self, event: fn(PaidEvent) -> InvoiceEvent, payment: &Payment, at: Timestamp) {
        self.outbox.push(event(PaidEvent {
            order: self.order.id.clone(),
            customer: self.order.customer.clone(),
            amount: payment.amount,
            reference: payment.reference.clone(),
            at,
        }));
    }

    /// Leaves word that the time ran out, as was found at `found_at`: a code may end a little before
    /// its invoice, and a sweep finds the end a little after it.
    pub(super) fn tell_expired(&mut self, found_at: Timestamp) {
        self.outbox.push(InvoiceEvent::Expired(ExpiredEvent {
            order: self.order.id.clone(),
            customer: self.order.customer.clone(),
            amount: self.order.amount,
            at: self.expires_at.min(found_at),
        }));
    }

    /// Leaves word that the time will run out, with the code that can be paid at `now`.
    pub(super) fn tell_expiring(&mut self, now: Timestamp) {
        let chosen = self.chosen_attempt().filter(|attempt| attempt.is_payable(now));
        let transaction = chosen.and_then(|attempt| attempt.transaction());
        let event = ExpiringEvent {
            order: self.order.id.clone(),
            customer: self.order.customer.clone(),
            amount: transaction.map_or(self.order.amount, |transaction| transaction.amount_to_pay),
            expires_at: self.expires_at,
            code: transaction.map(|transaction| PayableCode {
                checkout_url: transaction.checkout_url.clone(),
                code: transaction.code.clone(),
                qr_image_url: transaction.qr_image_url.clone(),
            }),
        };
        self.outbox.push(InvoiceEvent::Expiring(event));
    }

    /// Leaves word of a report that a person has to decide about.
    pub(super) fn tell_review_opened(&mut self, reason: Disagreement, report: &PaymentReport) {
        self.outbox.push(InvoiceEvent::ReviewOpened(ReviewOpenedEvent {
            order: self.order.id.clone(),
            customer: self.order.customer.clone(),
            reason,
            amount: report.amount,
            reference: report.reference.clone(),
        }));
    }
}
