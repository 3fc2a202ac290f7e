//! What is really stored. A change of these snapshots is a change of stored invoices.

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
