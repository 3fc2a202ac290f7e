//! An item that breaks a rule is an error that names its key, never "not found" and never believed.

use sandbox::testbed::dynamodb::INVOICES;
use serde_json::{Value, json};
use shared::domain::invoice::Invoice;
use shared::domain::invoice::review::{Decision, Review};
use shared::domain::payment_report::ReportedStatus;
use shared::retry::{Retry, Verdict};
use shared::stores::table::StoreError;
use shared::stores::transactions::Filter;

use crate::setup::{NUMBER, Stores, cause, minute, new_invoice, report, stores, with_code};

/// A stored invoice with something of everything: paid, reported about, reviewed.
async fn full(stores: &Stores) -> Invoice {
    let mut invoice = with_code(new_invoice(), "BCA_VA");
    invoice.settle(&report(ReportedStatus::Paid, 150_000), minute(5));
    invoice.settle(&report(ReportedStatus::Paid, 1), minute(6));
    let (reason, decided_by) = ("seen".to_owned(), "admin-1".parse().unwrap());
    invoice
        .decide(Review { decision: Decision::Dismiss, reason, decided_by, decided_at: minute(7) })
        .unwrap();
    invoice.outbox.clear();
    stores.hold(invoice).await
}

/// Puts the item back with one of its places replaced (or taken away), and reads it.
async fn reason_of(stores: &Stores, item: &Value, place: &str, value: Option<Value>) -> String {
    let mut broken = item.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = broken.pointer_mut(parent).expect(place).as_object_mut().unwrap();
    let before = match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    assert!(before.is_some() || name == "refusal", "{place} is not there");
    stores.dynamodb.put(INVOICES, &broken);
    let error = stores.invoices.get(&NUMBER.parse().unwrap()).await.expect_err(place);
    assert_eq!(error.retry(), Retry::Never);
    let change = stores.invoices.change(&NUMBER.parse().unwrap(), &cause(), |_| ()).await;
    assert!(matches!(change, Err(StoreError::Corrupt { .. })), "{place}: {change:?}");
    match error {
        StoreError::Corrupt { key, reason } => {
            assert_eq!(key, format!("INVOICE#{NUMBER}"), "{place}");
            reason
        }
        other => panic!("{place}: {other}"),
    }
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_is_named() {
    let stores = stores().await;
    let invoice = full(&stores).await;
    let item = stores.item();
    let text = |text: &str| json!({ "S": text });
    let number = |number: &str| json!({ "N": number });
    let broken = [
        ("/number", text("INV-1"), "number \"INV-1\""),
        ("/number", text("INV-20261121-AAAAAAAA"), "it holds the invoice INV-20261121-AAAAAAAA"),
        ("/gsi2pk", text("STATE#PENDING"), "it is listed as STATE#PENDING"),
        ("/order/M/id", text("order 1"), "order.id"),
        ("/order/M/user_id", text(""), "order.user_id"),
        ("/order/M/currency", text("XYZ"), "order.currency"),
        ("/standing/M/is", text("LOST"), "LOST"),
        ("/standing/M/payment/M/reference", text("a b"), "payment.reference"),
        ("/standing/M/payment/M/channel", text("CASH"), "payment.channel"),
        ("/standing/M/payment/M/currency", text("idr"), "payment.currency"),
        ("/attempts/L/0/M/number", number("0"), "counted from 1"),
        ("/attempts/L/0/M/channel", text("GOPAY"), "attempts.channel"),
        ("/attempts/L/0/M/progress", text("ABSENT"), "attempts.progress"),
        ("/attempts/L/0/M/progress", text("UNHEARD"), "attempts.progress"),
        ("/attempts/L/0/M/refusal", text("no"), "attempts.progress"),
        ("/attempts/L/0/M/transaction/M/reference", text("/"), "attempts.transaction.reference"),
        ("/chosen", number("0"), "counted from 1"),
        ("/reports/L/0/M/attempt", number("0"), "counted from 1"),
        ("/reports/L/0/M/reference", text(""), "reports.reference"),
        ("/reports/L/0/M/status", text("paid"), "reports.status"),
        ("/reports/L/0/M/source", text("hearsay"), "reports.source"),
        ("/reports/L/0/M/currency", text("XYZ"), "reports.currency"),
        ("/reports/L/1/M/disagreement", text("quarrel"), "reports.disagreement"),
        ("/reviews/L/0/M/decision", text("maybe"), "reviews.decision"),
        ("/reviews/L/0/M/decided_by", text(""), "reviews.decided_by"),
        ("/version", text("two"), ""),
        ("/version", number("-1"), ""),
        ("/created_at", text("yesterday"), ""),
        ("/order/M/amount_minor", number("0.5"), ""),
        ("/attempts", text("none"), ""),
    ];
    for (place, value, words) in broken {
        let reason = reason_of(&stores, &item, place, Some(value)).await;
        assert!(reason.contains(words), "{place}: {reason}");
    }
    stores.dynamodb.put(INVOICES, &item);
    assert_eq!(stores.read(NUMBER).await, invoice, "the item itself is sound");
}

#[tokio::test]
async fn nothing_that_must_be_there_may_be_missing() {
    let stores = stores().await;
    full(&stores).await;
    let item = stores.item();
    for name in ["number", "order", "created_at", "expires_at", "standing", "version", "commit", "gsi2pk"] {
        let reason = reason_of(&stores, &item, &format!("/{name}"), None).await;
        assert!(reason.contains(name), "{name}: {reason}");
    }
}

#[tokio::test]
async fn a_marker_without_its_invoice_is_corrupt_and_so_is_one_without_a_number() {
    let stores = stores().await;
    let order = "order-9".parse().unwrap();
    for (number, words) in [("INV-1", "no invoice number"), ("INV-20261121-AAAAAAAA", "does not exist")] {
        let marker =
            json!({ "pk": { "S": "ORDER#order-9" }, "sk": { "S": "ORDER" }, "number": { "S": number } });
        stores.dynamodb.put(INVOICES, &marker);
        let error = stores.invoices.for_order(&order).await.unwrap_err().to_string();
        assert!(error.starts_with("the item ORDER#order-9 is corrupt") && error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_list_with_a_corrupt_item_names_it_instead_of_leaving_it_out() {
    let stores = stores().await;
    full(&stores).await;
    let mut item = stores.item();
    item["order"]["M"]["currency"]["S"] = json!("XYZ");
    stores.dynamodb.put(INVOICES, &item);
    let customer = Some("user-1".parse().unwrap());
    for filter in [Filter::default(), Filter { customer, ..Filter::default() }] {
        let error = stores.invoices.list(&filter, None, 10).await.unwrap_err();
        assert!(error.to_string().contains(NUMBER), "{error}");
    }
}
