//! The bot on the deployed stack: chats are tied to persons, tasks reach the panel once, invoices are paid.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::billing::text;
use e2e::stack::Stack;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn description() -> String {
    format!("No light since noon, mark {}", Uuid::now_v7().simple())
}

#[tokio::test]
async fn a_task_asked_for_in_the_chat_is_once_in_the_panel_with_all_its_fields() {
    let stack = Stack::open().unwrap();
    let staff = stack.new_staff().await.unwrap();
    let chat = stack.linked_chat(&staff).await.unwrap();
    let wanted = description();
    chat.asks_for_a_task(&wanted).await.unwrap();
    let seen = chat.shows(&wanted).await.unwrap();
    let message = seen["messageId"].as_i64().unwrap();
    let rows = seen["keyboard"].as_array().unwrap();
    let confirm = text(&rows[0][0], "callbackData").unwrap();
    // Two taps at once.
    let (one, other) =
        tokio::join!(chat.presses_data(message, &confirm), chat.presses_data(message, &confirm));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    let task = stack.support_task(&wanted, "CREATED").await.unwrap();
    assert_eq!((&task["attempt"], &task["askedBy"]), (&json!(1), &json!(staff.id)));
    let tasks = stack.panel_tasks(&wanted).await.unwrap();
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    let made = &tasks[0];
    assert_eq!(made["type"], "maintenance");
    assert_eq!(made["customerUsername"], "customer123");
    assert_eq!(made["workerIds"], json!([13, 15]));
    assert_eq!(made["sendWhatsApp"], true);
    chat.shows("Nadia Haddad").await.unwrap();
    chat.nothing_failed().await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_of_the_panel_is_a_question_to_who_asked() {
    let stack = Stack::alone().unwrap();
    let staff = stack.new_staff().await.unwrap();
    let chat = stack.linked_chat(&staff).await.unwrap();
    let wanted = description();
    chat.asks_for_a_task(&wanted).await.unwrap();
    stack
        .fault(&json!({ "party": "isp-panel", "operation": "create_task", "fault": "cut_after" }))
        .await
        .unwrap();
    chat.presses("✅ Confirm & Create").await.unwrap();
    let task = stack.support_task(&wanted, "NEEDS_REVIEW").await.unwrap();
    assert_eq!(task["failure"]["code"], "TASK_CREATE_REQUEST_FAILED");
    assert_eq!(task["failure"]["retryable"], true);
    chat.shows("TASK_CREATE_REQUEST_FAILED").await.unwrap();
    chat.presses("It is there").await.unwrap();
    let task = stack.support_task(&wanted, "CREATED").await.unwrap();
    assert_eq!(task["confirmedBy"], "PERSON");
    assert_eq!(stack.panel_tasks(&wanted).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_task_keeps_its_draft_and_is_made_when_it_is_tried_again() {
    let stack = Stack::alone().unwrap();
    let staff = stack.new_staff().await.unwrap();
    let chat = stack.linked_chat(&staff).await.unwrap();
    let wanted = description();
    chat.asks_for_a_task(&wanted).await.unwrap();
    stack
        .fault(&json!({ "party": "isp-panel", "operation": "create_task", "fault": "refuse" }))
        .await
        .unwrap();
    chat.presses("✅ Confirm & Create").await.unwrap();
    let task = stack.support_task(&wanted, "FAILED").await.unwrap();
    assert_eq!(task["failure"]["code"], "TASK_CREATE_HTTP_ERROR");
    assert!(stack.panel_tasks(&wanted).await.unwrap().is_empty());
    chat.shows("TASK_CREATE_HTTP_ERROR").await.unwrap();
    chat.presses("Try again").await.unwrap();
    let task = stack.support_task(&wanted, "CREATED").await.unwrap();
    assert_eq!(task["attempt"], 2);
    assert_eq!(stack.panel_tasks(&wanted).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_ended_session_in_the_panel_costs_one_login_and_no_task() {
    let stack = Stack::alone().unwrap();
    let staff = stack.new_staff().await.unwrap();
    let chat = stack.linked_chat(&staff).await.unwrap();
    for answer in ["login_page", "redirect", "401"] {
        let settings = json!({ "expiredAnswer": answer });
        stack.control(Method::PUT, "isp-panel/settings/session", &settings).await.unwrap();
        stack.control(Method::POST, "isp-panel/sessions/expire", &Value::Null).await.unwrap();
        let logins = async || {
            stack.control(Method::GET, "isp-panel/logins", &Value::Null).await.unwrap()["count"].clone()
        };
        let before = logins().await.as_i64().unwrap();
        let wanted = description();
        chat.asks_for_a_task(&wanted).await.unwrap();
        chat.presses("✅ Confirm & Create").await.unwrap();
        stack.support_task(&wanted, "CREATED").await.unwrap();
        assert_eq!(stack.panel_tasks(&wanted).await.unwrap().len(), 1, "{answer}");
        assert_eq!(logins().await, json!(before + 1), "{answer}");
    }
    stack.control(Method::PUT, "isp-panel/settings/session", &json!({})).await.unwrap();
}

#[tokio::test]
async fn customers_are_told_politely_that_tasks_are_not_for_them() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let stranger = stack.conversation(&person);
    stranger.set(&json!({ "title": "Olena Test", "languageCode": "en" })).await.unwrap();
    stranger.says("/task").await.unwrap();
    stranger.shows("not connected to an account yet").await.unwrap();
    let chat = stack.linked_chat(&person).await.unwrap();
    chat.says("/task").await.unwrap();
    chat.shows("only for the staff").await.unwrap();
    chat.says("/unlink").await.unwrap();
    chat.shows("disconnected").await.unwrap();
    let shown = stack.get("/api/v1/telegram/link", &person.token).await.unwrap().ok().unwrap();
    assert_eq!(shown["linked"], false);
}

#[tokio::test]
async fn an_invoice_is_paid_from_the_chat() {
    let stack = Stack::open().unwrap();
    let person = stack.new_person("en").await.unwrap();
    let chat = stack.linked_chat(&person).await.unwrap();
    let order = stack.new_order(&person.id).await.unwrap();
    let wish = json!({ "orderId": order });
    let made = stack.post("/api/v1/billing/invoices", &person.token, &wish).await.unwrap().ok().unwrap();
    let number = text(&made, "id").unwrap();
    chat.says("/invoices").await.unwrap();
    let list = chat.shows("Your invoices").await.unwrap();
    let row = &list["keyboard"][0][0];
    assert!(row["callbackData"].as_str().unwrap().contains(&number), "{row}");
    chat.presses(row["text"].as_str().unwrap()).await.unwrap();
    chat.shows(&number).await.unwrap();
    chat.presses("💳 Pay").await.unwrap();
    let ways = chat.shows("How do you want to pay").await.unwrap();
    let bca = ways["keyboard"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    let bca =
        bca.filter_map(|button| button["callbackData"].as_str()).find(|carried| carried.ends_with("BCA_VA"));
    chat.presses_data(ways["messageId"].as_i64().unwrap(), bca.unwrap()).await.unwrap();
    let shown =
        stack.get(&format!("/api/v1/billing/invoices/{number}"), &person.token).await.unwrap().ok().unwrap();
    let code = text(&shown["payment"], "code").unwrap();
    let with_code = chat.shows(&code).await.unwrap();
    assert!(with_code["keyboard"].to_string().contains(&code), "a button copies it: {with_code}");
    stack.tripay(&text(&shown["payment"], "reference").unwrap(), "pay", &json!({})).await.unwrap();
    stack.order_becomes(&order, "PAID").await.unwrap();
    chat.shows("Payment received").await.unwrap();
    chat.nothing_failed().await.unwrap();
}

#[tokio::test]
async fn a_forged_update_is_not_believed() {
    let stack = Stack::open().unwrap();
    let url = format!("{}/webhooks/telegram", stack.file.api_url);
    let update = json!({ "update_id": 1, "message": { "message_id": 1, "date": 1, "text": "/task",
        "chat": { "id": 5, "type": "private" }, "from": { "id": 5, "is_bot": false, "first_name": "Eve" } } });
    for token in [None, Some("sandbox-webhook-secret-0000000000000000001")] {
        let mut request = stack.http.post(&url).json(&update);
        if let Some(token) = token {
            request = request.header("x-telegram-bot-api-secret-token", token);
        }
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
}
