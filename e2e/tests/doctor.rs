//! `ops doctor` on the deployed stack: finds nothing when all is well, and what is broken with how to mend it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use e2e::answer::Answer;
use e2e::stack::{Stack, root, stack_path};
use e2e::wait;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The command, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        let built =
            build.current_dir(root()).args(["build", "--quiet", "--package", "ops"]).status().unwrap();
        assert!(built.success());
        Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("ops")
    })
}

/// The exit code and the findings.
fn doctor() -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(program());
    let output = command.args(["doctor", "--json", "--stack-file"]).arg(stack_path()).output().unwrap();
    let findings = serde_json::from_slice(&output.stdout);
    let findings =
        findings.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), findings)
}

fn finding<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {findings:?}"))
}

async fn drain(stack: &Stack, queue: &str) {
    while !stack.take_messages(queue).await.unwrap().is_empty() {}
}

async fn put_secret(stack: &Stack, name: &str, value: &str) {
    let wish = json!({ "SecretId": format!("{}/{name}", stack.file.stack), "SecretString": value });
    stack.aws("secretsmanager", "secretsmanager.PutSecretValue", &wish).await.unwrap();
}

/// Waits until the API finds itself healthy anew. What another test broke is told for half a minute after it was
/// mended; a secret that was broken when the API renewed what it holds is used for five.
async fn healthy(stack: &Stack) {
    let now = Timestamp::now();
    wait::until("a healthy API", Duration::from_secs(360), async || {
        let health = Answer::to(stack.http.get(format!("{}/health", stack.file.api_url))).await?;
        let checked_at: Timestamp = health.body["checkedAt"].as_str().unwrap_or_default().parse()?;
        Ok((health.status.is_success() && checked_at >= now).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_stack_that_is_well_has_no_finding() {
    let stack = Stack::alone().unwrap();
    stack.forget_faults().await.unwrap();
    for queue in stack.file.queues.keys().filter(|queue| queue.ends_with("-dlq")) {
        drain(&stack, queue).await;
    }
    healthy(&stack).await;
    let (code, findings) = doctor();
    let bad: Vec<&Value> = findings.iter().filter(|finding| finding["level"] != "ok").collect();
    // An alarm may still ring from what other tests broke on purpose.
    let bad: Vec<&&Value> = bad
        .iter()
        .filter(|finding| !finding["check"].as_str().unwrap().starts_with(&stack.file.stack))
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(code, Some(0));
    for check in [
        "tripay",
        "order service",
        "user service",
        "telegram",
        "ses account",
        "ses identity",
        "ses configuration set",
        "billz",
        "billz shop",
        "billz cash box",
        "trigger of billz-consumer",
        "trigger of notification-sender",
        "queue telegram-queue-dlq.fifo",
        "alarms",
        "health of the API",
        "schedule of reconciler",
    ] {
        assert!(check == "alarms" || finding(&findings, check)["level"] == "ok");
    }
}

#[tokio::test]
async fn a_malformed_secret_is_found_and_never_shown() {
    let stack = Stack::alone().unwrap();
    let id = json!({ "SecretId": format!("{}/tripay", stack.file.stack) });
    let good = stack.aws("secretsmanager", "secretsmanager.GetSecretValue", &id).await.unwrap();
    let good = good["SecretString"].as_str().unwrap().to_owned();
    let mut results = Vec::new();
    for broken in [
        r#"{"apiKey":"DEV-shown-nowhere","privateKey":"#,
        r#"{"apiKey":"shown-nowhere","privateKey":"shown-nowhere","merchantCode":"T9999"}"#,
    ] {
        put_secret(&stack, "tripay", broken).await;
        results.push(std::panic::catch_unwind(doctor));
        put_secret(&stack, "tripay", &good).await;
    }
    healthy(&stack).await;
    for (result, words) in results.into_iter().zip(["malformed", "TRIPAY_MODE is sandbox"]) {
        let (code, findings) = result.unwrap();
        assert_eq!(code, Some(1));
        let finding = finding(&findings, &format!("secret {}/tripay", stack.file.stack));
        assert_eq!(finding["level"], "failed");
        assert!(finding["found"].as_str().unwrap().contains(words), "{finding}");
        assert!(finding["fix"].as_str().unwrap().contains("put-secret-value"), "{finding}");
        assert!(!format!("{findings:?}").contains("shown-nowhere"));
    }
}

#[tokio::test]
async fn a_bot_that_telegram_does_not_know_is_found() {
    let stack = Stack::alone().unwrap();
    let id = json!({ "SecretId": format!("{}/telegram", stack.file.stack) });
    let good = stack.aws("secretsmanager", "secretsmanager.GetSecretValue", &id).await.unwrap();
    let good = good["SecretString"].as_str().unwrap().to_owned();
    let revoked = format!("987654321:{}", "r".repeat(35));
    put_secret(&stack, "telegram", &json!({ "botToken": revoked }).to_string()).await;
    let result = std::panic::catch_unwind(doctor);
    put_secret(&stack, "telegram", &good).await;
    let (code, findings) = result.unwrap();
    assert_eq!(code, Some(1));
    let bot = finding(&findings, "telegram");
    assert_eq!(bot["level"], "failed");
    assert!(bot["fix"].as_str().unwrap().contains("@BotFather"), "{bot}");
    assert!(!format!("{findings:?}").contains(&revoked));
}

#[tokio::test]
async fn tripays_words_about_the_callers_address_are_told_with_what_to_do() {
    let stack = Stack::alone().unwrap();
    let words = "Unauthorized IP (203.0.113.7). Please add to whitelist";
    let fault = json!({ "party": "tripay", "operation": "payment-channel", "fault": "refuse", "status": 403,
        "message": words, "times": 2 });
    stack.fault(&fault).await.unwrap();
    let result = std::panic::catch_unwind(doctor);
    stack.forget_faults().await.unwrap();
    let (code, findings) = result.unwrap();
    assert_eq!(code, Some(1));
    let finding = finding(&findings, "tripay");
    assert!(finding["found"].as_str().unwrap().contains(words), "{finding}");
    assert!(finding["fix"].as_str().unwrap().contains("Whitelist IP"), "{finding}");
}

#[tokio::test]
async fn an_order_service_that_does_not_answer_and_dead_letters_are_found() {
    let stack = Stack::alone().unwrap();
    let dead = json!({ "QueueUrl": stack.file.queues["order-updates-dlq"], "MessageBody": "{}" });
    stack.aws("sqs", "AmazonSQS.SendMessage", &dead).await.unwrap();
    let down = json!({ "party": "orders", "operation": "order", "fault": "server_error", "times": 2 });
    stack.fault(&down).await.unwrap();
    let result = std::panic::catch_unwind(doctor);
    stack.forget_faults().await.unwrap();
    drain(&stack, "order-updates-dlq").await;
    let (code, findings) = result.unwrap();
    assert_eq!(code, Some(1));
    let down = finding(&findings, "order service");
    assert!(down["fix"].as_str().unwrap().contains("OrderServiceBaseUrl"), "{down}");
    let letters = finding(&findings, "queue order-updates-dlq");
    assert_eq!(letters["level"], "warning");
    assert!(letters["fix"].as_str().unwrap().contains("reason"), "{letters}");
}
