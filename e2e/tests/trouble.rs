//! What happens when somebody else is down. Each test has the stack alone: a fault is for whoever comes first.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use e2e::stack::Stack;
use e2e::wait;
use serde_json::{Value, json};

fn schedule() -> Value {
    let text = include_str!("../../events/reconciler/schedule.json");
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_lost_callback_is_healed_by_the_reconciler() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let lost = stack.tripay(&open.reference, "pay", &json!({ "send": false })).await.unwrap();
    assert_eq!((&lost["status"], &lost["deliveries"]), (&json!("PAID"), &json!([])));
    assert_eq!(stack.invoice(&open.invoice).await.unwrap()["state"], "PENDING");

    stack.forget_sweeps().await.unwrap();
    let summary = stack.invoke("reconciler", &schedule()).await.unwrap();
    assert_eq!(summary["complete"], true, "{summary}");
    assert!(summary["healed"].as_u64().unwrap() >= 1, "{summary}");

    let healed = stack.evidence(&open.invoice).await.unwrap();
    assert_eq!((&healed["state"], &healed["reports"][0]["source"]), (&json!("PAID"), &json!("inquiry")));
    stack.order_becomes(&open.order, "PAID").await.unwrap();
    // The callback comes after all, late: it is nothing new.
    stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    let after = stack.evidence(&open.invoice).await.unwrap();
    assert_eq!((&after["state"], after["reports"].as_array().unwrap().len()), (&json!("PAID"), 1));
}

#[tokio::test]
async fn an_order_service_that_refuses_gets_no_second_try_and_the_message_is_kept_with_the_reason() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let refusal =
        json!({ "party": "orders", "operation": "payment-status", "fault": "refuse", "status": 422 });
    stack.fault(&refusal).await.unwrap();
    stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    let dead = wait::until("the dead letter", Duration::from_secs(30), async || {
        let messages = stack.take_messages("order-updates-dlq").await?;
        let ours = |message: &Value| message["Body"].as_str().is_some_and(|body| body.contains(&open.order));
        Ok(messages.into_iter().find(ours))
    })
    .await
    .unwrap();
    let reason = dead["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
    assert!(reason.contains("refused") && reason.contains("422"), "{reason}");
    assert_eq!(
        stack.invoice(&open.invoice).await.unwrap()["state"],
        "PAID",
        "the money is there all the same"
    );
    assert_eq!(stack.order(&open.order).await.unwrap()["updates"], json!([]));

    // Replayed as it is, it is delivered.
    let replay = json!({ "QueueUrl": stack.file.queues["order-updates"], "MessageBody": dead["Body"] });
    stack.aws("sqs", "AmazonSQS.SendMessage", &replay).await.unwrap();
    stack.order_becomes(&open.order, "PAID").await.unwrap();
}

#[tokio::test]
async fn an_order_service_that_is_down_is_told_when_it_is_back() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let down = json!({ "party": "orders", "operation": "payment-status", "fault": "server_error" });
    stack.fault(&down).await.unwrap();
    stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    let told = stack.order_becomes(&open.order, "PAID").await.unwrap();
    assert_eq!(told["updates"].as_array().unwrap().len(), 1);
    assert_eq!(stack.control(http::Method::GET, "faults", &Value::Null).await.unwrap()["waiting"], json!([]));
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_takes_effect_once() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let lost = json!({ "party": "orders", "operation": "payment-status", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    let asked = wait::until("the order service is told again", Duration::from_secs(30), async || {
        let log = stack
            .control(http::Method::GET, "log?party=orders&operation=payment-status", &Value::Null)
            .await?;
        let ours = |entry: &&Value| entry["path"].as_str().is_some_and(|path| path.contains(&open.order));
        let calls: Vec<Value> =
            log["entries"].as_array().into_iter().flatten().filter(ours).cloned().collect();
        Ok((calls.len() == 2 && calls[1]["status"] == 200).then_some(calls))
    })
    .await
    .unwrap();
    assert_eq!(asked[0]["headers"]["idempotency-key"], asked[1]["headers"]["idempotency-key"]);
    assert_eq!(stack.order(&open.order).await.unwrap()["updates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_of_transaction_create_makes_no_second_code() {
    let stack = Stack::alone().unwrap();
    let order = stack.new_order("user-1").await.unwrap();
    let invoice = stack.create_invoice(&order).await.unwrap()["id"].as_str().unwrap().to_owned();
    let lost = json!({ "party": "tripay", "operation": "transaction/create", "fault": "cut_after" });
    stack.fault(&lost).await.unwrap();
    let path = format!("/api/v1/billing/invoices/{invoice}/pay");
    let channel = json!({ "channel": "BCA_VA" });
    let payment = wait::until("the code", Duration::from_secs(20), async || {
        let answer = stack.post(&path, &stack.file.tokens.user, &channel).await?;
        Ok(answer.status.is_success().then(|| answer.body["payment"].clone()))
    })
    .await
    .unwrap();
    let creates =
        stack.control(http::Method::GET, "log?party=tripay&operation=transaction/create", &Value::Null);
    let creates = creates.await.unwrap();
    let any_attempt = format!("{invoice}-");
    let ours = |entry: &&Value| entry["requestBody"].as_str().is_some_and(|body| body.contains(&any_attempt));
    assert_eq!(creates["entries"].as_array().unwrap().iter().filter(ours).count(), 1);
    stack.tripay(payment["reference"].as_str().unwrap(), "pay", &json!({})).await.unwrap();
    stack.order_becomes(&order, "PAID").await.unwrap();
}
