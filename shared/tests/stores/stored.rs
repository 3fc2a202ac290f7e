//! What is really stored. A change of these snapshots is a change of stored invoices.

use jiff::SignedDuration;
use sandbox::testbed::dynamodb::INVOICES;
use serde_json::json;
use shared::domain::invoice::Invoice;
use shared::domain::payment_report::ReportedStatus;

use crate::setup::{NUMBER, cause, minute, new_invoice, report, stores, with_code};

#[tokio::test]
async fn a_paid_invoice_as_it_is_stored() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    let settle = |invoice: &mut Invoice| invoice.settle(&report(ReportedStatus::Paid, 150_000), minute(5));
    stores.invoices.change(&NUMBER.parse().unwrap(), &cause(), settle).await.unwrap().unwrap();
    let mut item = stores.item();
    let commit = item["commit"]["S"].as_str().unwrap().to_owned();
    assert!(commit.len() == 32 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{commit}");
    item["commit"] = json!("drawn anew for each commit");
    insta::assert_json_snapshot!(item);
}

#[tokio::test]
async fn a_reminder_as_it_is_stored_and_read_again() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    assert_eq!(stores.item().get("reminded_at"), None, "what was stored before there were reminders");
    assert_eq!(stores.read(NUMBER).await.reminded_at, None);
    let remind = |invoice: &mut Invoice| invoice.remind(minute(1400), SignedDuration::from_hours(2));
    stores.invoices.change(&NUMBER.parse().unwrap(), &cause(), remind).await.unwrap().unwrap();
    let item = stores.item();
    assert_eq!(item["reminded_at"], json!({ "S": "2026-11-22T07:20:00Z" }));
    assert_eq!(stores.read(NUMBER).await.reminded_at, Some(minute(1400)));
    let event = json!({ "M": {
        "id": { "S": format!("{NUMBER}.2.0") },
        "correlation_id": { "S": "correlation-1" },
        "occurred_at": { "S": "2026-11-21T08:05:00Z" },
        "event": { "S": "invoice.expiring" },
        "order_id": { "S": "order-1" },
        "user_id": { "S": "user-1" },
        "amount_minor": { "N": "151500" },
        "currency": { "S": "IDR" },
        "expires_at": { "S": "2026-11-22T08:00:00Z" },
        "checkout_url": { "S": "https://tripay.co.id/checkout/DEV-T1" },
        "code": { "S": "123450000000001" },
    } });
    assert_eq!(item["outbox"], json!({ "L": [event] }));
}

#[tokio::test]
async fn a_question_and_an_end_as_they_are_stored() {
    let stores = stores().await;
    stores.hold(with_code(new_invoice(), "BCA_VA")).await;
    let late = |invoice: &mut Invoice| {
        invoice.expire(minute(1441)).unwrap();
        invoice.settle(&report(ReportedStatus::Paid, 150_000), minute(1442))
    };
    stores.invoices.change(&NUMBER.parse().unwrap(), &cause(), late).await.unwrap().unwrap();
    let event = |index: usize, kind: &str, more: serde_json::Value| {
        let mut event = json!({
            "id": { "S": format!("{NUMBER}.2.{index}") },
            "correlation_id": { "S": "correlation-1" },
            "occurred_at": { "S": "2026-11-21T08:05:00Z" },
            "event": { "S": kind },
            "order_id": { "S": "order-1" },
            "user_id": { "S": "user-1" },
            "amount_minor": { "N": "150000" },
            "currency": { "S": "IDR" },
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "M": event })
    };
    let end = event(0, "invoice.expired", json!({ "at": { "S": "2026-11-22T08:00:00Z" } }));
    let question = json!({ "reason": { "S": "paid_after_expiry" }, "reference": { "S": "DEV-T1" } });
    let question = event(1, "invoice.review_opened", question);
    let item = stores.item();
    assert_eq!(item["outbox"], json!({ "L": [end, question] }));
    assert_eq!(item["outbox_size"], json!({ "N": "2" }));
}

#[tokio::test]
async fn an_orders_marker_as_it_is_stored() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    let marker = stores.dynamodb.item(INVOICES, "ORDER#order-1", "ORDER").unwrap();
    let expected =
        json!({ "pk": { "S": "ORDER#order-1" }, "sk": { "S": "ORDER" }, "number": { "S": NUMBER } });
    assert_eq!(marker, expected);
}

#[tokio::test]
async fn a_waiting_invoice_fits_into_one_write_unit() {
    let stores = stores().await;
    stores.hold(new_invoice()).await;
    let size = stored_size(&stores.item());
    assert!(size <= 1024, "{size} bytes");
}

/// Names and values, as DynamoDB counts them; a little more for lists and maps.
fn stored_size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(typed) => {
            typed.iter().map(|(name, value)| name.len() + stored_size(value)).sum()
        }
        serde_json::Value::Array(items) => items.iter().map(|item| 1 + stored_size(item)).sum(),
        serde_json::Value::String(text) => text.len(),
        _ => 1,
    }
}
