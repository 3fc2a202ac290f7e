//! What customers and operators are told, word for word.

use serde_json::{Value, json};

use super::bench::{Bench, event};

const REFERENCE: &str = "DEV-T9999100001AB3DE";

/// The notifications of an event file.
async fn told_of(case: &str) -> Vec<Value> {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver(&event(case)).await, Vec::<String>::new(), "{case}");
    bench.notifications()
}

fn notification(id: &str, correlation_id: &str, user_id: Option<&str>, event: &str, fields: &Value) -> Value {
    json!({
        "version": 1,
        "id": format!("INV-20261121-7K3M9QZX.{id}"),
        "correlationId": correlation_id,
        "userId": user_id,
        "notice": { "event": event, "data": fields },
    })
}

#[tokio::test]
async fn the_customer_is_told_of_the_payment() {
    let fields = json!({
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "amount": 150_000,
        "currency": "IDR",
        "paidAt": "2026-11-21T08:04:00Z",
    });
    let expected = notification("4.0", "checkout-4711", Some("user-1"), "payment.confirmed", &fields);
    assert_eq!(told_of("invoice-paid").await, [expected]);
}

#[tokio::test]
async fn the_customer_is_told_of_the_end() {
    let fields = json!({
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "amount": 150_000,
        "currency": "IDR",
        "expiredAt": "2026-11-22T08:00:00Z",
    });
    let expected = notification("5.0", "sweep-20261122-0800", Some("user-1"), "payment.expired", &fields);
    assert_eq!(told_of("invoice-expired").await, [expected]);
}

fn reminder() -> Value {
    json!({
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "amount": 154_250,
        "currency": "IDR",
        "expiresAt": "2026-11-22T08:00:00Z",
        "payUrl": format!("https://tripay.co.id/checkout/{REFERENCE}"),
        "payCode": "123450000000001",
        "qrImageUrl": format!("https://tripay.co.id/qr/{REFERENCE}"),
    })
}

#[tokio::test]
async fn the_customer_is_reminded_with_the_ways_to_pay() {
    let expected =
        notification("4.0", "sweep-20261122-0600", Some("user-1"), "payment.expiring", &reminder());
    assert_eq!(told_of("invoice-expiring").await, [expected]);
}

#[tokio::test]
async fn the_customer_is_reminded_without_a_code_where_there_is_none() {
    let mut fields = reminder();
    for name in ["payUrl", "payCode", "qrImageUrl"] {
        fields.as_object_mut().unwrap().remove(name);
    }
    fields["amount"] = json!(150_000);
    let expected = notification("2.0", "sweep-20261122-0600", Some("user-1"), "payment.expiring", &fields);
    assert_eq!(told_of("invoice-expiring-without-code").await, [expected]);
}

#[tokio::test]
async fn an_address_that_nobody_can_follow_is_left_out() {
    let bench = Bench::start().await;
    let mut change = event("invoice-expiring");
    let stored = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"];
    stored["checkout_url"]["S"] = "/checkout".into();
    stored["qr_image_url"]["S"] = "javascript:alert(1)".into();
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    let told = &bench.notifications()[0]["notice"]["data"];
    assert_eq!((told.get("payUrl"), told.get("qrImageUrl")), (None, None));
    assert_eq!(told["payCode"], "123450000000001");
}

#[tokio::test]
async fn the_operators_are_told_of_a_question() {
    let fields = json!({
        "invoice": "INV-20261121-7K3M9QZX",
        "orderId": "order-1",
        "userId": "user-1",
        "reason": "paid_after_expiry",
        "amount": 150_000,
        "currency": "IDR",
        "reference": REFERENCE,
    });
    let expected = notification("6.0", "callback-4712", None, "payment.needs_review", &fields);
    assert_eq!(told_of("invoice-review-opened").await, [expected]);
}

#[tokio::test]
async fn a_report_of_less_than_nothing_is_shown_as_nothing() {
    let bench = Bench::start().await;
    let mut change = event("invoice-review-opened");
    let stored = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"];
    stored["amount_minor"]["N"] = "-150000".into();
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    assert_eq!(bench.notifications()[0]["notice"]["data"]["amount"], 0);
}
