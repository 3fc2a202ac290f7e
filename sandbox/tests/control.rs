//! Faults, the log and the refusals of the control API.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use sandbox::options::INTERNAL_API_KEY;
use sandbox::server::Running;
use sandbox::tripay::credentials::SANDBOX;
use serde_json::{Value, json};
use support::{Merchant, control, create_body, http, start};

/// One request to every operation of every party.
fn request(running: &Running, party: &str, operation: &str) -> reqwest::RequestBuilder {
    let (http, url) = (http(), running.url());
    let get = |path: &str| {
        http.get(format!("{url}/{path}"))
            .bearer_auth(SANDBOX.api_key)
            .header("x-internal-api-key", INTERNAL_API_KEY)
    };
    match (party, operation) {
        ("orders", "order") => get("orders/internal/orders/order-1"),
        ("users", "user") => get("users/internal/users/user-1"),
        ("orders", "payment-status") => http
            .post(format!("{url}/orders/internal/orders/order-1/payment-status"))
            .header("x-internal-api-key", INTERNAL_API_KEY)
            .json(&json!({ "status": "PAID", "reference": "R", "paidAt": null, "amount": 1 })),
        ("tripay", "transaction/create") => http
            .post(format!("{url}/tripay/api-sandbox/transaction/create"))
            .bearer_auth(SANDBOX.api_key)
            .json(&create_body(SANDBOX, "BCAVA", "INV-1", 150_000)),
        ("tripay", "payment-channel" | "transactions") => {
            get(&format!("tripay/api-sandbox/merchant/{operation}"))
        }
        ("tripay", "fee-calculator") => get("tripay/api-sandbox/merchant/fee-calculator?amount=10000"),
        ("tripay", "payment/instruction") => get("tripay/api-sandbox/payment/instruction?code=BCAVA"),
        ("tripay", other) => get(&format!("tripay/api-sandbox/{other}?reference=none")),
        other => panic!("{other:?}"),
    }
}

const OPERATIONS: [(&str, &str); 10] = [
    ("tripay", "payment-channel"),
    ("tripay", "fee-calculator"),
    ("tripay", "transactions"),
    ("tripay", "transaction/create"),
    ("tripay", "transaction/detail"),
    ("tripay", "transaction/check-status"),
    ("tripay", "payment/instruction"),
    ("orders", "order"),
    ("orders", "payment-status"),
    ("users", "user"),
];

async fn order_fault(running: &Running, party: &str, operation: &str, fault: &str) {
    let wish = json!({ "party": party, "operation": operation, "fault": fault });
    control(running, "POST", "/_control/faults", wish).await;
}

async fn status(running: &Running, (party, operation): (&str, &str)) -> u16 {
    request(running, party, operation).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn every_operation_of_every_party_can_refuse_and_then_recovers() {
    let running = start().await;
    for (party, operation) in OPERATIONS {
        let healthy = status(&running, (party, operation)).await;
        assert!(matches!(healthy, 200 | 404), "{party} {operation}: {healthy}");
        let refusal = if party == "tripay" { 200 } else { 403 };
        for (fault, expected) in [("refuse", refusal), ("limit", 429), ("server_error", 500)] {
            order_fault(&running, party, operation, fault).await;
            let answer = request(&running, party, operation).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), expected, "{party} {operation} {fault}");
            let body: Value = answer.json().await.unwrap();
            let says_so = match party {
                "tripay" => body["success"] == json!(false),
                _ => body["status"] == json!(expected),
            };
            assert!(says_so, "{party} {operation} {fault}: {body}");
        }
        order_fault(&running, party, operation, "garbage").await;
        let answer = request(&running, party, operation).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
        assert_eq!(status(&running, (party, operation)).await, healthy, "{party} {operation} recovers");
    }
}

#[tokio::test]
async fn every_operation_of_every_party_can_stay_silent_and_then_recovers() {
    let running = start().await;
    for (party, operation) in OPERATIONS {
        let healthy = status(&running, (party, operation)).await;
        for fault in ["cut_before", "cut_after"] {
            order_fault(&running, party, operation, fault).await;
            let error = request(&running, party, operation).send().await.unwrap_err();
            let was_cut = !error.is_timeout() && !error.is_connect();
            assert!(was_cut, "{party} {operation} {fault}: {error:?}");
        }
        order_fault(&running, party, operation, "hang").await;
        let short = request(&running, party, operation).timeout(Duration::from_millis(100));
        assert!(short.send().await.unwrap_err().is_timeout(), "{party} {operation} hang");

        let wish = json!({ "party": party, "operation": operation, "fault": "slow", "delayMs": 50 });
        control(&running, "POST", "/_control/faults", wish).await;
        let began = Instant::now();
        assert_eq!(status(&running, (party, operation)).await, healthy);
        assert!(began.elapsed() >= Duration::from_millis(50));
        assert_eq!(status(&running, (party, operation)).await, healthy, "{party} {operation} recovers");
    }
    let waiting = control(&running, "GET", "/_control/faults", Value::Null).await;
    assert_eq!(waiting, json!({ "waiting": [] }));
}

#[tokio::test]
async fn a_fault_acts_or_does_not_act_as_it_says() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let count = async || {
        let (_, list) = merchant.get("/merchant/transactions").await;
        list["pagination"]["total_records"].as_i64().unwrap()
    };
    let cases = [
        (json!({ "fault": "refuse" }), 0),
        (json!({ "fault": "limit" }), 0),
        (json!({ "fault": "cut_before" }), 0),
        (json!({ "fault": "server_error" }), 0),
        (json!({ "fault": "server_error", "acts": true, "status": 502 }), 1),
        (json!({ "fault": "cut_after" }), 1),
        (json!({ "fault": "garbage" }), 1),
        (json!({ "fault": "garbage", "status": 403 }), 0),
        (json!({ "fault": "slow", "delayMs": 1 }), 1),
    ];
    for (mut wish, opened) in cases {
        wish["party"] = json!("tripay");
        wish["operation"] = json!("transaction/create");
        let before = count().await;
        control(&running, "POST", "/_control/faults", wish.clone()).await;
        drop(request(&running, "tripay", "transaction/create").send().await);
        assert_eq!(count().await - before, opened, "{wish}");
    }
}

#[tokio::test]
async fn a_fault_is_played_as_often_as_asked_with_the_words_asked_for() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let wish = json!({
        "party": "tripay", "operation": "payment-channel", "fault": "refuse", "times": 2, "status": 401,
        "message": "Invalid API Key",
    });
    control(&running, "POST", "/_control/faults", wish).await;
    for _ in 0..2 {
        let refusal = json!({ "success": false, "message": "Invalid API Key" });
        assert_eq!(merchant.get("/merchant/payment-channel").await, (401, refusal));
        assert_eq!(merchant.get("/merchant/fee-calculator?amount=10000").await.0, 200, "others are well");
    }
    assert_eq!(merchant.get("/merchant/payment-channel").await.0, 200);
}

#[tokio::test]
async fn the_log_shows_what_was_seen_and_answered_without_credentials() {
    let running = start().await;
    let merchant = Merchant::of(&running);
    let reference = merchant.open("BCAVA", "INV-1", 150_000).await;
    order_fault(&running, "orders", "order", "cut_before").await;
    request(&running, "orders", "order").send().await.unwrap_err();
    merchant.get(&format!("/transaction/detail?reference={reference}")).await;

    let log = control(&running, "GET", "/_control/log", Value::Null).await;
    let seen: Vec<(&str, &str, &Value, &Value)> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            (text("party"), text("operation"), &entry["status"], &entry["fault"])
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("tripay", "transaction/create", &json!(200), &Value::Null),
            ("orders", "order", &Value::Null, &json!("cut_before")),
            ("tripay", "transaction/detail", &json!(200), &Value::Null),
        ]
    );
    let log =
        control(&running, "GET", "/_control/log?party=tripay&operation=transaction/create", Value::Null)
            .await;
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert!(entries[0]["requestBody"].as_str().unwrap().contains("INV-1"));
    assert!(entries[0]["responseBody"].as_str().unwrap().contains(&reference));
    assert!(!log.to_string().contains(SANDBOX.api_key), "{log}");
    assert_eq!(entries[0]["headers"]["authorization"], "(present)");

    control(&running, "POST", "/_control/reset", Value::Null).await;
    let log = control(&running, "GET", "/_control/log", Value::Null).await;
    assert_eq!(log["entries"], json!([]));
    assert_eq!(merchant.get(&format!("/transaction/detail?reference={reference}")).await.0, 404);
}

async fn refused(running: &Running, request: &str, body: Value, expected: u16, words: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let (status, refusal) = running.control(method, &format!("/_control/{path}"), &body).await.unwrap();
    assert_eq!(status, expected, "{request} {body}: {refusal}");
    let detail = refusal["detail"].as_str().unwrap();
    assert!(detail.contains(words), "{request} {body}: {refusal}");
}

#[tokio::test]
async fn paths_that_control_does_not_know_are_refused_by_name() {
    let running = start().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let steal = format!("POST tripay/transactions/{reference}/steal");
    refused(&running, "POST nothing", json!({}), 404, "/_control/nothing").await;
    refused(&running, "GET reset", Value::Null, 405, "does not take GET").await;
    refused(&running, "GET log?partie=tripay", Value::Null, 400, "partie").await;
    refused(&running, "GET log?party=tripey", Value::Null, 400, "tripey").await;
    refused(&running, &steal, json!({}), 404, "pay, expire, fail, refund").await;
    refused(&running, "POST tripay/transactions/none/pay", json!({}), 404, "none").await;
    refused(&running, "PUT orders/order/order-1", json!({}), 404, "orders/orders").await;
    refused(&running, "PUT tripay/channels/GOPAY", json!({ "active": true }), 404, "GOPAY").await;
    refused(&running, "GET users/users/none", Value::Null, 404, "none").await;
}

#[tokio::test]
async fn bodies_that_control_does_not_know_are_refused_by_name() {
    let running = start().await;
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let pay = format!("POST tripay/transactions/{reference}/pay");
    refused(&running, &pay, json!({ "tmies": 2 }), 400, "tmies").await;
    refused(&running, &pay, json!({ "times": 0 }), 400, "times").await;
    refused(&running, "POST tripay/tester", json!({ "shape": "round" }), 400, "round").await;
    refused(&running, "POST clock", json!({ "advanceSeconds": -1 }), 400, "forward").await;
    refused(&running, "PUT tripay/settings/merchant", json!({ "callback": 1 }), 400, "callback").await;
    let order = |id: &str| json!({ "id": id, "userId": "user-1", "amount": 1 });
    refused(&running, "PUT orders/orders/order-1", order("order-2"), 400, "order-2").await;
    refused(&running, "PUT orders/orders/order-1", json!({ "x": 1 }), 400, "`x`").await;

    let fault = |party: &str, operation: &str, fault: &str| json!({ "party": party, "operation": operation, "fault": fault });
    refused(&running, "POST faults", fault("tripey", "x", "hang"), 400, "tripay, telegram, orders, users")
        .await;
    refused(&running, "POST faults", fault("tripay", "create", "hang"), 400, "transaction/create").await;
    refused(&running, "POST faults", fault("users", "user", "explode"), 400, "explode").await;
    refused(&running, "POST faults", json!({ "colour": 1 }), 400, "colour").await;
    for (name, value) in
        [("times", json!(0)), ("delayMs", json!(1)), ("status", json!(500)), ("message", json!("m"))]
            .into_iter()
            .chain([("retryAfter", json!(1)), ("parameters", json!({}))])
    {
        let mut wish = fault("users", "user", "hang");
        wish[name] = value;
        refused(&running, "POST faults", wish, 400, name).await;
    }
    let mut wish = fault("users", "user", "cut_after");
    wish["acts"] = json!(false);
    refused(&running, "POST faults", wish, 400, "acts").await;
    let broken = http().post(format!("{}/_control/faults", running.url())).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let running = start().await;
    let taken = running.url().trim_start_matches("http://").parse().unwrap();
    let options = sandbox::options::Options { listen: taken, ..sandbox::options::Options::default() };
    let error = sandbox::server::Sandbox::start(options).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {taken}"));
    running.shutdown();
}
