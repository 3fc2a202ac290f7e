//! Telegram's chats: who can be written to, how fast, what goes wrong, and what a person sees.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use sandbox::server::Running;
use sandbox::telegram::TOKEN;
use serde_json::{Value, json};
use support::bot::{BUDI, Bot, OPERATORS};
use support::{control, http, start};

async fn put_chat(running: &Running, id: i64, wish: Value) -> Value {
    control(running, "PUT", &format!("/_control/telegram/chats/{id}"), wish).await
}

async fn messages(running: &Running, id: i64) -> usize {
    let chat = control(running, "GET", &format!("/_control/telegram/chats/{id}"), Value::Null).await;
    chat["messages"].as_array().unwrap().len()
}

fn to(chat: i64) -> Value {
    json!({ "chat_id": chat, "text": "x" })
}

#[tokio::test]
async fn who_cannot_be_written_to_is_refused_in_telegrams_words() {
    let running = start().await;
    let bot = Bot::of(&running);
    bot.refused("sendMessage", to(42), 400, "Bad Request: chat not found").await;
    let named = json!({ "chat_id": "@channel", "text": "x" });
    bot.refused("sendMessage", named, 400, "Bad Request: chat not found").await;
    bot.refused("sendMessage", json!({ "text": "x" }), 400, "Bad Request: chat_id is empty").await;
    bot.say(BUDI, "before").await;
    put_chat(&running, BUDI, json!({ "userId": "user-1", "blocked": true })).await;
    bot.refused("sendMessage", to(BUDI), 403, "Forbidden: bot was blocked by the user").await;
    put_chat(&running, BUDI, json!({ "deactivated": true })).await;
    bot.refused("sendMessage", to(BUDI), 403, "Forbidden: user is deactivated").await;
    let chat = put_chat(&running, BUDI, json!({})).await;
    assert_eq!((chat["messages"].as_array().unwrap().len(), &chat["title"]), (1, &json!("Budi Santoso")));
    bot.say(BUDI, "after").await;
    put_chat(&running, OPERATORS, json!({ "kicked": true })).await;
    bot.refused("sendMessage", to(OPERATORS), 403, "Forbidden: bot was kicked from the supergroup chat")
        .await;

    put_chat(&running, -77, json!({ "title": "Old group" })).await;
    bot.say(-77, "x").await;
    put_chat(&running, -77, json!({ "migrateTo": -1_009_876_543_210_i64 })).await;
    let words = "Bad Request: group chat was upgraded to a supergroup chat";
    let parameters = bot.refused("sendMessage", to(-77), 400, words).await;
    assert_eq!(parameters, json!({ "migrate_to_chat_id": -1_009_876_543_210_i64 }));
    assert_eq!(bot.say(-1_009_876_543_210, "x").await["chat"]["title"], "Old group");
    assert_eq!(messages(&running, -77).await, 1);
}

#[tokio::test]
async fn control_refuses_chats_that_cannot_be() {
    let running = start().await;
    let cases = [
        ("chats/abc", json!({}), "abc"),
        ("chats/5", json!({ "type": "group" }), "private chats"),
        ("chats/5", json!({ "kicked": true }), "kicked (groups)"),
        ("chats/5", json!({ "blocked": true, "deactivated": true }), "one of"),
        ("chats/-5", json!({ "migrateTo": -6 }), "supergroup"),
        ("chats/5", json!({ "colour": 1 }), "colour"),
        ("settings/limits", json!({ "perHour": 1 }), "perHour"),
    ];
    for (path, wish, words) in cases {
        let (status, problem) =
            running.control("PUT", &format!("/_control/telegram/{path}"), &wish).await.unwrap();
        assert_eq!(status, 400, "{path} {wish}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{path} {wish}: {problem}");
    }
    let (status, _) = running.control("GET", "/_control/telegram/chats/5", &Value::Null).await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test]
async fn limits_hold_once_they_are_set_and_by_the_sandboxs_clock() {
    let running = start().await;
    let bot = Bot::of(&running);
    for _ in 0..40 {
        bot.say(BUDI, "x").await;
    }
    let limits = json!({ "perChatPerSecond": 1, "perGroupPerMinute": 2, "perSecond": 30 });
    let set = control(&running, "PUT", "/_control/telegram/settings/limits", limits.clone()).await;
    assert_eq!(set, limits);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 60 })).await;
    bot.say(BUDI, "x").await;
    let parameters = bot.refused("sendMessage", to(BUDI), 429, "Too Many Requests: retry after 1").await;
    assert_eq!(parameters, json!({ "retry_after": 1 }));
    let request = bot.http.post(format!("{}/sendMessage", bot.url)).json(&to(BUDI));
    assert_eq!(request.send().await.unwrap().headers()["retry-after"], "1");
    bot.say(OPERATORS, "other chats have their own").await;
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 1 })).await;
    bot.say(BUDI, "x").await;
    bot.say(OPERATORS, "x").await;
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 2 })).await;
    let (status, answer) = bot.call("sendMessage", &to(OPERATORS)).await;
    let wait = answer["parameters"]["retry_after"].as_i64().unwrap();
    assert!(status == 429 && (50..=57).contains(&wait), "{answer}");
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": wait })).await;
    bot.say(OPERATORS, "x").await;
    control(&running, "POST", "/_control/reset", Value::Null).await;
    let off = control(&running, "GET", "/_control/telegram/settings/limits", Value::Null).await;
    assert_eq!(off, json!({ "perChatPerSecond": null, "perGroupPerMinute": null, "perSecond": null }));
}

#[tokio::test]
async fn faults_have_telegrams_form_and_act_as_they_say() {
    let running = start().await;
    let bot = Bot::of(&running);
    let order = async |mut wish: Value| {
        wish["party"] = json!("telegram");
        wish["operation"] = json!("sendMessage");
        control(&running, "POST", "/_control/faults", wish).await;
    };
    order(json!({ "fault": "refuse", "status": 403, "message": "Forbidden: user is deactivated" })).await;
    bot.refused("sendMessage", to(BUDI), 403, "Forbidden: user is deactivated").await;
    order(json!({ "fault": "refuse", "message": "Bad Request: moved", "parameters": { "migrate_to_chat_id": -5 } })).await;
    let parameters = bot.refused("sendMessage", to(BUDI), 400, "Bad Request: moved").await;
    assert_eq!(parameters, json!({ "migrate_to_chat_id": -5 }));
    order(json!({ "fault": "limit", "retryAfter": 17 })).await;
    let parameters = bot.refused("sendMessage", to(BUDI), 429, "Too Many Requests: retry after 17").await;
    assert_eq!(parameters, json!({ "retry_after": 17 }));
    order(json!({ "fault": "server_error", "status": 502 })).await;
    let broken = bot.http.post(format!("{}/sendMessage", bot.url)).json(&to(BUDI)).send().await.unwrap();
    assert_eq!(
        (broken.status().as_u16(), broken.headers()["content-type"].as_bytes()),
        (502, b"text/html".as_slice())
    );
    assert!(broken.text().await.unwrap().contains("502 Bad Gateway"));
    order(json!({ "fault": "cut_before" })).await;
    let send = || bot.http.post(format!("{}/sendMessage", bot.url)).json(&to(BUDI));
    send().send().await.unwrap_err();
    order(json!({ "fault": "hang" })).await;
    assert!(send().timeout(Duration::from_millis(100)).send().await.unwrap_err().is_timeout());
    assert_eq!(messages(&running, BUDI).await, 0);
    order(json!({ "fault": "cut_after" })).await;
    send().send().await.unwrap_err();
    assert_eq!(messages(&running, BUDI).await, 1);
    order(json!({ "fault": "garbage" })).await;
    assert!(send().send().await.unwrap().text().await.unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(messages(&running, BUDI).await, 2);
    order(json!({ "fault": "slow", "delayMs": 20 })).await;
    bot.get("sendMessage", to(BUDI)).await;
    let (status, problem) = running
        .control(
            "POST",
            "/_control/faults",
            &json!({ "party": "telegram", "operation": "sendGift", "fault": "hang" }),
        )
        .await
        .unwrap();
    assert!(status == 400 && problem["detail"].as_str().unwrap().contains("sendPhoto"), "{problem}");
}

#[tokio::test]
async fn the_log_names_the_method_and_keeps_neither_token_nor_secret() {
    let running = start().await;
    let bot = Bot::of(&running);
    bot.say(BUDI, "hello").await;
    let hook = json!({ "url": "https://example.com/x", "secret_token": "very-secret" });
    bot.call("setWebhook", &hook).await;
    http().get(format!("{}/setWebhook?url=x&secret_token=very-secret", bot.url)).send().await.unwrap();
    http().get(format!("{}/telegram/chats", running.url())).send().await.unwrap();
    let log = control(&running, "GET", "/_control/log?party=telegram", Value::Null).await;
    let entries = log["entries"].as_array().unwrap();
    let operations: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["sendMessage", "setWebhook", "setWebhook"]);
    assert_eq!(entries[0]["path"], "/telegram/bot(token)/sendMessage");
    assert!(entries[0]["requestBody"].as_str().unwrap().contains("hello"));
    let (_, secret) = TOKEN.split_once(':').unwrap();
    assert!(!log.to_string().contains(secret) && !log.to_string().contains("very-secret"), "{log}");
}

#[tokio::test]
async fn the_pages_show_the_chats_and_escape_what_was_sent() {
    let running = start().await;
    let bot = Bot::of(&running);
    let hostile = "<script>alert(1)</script>";
    put_chat(&running, 5, json!({ "title": hostile, "userId": hostile })).await;
    bot.get("sendMessage", json!({ "chat_id": 5, "text": hostile })).await;
    let keyboard = json!({ "inline_keyboard": [
        [{ "text": hostile, "url": "https://example.com/\"><script>" }],
        [{ "text": hostile, "callback_data": "\"><script>" }],
    ] });
    let photo = json!({ "chat_id": 5, "photo": "https://example.com/\"onerror=\"x", "caption": hostile, "reply_markup": keyboard });
    bot.get("sendPhoto", photo).await;
    bot.say(5, "<b>bold</b> <tg-spoiler>pw</tg-spoiler> <code>1.2.3.4</code>").await;
    let get = async |path: &str| {
        let response = http().get(format!("{}{path}", running.url())).send().await.unwrap();
        let policy = response
            .headers()
            .get("content-security-policy")
            .map(|policy| policy.to_str().unwrap().to_owned());
        (response.status().as_u16(), policy, response.text().await.unwrap())
    };
    for path in ["/", "/telegram/chats", "/telegram/chats/5", "/telegram/chats/5/messages"] {
        let (status, policy, page) = get(path).await;
        assert_eq!(status, 200);
        assert!(!page.contains("<script") && !page.contains("\"onerror"), "{path}: {page}");
        assert!(path == "/" || policy.unwrap().contains("default-src 'none'"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{path}");
    }
    let (_, _, page) = get("/telegram/chats/5/messages").await;
    for part in [
        "<b>bold</b>",
        "<label class=\"spoiler\"><input type=\"checkbox\"><span>pw</span></label>",
        "<code>1.2.3.4</code>",
        "href=\"https://example.com/&quot;&gt;&lt;script&gt;\"",
        "src=\"https://example.com/&quot;onerror=&quot;x\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (_, _, front) = get("/").await;
    assert!(front.contains("href=\"/telegram/chats/700000001\"") && front.contains("href=\"/mail\""));
    assert_eq!(get("/telegram/chats/%3Cscript%3E").await.0, 404);
    assert!(!get("/telegram/chats/%3Cscript%3E").await.2.contains("<script"));
}
