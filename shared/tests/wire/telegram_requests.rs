//! What is sent to Telegram: the exact request of each operation.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use shared::providers::telegram::{ChatMessage, Sending, Telegram, TelegramCredentials};

use crate::odd_server::{self, OddServer};
use crate::setup::caller;

/// Like a bot's token: the bot's id, and 35 characters that are secret.
pub const TOKEN: &str = "123456789:SANDBOX-telegram-bot-token-000000000";
/// Long enough for anything that is played here.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// What Telegram answers to a message that it took.
pub const TAKEN: &str = r#"{"ok":true,"result":{"message_id":42,"date":1795248243,"chat":{"id":700000001,"type":"private"},"text":"Paid"}}"#;

pub fn telegram(url: &str) -> Telegram {
    let credentials = TelegramCredentials { bot_token: SecretString::from(TOKEN) };
    Telegram::new(caller(), &format!("{url}/telegram/"), credentials).unwrap()
}

/// A message with nothing but its text.
pub const MESSAGE: ChatMessage<'static> = ChatMessage {
    chat: 700_000_001,
    html: "<b>Paid</b>\nRp150.000",
    button: None,
    presses: &[],
    picture_url: None,
};

async fn sent(message: &ChatMessage<'_>) -> (String, Value) {
    let server = OddServer::start([odd_server::json(200, TAKEN)]).await;
    assert_eq!(telegram(server.url()).send(message, PATIENCE).await, Ok(Sending::Sent { message_id: 42 }));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].header("content-type")), ("POST", "application/json"));
    (seen[0].target.clone(), serde_json::from_str(&seen[0].body).unwrap())
}

#[tokio::test]
async fn a_message_carries_its_text_as_html_and_no_preview_of_links() {
    let (target, body) = sent(&MESSAGE).await;
    assert_eq!(target, format!("/telegram/bot{TOKEN}/sendMessage"));
    let wanted = json!({
        "chat_id": 700_000_001,
        "text": "<b>Paid</b>\nRp150.000",
        "parse_mode": "HTML",
        "link_preview_options": { "is_disabled": true },
    });
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn a_link_is_a_button_below_the_text() {
    let button = Some(("Pay now", "https://tripay.co.id/checkout/T1"));
    let (_, body) = sent(&ChatMessage { button, chat: -1_001_234_567_890, ..MESSAGE }).await;
    let keyboard =
        json!({ "inline_keyboard": [[{ "text": "Pay now", "url": "https://tripay.co.id/checkout/T1" }]] });
    assert_eq!((&body["reply_markup"], &body["chat_id"]), (&keyboard, &json!(-1_001_234_567_890_i64)));
}

#[tokio::test]
async fn what_is_pressed_is_told_to_the_bot_and_stands_below_the_link() {
    let button = Some(("The panel", "https://panel.example.com/"));
    let presses = &[("It is there", "t1:task-1:1:there"), ("Create again", "t1:task-1:1:again")];
    let pressed = json!([
        [{ "text": "It is there", "callback_data": "t1:task-1:1:there" }],
        [{ "text": "Create again", "callback_data": "t1:task-1:1:again" }],
    ]);
    let (_, body) = sent(&ChatMessage { presses, ..MESSAGE }).await;
    assert_eq!(body["reply_markup"], json!({ "inline_keyboard": pressed }));
    let picture_url = Some("https://tripay.co.id/qr/T1");
    let (_, body) = sent(&ChatMessage { presses, button, picture_url, ..MESSAGE }).await;
    let rows = &body["reply_markup"]["inline_keyboard"];
    assert_eq!(rows[0], json!([{ "text": "The panel", "url": "https://panel.example.com/" }]));
    assert_eq!((&rows[1], &rows[2], rows.get(3)), (&pressed[0], &pressed[1], None));
}

#[tokio::test]
async fn a_picture_is_sent_by_its_address_with_the_text_below_it() {
    let button = Some(("Pay now", "https://tripay.co.id/checkout/T1"));
    let picture_url = Some("https://tripay.co.id/qr/T1");
    let (target, body) = sent(&ChatMessage { button, picture_url, ..MESSAGE }).await;
    assert_eq!(target, format!("/telegram/bot{TOKEN}/sendPhoto"));
    let wanted = json!({
        "chat_id": 700_000_001,
        "photo": "https://tripay.co.id/qr/T1",
        "caption": "<b>Paid</b>\nRp150.000",
        "parse_mode": "HTML",
        "reply_markup": { "inline_keyboard": [[{ "text": "Pay now", "url": "https://tripay.co.id/checkout/T1" }]] },
    });
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn a_picture_that_telegram_does_not_take_is_left_out() {
    for words in [
        "Bad Request: wrong file identifier/HTTP URL specified",
        "Bad Request: failed to get HTTP URL content",
        "Bad Request: wrong type of the web page content",
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
    ] {
        let refused = json!({ "ok": false, "error_code": 400, "description": words }).to_string();
        let server = OddServer::start([odd_server::json(400, &refused), odd_server::json(200, TAKEN)]).await;
        let message = ChatMessage { picture_url: Some("https://tripay.co.id/qr/T1"), ..MESSAGE };
        let answer = telegram(server.url()).send(&message, PATIENCE).await;
        assert_eq!(answer, Ok(Sending::Sent { message_id: 42 }), "{words}");
        let seen = server.seen();
        let methods: Vec<&str> = seen.iter().map(|seen| seen.target.rsplit('/').next().unwrap()).collect();
        assert_eq!(methods, ["sendPhoto", "sendMessage"], "{words}");
        let second: Value = serde_json::from_str(&seen[1].body).unwrap();
        assert_eq!((&second["text"], second.get("photo")), (&json!(MESSAGE.html), None));
    }
}

#[tokio::test]
async fn the_bots_own_name_proves_its_token() {
    let account =
        r#"{"ok":true,"result":{"id":123456789,"is_bot":true,"first_name":"Desk","username":"paydesk_bot"}}"#;
    let server = OddServer::start([odd_server::json(200, account)]).await;
    assert_eq!(telegram(server.url()).me().await, Ok("paydesk_bot".to_owned()));
    assert_eq!(server.seen()[0].target, format!("/telegram/bot{TOKEN}/getMe"));
}

#[test]
fn without_a_token_there_is_no_telegram() {
    for token in ["", "  "] {
        let credentials = TelegramCredentials { bot_token: SecretString::from(token) };
        assert!(Telegram::new(caller(), "http://127.0.0.1:1", credentials).is_none(), "{token:?}");
    }
}
