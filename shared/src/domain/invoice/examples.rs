//! Invoices and reports to try the rules on.

use jiff::{SignedDuration, Timestamp};

use super::Invoice;
use super::attempt::Transaction;
use super::event::{ExpiredEvent, InvoiceEvent, PaidEvent, ReviewOpenedEvent};
use super::number::{AttemptNumber, InvoiceNumber, MerchantRef};
use super::review::{Decision, Review};
use super::settle::{Disagreement, Settlement};
use crate::domain::identifier::Reference;
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::payment_channel::PaymentChannel;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};

/// What the order costs.
pub const PRICE: Money = Money::rupiah(150_000);
/// How long the invoice can be paid.
pub const LIFETIME_MINUTES: i64 = 1440;

/// An instant, counted from the making of the invoice.
pub fn minute(minutes: i64) -> Timestamp {
    let made: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    made.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

pub fn number(text: &str) -> InvoiceNumber {
    text.parse().unwrap()
}

pub fn attempt(number: u8) -> AttemptNumber {
    AttemptNumber::new(number).unwrap()
}

pub fn channel(name: &str) -> PaymentChannel {
    name.parse().unwrap()
}

pub fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

pub fn order(amount: Money) -> Order {
    Order { id: "order-1".parse().unwrap(), customer: "user-1".parse().unwrap(), amount, items: Vec::new() }
}

/// An invoice no channel was chosen for.
pub fn new_invoice() -> Invoice {
    let number = number("INV-20261121-7K3M9QZX");
    Invoice::issue(number, order(PRICE), minute(0), minute(LIFETIME_MINUTES)).unwrap()
}

/// An invoice whose first attempt, by `BCA_VA`, has the code of the transaction `R1`.
pub fn invoice_with_code() -> Invoice {
    let mut invoice = invoice_being_submitted();
    invoice.transaction_created(attempt(1), transaction("R1", LIFETIME_MINUTES));
    invoice
}

/// An invoice whose first attempt, by `BCA_VA`, is at the provider, its end unknown.
pub fn invoice_being_submitted() -> Invoice {
    let mut invoice = new_invoice();
    invoice.choose_channel(channel("BCA_VA"), minute(1)).unwrap();
    invoice
}

/// An invoice with a code for each of `names`: the transactions `R1`, `R2` and so on.
pub fn invoice_with_codes(names: &[&str]) -> Invoice {
    let mut invoice = new_invoice();
    for name in names {
        invoice.choose_channel(channel(name), minute(1)).unwrap();
        let last = invoice.attempts.last().unwrap().number;
        let text = format!("R{}", last.get());
        invoice.transaction_created(last, transaction(&text, LIFETIME_MINUTES));
    }
    invoice
}

/// An invoice paid by `R1`, its event sent.
pub fn paid_invoice() -> Invoice {
    let mut invoice = invoice_with_code();
    assert_eq!(invoice.settle(&report(1, ReportedStatus::Paid), minute(5)), Settlement::Settled);
    sent(&mut invoice);
    invoice
}

/// What the provider answers to `transaction/create`.
pub fn transaction(text: &str, expires_at_minute: i64) -> Transaction {
    Transaction {
        reference: reference(text),
        code: Some("123450000000001".to_owned()),
        url: None,
        checkout_url: Some(format!("https://tripay.co.id/checkout/{text}")),
        qr_string: None,
        qr_image_url: None,
        amount_to_pay: PRICE,
        expires_at: minute(expires_at_minute),
        instructions: Vec::new(),
    }
}

/// A callback about the attempt's own transaction, in the invoice's amount, paid at minute 4.
pub fn report(number: u8, status: ReportedStatus) -> PaymentReport {
    PaymentReport {
        merchant_ref: MerchantRef { invoice: new_invoice().number, attempt: attempt(number) },
        reference: reference(&format!("R{number}")),
        status,
        amount: PRICE,
        paid_at: (status == ReportedStatus::Paid).then(|| minute(4)),
        source: ReportSource::Callback,
        raw: format!(r#"{{"reference":"R{number}","status":"{}"}}"#, status.as_str()),
    }
}

/// The same report of another amount.
pub fn of_amount(report: PaymentReport, rupiah: i64) -> PaymentReport {
    PaymentReport { amount: Money::rupiah(rupiah), ..report }
}

/// The same report of another transaction.
pub fn of_transaction(report: PaymentReport, text: &str) -> PaymentReport {
    PaymentReport { reference: reference(text), ..report }
}

/// A decision of an admin.
pub fn review(decision: Decision) -> Review {
    let decided_by = "admin-1".parse().unwrap();
    Review { decision, reason: "seen on the bank statement".to_owned(), decided_by, decided_at: minute(3000) }
}

/// Takes the events, as the store does once they are committed.
pub fn sent(invoice: &mut Invoice) -> Vec<InvoiceEvent> {
    std::mem::take(&mut invoice.outbox)
}

/// What the order service is told of a payment by `text`.
pub fn event(text: &str, amount: Money, at: Timestamp) -> PaidEvent {
    let Order { id: order, customer, .. } = order(PRICE);
    PaidEvent { order, customer, amount, reference: reference(text), at }
}

/// What the customer is told of an invoice that was not paid until `minutes`.
pub fn expired(minutes: i64) -> InvoiceEvent {
    let Order { id: order, customer, .. } = order(PRICE);
    InvoiceEvent::Expired(ExpiredEvent { order, customer, amount: PRICE, at: minute(minutes) })
}

/// What the operators are told of a report that does not fit.
pub fn question(report: &PaymentReport, reason: Disagreement) -> InvoiceEvent {
    let Order { id: order, customer, .. } = order(PRICE);
    let (amount, reference) = (report.amount, report.reference.clone());
    InvoiceEvent::ReviewOpened(ReviewOpenedEvent { order, customer, reason, amount, reference })
}
