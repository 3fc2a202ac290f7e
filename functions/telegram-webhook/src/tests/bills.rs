//! What stories about money begin with: invoices in the store, and what Tripay holds.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::chat::seen::Seen;
use sandbox::testbed::dynamodb::INVOICES;
use serde_json::{Value, json};
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::money::Money;
use shared::domain::order::{Order, OrderItem};
use shared::stores::invoices::{Cause, Creation, Invoices};

use crate::tests::bench::Bench;

/// The path of a new transaction at Tripay, as the wire counts it.
pub const CREATE: &str = "POST /transaction/create";

/// The number of the `n`-th invoice.
pub fn number(n: u64) -> InvoiceNumber {
    InvoiceNumber::new("2026-11-21".parse().unwrap(), n)
}

/// Stores the `n`-th invoice: of 150,000 rupiah and `n` more, made `n` seconds after an hour ago, that can be paid
/// for some hours from then on.
pub async fn put(bench: &Bench, n: u64, person: &str, hours: i64) -> InvoiceNumber {
    let more = i64::try_from(n).unwrap();
    let amount = Money::rupiah(150_000 + more);
    let name = "VPS <1 vCPU> & backup".to_owned();
    let order = Order {
        id: format!("order-{n}").parse().unwrap(),
        customer: person.parse().unwrap(),
        amount,
        items: vec![OrderItem { sku: None, name, price: amount, quantity: 1 }],
    };
    let made_at = Timestamp::now() - SignedDuration::from_hours(1) + SignedDuration::from_secs(more);
    let invoice =
        Invoice::issue(number(n), order, made_at, made_at + SignedDuration::from_hours(hours)).unwrap();
    let cause = Cause::new("order-service-1".to_owned(), made_at);
    let made = Invoices::new(bench.table(INVOICES)).create(invoice, &cause).await.unwrap();
    assert!(matches!(made, Creation::Created(_)));
    number(n)
}

/// Everything that Tripay holds.
pub async fn transactions(bench: &Bench) -> Vec<Value> {
    let listed = bench.control("GET", "/_control/tripay/transactions", Value::Null).await;
    listed["items"].as_array().unwrap().clone()
}

/// Orders misbehaviour of Tripay, once.
pub async fn fault(bench: &Bench, operation: &str, fault: &str) {
    let wish = json!({ "party": "tripay", "operation": operation, "fault": fault });
    bench.control("POST", "/_control/faults", wish).await;
}

/// The label of the one button that begins with these words.
#[track_caller]
pub fn label<'a>(seen: &'a Seen, words: &str) -> &'a str {
    let labels = seen.labels();
    let found: Vec<&&str> = labels.iter().filter(|label| label.starts_with(words)).collect();
    assert_eq!(found.len(), 1, "{words:?} in {labels:?}");
    let found = *found[0];
    seen.buttons.iter().flatten().map(|button| button.label.as_str()).find(|label| *label == found).unwrap()
}
