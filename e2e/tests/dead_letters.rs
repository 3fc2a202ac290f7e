//! `ops dlq` on the deployed stack: letters are looked at, sent back after repair, and dropped.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use e2e::billz::{job, new_phone};
use e2e::stack::{Stack, root, stack_path};
use e2e::wait;
use serde_json::{Value, json};
use uuid::Uuid;

/// How long a function may take to bury what it cannot handle.
const BURIAL_TIMEOUT: Duration = Duration::from_secs(60);

/// The command, built once: a story calls it many times.
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

fn ops(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.arg("dlq").args(arguments).arg("--json").arg("--stack-file").arg(stack_path());
    command.output().unwrap()
}

/// What `ops dlq` prints; it must succeed.
fn dlq(arguments: &[&str]) -> Value {
    let output = ops(arguments);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {words} {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn send(stack: &Stack, queue: &str, body: &str, group: Option<&str>) {
    let mut wish = json!({ "QueueUrl": stack.file.queues[queue], "MessageBody": body });
    if let Some(group) = group {
        wish["MessageGroupId"] = group.into();
        wish["MessageDeduplicationId"] = Uuid::now_v7().to_string().into();
    }
    stack.aws("sqs", "AmazonSQS.SendMessage", &wish).await.unwrap();
}

/// Waits for the letter with this body; answers how it is shown.
async fn buried(queue: &str, body: &str) -> Value {
    wait::until("the letter", BURIAL_TIMEOUT, async || {
        let letters = dlq(&["show", queue, "--body", "--limit", "100"]);
        Ok(letters.as_array().unwrap().iter().find(|letter| letter["body"] == body).cloned())
    })
    .await
    .unwrap()
}

fn id(letter: &Value) -> &str {
    letter["id"].as_str().unwrap()
}

async fn drain(stack: &Stack, queue: &str) {
    while !stack.take_messages(queue).await.unwrap().is_empty() {}
}

#[tokio::test]
async fn an_update_that_was_refused_is_sent_back_after_repair_and_takes_effect() {
    let stack = Stack::alone().unwrap();
    drain(&stack, "order-updates-dlq").await;
    let order = format!("order-{}", Uuid::now_v7().simple());
    let update = json!({ "version": 1, "eventId": format!("{order}.4.0"), "correlationId": "c-1", "orderId": order,
        "status": "PAID", "reference": "T1", "amountMinor": 150_000, "currency": "IDR", "at": "2026-11-21T08:00:00Z" });
    let (update, poison) = (update.to_string(), format!("poison {order}"));
    send(&stack, "order-updates", &update, None).await;
    send(&stack, "order-updates", &poison, None).await;
    let (letter, poison) = (buried("order-updates", &update).await, buried("order-updates", &poison).await);
    assert!(poison["reason"].as_str().unwrap().starts_with("malformed message"), "{poison}");
    assert_eq!(letter["summary"]["fields"]["orderId"], order.as_str());

    let rows = dlq(&["list"]);
    let row = rows.as_array().unwrap().iter().find(|row| row["queue"] == "order-updates-dlq").unwrap();
    assert!(row["waiting"] == 2 && row["oldestAt"].is_string(), "{row}");
    assert_eq!(
        rows.as_array().unwrap().len(),
        stack.file.queues.keys().filter(|name| name.ends_with("-dlq")).count()
    );

    let items = json!([{ "name": "Kopi", "price": 150_000, "quantity": 1, "sku": "KOPI-1" }]);
    let found = json!({ "userId": "user-1", "amount": 150_000, "currency": "IDR", "items": items });
    stack.control(http::Method::PUT, &format!("orders/orders/{order}"), &found).await.unwrap();
    assert_eq!(dlq(&["retry", "order-updates", "--message", id(&letter)])["done"], 1);
    wait::until("the update", BURIAL_TIMEOUT, async || {
        let updates = stack.order(&order).await?["updates"].as_array().cloned().unwrap_or_default();
        Ok((!updates.is_empty()).then_some(()))
    })
    .await
    .unwrap();

    let refused = ops(&["drop", "order-updates", "--message", id(&poison)]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("--yes"));
    assert_eq!(dlq(&["drop", "order-updates-dlq", "--message", id(&poison), "--yes"])["done"], 1);
    assert_eq!(dlq(&["show", "order-updates"]), json!([]));
}

#[tokio::test]
async fn a_letter_of_a_fifo_queue_goes_back_in_its_group_and_dies_again_by_its_reason() {
    let stack = Stack::alone().unwrap();
    drain(&stack, "telegram-queue-dlq").await;
    let body = format!("poison {}", Uuid::now_v7().simple());
    send(&stack, "telegram-queue-dlq", &body, Some("5550001")).await;
    let first = buried("telegram-queue", &body).await;
    assert_eq!((first["group"].as_str(), first["reason"].as_str()), (Some("5550001"), None));
    assert_eq!(dlq(&["retry", "telegram-queue", "--all"])["done"], 1);
    let second = buried("telegram-queue", &body).await;
    assert_ne!(id(&first), id(&second));
    assert_eq!(second["group"], "5550001");
    assert!(second["reason"].as_str().unwrap().starts_with("malformed message"), "{second}");
    assert_eq!(dlq(&["drop", "telegram-queue", "--all", "--yes"])["done"], 1);
}

#[tokio::test]
async fn a_buried_change_is_relayed_when_it_can_be_read() {
    let stack = Stack::alone().unwrap();
    drain(&stack, "event-relay-dlq").await;
    let order = stack.new_order("user-1").await.unwrap();
    let mark = Uuid::new_v4().simple().to_string()[..8].to_uppercase();
    let event = std::fs::read_to_string(root().join("events/event-relay/invoice-paid.json")).unwrap();
    let event = event.replace("7K3M9QZX", &mark).replace("order-1", &order);
    let event: Value = serde_json::from_str(&event).unwrap();
    let change = &event["Records"][0]["dynamodb"];
    let letter =
        json!({ "eventId": mark, "keys": change["Keys"], "newImage": change["NewImage"] }).to_string();
    let notice = json!({ "DDBStreamBatchInfo": { "shardId": "shard-1", "startSequenceNumber": "1" } });
    send(&stack, "event-relay-dlq", &letter, None).await;
    send(&stack, "event-relay-dlq", &notice.to_string(), None).await;
    buried("event-relay", &letter).await;

    let output = ops(&["retry", "event-relay", "--all"]);
    let tally: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &tally["done"]), (Some(1), &json!(1)), "{tally}");
    assert!(tally["kept"][0]["why"].as_str().unwrap().contains("get-shard-iterator"), "{tally}");
    wait::until("the update", BURIAL_TIMEOUT, async || {
        let updates = stack.order(&order).await?["updates"].as_array().cloned().unwrap_or_default();
        Ok((!updates.is_empty()).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(dlq(&["drop", "event-relay", "--all", "--yes"])["done"], 1);
}

#[tokio::test]
async fn a_job_of_billz_is_done_when_its_letter_is_sent_back_and_only_answered_when_it_was_done() {
    let stack = Stack::alone().unwrap();
    drain(&stack, "billz-operations-dlq").await;
    let phone = new_phone();
    let mut wanted = job("CREATE_CLIENT", &json!({ "clientPhone": phone, "clientFirstName": "Malika" }));
    wanted["replyQueue"] = format!("{}-billz-replies", stack.file.stack).into();
    let body = wanted.to_string();
    let mut calls = Vec::new();
    for _ in 0..2 {
        send(&stack, "billz-operations-dlq", &body, None).await;
        let letter = buried("billz-operations", &body).await;
        assert_eq!(letter["summary"]["fields"]["correlationId"], wanted["correlationId"]);
        assert!(!letter["summary"].to_string().contains(&phone[4..]), "{letter}");
        assert_eq!(dlq(&["retry", "billz-operations", "--message", id(&letter)])["done"], 1);
        assert_eq!(stack.reply_to(&wanted).await.unwrap()["state"], "SUCCEEDED");
        calls.push(stack.billz_calls().await.unwrap());
    }
    assert_eq!(calls[0], calls[1], "the second time nobody asked Billz for anything");
    assert_eq!(dlq(&["show", "billz-operations"]), json!([]));
}
