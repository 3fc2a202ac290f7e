//! The roles of the deployed functions are enforced: one permission less, and the function fails - safely.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};
use uuid::Uuid;

/// The role of a deployed function.
async fn role_of(stack: &Stack, folder: &str) -> String {
    let deployed = stack.configuration(folder).await.unwrap();
    deployed["Role"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn put_policy(stack: &Stack, role: &str, name: &str, document: &Value) {
    let document = document.to_string();
    let parameters = [("RoleName", role), ("PolicyName", name), ("PolicyDocument", document.as_str())];
    stack.iam("PutRolePolicy", &parameters).await.unwrap();
}

/// A policy of `infra/permissions.yaml` as it is deployed.
async fn policy(stack: &Stack, role: &str, name: &str) -> Value {
    let answer = stack.iam("GetRolePolicy", &[("RoleName", role), ("PolicyName", name)]).await.unwrap();
    let (_, rest) = answer.split_once("<PolicyDocument>").unwrap();
    let (encoded, _) = rest.split_once("</PolicyDocument>").unwrap();
    let url = reqwest::Url::parse(&format!("http://127.0.0.1/?document={}", encoded.replace("&amp;", "&")))
        .unwrap();
    let document = url.query_pairs().next().unwrap().1.into_owned();
    serde_json::from_str(&document).unwrap()
}

fn without(policy: &Value, action: &str) -> Value {
    let mut less = policy.clone();
    let actions = less["Statement"][0]["Action"].as_array_mut().unwrap();
    let before = actions.len();
    actions.retain(|allowed| allowed != action);
    assert_eq!(actions.len() + 1, before, "{action} is not in {policy}");
    less
}

#[tokio::test]
async fn without_its_permission_to_write_the_callback_asks_for_redelivery_and_with_it_settles() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let role = role_of(&stack, "tripay-callback").await;
    let whole = policy(&stack, &role, "invoices").await;

    put_policy(&stack, &role, "invoices", &without(&whole, "dynamodb:PutItem")).await;
    // Nothing may panic before the permission is back.
    let refused = stack.tripay(&open.reference, "pay", &json!({})).await;
    let meanwhile = stack.evidence(&open.invoice).await;
    put_policy(&stack, &role, "invoices", &whole).await;

    let refused = refused.unwrap();
    assert_eq!(refused["deliveries"][0]["status"], 503, "{refused}");
    assert_eq!(refused["deliveries"][0]["accepted"], false);
    let meanwhile = meanwhile.unwrap();
    assert_eq!((&meanwhile["state"], &meanwhile["reports"]), (&json!("PENDING"), &json!([])));

    let again = stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    assert_eq!(again["deliveries"][0]["accepted"], true, "{again}");
    assert_eq!(stack.invoice(&open.invoice).await.unwrap()["state"], "PAID");
    stack.order_becomes(&open.order, "PAID").await.unwrap();
}

/// Has the queue of emails tell somebody of a payment, by this message.
async fn ask(stack: &Stack, request: &str) {
    let wish = json!({ "QueueUrl": stack.file.queues["email-queue"], "MessageBody": request });
    stack.aws("sqs", "AmazonSQS.SendMessage", &wish).await.unwrap();
}

#[tokio::test]
async fn without_its_permission_to_write_the_sender_tells_nobody_and_with_it_tells_once() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let id = format!("test.{}", Uuid::now_v7());
    let fields = json!({ "invoice": "INV-20261121-7K3M9QZX", "orderId": id, "amount": 150_000, "currency": "IDR",
        "paidAt": "2026-11-21T08:00:00Z" });
    let notification = json!({ "version": 1, "id": id, "correlationId": id, "userId": person.id,
        "notice": { "event": "payment.confirmed", "data": fields } });
    let request = json!({ "version": 1, "notification": notification, "channel": "EMAIL", "round": 0 });
    let role = role_of(&stack, "notification-sender").await;
    let whole = policy(&stack, &role, "notifications").await;

    put_policy(&stack, &role, "notifications", &without(&whole, "dynamodb:PutItem")).await;
    // Nothing may panic before the permission is back.
    // Once would do.
    for _ in 0..2 {
        ask(&stack, &request.to_string()).await;
    }
    // Taken from the queue, and so tried, while nothing could be written.
    let put_off = wait::until("the messages being taken", ARRIVAL_TIMEOUT, async || {
        let names = json!(["ApproximateNumberOfMessages"]);
        let wish = json!({ "QueueUrl": stack.file.queues["email-queue"], "AttributeNames": names });
        let queue = stack.aws("sqs", "AmazonSQS.GetQueueAttributes", &wish).await?;
        Ok((queue["Attributes"]["ApproximateNumberOfMessages"] == "0").then_some(()))
    })
    .await;
    let meanwhile = stack.mails(&person.email, "").await;
    put_policy(&stack, &role, "notifications", &whole).await;

    put_off.unwrap();
    assert_eq!(meanwhile.unwrap(), Vec::<Value>::new());
    stack.delivery_becomes(&person, &format!("{id}.email"), "SENT").await.unwrap();
    stack.told_everything(&person, &["email"]).await.unwrap();
    assert_eq!(stack.mails(&person.email, &id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_its_permission_to_write_the_bot_asks_for_redelivery_and_with_it_obeys() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let chat = stack.conversation(&person);
    chat.says("/language").await.unwrap();
    let menu = chat.shows("Choose your language").await.unwrap();
    let role = role_of(&stack, "telegram-webhook").await;
    let whole = policy(&stack, &role, "chats").await;

    put_policy(&stack, &role, "chats", &without(&whole, "dynamodb:PutItem")).await;
    // Nothing may panic before the permission is back.
    let refused = chat.presses("Українська").await;
    let meanwhile = chat.seen().await;
    put_policy(&stack, &role, "chats", &whole).await;

    let words = refused.unwrap_err().to_string();
    assert!(words.contains("503"), "{words}");
    assert!(meanwhile.unwrap()["messages"].as_array().unwrap().contains(&menu));

    // Telegram sends it again by itself.
    chat.shows("Відтепер я пишу українською").await.unwrap();
    chat.says("/language").await.unwrap();
    chat.shows("Виберіть мову").await.unwrap();
    chat.nothing_failed().await.unwrap();
}

#[tokio::test]
async fn without_its_permission_to_write_portmones_callback_asks_for_redelivery_and_with_it_settles() {
    let stack = Stack::alone().unwrap();
    let receipt = stack.new_receipt("en").await.unwrap();
    let lost = json!({ "party": "portmone", "operation": "bills.pay", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    stack.decide_receipt(&receipt.accepted).await.unwrap();
    let bonus = stack.bonus_becomes(&receipt.id, "PAYING").await.unwrap();
    let bill = bonus["billId"].as_str().unwrap();
    let role = role_of(&stack, "portmone-callback").await;
    let whole = policy(&stack, &role, "bonuses").await;

    put_policy(&stack, &role, "bonuses", &without(&whole, "dynamodb:PutItem")).await;
    // Nothing may panic before the permission is back.
    let refused = stack.portmone(bill, "ok", &json!({})).await;
    let meanwhile = stack.bonus(&receipt.id).await;
    put_policy(&stack, &role, "bonuses", &whole).await;

    let refused = refused.unwrap();
    assert_eq!(refused["deliveries"][0]["status"], 503, "{refused}");
    assert_eq!(meanwhile.unwrap().unwrap()["paidAt"], Value::Null);
    let again = stack.portmone(bill, "ok", &json!({})).await.unwrap();
    assert_eq!(again["deliveries"][0]["accepted"], true, "{again}");
    let bonus = stack.bonus_becomes(&receipt.id, "DONE").await.unwrap();
    assert_eq!((&bonus["paidBy"], &bonus["payments"]), (&json!("report"), &json!(1)), "{bonus}");
}

/// What may not be in the policies of a function: other functions' tables, secrets and rights.
const FOREIGN: &[(&str, &[&str])] = &[
    ("tripay-callback", &["IdempotencyKeys", "/api-", "/internal-", "sqs:", "dynamodb:DeleteItem"]),
    ("event-relay", &["IdempotencyKeys", "secretsmanager:", "dynamodb:PutItem"]),
    ("order-updater", &["dynamodb:", "/tripay-", "/api-"]),
    ("reconciler", &["IdempotencyKeys", "/api-", "/internal-"]),
    (
        "notification-sender",
        &[
            "-Invoices",
            "IdempotencyKeys",
            "/api-",
            "/tripay-",
            "/isp-",
            "dynamodb:Query",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "notification-api",
        &["-Invoices", "-Chats", "/telegram-", "/smtp-", "/tripay-", "ses:", "sqs:ReceiveMessage"],
    ),
    (
        "telegram-webhook",
        &["IdempotencyKeys", "/api-", "/isp-panel-", "/smtp-", "sqs:", "ses:", "dynamodb:DeleteItem"],
    ),
    (
        "task-creator",
        &["-Invoices", "-Notifications", "IdempotencyKeys", "/telegram-", "/isp-api-", "/internal-"],
    ),
    (
        "billz-consumer",
        &[
            "-Invoices",
            "-Chats",
            "-Notifications",
            "IdempotencyKeys",
            "/internal-",
            "/api-",
            "dynamodb:Query",
        ],
    ),
    (
        "billz-api",
        &["-Invoices", "-Chats", "-Notifications", "/billz-", "sqs:SendMessage", "sqs:ReceiveMessage"],
    ),
    (
        "sms-api",
        &[
            "-Invoices",
            "-Chats",
            "-Notifications",
            "/sippy-",
            "sms-charges",
            "sqs:ReceiveMessage",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "sms-usage-recorder",
        &[
            "-Invoices",
            "IdempotencyKeys",
            "secretsmanager:",
            "sms-charges",
            "dynamodb:Query",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "sms-billing-cron",
        &["-Invoices", "IdempotencyKeys", "secretsmanager:", "dynamodb:GetItem", "dynamodb:PutItem"],
    ),
    (
        "sms-charge-worker",
        &[
            "-Invoices",
            "-Chats",
            "-Notifications",
            "IdempotencyKeys",
            "/api-",
            "/internal-",
            "/cron-",
            "dynamodb:Query",
        ],
    ),
    (
        "bonus-consumer",
        &[
            "-Invoices",
            "-Chats",
            "-Notifications",
            "-SmsBilling",
            "IdempotencyKeys",
            "/api-",
            "/internal-",
            "/telegram-",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "portmone-callback",
        &[
            "-Invoices",
            "IdempotencyKeys",
            "/api-",
            "/internal-",
            "/receipts-",
            "/telecom-",
            "sqs:",
            "dynamodb:Query",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "bonus-api",
        &[
            "-Invoices",
            "-Chats",
            "-Notifications",
            "/portmone-",
            "/receipts-",
            "/telecom-",
            "sqs:",
            "dynamodb:DeleteItem",
        ],
    ),
    (
        "chat-api",
        &["-Invoices", "-Notifications", "/telegram-", "/isp-", "/tripay-", "sqs:", "dynamodb:DeleteItem"],
    ),
];

#[tokio::test]
async fn a_function_reaches_no_table_and_no_secret_but_its_own() {
    let stack = Stack::open().unwrap();
    for (folder, foreign) in FOREIGN {
        let role = role_of(&stack, folder).await;
        let names = stack.iam("ListRolePolicies", &[("RoleName", &role)]).await.unwrap();
        let policies: Vec<&str> =
            names.split("<member>").skip(1).filter_map(|part| part.split("</member>").next()).collect();
        assert!(!policies.is_empty(), "{names}");
        for name in policies {
            let document =
                stack.iam("GetRolePolicy", &[("RoleName", &role), ("PolicyName", name)]).await.unwrap();
            let document = document.replace("%3A", ":").replace("%2F", "/").replace("%2A", "*");
            assert!(!document.contains("dynamodb:*") && !document.contains("\"*:*\""), "{folder} {name}");
            for word in *foreign {
                assert!(!document.contains(word), "{folder}'s policy {name} has {word}");
            }
        }
    }
}
