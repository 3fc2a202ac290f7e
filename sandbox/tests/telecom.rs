//! The telecom API: one top-up for each key, and refusals that can be switched on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use reqwest::RequestBuilder;
use sandbox::server::Running;
use sandbox::telecom::API_KEY;
use serde_json::{Value, json};
use support::{control, http, start};

fn wish() -> Value {
    json!({ "msisdn": "380991234567", "amount": "1.00", "currency": "UAH", "reference": "receipt-7" })
}

fn request(running: &Running, key: &str, body: &Value) -> RequestBuilder {
    let request = http().post(format!("{}/telecom/top-ups", running.url()));
    request.header("x-api-key", API_KEY).header("idempotency-key", key).json(body)
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn counts(running: &Running) -> Value {
    control(running, "GET", "/_control/telecom/counts", Value::Null).await
}

#[tokio::test]
async fn a_key_tops_up_once_and_is_answered_each_time() {
    let running = start().await;
    let done = json!({ "id": "topup-1", "status": "done" });
    assert_eq!(send(request(&running, "receipt-7", &wish())).await, (201, done.clone()));
    let again = request(&running, "receipt-7", &wish()).send().await.unwrap();
    assert_eq!(
        (again.status().as_u16(), again.headers()["idempotent-replay"].to_str().unwrap()),
        (200, "true")
    );
    assert_eq!(again.json::<Value>().await.unwrap(), done);
    let mut other = wish();
    other["amount"] = json!("2.00");
    let (status, problem) = send(request(&running, "receipt-7", &other)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")));
    assert_eq!(
        send(request(&running, "receipt-8", &wish())).await.1["id"],
        "topup-2",
        "another key, another top-up"
    );
    let top_up = control(&running, "GET", "/_control/telecom/top-ups/receipt-7", Value::Null).await;
    let told = ["id", "msisdn", "amount", "currency", "reference", "requests"].map(|name| &top_up[name]);
    assert_eq!(told.map(Value::to_string).join(" "), r#""topup-1" "380991234567" 1 "UAH" "receipt-7" 2"#);
    assert_eq!(counts(&running).await, json!({ "topUps": 2, "replays": 1, "refused": 1 }));
    let all = control(&running, "GET", "/_control/telecom/top-ups", Value::Null).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let (status, _) = running.control("GET", "/_control/telecom/top-ups/none", &Value::Null).await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_refused_and_nothing_is_done() {
    let running = start().await;
    for (name, value) in [
        ("msisdn", json!("+380991234567")),
        ("msisdn", json!("0991234567")),
        ("amount", json!("1")),
        ("amount", json!("0.00")),
        ("amount", json!("-1.00")),
        ("amount", json!("1.000")),
        ("amount", json!(1)),
        ("currency", json!("USD")),
        ("reference", json!("")),
        ("comment", json!("x")),
    ] {
        let mut body = wish();
        body[name] = value.clone();
        let (status, problem) = send(request(&running, "k", &body)).await;
        assert_eq!((status, &problem["code"]), (400, &json!("bad_request")), "{name} {value}");
    }
    let url = format!("{}/telecom/top-ups", running.url());
    let (status, _) = send(http().post(&url).header("x-api-key", API_KEY).json(&wish())).await;
    assert_eq!(status, 400, "a key is wanted");
    let (status, problem) = send(http().post(&url).header("idempotency-key", "k").json(&wish())).await;
    assert_eq!((status, &problem["code"]), (401, &json!("unauthorized")));
    let wrong = http().post(&url).header("x-api-key", "x").header("idempotency-key", "k").json(&wish());
    assert_eq!(send(wrong).await.0, 401);
    assert_eq!(counts(&running).await, json!({ "topUps": 0, "replays": 0, "refused": 13 }));
}

#[tokio::test]
async fn a_number_is_refused_until_it_is_not() {
    let running = start().await;
    let path = "/_control/telecom/subscribers/380991234567";
    control(&running, "PUT", path, json!({ "refused": true, "detail": "no such subscriber" })).await;
    let (status, problem) = send(request(&running, "k", &wish())).await;
    assert_eq!((status, &problem["code"]), (422, &json!("top_up_refused")));
    assert_eq!(problem["detail"], "no such subscriber");
    let all = control(&running, "GET", "/_control/telecom/subscribers", Value::Null).await;
    assert_eq!(all["items"][0]["msisdn"], "380991234567");
    let told = control(&running, "PUT", path, json!({ "refused": false })).await;
    assert_eq!(told, json!({ "msisdn": "380991234567", "refused": false, "detail": null }));
    assert_eq!(send(request(&running, "k", &wish())).await.0, 201, "a refusal is not kept with the key");
    let (status, _) = running
        .control("PUT", "/_control/telecom/subscribers/099", &json!({ "refused": true }))
        .await
        .unwrap();
    assert_eq!(status, 400);
    let (status, _) = running.control("PUT", "/_control/telecom/top-ups/k", &json!({})).await.unwrap();
    assert_eq!(status, 405);
}

#[tokio::test]
async fn faults_act_or_do_not_and_the_log_keeps_no_key() {
    let running = start().await;
    for (number, (fault, status, top_ups)) in [
        ("refuse", Some(403), 0),
        ("limit", Some(429), 0),
        ("server_error", Some(500), 0),
        ("garbage", Some(200), 1),
        ("cut_before", None, 1),
        ("cut_after", None, 2),
    ]
    .into_iter()
    .enumerate()
    {
        let wish_of_fault = json!({ "party": "telecom", "operation": "top-up", "fault": fault });
        control(&running, "POST", "/_control/faults", wish_of_fault).await;
        let answer = request(&running, &format!("key-{number}"), &wish()).send().await;
        assert_eq!(answer.ok().map(|answer| answer.status().as_u16()), status, "{fault}");
        assert_eq!(counts(&running).await["topUps"], json!(top_ups), "{fault}");
    }
    assert_eq!(send(request(&running, "key-5", &wish())).await.0, 200, "it was done although nobody heard");
    let log = control(&running, "GET", "/_control/log?party=telecom&operation=top-up", Value::Null).await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 7);
    assert!(!log.to_string().contains(API_KEY), "{log}");
    let page = http().get(format!("{}/telecom", running.url())).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("380991234567") && page.contains("topup-2"), "{page}");
    let front = http().get(running.url()).send().await.unwrap().text().await.unwrap();
    assert!(front.contains("2 top-ups."), "{front}");
    control(&running, "POST", "/_control/reset", Value::Null).await;
    assert_eq!(counts(&running).await, json!({ "topUps": 0, "replays": 0, "refused": 0 }));
}
