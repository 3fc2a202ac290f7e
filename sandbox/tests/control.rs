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

#[tokio::test]
async fn every_operation_of_every_party_can_fail_in_every_way_and_then_recovers() {
    let running = start().await;
    for (party, operation) in OPERATIONS {
        let healthy = request(&running, party, operation)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
        assert!(matches!(healthy, 200 | 404), "{party} {operation}: {healthy}");

        for (fault, statuses) in [
            ("refuse", [200, 403]),
            ("limit", [429, 429]),
            ("server_error", [500, 500]),
        ] {
            order_fault(&running, party, operation, fault).await;
            let answer = request(&running, party, operation).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(
                statuses.contains(&status),
                "{party} {operation} {fault}: {status}"
            );
            let body: Value = answer.json().await.unwrap();
            let refused = body["success"] == json!(false) || body["status"] == json!(status);
            assert!(refused, "{party} {operation} {fault}: {body}");
        }
        order_fault(&running, party, operation, "garbage").await;
        let answer = request(&running, party, operation).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));

        for fault in ["cut_before", "cut_after"] {
            order_fault(&running, party, operation, fault).await;
            let error = request(&running, party, operation).send().await.unwrap_err();
            assert!(
                !error.is_timeout() && !error.is_connect(),
                "{party} {operation} {fault}: {error:?}"
            );
        }
        order_fault(&running, party, operation, "hang").await;
        let short = request(&running, party, operation).timeout(Duration::from_millis(100));
        assert!(
            short.send().await.unwrap_err().is_timeout(),
            "{party} {operation} hang"
        );

        let wish = json!({ "party": party, "operation": operation, "fault": "slow", "delayMs": 50 });
        control(&running, "POST", "/_control/faults", wish).await;
        let began = Instant::now();
        assert_eq!(
            request(&running, party, operation)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16(),
            healthy
        );
        assert!(began.elapsed() >= Duration::from_millis(50));

        let after = request(&running, party, operation)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
        assert_eq!(after, healthy, "{party} {operation} recovers");
    }
    assert_eq!(
        control(&running, "GET", "/_control/faults", Value::Null).await["waiting"],
        json!([])
    );
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
        assert_eq!(
            merchant.get("/merchant/fee-calculator?amount=10000").await.0,
            200,
            "others are well"
        );
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
    merchant
        .get(&format!("/transaction/detail?reference={reference}"))
        .await;

    let log = control(&running, "GET", "/_control/log", Value::Null).await;
    let seen: Vec<(&str, &str, &Value, &Value)> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap();
            (
                text("party"),
                text("operation"),
                &entry["status"],
                &entry["fault"],
            )
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
    let log = control(
        &running,
        "GET",
        "/_control/log?party=tripay&operation=transaction/create",
        Value::Null,
    )
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
    assert_eq!(
        merchant
            .get(&format!("/transaction/detail?reference={reference}"))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn what_control_does_not_know_it_refuses_by_name() {
    let running = start().await;
    let fault = |party: &str, operation: &str, fault: &str| json!({ "party": party, "operation": operation, "fault": fault });
    let reference = Merchant::of(&running).open("BCAVA", "INV-1", 150_000).await;
    let pay = format!("/_control/tripay/transactions/{reference}/pay");
    let steal = format!("/_control/tripay/transactions/{reference}/steal");
    let cases = [
        ("POST", "/_control/nothing", json!({}), 404, "/_control/nothing"),
        ("GET", "/_control/reset", Value::Null, 405, "does not take GET"),
        ("GET", "/_control/log?partie=tripay", Value::Null, 400, "partie"),
        ("GET", "/_control/log?party=tripey", Value::Null, 400, "tripey"),
        (
            "POST",
            "/_control/faults",
            fault("tripey", "x", "hang"),
            400,
            "known: tripay, orders, users",
        ),
        (
            "POST",
            "/_control/faults",
            fault("tripay", "create", "hang"),
            400,
            "transaction/create",
        ),
        (
            "POST",
            "/_control/faults",
            fault("tripay", "transactions", "explode"),
            400,
            "explode",
        ),
        (
            "POST",
            "/_control/faults",
            json!({ "party": "tripay", "colour": 1 }),
            400,
            "colour",
        ),
        ("POST", &pay, json!({ "tmies": 2 }), 400, "tmies"),
        ("POST", &pay, json!({ "times": 0 }), 400, "times"),
        ("POST", &steal, json!({}), 404, "pay, expire, fail, refund"),
        (
            "POST",
            "/_control/tripay/transactions/none/pay",
            json!({}),
            404,
            "none",
        ),
        (
            "POST",
            "/_control/tripay/tester",
            json!({ "shape": "round" }),
            400,
            "round",
        ),
        (
            "POST",
            "/_control/clock",
            json!({ "advanceSeconds": -1 }),
            400,
            "forward",
        ),
        (
            "PUT",
            "/_control/orders/order/order-1",
            json!({}),
            404,
            "orders/orders",
        ),
        (
            "PUT",
            "/_control/orders/orders/order-1",
            json!({ "userId": "u", "amount": 1, "x": 1 }),
            400,
            "`x`",
        ),
        (
            "PUT",
            "/_control/orders/orders/order-1",
            json!({ "id": "order-2", "userId": "u", "amount": 1 }),
            400,
            "order-2",
        ),
        (
            "PUT",
            "/_control/tripay/settings/merchant",
            json!({ "callback": 1 }),
            400,
            "callback",
        ),
        (
            "PUT",
            "/_control/tripay/channels/GOPAY",
            json!({ "active": true }),
            404,
            "GOPAY",
        ),
        ("GET", "/_control/users/users/none", Value::Null, 404, "none"),
    ];
    for (method, path, body, expected, words) in cases {
        let (status, refusal) = running.control(method, path, &body).await.unwrap();
        assert_eq!(status, expected, "{method} {path} {body}: {refusal}");
        assert!(
            refusal["detail"].as_str().unwrap().contains(words),
            "{method} {path}: {refusal}"
        );
    }
    let broken = http()
        .post(format!("{}/_control/faults", running.url()))
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let running = start().await;
    let taken = running.url().trim_start_matches("http://").parse().unwrap();
    let options = sandbox::options::Options {
        listen: taken,
        ..sandbox::options::Options::default()
    };
    let error = sandbox::server::Sandbox::start(options).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {taken}"));
    running.shutdown();
}
