//! The order service: what an order costs, and that its payment changed.

use serde_json::{Value, json};
use shared::domain::money::{Currency, Money};
use shared::domain::order::Order;
use shared::providers::call::CallError;
use shared::providers::order_service::{FoundOrder, OrderService, PaymentStatus};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer, Play, html};
use crate::setup::{at, internal_service, items};

const ORDER: &str = include_str!("../fixtures/orders/order.json");
const SAFE: Retry = Retry::Safe { after: None };

async fn playing(play: Play) -> (OrderService, OddServer) {
    let server = OddServer::start([play]).await;
    (OrderService::new(internal_service(server.url())), server)
}

async fn order(body: &Value) -> Result<Option<FoundOrder>, CallError> {
    let (orders, _server) = playing(odd_server::json(200, &body.to_string())).await;
    orders.order(&"order-1".parse().unwrap()).await
}

fn with(name: &str, value: Value) -> Value {
    let mut body: Value = serde_json::from_str(ORDER).unwrap();
    body[name] = value;
    body
}

async fn tell(play: Play) -> (Result<(), CallError>, OddServer) {
    let (orders, server) = playing(play).await;
    let status = PaymentStatus {
        status: "PAID",
        reference: "DEV-T1".to_owned(),
        paid_at: at("2026-11-21T08:04:00Z"),
        amount: 150_000,
    };
    let told = orders
        .tell(&"order-1".parse().unwrap(), &"INV-20261121-7K3M9QZX.3.0".parse().unwrap(), &status)
        .await;
    (told, server)
}

#[tokio::test]
async fn an_order_is_asked_for_with_the_first_internal_key() {
    let (orders, server) = playing(odd_server::json(200, ORDER)).await;
    let found = orders.order(&"order-1".parse().unwrap()).await.unwrap();
    let (id, customer) = ("order-1".parse().unwrap(), "user-1".parse().unwrap());
    let order = Order { id, customer, amount: Money::rupiah(150_000), items: items() };
    assert_eq!(found, Some(FoundOrder { order, is_open: true }));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/internal/orders/order-1"));
    assert_eq!(seen.header("x-internal-api-key"), "key-in-use");
    assert_eq!(seen.header("accept"), "application/json");
}

#[tokio::test]
async fn an_order_that_is_paid_or_cancelled_is_not_open() {
    for (status, is_open) in [("PAID", false), ("CANCELLED", false), ("PENDING", true), ("SHIPPED", true)] {
        let found = order(&with("status", json!(status))).await.unwrap().unwrap();
        assert_eq!(found.is_open, is_open, "{status}");
    }
}

#[tokio::test]
async fn an_order_may_come_without_lines_and_in_other_currencies() {
    let bare = json!({ "userId": "user-1", "amount": 1999, "currency": "USD" });
    let found = order(&bare).await.unwrap().unwrap();
    assert_eq!(found.order.amount, Money::new(1999, Currency::Usd));
    assert_eq!((found.order.items, found.is_open), (Vec::new(), true));
}

#[tokio::test]
async fn an_order_that_breaks_our_rules_is_unreadable() {
    let broken = [
        with("currency", json!("XYZ")),
        with("userId", json!("not an id")),
        with("amount", json!(150_000.5)),
        with("amount", json!("150000")),
        with("items", json!([{ "name": "VPS", "price": 1, "quantity": -1 }])),
        json!({}),
        json!([]),
    ];
    for body in broken {
        let error = order(&body).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::Unreadable, SAFE), "{body}");
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_is_none_and_a_refusal_is_not() {
    let (orders, _server) = playing(odd_server::json(404, "{}")).await;
    assert_eq!(orders.order(&"order-1".parse().unwrap()).await, Ok(None));
    for status in [400, 401, 403] {
        let (orders, _server) = playing(odd_server::json(status, "{}")).await;
        let error = orders.order(&"order-1".parse().unwrap()).await.unwrap_err();
        assert_eq!((error.failure, error.retry()), (Failure::Refused, Retry::Never), "{status}");
        let (orders, _server) = playing(odd_server::json(status, "{}")).await;
        assert_eq!(orders.check().await.unwrap_err().failure, Failure::Refused, "{status}");
    }
}

#[tokio::test]
async fn whether_the_service_is_there_is_asked_for_an_order_nobody_has() {
    for (status, answers) in [(404, true), (200, true), (403, false), (500, false)] {
        let (orders, server) = playing(odd_server::json(status, "{}")).await;
        assert_eq!(orders.check().await.is_ok(), answers, "{status}");
        assert_eq!(server.seen()[0].target, "/internal/orders/health-check");
    }
}

#[tokio::test]
async fn an_id_never_leads_to_another_path() {
    for id in ["..", ".", "...", "a..b", "a:b@c"] {
        let Ok(id) = id.parse() else { continue };
        let (orders, server) = playing(odd_server::json(404, "{}")).await;
        assert_eq!(orders.order(&id).await, Ok(None));
        assert_eq!(server.seen()[0].target, format!("/internal/orders/{id}"));
    }
}

#[tokio::test]
async fn a_payment_is_told_under_the_key_of_its_event() {
    let (told, server) = tell(odd_server::json(200, r#"{"id":"order-1","status":"PAID"}"#)).await;
    assert_eq!(told, Ok(()));
    let seen = &server.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("POST", "/internal/orders/order-1/payment-status")
    );
    assert_eq!(seen.header("x-internal-api-key"), "key-in-use");
    assert_eq!(seen.header("idempotency-key"), "INV-20261121-7K3M9QZX.3.0");
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let expected = json!({ "status": "PAID", "reference": "DEV-T1", "paidAt": "2026-11-21T08:04:00Z", "amount": 150_000 });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn any_2xx_says_that_the_payment_is_known() {
    for status in [200, 201, 202, 204] {
        let (told, _server) = tell(odd_server::json(status, "")).await;
        assert_eq!(told, Ok(()), "{status}");
    }
}

#[tokio::test]
async fn a_refused_payment_is_never_told_again_but_a_refused_key_is() {
    for status in [400, 404, 409, 422, 302] {
        let (told, _server) = tell(odd_server::json(status, "{}")).await;
        assert_eq!(told.unwrap_err().retry(), Retry::Never, "{status}");
    }
    for status in [401, 403] {
        let (told, _server) = tell(html(status)).await;
        assert_eq!(told.unwrap_err().retry(), SAFE, "{status}");
    }
}

#[tokio::test]
async fn a_payment_whose_end_is_unknown_may_be_told_again() {
    for play in [html(500), html(503), Play::CutBefore, Play::CutAfter, Play::CutInside] {
        let (told, server) = tell(play.clone()).await;
        assert_eq!(told.unwrap_err().retry(), SAFE, "{play:?}");
        assert_eq!(server.connections(), 1, "{play:?} was repeated");
    }
}
