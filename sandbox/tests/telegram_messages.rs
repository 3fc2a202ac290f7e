//! Telegram's messages: what is taken, what is refused and in which words.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::telegram::TOKEN;
use serde_json::{Value, json};
use support::bot::{BUDI, Bot, OPERATORS};
use support::{control, http, start};

#[tokio::test]
async fn a_bot_is_let_in_by_its_token_alone() {
    let running = start().await;
    let bot = Bot::of(&running);
    assert_eq!(bot.get("getMe", json!({})).await["is_bot"], true);
    assert_eq!(bot.get("GETME", json!({})).await["id"], 123_456_789);
    let answer = async |path: String| {
        let response = http().get(format!("{}/telegram/{path}", running.url())).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["description"].clone())
    };
    let other = TOKEN.replace("SANDBOX", "another");
    assert_eq!(answer(format!("bot{other}/getMe")).await, (401, json!("Unauthorized")));
    assert_eq!(answer("botnonsense/getMe".to_owned()).await, (404, json!("Not Found")));
    assert_eq!(answer(format!("{TOKEN}/getMe")).await, (404, json!("Not Found")));
    assert_eq!(answer(format!("bot{TOKEN}")).await, (404, json!("Not Found")));
    assert_eq!(answer(format!("bot{TOKEN}/sendGift")).await, (404, json!("Not Found: method not found")));
}

#[tokio::test]
async fn a_message_is_answered_as_telegram_answers_it_and_seen_in_the_chat() {
    let running = start().await;
    let bot = Bot::of(&running);
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Bayar", "url": "https://example.com/pay" }]] });
    let sent = bot
        .get(
            "sendMessage",
            json!({
                "chat_id": BUDI, "text": " <b>Rp150.000</b> &lt;lunas&gt; ", "parse_mode": "HTML",
                "reply_markup": keyboard, "disable_notification": true,
            }),
        )
        .await;
    assert_eq!((&sent["text"], &sent["chat"]["id"]), (&json!("Rp150.000 <lunas>"), &json!(BUDI)));
    assert_eq!(sent["entities"], json!([{ "type": "bold", "offset": 0, "length": 9 }]));
    assert_eq!((&sent["reply_markup"], &sent["chat"]["type"]), (&keyboard, &json!("private")));
    let (first, second) = (sent["message_id"].as_i64().unwrap(), bot.say(OPERATORS, "x").await);
    assert!(second["message_id"].as_i64().unwrap() > first);
    assert_eq!(second["chat"]["title"], "Paydesk operators");

    let chat = control(&running, "GET", &format!("/_control/telegram/chats/{BUDI}"), Value::Null).await;
    let seen = &chat["messages"][0];
    assert_eq!(
        (&seen["text"], &seen["html"]),
        (&json!("Rp150.000 <lunas>"), &json!("<b>Rp150.000</b> &lt;lunas&gt;"))
    );
    assert_eq!(seen["keyboard"], json!([[{ "text": "Bayar", "url": "https://example.com/pay" }]]));
    assert_eq!(
        (&seen["messageId"], &seen["silent"], &chat["userId"]),
        (&json!(first), &json!(true), &json!("user-1"))
    );
}

#[tokio::test]
async fn parameters_come_in_a_query_a_form_or_json() {
    let running = start().await;
    let bot = Bot::of(&running);
    let id = BUDI.to_string();
    let keyboard = r#"{"inline_keyboard":[[{"text":"x","callback_data":"y"}]]}"#;
    let fields = [("chat_id", id.as_str()), ("text", "1 + 1 & 2"), ("reply_markup", keyboard)];
    let url = format!("{}/sendMessage", bot.url);
    let by_query = bot.http.get(&url).query(&fields).send().await.unwrap();
    let by_form = bot.http.post(&url).form(&fields).send().await.unwrap();
    for response in [by_query, by_form] {
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["result"]["text"], "1 + 1 & 2");
        assert_eq!(answer["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "y");
    }
    let broken =
        bot.http.post(&url).header("content-type", "application/json").body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    let upload = bot.http.post(&url).header("content-type", "multipart/form-data; boundary=x").body("--x--");
    let answer: Value = upload.send().await.unwrap().json().await.unwrap();
    assert!(answer["description"].as_str().unwrap().contains("takes no uploads"), "{answer}");
    assert_eq!(bot.http.put(&url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_text_is_neither_empty_nor_too_long_nor_badly_formatted() {
    let running = start().await;
    let bot = Bot::of(&running);
    let send = async |text: &str, words: &str| {
        let parameters = json!({ "chat_id": BUDI, "text": text, "parse_mode": "HTML" });
        bot.refused("sendMessage", parameters, 400, &format!("Bad Request: {words}")).await;
    };
    send("", "message text is empty").await;
    send(" \n ", "message text is empty").await;
    send("<b> </b>", "message text is empty").await;
    send(&"x".repeat(4097), "message is too long").await;
    send("Tom <b>& Jerry", "can't parse entities: Can't find end tag corresponding to start tag \"b\"").await;
    send("a<br>b", "can't parse entities: Unsupported start tag \"br\" at byte offset 1").await;
    // Tags and entities are not counted.
    bot.say(BUDI, &format!("<b>{}</b>&amp;", "x".repeat(4095))).await;
    let unformatted = bot.get("sendMessage", json!({ "chat_id": BUDI, "text": "<br>" })).await;
    assert_eq!((&unformatted["text"], &unformatted["entities"]), (&json!("<br>"), &Value::Null));
    let parameters = json!({ "chat_id": BUDI, "text": "x", "parse_mode": "bbcode" });
    bot.refused("sendMessage", parameters, 400, "Bad Request: unsupported parse_mode").await;
    let button = json!({ "inline_keyboard": [[{ "text": "x", "callback_data": "y".repeat(65) }]] });
    let parameters = json!({ "chat_id": BUDI, "text": "x", "reply_markup": button });
    bot.refused("sendMessage", parameters, 400, "Bad Request: BUTTON_DATA_INVALID").await;
    let parameters = json!({ "chat_id": BUDI, "text": "x", "reply_parameters": { "message_id": 99 } });
    bot.refused("sendMessage", parameters, 400, "Bad Request: message to be replied not found").await;
    let parameters = json!({ "chat_id": BUDI, "action": "dancing" });
    bot.refused("sendChatAction", parameters, 400, "Bad Request: wrong parameter action in request").await;
    assert_eq!(bot.get("sendChatAction", json!({ "chat_id": BUDI, "action": "typing" })).await, true);
}

#[tokio::test]
async fn a_picture_comes_by_its_address_and_again_by_its_id() {
    let running = start().await;
    let bot = Bot::of(&running);
    let qr = format!("{}/tripay/qr/DEV-T9999", running.url());
    let photo = json!({ "chat_id": BUDI, "photo": qr, "caption": "<i>QRIS</i>", "parse_mode": "HTML" });
    let sent = bot.get("sendPhoto", photo).await;
    assert_eq!((&sent["caption"], &sent["text"]), (&json!("QRIS"), &Value::Null));
    assert_eq!(sent["caption_entities"][0]["type"], "italic");
    let again = bot.get("sendPhoto", json!({ "chat_id": BUDI, "photo": sent["photo"][0]["file_id"] })).await;
    assert_eq!(again["photo"], sent["photo"]);
    let words = "Bad Request: wrong file identifier/HTTP URL specified";
    bot.refused("sendPhoto", json!({ "chat_id": BUDI, "photo": "qr.png" }), 400, words).await;
    let words = "Bad Request: there is no photo in the request";
    bot.refused("sendPhoto", json!({ "chat_id": BUDI }), 400, words).await;
    let long = json!({ "chat_id": BUDI, "photo": qr, "caption": "x".repeat(1025) });
    bot.refused("sendPhoto", long, 400, "Bad Request: message caption is too long").await;
    let chat = control(&running, "GET", &format!("/_control/telegram/chats/{BUDI}"), Value::Null).await;
    let seen: Vec<&Value> =
        chat["messages"].as_array().unwrap().iter().map(|message| &message["picture"]).collect();
    assert_eq!(seen, [&json!(qr), &json!(qr)]);
}

#[tokio::test]
async fn a_message_can_be_edited_and_deleted() {
    let running = start().await;
    let bot = Bot::of(&running);
    let button = json!({ "inline_keyboard": [[{ "text": "x", "callback_data": "y" }]] });
    let sent = bot.get("sendMessage", json!({ "chat_id": BUDI, "text": "a", "reply_markup": button })).await;
    let id = &sent["message_id"];
    let same = json!({ "chat_id": BUDI, "message_id": id, "text": "a", "reply_markup": button });
    let words = "Bad Request: message is not modified: specified new message content and reply markup are \
                 exactly the same as a current content and reply markup of the message";
    bot.refused("editMessageText", same, 400, words).await;
    let edited = bot.get("editMessageText", json!({ "chat_id": BUDI, "message_id": id, "text": "b" })).await;
    assert_eq!((&edited["text"], &edited["reply_markup"]), (&json!("b"), &Value::Null), "the keyboard goes");
    assert!(edited["edit_date"].is_i64());
    let markup = json!({ "chat_id": BUDI, "message_id": id, "reply_markup": button });
    assert_eq!(bot.get("editMessageReplyMarkup", markup).await["reply_markup"], button);
    let missing = json!({ "chat_id": BUDI, "message_id": 99, "text": "b" });
    bot.refused("editMessageText", missing.clone(), 400, "Bad Request: message to edit not found").await;
    bot.refused("deleteMessage", missing, 400, "Bad Request: message to delete not found").await;
    let old = bot.say(BUDI, "old").await;
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 47 * 3600 })).await;
    assert_eq!(bot.get("deleteMessage", json!({ "chat_id": BUDI, "message_id": id })).await, true);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 3600 })).await;
    let late = json!({ "chat_id": BUDI, "message_id": old["message_id"] });
    bot.refused("deleteMessage", late, 400, "Bad Request: message can't be deleted for everyone").await;
    let photo = bot.get("sendPhoto", json!({ "chat_id": BUDI, "photo": "https://example.com/x.png" })).await;
    let edit = json!({ "chat_id": BUDI, "message_id": photo["message_id"], "text": "b" });
    bot.refused("editMessageText", edit, 400, "Bad Request: there is no text in the message to edit").await;
}

#[tokio::test]
async fn the_bots_own_settings_are_kept() {
    let running = start().await;
    let bot = Bot::of(&running);
    let hook = json!({ "url": "https://example.com/webhooks/telegram", "secret_token": "s3cret_-", "max_connections": 20 });
    let (_, first) = bot.call("setWebhook", &hook).await;
    assert_eq!((&first["result"], &first["description"]), (&json!(true), &json!("Webhook was set")));
    assert_eq!(bot.call("setWebhook", &hook).await.1["description"], "Webhook is already set");
    let shown = bot.get("getWebhookInfo", json!({})).await;
    assert_eq!((&shown["url"], &shown["max_connections"]), (&hook["url"], &json!(20)));
    assert!(!shown.to_string().contains("s3cret"));
    let words = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    bot.refused("setWebhook", json!({ "url": "http://example.com/x" }), 400, words).await;
    bot.get("setWebhook", json!({ "url": "http://127.0.0.1:4566/webhooks/telegram" })).await;
    let words = "Bad Request: secret token contains unallowed characters";
    bot.refused("setWebhook", json!({ "url": "https://example.com/", "secret_token": "a b" }), 400, words)
        .await;
    assert_eq!(bot.call("deleteWebhook", &json!({})).await.1["description"], "Webhook was deleted");
    assert_eq!(bot.call("deleteWebhook", &json!({})).await.1["description"], "Webhook is already deleted");
    assert_eq!(bot.get("getWebhookInfo", json!({})).await["url"], "");

    let commands = json!([{ "command": "start", "description": "Begin" }]);
    bot.get("setMyCommands", json!({ "commands": commands, "language_code": "id" })).await;
    assert_eq!(bot.get("getMyCommands", json!({ "language_code": "id" })).await, commands);
    assert_eq!(bot.get("getMyCommands", json!({})).await, json!([]));
    for _ in 0..2 {
        assert_eq!(bot.get("deleteMyCommands", json!({ "language_code": "id" })).await, json!(true));
        assert_eq!(bot.get("getMyCommands", json!({ "language_code": "id" })).await, json!([]));
    }
    let bad = json!({ "commands": [{ "command": "Start!", "description": "x" }] });
    bot.refused("setMyCommands", bad, 400, "Bad Request: BOT_COMMAND_INVALID").await;
    let words = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    bot.refused("answerCallbackQuery", json!({ "callback_query_id": "1" }), 400, words).await;
}
