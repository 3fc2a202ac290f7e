//! Pressed buttons and what the bot says in its HTTP answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::server::Running;
use serde_json::{Value, json};
use support::bot::{BUDI, Bot};
use support::webhook::Webhook;
use support::{control, start};

const TOO_OLD: &str = "Bad Request: query is too old and response timeout expired or query ID is invalid";

async fn press(running: &Running, message: &Value, data: &str) -> Value {
    let wish = json!({ "messageId": message, "data": data });
    control(running, "POST", &format!("/_control/telegram/chats/{BUDI}/press"), wish).await
}

async fn say(running: &Running, text: &str) -> Value {
    let wish = json!({ "text": text });
    control(running, "POST", &format!("/_control/telegram/chats/{BUDI}/send"), wish).await
}

async fn chat(running: &Running) -> Value {
    control(running, "GET", &format!("/_control/telegram/chats/{BUDI}"), Value::Null).await
}

/// A message with three buttons.
async fn ask(bot: &Bot) -> Value {
    let keyboard = json!({ "inline_keyboard": [[
        { "text": "BCA", "callback_data": "p1:BCAVA" },
        { "text": "Site", "url": "https://example.com/" },
        { "text": "Copy", "copy_text": { "text": "8800112233" } },
    ]] });
    bot.get("sendMessage", json!({ "chat_id": BUDI, "text": "Choose", "reply_markup": keyboard })).await
}

#[tokio::test]
async fn a_press_is_a_query_that_is_answered_once() {
    let running = start().await;
    let (webhook, bot) = (Webhook::set(&running).await, Bot::of(&running));
    let message = ask(&bot).await;
    assert_eq!(
        chat(&running).await["messages"][0]["keyboard"][0][2],
        json!({ "text": "Copy", "copyText": "8800112233" })
    );
    let pressed = press(&running, &message["message_id"], "p1:BCAVA").await;
    let query = &webhook.updates()[0]["callback_query"];
    assert_eq!((&query["id"], &query["data"]), (&pressed["queryId"], &json!("p1:BCAVA")));
    assert_eq!((&query["from"]["id"], &query["message"]), (&json!(BUDI), &message));
    assert!(query["chat_instance"].is_string());
    let spinning = json!([{ "queryId": query["id"], "messageId": message["message_id"], "data": "p1:BCAVA",
        "label": "BCA" }]);
    assert_eq!(
        (&chat(&running).await["spinning"], &chat(&running).await["answers"]),
        (&spinning, &json!([]))
    );

    let answer = json!({ "callback_query_id": query["id"], "text": "Wait", "show_alert": true });
    assert_eq!(bot.get("answerCallbackQuery", answer.clone()).await, true);
    bot.refused("answerCallbackQuery", answer, 400, TOO_OLD).await;
    let seen = chat(&running).await;
    assert_eq!(seen["spinning"], json!([]));
    assert_eq!((&seen["answers"][0]["text"], &seen["answers"][0]["alert"]), (&json!("Wait"), &json!(true)));

    let second = press(&running, &message["message_id"], "p1:BCAVA").await;
    let long = json!({ "callback_query_id": second["queryId"], "text": "x".repeat(201) });
    bot.refused("answerCallbackQuery", long, 400, "Bad Request: MESSAGE_TOO_LONG").await;
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 150 })).await;
    bot.refused("answerCallbackQuery", json!({ "callback_query_id": second["queryId"] }), 400, TOO_OLD).await;
    assert_eq!(chat(&running).await["spinning"][0]["queryId"], second["queryId"]);
    let edit = json!({ "chat_id": BUDI, "message_id": message["message_id"], "text": "Chosen" });
    bot.get("editMessageText", edit).await;
    assert_eq!(chat(&running).await["spinning"], json!([]), "the message is another one now");
}

#[tokio::test]
async fn only_a_forger_presses_what_is_not_there() {
    let running = start().await;
    let (webhook, bot) = (Webhook::set(&running).await, Bot::of(&running));
    let message = ask(&bot).await["message_id"].clone();
    let path = format!("/_control/telegram/chats/{BUDI}/press");
    for (wish, words) in [
        (json!({ "messageId": message, "data": "p1:OTHER" }), "it has [\"p1:BCAVA\"]"),
        (json!({ "messageId": 99, "data": "p1:BCAVA" }), "no message 99"),
    ] {
        let (status, problem) = running.control("POST", &path, &wish).await.unwrap();
        assert_eq!(status, 409);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    assert_eq!(webhook.updates().len(), 0);
    for id in [&message, &json!(99)] {
        let wish = json!({ "messageId": id, "data": "p1:OTHER", "forged": true });
        control(&running, "POST", &path, wish).await;
    }
    let updates = webhook.updates();
    assert_eq!(updates[0]["callback_query"]["message"]["text"], "Choose");
    let unseen = &updates[1]["callback_query"]["message"];
    assert_eq!((&unseen["message_id"], &unseen["date"]), (&json!(99), &json!(0)));
    let said = say(&running, "mine").await;
    let edit = json!({ "chat_id": BUDI, "message_id": said["messageId"], "text": "yours" });
    bot.refused("editMessageText", edit, 400, "Bad Request: message can't be edited").await;
}

#[tokio::test]
async fn what_an_answer_says_is_done_and_is_no_call() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    let hello =
        json!({ "method": "sendMessage", "chat_id": BUDI, "text": "<b>Hello</b>", "parse_mode": "HTML" });
    webhook.replies(&hello);
    let sent = say(&running, "/start").await;
    assert_eq!((&sent["reply"]["method"], &sent["reply"]["ok"]), (&json!("sendMessage"), &json!(true)));
    assert_eq!(sent["reply"]["result"]["text"], "Hello");
    let form = format!("method=sendMessage&chat_id={BUDI}&text=by+a+form");
    webhook.answers(201, &[("content-type", "application/x-www-form-urlencoded")], &form);
    say(&running, "again").await;
    let shown = chat(&running).await;
    let seen: Vec<(&Value, &Value)> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| (&message["by"], &message["text"]))
        .collect();
    let (person, by_bot) = (json!("person"), json!("bot"));
    assert_eq!(
        seen,
        [
            (&person, &json!("/start")),
            (&by_bot, &json!("Hello")),
            (&person, &json!("again")),
            (&by_bot, &json!("by a form")),
        ]
    );
    assert_eq!(shown["failedReplies"], json!([]));
    let calls =
        control(&running, "GET", "/_control/log?party=telegram&operation=sendMessage", Value::Null).await;
    assert_eq!(calls["entries"], json!([]));
}

#[tokio::test]
async fn what_an_answer_says_wrongly_is_kept_for_the_test() {
    let running = start().await;
    let webhook = Webhook::set(&running).await;
    let broken = json!({ "method": "sendMessage", "chat_id": BUDI, "text": "<b>", "parse_mode": "HTML" });
    webhook.replies(&broken);
    webhook.replies(&json!({ "method": "getMe" }));
    webhook.replies(&json!({ "method": "deleteWebhook" }));
    webhook.replies(&json!({ "method": "sendGift" }));
    webhook.answers(200, &[], r#"{"method":"sendMessage"}"#);
    webhook.answers(200, &[("content-type", "application/json")], "{");
    // Neither of these asks for anything, and a failed delivery's body is not read.
    webhook.replies(&json!({ "ok": true }));
    webhook.answers(200, &[("content-type", "application/json")], " ");
    webhook.answers(500, &[("content-type", "application/json")], &broken.to_string());
    for _ in 0..9 {
        say(&running, "x").await;
    }
    let shown = chat(&running).await;
    let failed: Vec<(&str, &str)> = shown["failedReplies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| (reply["method"].as_str().unwrap(), reply["description"].as_str().unwrap()))
        .collect();
    let passed_over = "Bad Request: the method is passed over in a response";
    assert_eq!(failed[0].0, "sendMessage");
    assert!(failed[0].1.contains("can't parse entities"), "{failed:?}");
    assert_eq!(
        failed[1..4],
        [("getMe", passed_over), ("deleteWebhook", passed_over), ("sendGift", "Not Found: method not found"),]
    );
    assert!(failed[4].1.contains("reads JSON and forms"), "{failed:?}");
    assert_eq!((failed[5], failed.len()), (("", "Bad Request: object expected as the request body"), 6));
    assert_eq!(shown["failedReplies"][0]["body"], broken.to_string());
    assert_eq!(Bot::of(&running).get("getWebhookInfo", json!({})).await["url"], webhook.url);
}
