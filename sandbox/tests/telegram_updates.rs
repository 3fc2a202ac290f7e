//! Updates on their way to the webhook: what they look like, in which order they go, and when they go again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use sandbox::server::Running;
use serde_json::{Value, json};
use support::bot::{BUDI, Bot, OPERATORS};
use support::webhook::{SECRET, Webhook};
use support::{control, start};

async fn act(running: &Running, chat: i64, action: &str, wish: Value) -> Value {
    control(running, "POST", &format!("/_control/telegram/chats/{chat}/{action}"), wish).await
}

async fn send(running: &Running, chat: i64, text: &str) -> Value {
    act(running, chat, "send", json!({ "text": text })).await
}

async fn refused(running: &Running, path: &str, wish: Value, status: u16) -> String {
    let (answered, problem) =
        running.control("POST", &format!("/_control/telegram/{path}"), &wish).await.unwrap();
    assert_eq!(answered, status, "{path} {wish}: {problem}");
    problem["detail"].as_str().unwrap().to_owned()
}

async fn updates(running: &Running) -> Value {
    control(running, "GET", "/_control/telegram/updates", Value::Null).await
}

async fn pace(running: &Running, retry_second_ms: i64) {
    let wish = json!({ "retrySecondMs": retry_second_ms });
    control(running, "PUT", "/_control/telegram/settings/delivery", wish).await;
}

async fn advance(running: &Running, seconds: i64) {
    control(running, "POST", "/_control/clock", json!({ "advanceSeconds": seconds })).await;
}

/// Waits until so many deliveries came.
async fn comes(webhook: &Webhook, times: usize) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let updates = webhook.updates();
        if updates.len() >= times {
            return updates;
        }
        assert!(Instant::now() < deadline, "{} of {times} came: {updates:?}", updates.len());
        tokio::task::yield_now().await;
    }
}

/// Waits until an update is in that state.
async fn becomes(running: &Running, place: usize, state: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let update = updates(running).await["items"][place].clone();
        if update["state"] == state {
            return update;
        }
        assert!(Instant::now() < deadline, "{update}");
    }
}

#[tokio::test]
async fn a_message_comes_as_telegram_sends_it() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    let sent = send(&running, BUDI, " /start link_abc-123 ").await;
    assert_eq!((&sent["status"], &sent["state"]), (&json!(200), &json!("delivered")));
    let received = webhook.received().remove(0);
    assert_eq!(received.header("x-telegram-bot-api-secret-token"), Some(SECRET));
    assert_eq!(received.header("content-type"), Some("application/json"));
    let update = received.json();
    let message = &update["message"];
    assert_eq!((&update["update_id"], &message["message_id"]), (&sent["updateId"], &sent["messageId"]));
    assert_eq!(
        message["from"],
        json!({ "id": BUDI, "is_bot": false, "first_name": "Budi Santoso", "language_code": "id" })
    );
    assert_eq!(message["chat"], json!({ "id": BUDI, "type": "private", "first_name": "Budi Santoso" }));
    assert_eq!(message["text"], "/start link_abc-123");
    assert_eq!(message["entities"], json!([{ "type": "bot_command", "offset": 0, "length": 6 }]));
    assert!(message["date"].as_i64().unwrap() > 1_700_000_000);

    act(&running, BUDI, "language", json!({ "languageCode": "uz" })).await;
    let next = send(&running, BUDI, "x").await;
    assert_eq!(next["updateId"].as_i64().unwrap(), sent["updateId"].as_i64().unwrap() + 1);
    act(&running, 5, "send", json!({ "text": "y", "from": { "language_code": null, "first_name": "N" } }))
        .await;
    act(&running, OPERATORS, "send", json!({ "text": "z", "from": { "id": 7 } })).await;
    let updates = webhook.updates();
    assert_eq!(updates[1]["message"]["from"]["language_code"], "uz");
    assert_eq!(updates[1]["message"].get("entities"), None);
    assert_eq!(updates[2]["message"]["from"], json!({ "id": 5, "is_bot": false, "first_name": "N" }));
    assert_eq!(updates[3]["message"]["chat"]["type"], "supergroup");
    assert_eq!(updates[3]["message"]["from"]["id"], 7);
    let chat = control(&running, "GET", "/_control/telegram/chats/5", Value::Null).await;
    assert_eq!((&chat["messages"][0]["by"], &chat["messages"][0]["text"]), (&json!("person"), &json!("y")));
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_can_arrive() {
    let running = start().await;
    let words = refused(&running, "chats/5/send", json!({ "text": "x" }), 409).await;
    assert!(words.contains("no webhook"), "{words}");
    refused(&running, "updates", json!({ "x": {} }), 409).await;
    let (status, _) = running.control("GET", "/_control/telegram/chats/5", &Value::Null).await.unwrap();
    assert_eq!(status, 404, "the message was not kept either");
    let webhook = Webhook::set(&running).await;
    for (wish, words) in [
        (json!({ "text": " " }), "1 to 4096"),
        (json!({ "text": "x".repeat(4097) }), "1 to 4096"),
        (json!({ "text": "x", "from": 1 }), "from is an object"),
        (json!({ "text": "x", "from": { "id": null } }), "from.id"),
        (json!({ "words": "x" }), "words"),
    ] {
        let said = refused(&running, "chats/5/send", wish, 400).await;
        assert!(said.contains(words), "{said}");
    }
    refused(&running, "chats/5/dance", json!({}), 400).await;
    refused(&running, "chats/-5/send", json!({ "text": "x" }), 404).await;
    let allowed = json!({ "url": webhook.url, "allowed_updates": ["message"] });
    Bot::of(&running).get("setWebhook", allowed).await;
    send(&running, BUDI, "x").await;
    let press = json!({ "messageId": 1, "data": "x", "forged": true });
    let words = refused(&running, &format!("chats/{BUDI}/press"), press, 409).await;
    assert!(words.contains("allowed_updates do not name callback_query"), "{words}");
    assert_eq!(webhook.updates().len(), 1);
}

#[tokio::test]
async fn a_chats_messages_wait_for_each_other_and_others_do_not() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    pace(&running, 10_000).await;
    webhook.fails(2);
    let first = send(&running, BUDI, "first").await;
    assert_eq!((&first["status"], &first["state"]), (&json!(503), &json!("waiting")));
    comes(&webhook, 2).await;
    let second = send(&running, BUDI, "second").await;
    assert_eq!((&second["status"], &second["state"]), (&Value::Null, &json!("waiting")), "behind the first");
    let press = json!({ "messageId": 1, "data": "x", "forged": true });
    assert_eq!(act(&running, BUDI, "press", press).await["state"], "delivered");
    assert_eq!(send(&running, 5, "other chat").await["state"], "delivered");
    let info = Bot::of(&running).get("getWebhookInfo", json!({})).await;
    assert_eq!(info["pending_update_count"], 2);
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 503");
    assert!(info["last_error_date"].is_i64());
    advance(&running, 20).await;
    let came = comes(&webhook, 6).await;
    let texts: Vec<&str> = came.iter().filter_map(|update| update["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["first", "first", "other chat", "first", "second"]);
    assert_eq!(came[0], came[4], "the same update again");
    let all = updates(&running).await;
    assert_eq!(all["items"][0]["attempts"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn attempts_come_later_and_later() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    pace(&running, 10_000).await;
    webhook.fails(20);
    send(&running, BUDI, "x").await;
    comes(&webhook, 2).await;
    let mut times = 2;
    // The ladder of Telegram's own server, after the repetition at once.
    for seconds in [2, 4, 8, 16, 32, 60, 60] {
        advance(&running, 10 * seconds - 15).await;
        assert_eq!(becomes(&running, 0, "waiting").await["attempts"].as_array().unwrap().len(), times);
        advance(&running, 15).await;
        times += 1;
        comes(&webhook, times).await;
    }
}

#[tokio::test]
async fn what_is_too_old_is_dropped() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    pace(&running, 10_000).await;
    webhook.fails(2);
    let press = json!({ "messageId": 1, "data": "x", "forged": true });
    act(&running, BUDI, "press", press).await;
    comes(&webhook, 2).await;
    advance(&running, 151).await;
    let dropped = becomes(&running, 0, "dropped").await;
    assert_eq!(dropped["reason"], "its time was over");
    webhook.fails(2);
    send(&running, BUDI, "x").await;
    comes(&webhook, 4).await;
    advance(&running, 24 * 3600).await;
    becomes(&running, 1, "dropped").await;
    assert_eq!(webhook.updates().len(), 4);
}

#[tokio::test]
async fn a_bot_can_say_when_it_wants_an_update_again() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    pace(&running, 10_000).await;
    webhook.answers(429, &[("retry-after", "30")], "");
    send(&running, BUDI, "x").await;
    advance(&running, 280).await;
    assert_eq!(updates(&running).await["items"][0]["state"], "waiting");
    advance(&running, 20).await;
    becomes(&running, 0, "delivered").await;
    webhook.answers(500, &[("retry-after", "200")], "");
    let press = json!({ "messageId": 1, "data": "x", "forged": true });
    let dropped = act(&running, BUDI, "press", press).await;
    assert_eq!(dropped["state"], "dropped", "a press is over by then");
    assert_eq!(dropped["reason"], "its time would be over before the next attempt");
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_has_failed() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    let wish = json!({ "retrySecondMs": 10_000, "answerTimeoutMs": 1 });
    control(&running, "PUT", "/_control/telegram/settings/delivery", wish).await;
    let nobody = json!({ "url": "http://127.0.0.1:1/x" });
    Bot::of(&running).get("setWebhook", nobody).await;
    let sent = send(&running, BUDI, "x").await;
    assert_eq!((&sent["status"], &sent["state"]), (&Value::Null, &json!("waiting")));
    assert!(sent["error"].is_string(), "{sent}");
    let deleted = json!({ "drop_pending_updates": true });
    Bot::of(&running).get("deleteWebhook", deleted).await;
    becomes(&running, 0, "dropped").await;
    let wish = json!({ "answerTimeoutMs": 20_000 });
    control(&running, "PUT", "/_control/telegram/settings/delivery", wish).await;
    Bot::of(&running).get("setWebhook", json!({ "url": webhook.url })).await;
    send(&running, BUDI, "y").await;
    assert_eq!(webhook.updates()[0]["message"]["text"], "y");
    assert_eq!(webhook.received()[0].header("x-telegram-bot-api-secret-token"), None);
    let (status, _) = running
        .control("PUT", "/_control/telegram/settings/delivery", &json!({ "retrySecondMs": -1 }))
        .await
        .unwrap();
    assert_eq!(status, 400);
}

#[tokio::test]
async fn updates_wait_for_a_webhook_that_was_taken_away() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    pace(&running, 10_000).await;
    webhook.fails(2);
    send(&running, BUDI, "x").await;
    comes(&webhook, 2).await;
    Bot::of(&running).get("deleteWebhook", json!({})).await;
    let other = Webhook::set(&running).await;
    assert_eq!(comes(&other, 1).await[0]["message"]["text"], "x");
}

#[tokio::test]
async fn updates_of_any_kind_can_be_delivered_as_they_are() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    let unknown = json!({ "update_id": 7, "brand_new_kind": { "x": 1 } });
    for _ in 0..2 {
        let sent = control(&running, "POST", "/_control/telegram/updates", unknown.clone()).await;
        assert_eq!((&sent["updateId"], &sent["kind"]), (&json!(7), &json!("brand_new_kind")));
    }
    control(&running, "POST", "/_control/telegram/updates", json!({ "message": { "chat": { "id": 5 } } }))
        .await;
    assert_eq!(webhook.updates()[..2], [unknown.clone(), unknown]);
    let of_chat = control(&running, "GET", "/_control/telegram/updates?chat=5", Value::Null).await;
    let id = of_chat["items"][0]["update"]["update_id"].as_i64().unwrap();
    assert!(id > 1_700_000_000, "above those of an earlier run: {id}");
    assert_eq!((of_chat["items"].as_array().unwrap().len(), &of_chat["pending"]), (1, &json!(0)));
    refused(&running, "updates", json!([1]), 400).await;
    let log = control(&running, "GET", "/_control/log?party=telegram&operation=update", Value::Null).await;
    assert_eq!(
        (&log["entries"][0]["direction"], &log["entries"][0]["status"]),
        (&json!("sent"), &json!(200))
    );
    assert!(!log.to_string().contains(SECRET), "{log}");
}

#[tokio::test]
async fn blocking_and_unblocking_is_an_update() {
    let running = start().await;
    let block = async |action: &str| act(&running, BUDI, action, json!({})).await;
    assert_eq!(block("block").await["updateId"], Value::Null, "blocked, and nobody is told");
    let webhook = Webhook::set(&running).await;
    block("unblock").await;
    block("block").await;
    assert_eq!(block("block").await["updateId"], Value::Null, "it is blocked already");
    let words = refused(&running, &format!("chats/{BUDI}/send"), json!({ "text": "x" }), 409).await;
    assert!(words.contains("unblock"), "{words}");
    Bot::of(&running)
        .refused(
            "sendMessage",
            json!({ "chat_id": BUDI, "text": "x" }),
            403,
            "Forbidden: bot was blocked by the user",
        )
        .await;
    let updates = webhook.updates();
    let statuses: Vec<[&Value; 2]> = updates
        .iter()
        .map(|update| {
            ["old_chat_member", "new_chat_member"].map(|side| &update["my_chat_member"][side]["status"])
        })
        .collect();
    let (member, kicked) = (json!("member"), json!("kicked"));
    assert_eq!(statuses, [[&kicked, &member], [&member, &kicked]]);
    assert_eq!(updates[1]["my_chat_member"]["new_chat_member"]["user"]["is_bot"], true);
    assert_eq!(updates[1]["my_chat_member"]["from"]["id"], BUDI);
}
