//! The switch misbehaving on request, in the log, on its page, and steered by control.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use sandbox::server::Running;
use sandbox::sippy::PASSWORD;
use serde_json::{Value, json};
use support::sippy::{Biller, DONE, account, balance, call, change, debit, delay, fault, pair, values};
use support::{control, http, start};

const METHODS: [&str; 7] = [
    "accountDebit",
    "accountCredit",
    "accountAddFunds",
    "getAccountInfo",
    "listAccounts",
    "getPaymentsList",
    "getPaymentInfo",
];

async fn order_fault(running: &Running, operation: &str, mut wish: Value) {
    wish["party"] = json!("sippy");
    wish["operation"] = json!(operation);
    control(running, "POST", "/_control/faults", wish).await;
}

/// A biller whose nonce is good for the whole test.
async fn patient(running: &Running) -> Biller {
    control(running, "PUT", "/_control/sippy/settings/nonce", json!({ "uses": 1_000 })).await;
    Biller::of(running).await
}

#[tokio::test]
async fn every_method_refuses_with_a_fault_and_then_recovers() {
    let running = start().await;
    let mut biller = patient(&running).await;
    for method in METHODS {
        let healthy = biller.call(method, &[]).await;
        order_fault(&running, method, json!({ "fault": "refuse" })).await;
        let refused = biller.call(method, &[]).await;
        assert_eq!(fault(&refused), (403, "refused on request".to_owned()), "{method}");
        let wish = json!({ "fault": "refuse", "message": "a < b", "parameters": { "faultCode": 7 } });
        order_fault(&running, method, wish).await;
        assert_eq!(fault(&biller.call(method, &[]).await), (7, "a &lt; b".to_owned()), "{method}");
        let pages = [
            (json!({ "fault": "refuse", "status": 403, "message": "Forbidden" }), 403, "403 Forbidden"),
            (json!({ "fault": "limit" }), 429, "429 Too Many Requests"),
            (json!({ "fault": "server_error" }), 500, "500 Internal Server Error"),
            (json!({ "fault": "server_error", "status": 503 }), 503, "503 Internal Server Error"),
            (json!({ "fault": "garbage" }), 200, "<!DOCTYPE html>"),
        ];
        for (wish, status, words) in pages {
            order_fault(&running, method, wish.clone()).await;
            let request = biller.request(call(method, &[]));
            let answer = biller.send(request).await;
            assert!(answer.status == status && answer.body.contains(words), "{method} {wish}: {answer:?}");
            assert!(answer.content_type.starts_with("text/html"), "{method} {wish}: {answer:?}");
        }
        for cut in ["cut_before", "cut_after"] {
            order_fault(&running, method, json!({ "fault": cut })).await;
            let error = biller.request(call(method, &[])).send().await.unwrap_err();
            assert!(!error.is_timeout() && !error.is_connect(), "{method} {cut}: {error:?}");
        }
        order_fault(&running, method, json!({ "fault": "hang" })).await;
        let short = biller.request(call(method, &[])).timeout(Duration::from_millis(50));
        assert!(short.send().await.unwrap_err().is_timeout(), "{method} hang");
        order_fault(&running, method, json!({ "fault": "slow", "delayMs": 20 })).await;
        let began = Instant::now();
        assert_eq!(biller.call(method, &[]).await, healthy, "{method}");
        assert!(began.elapsed() >= Duration::from_millis(20));
        assert_eq!(biller.call(method, &[]).await, healthy, "{method} recovers");
    }
}

#[tokio::test]
async fn a_fault_debits_or_does_not_as_it_says() {
    let running = start().await;
    let mut biller = patient(&running).await;
    let cases = [
        (json!({ "fault": "refuse" }), 0),
        (json!({ "fault": "limit" }), 0),
        (json!({ "fault": "cut_before" }), 0),
        (json!({ "fault": "server_error" }), 0),
        (json!({ "fault": "garbage", "status": 502 }), 0),
        (json!({ "fault": "server_error", "acts": true }), 1),
        (json!({ "fault": "cut_after" }), 1),
        (json!({ "fault": "garbage" }), 1),
        (json!({ "fault": "slow", "delayMs": 1 }), 1),
    ];
    for (wish, debits) in cases {
        let before = balance(&running, 6).await.1;
        order_fault(&running, "accountDebit", wish.clone()).await;
        let body = call("accountDebit", &debit("6", "1.00", "UAH", &wish.to_string()).each_ref().map(pair));
        drop(biller.request(body).send().await);
        assert_eq!(balance(&running, 6).await.1 - before, debits, "{wish}");
    }
    let found = biller.call("getPaymentsList", &[("i_account", "<int>6</int>")]).await;
    assert_eq!(values(&found, "notes").len(), 4);
}

#[tokio::test]
async fn a_fault_of_a_method_waits_for_who_is_let_in() {
    let running = start().await;
    let mut biller = Biller::stranger(&running);
    order_fault(&running, "accountDebit", json!({ "fault": "cut_after" })).await;
    let body = call("accountDebit", &debit("3", "1.00", "USD", "n").each_ref().map(pair));
    let answer = biller.send(biller.http.post(&biller.url).body(body.clone())).await;
    assert_eq!((answer.status, balance(&running, 3).await.1), (401, 0), "a challenge is no debit");
    biller.take_nonce(&answer);
    biller.request(body.clone()).send().await.unwrap_err();
    assert_eq!(balance(&running, 3).await.1, 1);

    order_fault(&running, "challenge", json!({ "fault": "refuse" })).await;
    assert_eq!(biller.debit("3", "1.00", "USD", "n").await, DONE, "a call is no challenge");
    let refused = biller.send(biller.http.post(&biller.url)).await;
    assert_eq!((refused.status, refused.challenge), (403, None));
    control(&running, "POST", "/_control/sippy/nonces/expire", Value::Null).await;
    order_fault(&running, "challenge", json!({ "fault": "server_error" })).await;
    let request = biller.request(body);
    assert_eq!(biller.send(request).await.status, 500, "whose nonce is over is challenged");
    assert_eq!(balance(&running, 3).await.1, 2);
}

#[tokio::test]
async fn the_log_names_methods_and_keeps_no_secret() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    for method in METHODS {
        biller.call(method, &[]).await;
    }
    biller.call("makePayment", &[]).await;
    let request = biller.request("garbage".to_owned());
    biller.send(request).await;
    biller.send(biller.http.get(&biller.url)).await;
    http().get(format!("{}/sippy", running.url())).send().await.unwrap();
    let log = control(&running, "GET", "/_control/log?party=sippy", Value::Null).await;
    let entries = log["entries"].as_array().unwrap();
    let seen: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    let mut expected = vec!["challenge"];
    expected.extend(METHODS);
    expected.extend(["unknown"; 3]);
    assert_eq!(seen, expected, "the sandbox's own page is no part of Sippy");
    assert_eq!((&entries[0]["status"], &entries[1]["status"]), (&json!(401), &json!(200)));
    assert_eq!(entries[1]["headers"]["authorization"], "(present)");
    assert!(entries[1]["responseBody"].as_str().unwrap().contains("i_account is required"));
    assert!(!log.to_string().contains(PASSWORD));
}

async fn refused(running: &Running, request: &str, body: Value, expected: u16, words: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let (status, refusal) = running.control(method, &format!("/_control/{path}"), &body).await.unwrap();
    assert_eq!(status, expected, "{request} {body}: {refusal}");
    assert!(refusal["detail"].as_str().unwrap().contains(words), "{request} {body}: {refusal}");
}

#[tokio::test]
async fn control_puts_accounts_and_refuses_what_it_does_not_know() {
    let running = start().await;
    let wish =
        json!({ "username": "hooli", "currency": "IDR", "balance": 150_000, "paymentCurrency": "USD" });
    let put = change(&running, 17, wish).await;
    let expected = json!({
        "iAccount": 17, "username": "hooli", "balance": 150_000, "creditLimit": 0, "currency": "IDR",
        "paymentCurrency": "USD", "blocked": false, "allowNegative": true, "payments": [],
    });
    assert_eq!(put, expected);
    let mut biller = Biller::of(&running).await;
    assert_eq!(biller.debit("17", "500", "IDR", "SMSBILL 1").await, DONE);
    let changed = change(&running, 17, json!({ "creditLimit": 10.5, "blocked": true })).await;
    assert_eq!((&changed["balance"], &changed["blocked"]), (&json!(149_500), &json!(true)), "the rest stays");
    assert_eq!(
        (&changed["creditLimit"], &changed["payments"][0]["notes"]),
        (&json!(10.5), &json!("SMSBILL 1"))
    );
    let payment = control(&running, "GET", "/_control/sippy/payments/991", Value::Null).await;
    assert_eq!((&payment["iAccount"], &payment["kind"]), (&json!(17), &json!("debit")));

    for request in ["GET sippy/customers", "GET sippy/settings/limit", "PUT sippy/customers/1"] {
        refused(&running, request, json!({}), 404, "sippy/settings/visibility").await;
    }
    refused(&running, "PUT sippy/payments/991", json!({}), 405, "accountDebit").await;
    refused(&running, "GET sippy/accounts/99", Value::Null, 404, "99").await;
    let new = |name: &str, currency: &str| json!({ "username": name, "currency": currency });
    refused(&running, "PUT sippy/accounts/x", new("a", "USD"), 400, "whole number").await;
    refused(&running, "PUT sippy/accounts/0", new("a", "USD"), 400, "whole number").await;
    refused(&running, "PUT sippy/accounts/18", json!({ "username": "a" }), 400, "username and currency")
        .await;
    refused(&running, "PUT sippy/accounts/18", new("acme", "USD"), 400, "already").await;
    refused(&running, "PUT sippy/accounts/18", new("a", "usd"), 400, "capital").await;
    refused(&running, "PUT sippy/accounts/3", json!({ "iAccount": 4 }), 400, "iAccount 4").await;
    refused(&running, "PUT sippy/accounts/3", json!({ "balance": 0.001 }), 400, "0.001").await;
    refused(&running, "PUT sippy/accounts/3", json!({ "creditLimit": -1 }), 400, "creditLimit").await;
    refused(&running, "PUT sippy/settings/visibility", json!({ "delayMs": -1 }), 400, "delayMs").await;
    refused(&running, "PUT sippy/settings/nonce", json!({ "uses": 0 }), 400, "uses").await;
    let fault = json!({ "party": "sippy", "operation": "debit", "fault": "hang" });
    refused(&running, "POST faults", fault, 400, "challenge, accountDebit").await;
}

#[tokio::test]
async fn the_page_shows_accounts_and_payments_and_a_reset_brings_the_play_set_back() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    biller.debit("3", "12.35", "USD", "SMSBILL 1 &lt;notes&gt;").await;
    let page = async |path: &str| {
        let response = http().get(format!("{}{path}", running.url())).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, shown) = page("/sippy").await;
    assert_eq!(status, 200);
    for words in ["acme", "75.3 USD", "-12.35 USD", "SMSBILL 1 &lt;notes&gt;", "1000 UAH", ">debit<"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    delay(&running, 60_000).await;
    assert!(page("/sippy").await.1.contains("debit, not shown yet"));
    assert!(page("/").await.1.contains("4 accounts, 1 debits."));
    assert_eq!(page("/sippy/").await.0, 303, "to the page");

    change(&running, 9, json!({ "username": "x", "currency": "USD" })).await;
    control(&running, "PUT", "/_control/sippy/settings/nonce", json!({ "uses": 2 })).await;
    control(&running, "POST", "/_control/reset", Value::Null).await;
    let accounts = control(&running, "GET", "/_control/sippy/accounts", Value::Null).await;
    let facts: Vec<Value> = accounts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!([one["iAccount"], one["username"], one["balance"], one["currency"], one["payments"]])
        })
        .collect();
    let expected = [
        json!([3, "acme", 87.65, "USD", []]),
        json!([4, "globex", 5, "USD", []]),
        json!([5, "umbrella", 250, "EUR", []]),
        json!([6, "initech", 1000, "UAH", []]),
    ];
    assert_eq!(facts, expected);
    assert_eq!(account(&running, 3).await["allowNegative"], true);
    let visibility = control(&running, "GET", "/_control/sippy/settings/visibility", Value::Null).await;
    let nonce = control(&running, "GET", "/_control/sippy/settings/nonce", Value::Null).await;
    assert_eq!(visibility, json!({ "delayMs": 0, "negativeDebits": false }));
    assert_eq!(nonce, json!({ "uses": 50, "lifeSeconds": 300 }));
    let request = biller.request(String::new());
    assert_eq!(biller.send(request).await.status, 401, "nonces are forgotten");
}
