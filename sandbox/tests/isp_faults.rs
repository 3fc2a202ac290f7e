//! The ISP's panel and API misbehaving on request, in the log, and steered by control.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use sandbox::isp_panel::PASSWORD;
use sandbox::server::Running;
use serde_json::{Value, json};
use support::panel::{Browser, TASK, logins, tasks};
use support::{control, http, start};

const OPERATIONS: [(&str, &str); 6] = [
    ("isp-panel", "login_page"),
    ("isp-panel", "login"),
    ("isp-panel", "create_task"),
    ("isp-api", "authenticate"),
    ("isp-api", "user_info"),
    ("isp-api", "worker_list"),
];

/// Somebody logged in on both sides.
struct Caller {
    browser: Browser,
    cookie: String,
    api_url: String,
    token: String,
}

impl Caller {
    async fn of(running: &Running) -> Self {
        let browser = Browser::of(running);
        let cookie = browser.log_in().await;
        let mut caller =
            Self { browser, cookie, api_url: format!("{}/isp-api", running.url()), token: String::new() };
        caller.token = caller.request("isp-api", "authenticate").send().await.unwrap().text().await.unwrap();
        caller
    }

    /// One request to an operation.
    fn request(&self, party: &str, operation: &str) -> reqwest::RequestBuilder {
        let form = |page: &str, body: String| {
            let request = self.browser.request(reqwest::Method::POST, page, Some(&self.cookie));
            request.header("content-type", "application/x-www-form-urlencoded").body(body)
        };
        let get = |path: &str| http().get(format!("{}/{path}", self.api_url)).bearer_auth(&self.token);
        match (party, operation) {
            ("isp-panel", "login_page") => {
                self.browser.request(reqwest::Method::GET, "index.php", Some(&self.cookie))
            }
            ("isp-panel", "login") => form("index.php", format!("username=paydesk&password={PASSWORD}")),
            ("isp-panel", "create_task") => form("create_task.php", TASK.to_owned()),
            ("isp-api", "authenticate") => {
                let account = json!({ "userName": "paydesk", "password": "sandbox-isp-password" });
                http().post(format!("{}/authenticate", self.api_url)).json(&account)
            }
            ("isp-api", "user_info") => get("user-info?mobile=customer123"),
            ("isp-api", "worker_list") => get("worker-list"),
            other => panic!("{other:?}"),
        }
    }

    async fn status(&self, (party, operation): (&str, &str)) -> u16 {
        self.request(party, operation).send().await.unwrap().status().as_u16()
    }
}

async fn order_fault(running: &Running, party: &str, operation: &str, mut wish: Value) {
    wish["party"] = json!(party);
    wish["operation"] = json!(operation);
    control(running, "POST", "/_control/faults", wish).await;
}

#[tokio::test]
async fn every_operation_refuses_in_its_partys_form_and_then_recovers() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    for (party, operation) in OPERATIONS {
        let healthy = caller.status((party, operation)).await;
        assert_eq!(healthy, if operation == "login" { 302 } else { 200 }, "{party} {operation}");
        let cases = [
            (json!({ "fault": "refuse" }), 400, "refused on request"),
            (json!({ "fault": "refuse", "status": 403, "message": "<No>" }), 403, "No"),
            (json!({ "fault": "limit", "retryAfter": 7 }), 429, "Too Many Requests"),
            (json!({ "fault": "server_error" }), 500, "Internal Server Error"),
            (json!({ "fault": "server_error", "status": 502 }), 502, "Internal Server Error"),
            (json!({ "fault": "garbage" }), 200, "Just a moment"),
        ];
        for (wish, status, words) in cases {
            order_fault(&running, party, operation, wish.clone()).await;
            let answer = caller.request(party, operation).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{party} {operation} {wish}");
            let waits = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(waits.as_deref(), (status == 429).then_some("7"));
            let body = answer.text().await.unwrap();
            let is_page = party == "isp-panel" || status == 200;
            assert!(body.contains(words) && body.starts_with("<!DOCTYPE html>") == is_page, "{wish}: {body}");
        }
        assert_eq!(caller.status((party, operation)).await, healthy, "{party} {operation} recovers");
    }
}

#[tokio::test]
async fn every_operation_stays_silent_or_is_late_and_then_recovers() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    for (party, operation) in OPERATIONS {
        for fault in ["cut_before", "cut_after"] {
            order_fault(&running, party, operation, json!({ "fault": fault })).await;
            let error = caller.request(party, operation).send().await.unwrap_err();
            assert!(!error.is_timeout() && !error.is_connect(), "{party} {operation} {fault}: {error:?}");
        }
        order_fault(&running, party, operation, json!({ "fault": "hang" })).await;
        let short = caller.request(party, operation).timeout(Duration::from_millis(100));
        assert!(short.send().await.unwrap_err().is_timeout(), "{party} {operation} hang");
        order_fault(&running, party, operation, json!({ "fault": "slow", "delayMs": 50 })).await;
        let began = Instant::now();
        assert!(caller.status((party, operation)).await < 400, "{party} {operation}");
        assert!(began.elapsed() >= Duration::from_millis(50));
        assert!(caller.status((party, operation)).await < 400, "{party} {operation} recovers");
    }
}

#[tokio::test]
async fn a_fault_makes_the_task_or_does_not_as_it_says() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    let cases = [
        (json!({ "fault": "refuse" }), 0),
        (json!({ "fault": "limit" }), 0),
        (json!({ "fault": "cut_before" }), 0),
        (json!({ "fault": "server_error" }), 0),
        (json!({ "fault": "server_error", "acts": true }), 1),
        (json!({ "fault": "cut_after" }), 1),
        (json!({ "fault": "garbage" }), 1),
        (json!({ "fault": "garbage", "status": 502 }), 0),
        (json!({ "fault": "slow", "delayMs": 1 }), 1),
    ];
    for (wish, made) in cases {
        let before = tasks(&running).await.len();
        order_fault(&running, "isp-panel", "create_task", wish.clone()).await;
        drop(caller.request("isp-panel", "create_task").send().await);
        assert_eq!(tasks(&running).await.len() - before, made, "{wish}");
    }
    let made = tasks(&running).await;
    assert_eq!(made.last().unwrap()["workerIds"], json!([13, 15]), "with all it was sent with");

    for (fault, counted) in [("cut_before", 1), ("cut_after", 2)] {
        order_fault(&running, "isp-panel", "login", json!({ "fault": fault })).await;
        drop(caller.request("isp-panel", "login").send().await);
        assert_eq!(logins(&running, "isp-panel").await, (counted, 0), "{fault}");
    }
}

#[tokio::test]
async fn twenty_log_ins_at_once_are_twenty() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    let tries = (0..20).map(|_| caller.status(("isp-panel", "login")));
    assert_eq!(futures::future::join_all(tries).await, [302; 20]);
    assert_eq!(logins(&running, "isp-panel").await, (21, 0));
    assert_eq!(logins(&running, "isp-api").await, (1, 0));
}

#[tokio::test]
async fn the_log_has_every_request_and_no_password_cookie_or_token() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    for operation in OPERATIONS {
        caller.status(operation).await;
    }
    caller.browser.get("tasks.php", Some(&caller.cookie)).await;
    caller.browser.get("", None).await;
    let log = control(&running, "GET", "/_control/log", Value::Null).await;
    let seen: Vec<(&str, &str)> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["party"].as_str().unwrap(), entry["operation"].as_str().unwrap()))
        .collect();
    let mut expected = vec![OPERATIONS[0], OPERATIONS[1], OPERATIONS[3]];
    expected.extend(OPERATIONS);
    expected.push(("isp-panel", "unknown"));
    assert_eq!(seen, expected, "the sandbox's own page is no part of the panel");
    let session = caller.cookie.strip_prefix("PHPSESSID=").unwrap();
    for secret in [PASSWORD, "sandbox-isp-password", session, &caller.token] {
        assert!(!log.to_string().contains(secret), "{secret}: {log}");
    }
    let created =
        control(&running, "GET", "/_control/log?party=isp-panel&operation=create_task", Value::Null).await;
    let entry = &created["entries"][0];
    assert_eq!((&entry["requestBody"], &entry["status"]), (&json!(TASK), &json!(200)));
    assert_eq!(entry["headers"]["cookie"], "(present)");
}

async fn refused(running: &Running, request: &str, body: Value, expected: u16, words: &str) {
    let (method, path) = request.split_once(' ').unwrap();
    let (status, refusal) = running.control(method, &format!("/_control/{path}"), &body).await.unwrap();
    assert_eq!(status, expected, "{request} {body}: {refusal}");
    assert!(refusal["detail"].as_str().unwrap().contains(words), "{request} {body}: {refusal}");
}

#[tokio::test]
async fn control_refuses_what_it_does_not_know() {
    let running = start().await;
    for request in [
        "GET isp-panel/customer",
        "GET isp-panel/customer/x",
        "PUT isp-panel/customer/x",
        "GET isp-api/customers",
    ] {
        refused(&running, request, json!({}), 404, "isp-panel/customers").await;
    }
    refused(&running, "GET isp-panel/customers/nobody", Value::Null, 404, "nobody").await;
    refused(&running, "GET isp-panel/workers/x", Value::Null, 404, "x").await;
    refused(&running, "GET isp-panel/tasks/1", Value::Null, 404, "1").await;
    refused(&running, "PUT isp-panel/tasks/1", json!({}), 405, "create_task.php").await;
    refused(&running, "GET isp-panel/settings/other", Value::Null, 404, "settings/session").await;
    let settings = "PUT isp-panel/settings/session";
    refused(&running, settings, json!({ "expiredAnswer": "500" }), 400, "403_forever").await;
    refused(&running, settings, json!({ "lifeSeconds": 0 }), 400, "lifeSeconds").await;
    refused(&running, settings, json!({ "life": 1 }), 400, "life").await;
    refused(&running, "PUT isp-panel/workers/0", json!({ "name": "N" }), 400, "above 0").await;
    refused(&running, "PUT isp-panel/workers/9", json!({ "id": 8, "name": "N" }), 400, "8").await;
    let other = json!({ "username": "b", "name": "N" });
    refused(&running, "PUT isp-panel/customers/a", other, 400, "\"b\"").await;
    let fault = json!({ "party": "isp-panel", "operation": "create", "fault": "hang" });
    refused(&running, "POST faults", fault, 400, "login_page, login, create_task").await;
    refused(&running, "GET isp-panel/sessions/expire", Value::Null, 405, "does not take GET").await;
    refused(&running, "POST isp-panel/sessions/end", Value::Null, 405, "does not take POST").await;
}

#[tokio::test]
async fn after_a_reset_the_play_set_is_there_and_nothing_happened() {
    let running = start().await;
    let caller = Caller::of(&running).await;
    caller.status(("isp-panel", "create_task")).await;
    let customer = json!({ "name": "Rana", "mobile": "+10000000900" });
    control(&running, "PUT", "/_control/isp-panel/customers/rana", customer).await;
    let changed = support::panel::settle(&running, json!({ "expiredAnswer": "401" })).await;
    assert_eq!((&changed["expiredAnswer"], &changed["lifeSeconds"]), (&json!("401"), &json!(86_400)));

    control(&running, "POST", "/_control/reset", Value::Null).await;
    let settings = control(&running, "GET", "/_control/isp-panel/settings/session", Value::Null).await;
    let expected = json!({
        "expiredAnswer": "login_page", "loginAnswer": "redirect", "newCookieAtLogin": false,
        "cookieAtFirstVisit": true, "successAnswer": "page", "lifeSeconds": 86_400,
    });
    assert_eq!(settings, expected);
    assert_eq!((logins(&running, "isp-panel").await, tasks(&running).await.len()), ((0, 0), 0));
    assert_eq!(caller.status(("isp-api", "user_info")).await, 401, "tokens are forgotten");
    let customers = control(&running, "GET", "/_control/isp-panel/customers", Value::Null).await;
    let usernames: Vec<&str> =
        customers["items"].as_array().unwrap().iter().map(|one| one["username"].as_str().unwrap()).collect();
    assert_eq!(usernames.len(), 20);
    for username in &usernames {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
        let fits = (3..=32).contains(&username.len()) && username.chars().all(is_word);
        assert!(fits && username.starts_with(|first: char| first.is_ascii_alphanumeric()), "{username}");
    }
    assert!(usernames.contains(&"customer123") && usernames.contains(&"test_customer"));
    let worker = control(&running, "GET", "/_control/isp-panel/workers/13", Value::Null).await;
    assert_eq!(worker, json!({ "id": 13, "name": "Sami Nassar" }));
}
