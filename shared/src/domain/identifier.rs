//! Opaque ids that other systems gave us.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

/// Longest identifier accepted, in bytes.
pub const MAX_LENGTH: usize = 128;

/// An id that another system chose: 1–128 ASCII letters, digits, or `-`, `_`, `.`, `:`, `@`; not all dots.
///
/// It can stand in a URL's path: dots alone would climb it.
///
/// The parameter says whose id it is, so that an order's id is never passed for a user's.
pub struct Identifier<Of> {
    text: String,
    of: PhantomData<fn() -> Of>,
}

/// Marks ids of the order service.
pub enum Order {}
/// Marks ids of the user service (`sub` of its tokens).
pub enum User {}
/// Marks ids of our own events.
pub enum Event {}
/// Marks ids of notifications.
pub enum Notification {}
/// Marks ids of support tasks.
pub enum Task {}
/// Marks ids of jobs at Billz: the sender's correlation ids.
pub enum Job {}
/// Marks ids of orders at Billz.
pub enum BillzOrder {}
/// Marks ids of clients at Billz.
pub enum BillzClient {}
/// Marks ids of products at Billz.
pub enum BillzProduct {}
/// Marks ids of sellers at Billz.
pub enum BillzSeller {}
/// Marks ids of payment types at Billz.
pub enum BillzPaymentType {}
/// Marks ids of our payment methods.
pub enum Card {}
/// Marks ids of clients in the senders' own system.
pub enum Client {}
/// Marks references that a payment provider gave a transaction.
pub enum Transaction {}
/// Marks ids of receipts, and of the bonuses for them.
pub enum Receipt {}
/// Marks ids of bills at Portmone.
pub enum PortmoneBill {}
/// Marks ids of companies that Portmone pays.
pub enum Payee {}

/// Id of an order in the order service.
pub type OrderId = Identifier<Order>;
/// Id of a person in the user service.
pub type UserId = Identifier<User>;
/// Id of an event: the same for every delivery of it.
pub type EventId = Identifier<Event>;
/// Id of a notification: the id of the event it tells of, or one that the API drew.
pub type NotificationId = Identifier<Notification>;
/// Id of a support task, drawn when it was asked for.
pub type TaskId = Identifier<Task>;
/// Id of a job at Billz: its sender's correlation id.
pub type JobId = Identifier<Job>;
/// Billz's id of an order.
pub type BillzOrderId = Identifier<BillzOrder>;
/// Billz's id of a client.
pub type BillzClientId = Identifier<BillzClient>;
/// Billz's id of a product.
pub type ProductId = Identifier<BillzProduct>;
/// Billz's id of a seller.
pub type SellerId = Identifier<BillzSeller>;
/// Billz's id of a payment type.
pub type PaymentTypeId = Identifier<BillzPaymentType>;
/// Id of one of our payment methods.
pub type CardId = Identifier<Card>;
/// Id of a client in the senders' own system.
pub type ClientId = Identifier<Client>;
/// The payment provider's own reference of a transaction (Tripay: `T0001…`, in the sandbox `DEV-T…`).
pub type Reference = Identifier<Transaction>;
/// Id of a receipt in the system that reads receipts. The bonus for it bears the same.
pub type ReceiptId = Identifier<Receipt>;
/// Portmone's id of a bill.
pub type PortmoneBillId = Identifier<PortmoneBill>;
/// Portmone's id of a company that it pays, such as a mobile operator.
pub type PayeeId = Identifier<Payee>;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier has 1 to {MAX_LENGTH} letters, digits, or any of - _ . : @")]
pub struct IdentifierError;

impl<Of> Identifier<Of> {
    /// The id as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<Of> FromStr for Identifier<Of> {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
        let only_dots = text.bytes().all(|byte| byte == b'.');
        if only_dots || text.len() > MAX_LENGTH || !text.bytes().all(allowed) {
            return Err(IdentifierError);
        }
        Ok(Self { text: text.to_owned(), of: PhantomData })
    }
}

impl<Of> Clone for Identifier<Of> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), of: PhantomData }
    }
}

impl<Of> PartialEq for Identifier<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<Of> Eq for Identifier<Of> {}

impl<Of> Hash for Identifier<Of> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<Of> fmt::Debug for Identifier<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<Of> fmt::Display for Identifier<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_other_systems_are_kept_as_they_are() {
        for text in ["order-1", "018f3a2b-7c4d-7e5f-8a9b-0c1d2e3f4a5b", "auth0:user@shop", &"x".repeat(128)] {
            assert_eq!(text.parse::<OrderId>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_could_break_a_key_or_a_path_is_refused() {
        for text in ["", ".", "..", " ", "a b", "a/b", "a#b", "ä", "a\n", &"x".repeat(129)] {
            assert_eq!(text.parse::<OrderId>(), Err(IdentifierError), "{text:?}");
        }
    }
}
