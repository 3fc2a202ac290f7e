//! Telling people when something is broken. Each test has the stack alone: a fault is for whoever comes first.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use e2e::notices::ARRIVAL_TIMEOUT;
use e2e::people::Person;
use e2e::stack::Stack;
use e2e::wait;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

fn new_mark() -> String {
    format!("order-{}", Uuid::now_v7().simple())
}

async fn confirm(stack: &Stack, person: &Person, mark: &str) -> String {
    let fields = json!({ "invoice": "INV-20261121-7K3M9QZX", "orderId": mark, "amount": 150_000, "currency": "IDR",
        "paidAt": "2026-11-21T08:00:00Z" });
    stack.notify("payment.confirmed", person, &fields).await.unwrap()
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_sent_again_by_a_person_only_and_then_once() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let lost = json!({ "party": "telegram", "operation": "sendMessage", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    let mark = new_mark();
    let id = format!("{}.telegram", confirm(&stack, &person, &mark).await);
    let unclear = stack.delivery_becomes(&person, &id, "UNCERTAIN").await.unwrap();
    assert_eq!((&unclear["attempts"], &unclear["resendable"]), (&json!(1), &json!(true)), "{unclear}");
    stack.told_everything(&person, &["telegram"]).await.unwrap();
    assert_eq!(stack.chat(person.chat, &mark).await.unwrap().len(), 1, "it had arrived, and is not repeated");

    // Two persons want it sent again at the same time.
    let (one, two) = tokio::join!(stack.resend(&id), stack.resend(&id));
    for answer in [one.unwrap(), two.unwrap()] {
        assert_eq!((answer.status.as_u16(), &answer.body["id"]), (202, &json!(id)), "{}", answer.body);
    }
    let sent = stack.delivery_becomes(&person, &id, "SENT").await.unwrap();
    assert_eq!((&sent["round"], &sent["error"]), (&json!(1), &Value::Null), "{sent}");
    stack.told_everything(&person, &["telegram"]).await.unwrap();
    assert_eq!(stack.chat(person.chat, &mark).await.unwrap().len(), 2);
}

#[tokio::test]
async fn telegram_that_wants_to_be_left_alone_is_asked_again_later() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let limit = json!({ "party": "telegram", "operation": "sendMessage", "fault": "limit", "retryAfter": 2 });
    stack.fault(&limit).await.unwrap();
    let mark = new_mark();
    let id = format!("{}.telegram", confirm(&stack, &person, &mark).await);
    let sent = stack.delivery_becomes(&person, &id, "SENT").await.unwrap();
    assert_eq!(sent["attempts"], 2, "{sent}");
    assert_eq!(stack.chat(person.chat, &mark).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_malformed_message_goes_to_the_dead_letters_with_its_reason_and_delays_no_other() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let (poison, mark) = (format!("poison {}", Uuid::now_v7().simple()), new_mark());
    let send = json!({ "QueueUrl": stack.file.queues["notifications"], "MessageBody": poison });
    stack.aws("sqs", "AmazonSQS.SendMessage", &send).await.unwrap();
    let id = confirm(&stack, &person, &mark).await;
    for channel in ["email", "telegram"] {
        stack.delivery_becomes(&person, &format!("{id}.{channel}"), "SENT").await.unwrap();
    }
    let letter = wait::until("the dead letter", Duration::from_secs(30), async || {
        let letters = stack.take_messages("notifications-dlq").await?;
        Ok(letters.into_iter().find(|letter| letter["Body"] == poison.as_str()))
    })
    .await
    .unwrap();
    let reason = letter["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
    assert!(reason.starts_with("malformed message"), "{reason}");
}

/// An invoice of a new order of the person's that ends in an hour and a half, though it was made a day ago;
/// and the code to pay it with.
async fn ending_invoice(stack: &Stack, person: &Person) -> (String, String) {
    let order = stack.new_order(&person.id).await.unwrap();
    let wish = json!({ "orderId": order });
    let made = stack.post("/api/v1/billing/invoices", &person.token, &wish).await.unwrap().ok().unwrap();
    let invoice = made["id"].as_str().unwrap().to_owned();
    let code = json!({ "channel": "BCA_VA" });
    let path = format!("/api/v1/billing/invoices/{invoice}/pay");
    let paid = stack.post(&path, &person.token, &code).await.unwrap().ok().unwrap();
    let now = Timestamp::now();
    let (made, ends) = (now - SignedDuration::from_hours(23), now + SignedDuration::from_mins(90));
    let key = format!("INVOICE#{invoice}");
    let wish = json!({ "TableName": stack.file.tables["Invoices"], "Key": { "pk": { "S": key }, "sk": { "S": "INVOICE" } },
        "ConditionExpression": "attribute_exists(pk)",
        "UpdateExpression": "SET created_at = :made, expires_at = :ends",
        "ExpressionAttributeValues": { ":made": { "S": made.to_string() }, ":ends": { "S": ends.to_string() } } });
    stack.aws("dynamodb", "DynamoDB_20120810.UpdateItem", &wish).await.unwrap();
    (invoice, paid["payment"]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_customer_is_reminded_once_of_an_invoice_that_ends_soon() {
    let stack = Stack::alone().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let (invoice, code) = ending_invoice(&stack, &person).await;
    let schedule: Value =
        serde_json::from_str(include_str!("../../events/reconciler/schedule.json")).unwrap();
    for reminded in [1, 0] {
        stack.forget_sweeps().await.unwrap();
        let summary = stack.invoke("reconciler", &schedule).await.unwrap();
        assert_eq!(
            (&summary["complete"], &summary["reminded"]),
            (&json!(true), &json!(reminded)),
            "{summary}"
        );
    }
    let mail = wait::until("the reminder", ARRIVAL_TIMEOUT, async || {
        Ok(stack.mails(&person.email, &invoice).await?.into_iter().next())
    })
    .await
    .unwrap();
    assert!(mail["text"].as_str().unwrap().contains(&code), "it says how to pay: {}", mail["text"]);
    stack.told_everything(&person, &["email", "telegram"]).await.unwrap();
    assert_eq!(stack.mails(&person.email, &invoice).await.unwrap().len(), 1);
    assert_eq!(stack.chat(person.chat, &invoice).await.unwrap().len(), 1);
}
