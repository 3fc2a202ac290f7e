//! The order service and the user service, at the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::options::INTERNAL_API_KEY;
use serde_json::{Value, json};
use support::{control, http, start};

async fn get(url: &str, key: &str) -> (u16, Value) {
    let response = http().get(url).header("x-internal-api-key", key).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn tell(url: &str, idempotency_key: Option<&str>, body: &Value) -> (u16, Value) {
    let mut request = http().post(url).header("x-internal-api-key", INTERNAL_API_KEY).json(body);
    if let Some(key) = idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn orders_and_users_are_shown_to_those_with_the_key() {
    let running = start().await;
    let url = running.url();
    let (status, order) = get(&format!("{url}/orders/internal/orders/order-1"), INTERNAL_API_KEY).await;
    assert_eq!((status, &order["userId"], &order["amount"]), (200, &json!("user-1"), &json!(150_000)));
    assert_eq!((&order["currency"], &order["status"]), (&json!("IDR"), &json!("PENDING")));
    let items = order["items"].as_array().unwrap();
    let total: i64 =
        items.iter().map(|item| item["price"].as_i64().unwrap() * item["quantity"].as_i64().unwrap()).sum();
    assert_eq!((items.len(), total), (2, 150_000));

    let (status, user) = get(&format!("{url}/users/internal/users/user-2"), INTERNAL_API_KEY).await;
    let expected = json!({
        "id": "user-2", "email": "user-2@example.com", "name": "Siti Aminah", "telegram_chat_id": null,
        "locale": "id", "roles": ["user"],
    });
    assert_eq!((status, user), (200, expected));

    for path in ["orders/internal/orders/order-1", "users/internal/users/user-1"] {
        let (status, refusal) = get(&format!("{url}/{path}"), "wrong").await;
        assert_eq!((status, &refusal["code"]), (401, &json!("unauthorized")));
    }
    for path in ["orders/internal/orders/none", "users/internal/users/none"] {
        let (status, refusal) = get(&format!("{url}/{path}"), INTERNAL_API_KEY).await;
        assert_eq!((status, &refusal["code"], &refusal["status"]), (404, &json!("not_found"), &json!(404)));
    }
}

#[tokio::test]
async fn a_payment_status_takes_effect_once_per_key() {
    let running = start().await;
    let url = format!("{}/orders/internal/orders/order-1/payment-status", running.url());
    let body = json!({ "status": "PAID", "reference": "DEV-1", "paidAt": "2026-11-21T04:00:00Z", "amount": 150_000 });
    let first = tell(&url, Some("event-1"), &body).await;
    assert_eq!(first, (200, json!({ "id": "order-1", "status": "PAID" })));
    assert_eq!(tell(&url, Some("event-1"), &body).await, first);
    let mut other = body.clone();
    other["amount"] = json!(1);
    let (status, refusal) = tell(&url, Some("event-1"), &other).await;
    assert_eq!((status, &refusal["code"]), (409, &json!("idempotency_key_reused")));

    let shown = control(&running, "GET", "/_control/orders/orders/order-1", Value::Null).await;
    let updates = shown["updates"].as_array().unwrap();
    assert_eq!((updates.len(), &shown["status"]), (1, &json!("PAID")));
    assert_eq!((&updates[0]["idempotencyKey"], &updates[0]["body"]), (&json!("event-1"), &body));

    tell(&url, Some("event-2"), &body).await;
    tell(&url, None, &body).await;
    let shown = control(&running, "GET", "/_control/orders/orders/order-1", Value::Null).await;
    assert_eq!(shown["updates"].as_array().unwrap().len(), 3);

    let nowhere = format!("{}/orders/internal/orders/none/payment-status", running.url());
    assert_eq!(tell(&nowhere, Some("event-3"), &body).await.0, 404);
    assert_eq!(tell(&url, Some("event-4"), &json!({ "status": "PAID", "extra": 1 })).await.0, 400);
    let keyless = http().post(&url).json(&body).send().await.unwrap();
    assert_eq!(keyless.status(), 401);
}

#[tokio::test]
async fn what_is_put_in_is_what_the_services_show() {
    let running = start().await;
    let order = json!({
        "userId": "user-9", "amount": 30_000, "items": [{ "name": "Teh", "price": 15_000, "quantity": 2 }],
    });
    control(&running, "PUT", "/_control/orders/orders/order-9", order).await;
    let user = json!({
        "email": "nina@example.com", "name": "Nina", "telegramChatId": 42, "locale": "en", "roles": ["admin"],
    });
    control(&running, "PUT", "/_control/users/users/user-9", user).await;
    let url = running.url();
    let (_, order) = get(&format!("{url}/orders/internal/orders/order-9"), INTERNAL_API_KEY).await;
    assert_eq!(
        (&order["id"], &order["currency"], &order["amount"]),
        (&json!("order-9"), &json!("IDR"), &json!(30_000))
    );
    let (_, user) = get(&format!("{url}/users/internal/users/user-9"), INTERNAL_API_KEY).await;
    assert_eq!((&user["telegram_chat_id"], &user["locale"]), (&json!(42), &json!("en")));

    control(&running, "POST", "/_control/reset", Value::Null).await;
    assert_eq!(get(&format!("{url}/users/internal/users/user-9"), INTERNAL_API_KEY).await.0, 404);
}
