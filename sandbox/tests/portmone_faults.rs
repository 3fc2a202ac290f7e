//! Portmone misbehaving on request, in the log, on its page, and steered by control; and its gateway.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use sandbox::portmone::{GATEWAY_LOGIN, GATEWAY_PASSWORD, PASSWORD};
use sandbox::server::Running;
use serde_json::{Value, json};
use support::reseller::{Reseller, bill, counts, fail, made_and_paid, settings, state};
use support::{control, http, start};

const METHODS: [&str; 3] = ["bills.create", "bills.pay", "payers.getPayersList"];

async fn order_fault(running: &Running, operation: &str, mut wish: Value) {
    wish["party"] = json!("portmone");
    wish["operation"] = json!(operation);
    control(running, "POST", "/_control/faults", wish).await;
}

/// A call that is done where nothing goes wrong, in whatever way.
async fn call(reseller: &Reseller, method: &str) -> RequestBuilder {
    if method == "bills.pay" {
        let id = reseller.create("380991234567").await;
        return reseller.request(method, &[("billId", &id), ("amount", "1.00")]);
    }
    let parameters = bill("380991234567");
    reseller.request(method, if method == "bills.create" { &parameters } else { &[] })
}

#[tokio::test]
async fn every_method_refuses_in_the_version_that_was_asked_for_and_then_recovers() {
    let running = start().await;
    let mut reseller = Reseller::of(&running);
    for method in METHODS {
        reseller.version = Some("2");
        order_fault(&running, method, json!({ "fault": "refuse" })).await;
        let refused = call(&reseller, method).await.send().await.unwrap().text().await.unwrap();
        let (code, text, long) = fail(&refused);
        assert_eq!((code.as_str(), text.as_str(), long.is_some()), ("p008", "refused on request", true));
        let parameters = json!({ "code": "p123", "description": "a < b" });
        let wish = json!({ "fault": "refuse", "message": "Declined", "parameters": parameters });
        order_fault(&running, method, wish.clone()).await;
        let refused = call(&reseller, method).await.send().await.unwrap().text().await.unwrap();
        let expected = ("p123".to_owned(), "Declined".to_owned(), Some("a &lt; b".to_owned()));
        assert_eq!(fail(&refused), expected, "{method}");
        reseller.version = None;
        order_fault(&running, method, wish.clone()).await;
        let refused = call(&reseller, method).await.send().await.unwrap().text().await.unwrap();
        assert_eq!(fail(&refused).2, None, "{method} in version 1");
        for (wish, status, words) in [
            (json!({ "fault": "refuse", "status": 400 }), 400, "<rsp status=\"fail\">"),
            (json!({ "fault": "limit" }), 429, "Too Many Requests"),
            (json!({ "fault": "server_error", "status": 503 }), 503, "Internal Server Error"),
            (json!({ "fault": "garbage" }), 200, "<!DOCTYPE html>"),
        ] {
            order_fault(&running, method, wish.clone()).await;
            let answer = call(&reseller, method).await.send().await.unwrap();
            assert_eq!(answer.status(), status, "{method} {wish}");
            assert!(answer.text().await.unwrap().contains(words), "{method} {wish}");
        }
        order_fault(&running, method, json!({ "fault": "hang" })).await;
        let short = call(&reseller, method).await.timeout(Duration::from_millis(100));
        assert!(short.send().await.unwrap_err().is_timeout(), "{method} hang");
        order_fault(&running, method, json!({ "fault": "slow", "delayMs": 20 })).await;
        let began = Instant::now();
        assert_eq!(call(&reseller, method).await.send().await.unwrap().status(), 200);
        assert!(began.elapsed() >= Duration::from_millis(20), "{method}");
        let healthy = call(&reseller, method).await.send().await.unwrap().text().await.unwrap();
        assert!(healthy.contains("<rsp status=\"ok\">"), "{method} recovers: {healthy}");
    }
}

#[tokio::test]
async fn a_fault_acts_or_does_not_as_it_says() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    for (wish, acts) in [
        (json!({ "fault": "refuse" }), 0),
        (json!({ "fault": "limit" }), 0),
        (json!({ "fault": "cut_before" }), 0),
        (json!({ "fault": "server_error" }), 0),
        (json!({ "fault": "server_error", "acts": true }), 1),
        (json!({ "fault": "cut_after" }), 1),
        (json!({ "fault": "garbage" }), 1),
    ] {
        let before = counts(&running).await["created"].as_i64().unwrap();
        order_fault(&running, "bills.create", wish.clone()).await;
        drop(call(&reseller, "bills.create").await.send().await);
        assert_eq!(counts(&running).await["created"].as_i64().unwrap() - before, acts, "create {wish}");

        let id = reseller.create("380991234567").await;
        order_fault(&running, "bills.pay", wish.clone()).await;
        let pay = reseller.request("bills.pay", &[("billId", &id), ("amount", "1.00")]);
        drop(pay.send().await);
        assert_eq!(state(&running, &id).await.1, json!(acts), "pay {wish}");
    }
}

#[tokio::test]
async fn the_log_names_methods_and_keeps_no_secret() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    for method in METHODS {
        reseller.call(method, &[]).await;
    }
    reseller.call("bills.list", &[]).await;
    let query = [("method", "bills.pay"), ("password", PASSWORD)];
    http().get(&reseller.url).query(&query).send().await.unwrap();
    ask_gateway(&running, "523", GATEWAY_PASSWORD).await;
    http().get(format!("{}/portmone", running.url())).send().await.unwrap();
    let log = control(&running, "GET", "/_control/log?party=portmone", Value::Null).await;
    let entries = log["entries"].as_array().unwrap();
    let seen: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    let expected =
        ["bills.create", "bills.pay", "payers.getPayersList", "unknown", "unknown", "gateway.result"];
    assert_eq!(seen, expected);
    assert!(entries[0]["requestBody"].as_str().unwrap().contains("password=(present)"), "{}", entries[0]);
    assert!(entries[0]["requestBody"].as_str().unwrap().contains("method=bills.create"));
    let text = log.to_string();
    assert!(!text.contains(PASSWORD) && !text.contains(GATEWAY_PASSWORD), "{text}");
}

async fn ask_gateway(running: &Running, bill: &str, password: &str) -> Value {
    let wanted = json!({ "payeeId": 1185, "login": GATEWAY_LOGIN, "password": password, "shopbillId": bill });
    let request = json!({ "method": "result", "params": { "data": wanted }, "id": "1" });
    let url = format!("{}/portmone/gateway/", running.url());
    let response = http().post(url).json(&request).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

#[tokio::test]
async fn the_gateway_tells_what_became_of_a_bill() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let id = reseller.create("380991234567").await;
    let status = async || {
        let orders = ask_gateway(&running, &id, GATEWAY_PASSWORD).await;
        assert_eq!(orders.as_array().unwrap().len(), 1, "{orders}");
        orders[0]["status"].clone()
    };
    assert_eq!(status().await, "CREATED");
    reseller.pay(&id, "1.00").await;
    let order = ask_gateway(&running, &id, GATEWAY_PASSWORD).await[0].clone();
    let told =
        ["shopBillId", "billAmount", "status", "payee_id", "errorCode", "authCode"].map(|name| &order[name]);
    assert_eq!(told, ["523", "1.00", "PAYED", "1185", "0", "TESTPM"]);
    assert_eq!(order["pay_date"].as_str().unwrap().len(), "12.03.2026 15:45:48".len());
    let put = async |state: &str| {
        control(&running, "PUT", &format!("/_control/portmone/bills/{id}"), json!({ "state": state })).await;
    };
    put("returned").await;
    assert_eq!(status().await, "RETURN");
    put("rejected").await;
    assert_eq!(status().await, "REJECTED");
    assert_eq!(ask_gateway(&running, "999", GATEWAY_PASSWORD).await, json!([]));
    let refused = json!({ "errorCode": "2", "error": "invalid payee, login or password" });
    assert_eq!(ask_gateway(&running, &id, "x").await, refused);
    order_fault(
        &running,
        "gateway.result",
        json!({ "fault": "refuse", "message": "no", "parameters": { "code": "9" } }),
    )
    .await;
    assert_eq!(
        ask_gateway(&running, &id, GATEWAY_PASSWORD).await,
        json!({ "errorCode": "9", "error": "no" })
    );
    let answer = http().get(format!("{}/portmone/gateway/", running.url())).send().await.unwrap();
    assert_eq!(answer.status(), 405);
}

async fn refused(running: &Running, request: &str, body: Value, expected: u16, words: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let (status, refusal) = running.control(method, &format!("/_control/{path}"), &body).await.unwrap();
    assert_eq!(status, expected, "{request} {body}: {refusal}");
    assert!(refusal["detail"].as_str().unwrap().contains(words), "{request} {body}: {refusal}");
}

#[tokio::test]
async fn control_puts_bills_and_settings_and_refuses_what_it_does_not_know() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let new = json!({ "payeeId": "2066", "contractNumber": "380501234567", "amount": 2.5, "state": "paid" });
    let put = control(&running, "PUT", "/_control/portmone/bills/700", new.clone()).await;
    assert_eq!((&put["id"], &put["state"], &put["payments"]), (&json!("700"), &json!("paid"), &json!(0)));
    assert_eq!(reseller.create("380991234567").await, "701", "the next has a number of its own");

    let told =
        settings(&running, json!({ "callbackUrl": "http://127.0.0.1:9/x", "autoCallback": "bills" })).await;
    assert_eq!((&told["autoCallback"], &told["shape"]), (&json!("bills"), &json!("superset")));
    let told = settings(&running, json!({ "autoCallback": null, "fallback": true })).await;
    assert_eq!((&told["autoCallback"], &told["callbackUrl"]), (&Value::Null, &json!("http://127.0.0.1:9/x")));

    refused(&running, "PUT portmone/bills/700", new, 400, "already").await;
    refused(&running, "PUT portmone/bills/700", json!({ "amount": 1 }), 400, "only the state").await;
    refused(&running, "PUT portmone/bills/702", json!({}), 400, "payeeId and contractNumber").await;
    refused(&running, "PUT portmone/bills/x", json!({}), 400, "whole number").await;
    let unknown = json!({ "payeeId": "1", "contractNumber": "1" });
    refused(&running, "PUT portmone/bills/702", unknown, 404, "payee 1").await;
    refused(&running, "PUT portmone/bills/700", json!({ "state": "gone" }), 400, "gone").await;
    refused(&running, "GET portmone/bills/9", Value::Null, 404, "9").await;
    refused(&running, "GET portmone/payees", Value::Null, 404, "portmone/bills").await;
    refused(&running, "PUT portmone/settings/reseller", json!({ "shape": "round" }), 400, "round").await;
    refused(
        &running,
        "PUT portmone/settings/reseller",
        json!({ "autoCallbackDelayMs": 60_001 }),
        400,
        "60000",
    )
    .await;
    let fault = json!({ "party": "portmone", "operation": "create", "fault": "hang" });
    refused(&running, "POST faults", fault, 400, "bills.create, bills.pay").await;
}

#[tokio::test]
async fn the_page_shows_bills_and_a_reset_forgets_them() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let page = async |path: &str| {
        let response = http().get(format!("{}{path}", running.url())).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert!(page("/portmone").await.1.contains("None yet"));
    let id = reseller.create("380991234567").await;
    reseller.pay(&id, "1.00").await;
    let (status, shown) = page("/portmone").await;
    assert_eq!(status, 200);
    for words in ["Kyivstar", "380991234567", "1.00 UAH", ">paid<", "Top-up for receipt &lt;7&gt;"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page("/").await.1.contains("1 bills, 1 payments."));
    assert_eq!(page("/portmone/").await.0, 303, "to the page");
    settings(&running, json!({ "shape": "element", "webhookToken": "x" })).await;
    control(&running, "POST", "/_control/reset", Value::Null).await;
    assert_eq!(counts(&running).await, made_and_paid(0, 0));
    let told = control(&running, "GET", "/_control/portmone/settings/reseller", Value::Null).await;
    let expected = json!({
        "callbackUrl": null, "webhookToken": "sandbox-portmone-webhook-token-0000", "fallback": false,
        "shape": "superset", "autoCallback": null, "autoCallbackDelayMs": 0,
    });
    assert_eq!(told, expected);
    assert_eq!(reseller.create("380991234567").await, "523");
}
