//! Billz misbehaving on request, in the log, on its page, and steered by control.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use sandbox::billz::{CASH_PAYMENT_TYPE_ID, CASHBOX_ID, SECRET_TOKEN, SHOP_ID};
use sandbox::server::Running;
use serde_json::{Value, json};
use support::billz::{COAT, SHIRT, SILK, Seller, orders, refusal, stock};
use support::{control, http, start};

/// Each with its request; `{}` is an order.
const OPERATIONS: [(&str, &str, &str); 21] = [
    ("login", "POST", "v1/auth/login"),
    ("refresh", "POST", "v2/auth/refresh"),
    ("create_order", "POST", "v2/order"),
    ("add_item", "POST", "v2/order-product/{}"),
    ("change_item", "PUT", "v1/order-item/{}"),
    ("discount", "POST", "v2/order-manual-discount/{}"),
    ("attach_client", "PUT", "v2/order-customer-new/{}"),
    ("recalculate", "POST", "v1/recalculate-order-bill/{}"),
    ("pay", "POST", "v2/order-payment/{}"),
    ("postpone", "POST", "v2/order/create_postpone"),
    ("return_postpone", "POST", "v2/order/return-postpone"),
    ("delete_order", "DELETE", "v2/order/{}"),
    ("get_order", "GET", "v2/order/{}"),
    ("list_drafts", "GET", "v2/order-notes"),
    ("create_client", "POST", "v1/client"),
    ("find_client", "GET", "v1/client"),
    ("list_shops", "GET", "v1/shop"),
    ("list_cash_boxes", "GET", "v1/cash-box"),
    ("list_payment_types", "GET", "v1/company-payment-type"),
    ("list_products", "GET", "v2/products"),
    ("json_rpc", "POST", "v1/orders"),
];

/// A request to an operation, right or not: it is about what the fault answers.
fn request(seller: &Seller, (_, method, path): (&str, &str, &str)) -> RequestBuilder {
    let method: Method = method.parse().unwrap();
    seller.request(method, &path.replace("{}", "some-order")).json(&json!({}))
}

async fn order_fault(running: &Running, operation: &str, mut wish: Value) {
    wish["party"] = json!("billz");
    wish["operation"] = json!(operation);
    control(running, "POST", "/_control/faults", wish).await;
}

#[tokio::test]
async fn every_operation_refuses_in_the_envelope_and_then_recovers() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    for case in OPERATIONS {
        let operation = case.0;
        let healthy = seller.send(request(&seller, case)).await;
        order_fault(&running, operation, json!({ "fault": "refuse" })).await;
        let (status, answer) = seller.send(request(&seller, case)).await;
        if ["login", "refresh"].contains(&operation) {
            assert_eq!((status, &answer["error"]), (401, &json!("refused on request")));
        } else {
            assert_eq!((status, refusal(&answer)), (200, (400, "400", "refused on request")), "{operation}");
        }
        let plain_cases = [
            (json!({ "fault": "refuse", "status": 403, "message": "access denied" }), 403, "access denied"),
            (json!({ "fault": "limit", "retryAfter": 7 }), 429, "rate limit exceeded"),
            (json!({ "fault": "server_error" }), 500, "broken on request"),
            (json!({ "fault": "server_error", "status": 503 }), 503, "broken on request"),
        ];
        for (wish, expected, words) in plain_cases {
            order_fault(&running, operation, wish.clone()).await;
            let (status, answer) = seller.send(request(&seller, case)).await;
            let told = (status, &answer["code"], &answer["error"]);
            assert_eq!(told, (expected, &json!(expected), &json!(words)), "{operation} {wish}");
        }
        order_fault(&running, operation, json!({ "fault": "garbage" })).await;
        let (status, answer) = seller.send(request(&seller, case)).await;
        assert!(
            status == 200 && answer.as_str().unwrap().starts_with("<!DOCTYPE html>"),
            "{operation}: {answer}"
        );
        for fault in ["cut_before", "cut_after"] {
            order_fault(&running, operation, json!({ "fault": fault })).await;
            let error = request(&seller, case).send().await.unwrap_err();
            assert!(!error.is_timeout() && !error.is_connect(), "{operation} {fault}: {error:?}");
        }
        order_fault(&running, operation, json!({ "fault": "hang" })).await;
        let short = request(&seller, case).timeout(Duration::from_millis(50));
        assert!(short.send().await.unwrap_err().is_timeout(), "{operation} hang");
        order_fault(&running, operation, json!({ "fault": "slow", "delayMs": 20 })).await;
        let began = Instant::now();
        assert_eq!(seller.send(request(&seller, case)).await.0, healthy.0, "{operation}");
        assert!(began.elapsed() >= Duration::from_millis(20));
        assert_eq!(seller.send(request(&seller, case)).await.0, healthy.0, "{operation} recovers");
    }
}

#[tokio::test]
async fn a_refusal_may_have_billzs_own_number() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft().await;
    let wish = json!({ "fault": "refuse", "message": "closed", "parameters": { "error_code": 20_035 } });
    order_fault(&running, "add_item", wish).await;
    let refused = seller.add(&order, SHIRT, json!(1)).await;
    assert_eq!(
        (refusal(&refused), &refused["data"]),
        ((400, "20035", "closed"), &json!({ "error_code": 20_035 }))
    );
}

#[tokio::test]
async fn a_fault_pays_or_does_not_as_it_says() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let cases = [
        (json!({ "fault": "refuse" }), false),
        (json!({ "fault": "limit" }), false),
        (json!({ "fault": "cut_before" }), false),
        (json!({ "fault": "server_error" }), false),
        (json!({ "fault": "server_error", "acts": true }), true),
        (json!({ "fault": "cut_after" }), true),
        (json!({ "fault": "garbage" }), true),
        (json!({ "fault": "slow", "delayMs": 1 }), true),
    ];
    for (wish, is_paid) in cases {
        let order = seller.draft_of(SHIRT, json!(1)).await;
        order_fault(&running, "pay", wish.clone()).await;
        let payment = json!({ "company_payment_type_id": CASH_PAYMENT_TYPE_ID, "paid_amount": 35_000 });
        let path = format!("v2/order-payment/{order}");
        drop(seller.request(Method::POST, &path).json(&json!({ "payments": [payment] })).send().await);
        let park_status = if is_paid { "completed" } else { "" };
        assert_eq!(seller.order(&order).await["park_status"], park_status, "{wish}");
    }
    assert_eq!(stock(&running, SHIRT).await, json!(96));
    let before = orders(&running).await.len();
    order_fault(&running, "create_order", json!({ "fault": "cut_after" })).await;
    let wanted = json!({ "shop_id": SHOP_ID, "cashbox_id": CASHBOX_ID, "comment": "ref-1" });
    seller.request(Method::POST, "v2/order").json(&wanted).send().await.unwrap_err();
    let (_, found) = seller.get("v2/order-notes?search=ref-1").await;
    assert_eq!(
        (&found["count"], orders(&running).await.len()),
        (&json!(1), before + 1),
        "found by its comment"
    );
}

#[tokio::test]
async fn the_log_names_operations_and_keeps_no_secret() {
    let running = start().await;
    let mut seller = Seller::of(&running).await;
    for case in OPERATIONS.iter().skip(1) {
        seller.send(request(&seller, *case)).await;
    }
    let pair = seller.log_in().await["data"].clone();
    seller.get("v3/order-search").await;
    http().get(format!("{}/billz", running.url())).send().await.unwrap();
    let log = control(&running, "GET", "/_control/log?party=billz", Value::Null).await;
    let entries = log["entries"].as_array().unwrap();
    let seen: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = OPERATIONS.iter().map(|case| case.0).collect();
    expected.extend(["login", "unknown"]);
    assert_eq!(seen, expected, "the sandbox's own page is no part of Billz");
    for secret in
        [SECRET_TOKEN, pair["access_token"].as_str().unwrap(), pair["refresh_token"].as_str().unwrap()]
    {
        assert!(!log.to_string().contains(secret), "{secret}: {log}");
    }
    assert_eq!(entries[0]["requestBody"], r#"{"secret_token":"(present)"}"#);
    assert!(entries[0]["responseBody"].as_str().unwrap().contains(r#""access_token":"(present)""#));
}

async fn refused(running: &Running, request: &str, body: Value, expected: u16, words: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let (status, refusal) = running.control(method, &format!("/_control/{path}"), &body).await.unwrap();
    assert_eq!(status, expected, "{request} {body}: {refusal}");
    assert!(refusal["detail"].as_str().unwrap().contains(words), "{request} {body}: {refusal}");
}

#[tokio::test]
async fn control_puts_products_and_customers_and_refuses_what_it_does_not_know() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let silk = json!({ "name": "Silk", "price": 10.5, "stock": 0.25, "allowsFreePrice": true });
    let put = control(&running, "PUT", &format!("/_control/billz/products/{SILK}"), silk).await;
    assert_eq!(
        put,
        json!({ "id": SILK, "name": "Silk", "price": 10.5, "stock": 0.25, "allowsFreePrice": true })
    );
    let order = seller.draft_of(SILK, json!(0.25)).await;
    assert_eq!(seller.totals(&order).await, (json!(2.63), json!(0.25)));
    let client = json!({ "firstName": "Aziza", "phoneNumber": "+998901234567" });
    control(&running, "PUT", "/_control/billz/clients/client-1", client).await;
    assert_eq!(seller.get("v1/client?phone_number=998901234567").await.1["clients"][0]["id"], "client-1");
    let shown = control(&running, "GET", &format!("/_control/billz/orders/{order}"), Value::Null).await;
    assert_eq!(
        (&shown["state"], &shown["items"][0]["amount"], &shown["paidAmount"]),
        (&json!("draft"), &json!(2.63), &json!(0))
    );

    for request in ["GET billz/drafts", "GET billz/settings/pace", "PUT billz/drafts/1"] {
        refused(&running, request, json!({}), 404, "billz/settings/limit").await;
    }
    refused(&running, "PUT billz/orders/1", json!({}), 405, "POST /v2/order").await;
    refused(&running, "GET billz/orders/1", Value::Null, 404, "1").await;
    let product = |price: Value| json!({ "name": "N", "price": price, "stock": 1 });
    refused(&running, "PUT billz/products/p", product(json!(-1)), 400, "negative").await;
    refused(&running, "PUT billz/products/p", product(json!(0.001)), 400, "0.001").await;
    refused(
        &running,
        "PUT billz/products/p",
        json!({ "id": "q", "name": "N", "price": 1, "stock": 1 }),
        400,
        "\"q\"",
    )
    .await;
    refused(&running, "PUT billz/settings/limit", json!({}), 400, "perSecond").await;
    refused(&running, "PUT billz/settings/token", json!({ "lifeSeconds": 0 }), 400, "lifeSeconds").await;
    let fault = json!({ "party": "billz", "operation": "payment", "fault": "hang" });
    refused(&running, "POST faults", fault, 400, "create_order, add_item").await;
}

#[tokio::test]
async fn the_page_shows_orders_and_stock_and_a_reset_brings_the_play_set_back() {
    let running = start().await;
    let seller = Seller::of(&running).await;
    let order = seller.draft_of(COAT, json!(2)).await;
    let (_, client) =
        seller.post("v1/client", json!({ "first_name": "<Aziza>", "phone_number": "998901234567" })).await;
    seller.put(&format!("v2/order-customer-new/{order}"), json!({ "customer_id": client["id"] })).await;
    seller.postpone(&order, "Order <12345>", "2126-12-21 06:47:30").await;
    let page = async |path: &str| {
        let response = http().get(format!("{}{path}", running.url())).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, shown) = page("/billz").await;
    assert_eq!(status, 200);
    for words in [
        "213945",
        "active until 2126-12-21 06:47:30",
        "2 × Palto &lt;zimnee&gt; &amp; sharf at 280000 UZS",
        "560000 UZS",
        "&lt;Aziza&gt;",
        "Order &lt;12345&gt;",
        "<td>5</td><td>3</td>",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page("/").await.1.contains("1 orders. 1 log-ins, 0 refused so far."));
    assert_eq!(page("/billz/").await.0, 303, "to the page");

    control(&running, "PUT", "/_control/billz/settings/token", json!({ "lifeSeconds": 5 })).await;
    control(&running, "POST", "/_control/reset", Value::Null).await;
    assert_eq!(seller.get("v1/shop").await.0, 401, "tokens are forgotten");
    let products = control(&running, "GET", "/_control/billz/products", Value::Null).await;
    let facts: Vec<(&str, i64, i64, bool)> = products["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let number = |name: &str| one[name].as_i64().unwrap();
            (one["id"].as_str().unwrap(), number("price"), number("stock"), one["allowsFreePrice"] == true)
        })
        .collect();
    assert_eq!(facts, [(SHIRT, 35_000, 100, true), (SILK, 127_050, 2, false), (COAT, 280_000, 5, false)]);
    let limit = control(&running, "GET", "/_control/billz/settings/limit", Value::Null).await;
    let token = control(&running, "GET", "/_control/billz/settings/token", Value::Null).await;
    assert_eq!(
        (limit, token),
        (json!({ "perSecond": 2 }), json!({ "lifeSeconds": 86_400, "expiresInSeconds": null }))
    );
    assert_eq!((orders(&running).await.len(), support::panel::logins(&running, "billz").await), (0, (0, 0)));
}
