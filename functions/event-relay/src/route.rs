//! Which message tells which event to whom.

use shared::queues::order_update::{OrderPayment, OrderUpdate, VERSION};
use shared::stores::outbox::{StoredEvent, StoredEventKind, StoredPayment};

/// The message for the order service.
pub fn order_update(event: StoredEvent) -> OrderUpdate {
    let (status, payment) = match event.event {
        StoredEventKind::InvoicePaid(payment) => (OrderPayment::Paid, payment),
        StoredEventKind::InvoiceRefunded(payment) => (OrderPayment::Refunded, payment),
    };
    let StoredPayment { order_id, amount_minor, currency, reference, at, user_id: _ } = payment;
    OrderUpdate {
        version: VERSION,
        event_id: event.id,
        correlation_id: event.correlation_id,
        order_id,
        status,
        reference,
        amount_minor,
        currency,
        at,
    }
}
