//! `cargo lambda watch` serves the routes on one port, and `cargo lambda invoke` answers for every file in `events/`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::answer::Answer;
use e2e::stack::{Stack, root};
use e2e::wait;
use e2e::watch::Watch;
use serde_json::{Value, json};

/// The functions are compiled when they are first called.
const COMPILE_TIMEOUT: Duration = Duration::from_secs(600);

/// The events of a function.
fn events(function: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("events").join(function)).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{function} has no events");
    files
}

/// The event, with real tokens where the file names their owners, from the queues of this stack. An address
/// whose mail came back is nobody's here: it would get no more mail.
fn with_tokens(stack: &Stack, event: &Path) -> PathBuf {
    let tokens = &stack.file.tokens;
    let mut text = fs::read_to_string(event).unwrap();
    for (owner, token) in
        [("user-1", &tokens.user), ("user-2", &tokens.other_user), ("admin-1", &tokens.admin)]
    {
        text = text.replace(&format!("<token of {owner}>"), token);
    }
    text = text.replace("<cron secret>", &stack.file.cron_secret);
    text = text.replace(":paydesk-", &format!(":{}-", stack.file.stack));
    // The queue that a job wants its reply on.
    text = text.replace("paydesk-billz-", &format!("{}-billz-", stack.file.stack));
    // The playground's people keep their settings.
    let name = event.file_stem().unwrap().to_str().unwrap();
    if matches!(name, "settings-put" | "settings-remove") {
        text = text.replace("user-1", "user-of-samples");
    }
    if text.contains("eventType") {
        text = text.replace("user-1@example.com", "nobody@example.com");
    }
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(event.file_name().unwrap());
    fs::write(&copy, text).unwrap();
    copy
}

/// The status with which a case is answered whatever the stack holds.
fn status_of(function: &str, case: &str) -> Option<u64> {
    Some(match (function, case) {
        ("billing-api", "channels" | "list" | "health" | "transactions" | "admin-invoices") => 200,
        ("billing-api", "create-without-token") => 401,
        ("billing-api", "create-unknown-field") => 422,
        ("billing-api", "create-not-json") => 400,
        ("billing-api", "no-such-route") => 404,
        ("billing-api", "wrong-method") => 405,
        (
            "billz-api",
            "jobs" | "jobs-of-a-type" | "admin-jobs" | "cards" | "card" | "card-put" | "health",
        ) => 200,
        ("billz-api", "jobs-without-key" | "admin-jobs-without-token") => 401,
        ("billz-api", "card-put-unknown-field") => 422,
        ("billz-api", "card-put-not-json" | "admin-resolve-not-json") => 400,
        ("billz-api", "no-such-route") => 404,
        ("billz-api", "wrong-method") => 405,
        ("bonus-api", "bonuses" | "bonuses-manual" | "bonuses-retry" | "unmatched-reports") => 200,
        ("bonus-api", "exchanges" | "exchanges-of-bill" | "exchanges-of-bonus" | "exchanges-of-chat") => 200,
        ("bonus-api", "bonuses-without-token" | "payout-without-key") => 401,
        ("bonus-api", "bonus" | "payout" | "resolve" | "retry" | "no-such-route") => 404,
        ("bonus-api", "resolve-not-json") => 400,
        ("bonus-api", "exchanges-of-nobody" | "resolve-unknown-field") => 422,
        ("bonus-api", "wrong-method") => 405,
        ("chat-api", "link" | "tasks" | "tasks-failed") => 200,
        ("chat-api", "link-issue") => 201,
        ("chat-api", "link-unlink") => 204,
        ("chat-api", "link-issue-without-token") => 401,
        ("chat-api", "link-issue-unknown-field") => 422,
        ("chat-api", "tasks-by-customer") => 403,
        ("chat-api", "task" | "task-resolve" | "no-such-route") => 404,
        ("chat-api", "task-resolve-not-json") => 400,
        ("chat-api", "wrong-method") => 405,
        ("notification-api", "logs" | "preferences" | "preferences-replace") => 200,
        ("notification-api", "templates" | "preview" | "preview-html") => 200,
        ("notification-api", "send" | "send-with-key" | "send-credentials" | "send-to-operators") => 202,
        ("notification-api", "send-without-key") => 401,
        ("notification-api", "send-unknown-field") => 422,
        ("notification-api", "send-not-json") => 400,
        ("notification-api", "no-such-route") => 404,
        ("notification-api", "wrong-method") => 405,
        ("portmone-callback", "token-missing" | "token-wrong" | "token-doubled") => 401,
        ("portmone-callback", "doctype" | "entity-bomb" | "utf-16" | "not-xml" | "empty") => 400,
        ("portmone-callback", "unknown-root" | "form-without-data" | "json-without-bill") => 400,
        ("portmone-callback", "rsp-without-bill" | "bills-other-status") => 400,
        ("portmone-callback", "requests" | "json" | "json-number" | "pay-orders") => 200,
        ("portmone-callback", "rsp-ok" | "rsp-ok-base64" | "rsp-ok-with-certificate" | "rsp-fail") => 200,
        ("portmone-callback", "bills-paid" | "bills-paid-plain" | "bills-two" | "bills-refunded") => 200,
        ("sms-api", "bills" | "decks" | "deck-put" | "history" | "stats" | "summary" | "run-dry") => 200,
        ("sms-api", "settings" | "settings-of-user" | "settings-put" | "settings-remove") => 200,
        ("sms-api", "check" | "usage" | "usage-many") => 200,
        ("sms-api", "run" | "process-pending") => 202,
        ("sms-api", "usage-not-json") => 400,
        ("sms-api", "check-without-key" | "settings-without-token" | "run-without-secret") => 401,
        ("sms-api", "bill" | "bill-cancel" | "bill-process" | "bill-resolve" | "no-such-route") => 404,
        ("sms-api", "wrong-method") => 405,
        ("sms-api", "check-unknown-field" | "settings-put-unknown-field") => 422,
        ("telegram-webhook", "token-missing" | "token-wrong" | "token-doubled") => 401,
        ("telegram-webhook", "not-an-update") => 400,
        ("tripay-callback", "forged-body" | "re-serialised" | "signature-missing" | "signature-doubled") => {
            401
        }
        ("tripay-callback", "wrong-event" | "not-a-report") => 400,
        ("tripay-callback", "paid" | "unpaid" | "expired" | "unknown-invoice" | "test-null-ids") => 200,
        _ => return None,
    })
}

/// What a function answers to every event of its own.
fn judge(function: &str, case: &str, answer: &Value) {
    match function {
        "billing-api" | "billz-api" | "bonus-api" | "chat-api" | "notification-api" | "portmone-callback"
        | "sms-api" | "telegram-webhook" | "tripay-callback" => {
            let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("{case}: {answer}"));
            assert!(status < 500, "{function} {case}: {answer}");
            if let Some(wanted) = status_of(function, case) {
                assert_eq!(status, wanted, "{function} {case}: {answer}");
            }
        }
        "notification-sender" => assert_eq!(answer["batchItemFailures"], json!([]), "{case}: {answer}"),
        "billz-consumer" | "event-relay" | "order-updater" | "sms-charge-worker" | "sms-usage-recorder"
        | "task-creator" => {
            assert!(answer["batchItemFailures"].is_array(), "{function} {case}: {answer}");
        }
        // What comes from their queues is a batch, what comes from schedules is not.
        "bonus-consumer" | "sms-billing-cron" if answer.get("batchItemFailures").is_some() => {
            assert!(answer["batchItemFailures"].is_array(), "{function} {case}: {answer}");
        }
        _ => assert_eq!(answer["complete"], true, "{function} {case}: {answer}"),
    }
}

#[tokio::test]
async fn watch_serves_the_routes_and_invoke_answers_every_event() {
    let stack = Stack::alone().unwrap();
    let playground = stack.order("order-1").await.unwrap();
    let watch = Watch::start().unwrap();

    let health = wait::until("health through cargo lambda watch", COMPILE_TIMEOUT, async || {
        let request = stack.http.get(format!("{}/health", watch.url())).timeout(COMPILE_TIMEOUT);
        Ok(Answer::to(request).await.ok().filter(|answer| answer.status.is_success()))
    })
    .await
    .unwrap();
    assert_eq!(health.body["status"], "ok");
    let forged = stack.http.post(format!("{}/webhooks/tripay", watch.url())).timeout(COMPILE_TIMEOUT);
    assert_eq!(Answer::to(forged.body("{}")).await.unwrap().status.as_u16(), 401);
    let request = stack
        .http
        .get(format!("{}/api/v1/billing/invoices", watch.url()))
        .bearer_auth(&stack.file.tokens.user);
    assert_eq!(Answer::to(request).await.unwrap().status.as_u16(), 200);

    let mut answered = 0;
    for function in stack.file.functions.keys() {
        for event in events(function) {
            let case = event.file_stem().unwrap().to_str().unwrap();
            let answer = watch.invoke(function, &with_tokens(&stack, &event));
            match (function.as_str(), case) {
                // A schedule is told that its run was not done.
                ("sms-billing-cron", "unknown-run") => {
                    assert!(answer.unwrap_err().to_string().contains("run is none of"), "{case}");
                }
                ("bonus-consumer", "unknown-run") => {
                    assert!(answer.unwrap_err().to_string().contains("malformed event"), "{case}");
                }
                _ => judge(function, case, &answer.unwrap()),
            }
            answered += 1;
        }
    }
    assert!(answered >= stack.file.functions.len());
    drop(watch);
    clean_up(&stack, &playground).await;
}

/// Takes away what the events have left: dead letters, and a status of the playground's order.
async fn clean_up(stack: &Stack, playground: &Value) {
    for queue in stack.file.queues.keys().filter(|queue| queue.ends_with("-dlq")) {
        while !stack.take_messages(queue).await.unwrap().is_empty() {}
    }
    let mut order = playground.clone();
    order.as_object_mut().unwrap().remove("updates");
    stack.control(http::Method::PUT, "orders/orders/order-1", &order).await.unwrap();
}

/// A path of the document with the route of the gateway that serves it.
fn is_served(method: &str, path: &str, routes: &[String]) -> bool {
    routes.iter().any(|route| {
        let (verb, pattern) = route.split_once(' ').unwrap();
        let matches = match pattern.strip_suffix("{proxy+}") {
            Some(prefix) => path.starts_with(prefix),
            None => path == pattern,
        };
        matches && (verb == "ANY" || verb == method)
    })
}

#[tokio::test]
async fn every_path_of_the_api_document_has_a_route_and_every_route_a_path() {
    let stack = Stack::open().unwrap();
    let api = stack.file.api_url.rsplit('/').next().unwrap().to_owned();
    let answer = stack.aws_get("apigateway", &format!("/v2/apis/{api}/routes")).await.unwrap();
    let routes: Vec<String> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["routeKey"].as_str().unwrap().to_owned())
        .collect();
    let document: Value =
        serde_json::from_str(&fs::read_to_string(root().join("docs/openapi.json")).unwrap()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        operations
            .extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    for (method, path) in &operations {
        assert!(is_served(method, path, &routes), "no route of {routes:?} serves {method} {path}");
    }
    for route in routes.iter().filter(|route| !route.contains("/webhooks/")) {
        let used =
            operations.iter().any(|(method, path)| is_served(method, path, std::slice::from_ref(route)));
        assert!(used, "{route} serves nothing of the document");
    }
    // Each operation is really there: without proof it is refused, but not unknown.
    for (method, path) in &operations {
        let path = path.replace("{id}", "INV-20261121-00000000").replace("{event}", "payment.confirmed");
        let path = path.replace("{correlationId}", "sample-job").replace("{orderId}", "12345");
        let path = path.replace("{receiptId}", "sample-receipt");
        let request = stack.request(method.parse().unwrap(), &path).json(&json!({}));
        let answer = Answer::to(request).await.unwrap();
        let wanted = if path == "/health" { 200 } else { 401 };
        assert_eq!(answer.status.as_u16(), wanted, "{method} {path}: {}", answer.body);
    }
}
