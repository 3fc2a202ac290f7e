//! How a bot is set up: the exact request of each operation, and what its answers become.

use secrecy::SecretString;
use serde_json::{Value, json};
use shared::providers::telegram::setup::{
    CommandScope, OfferedCommand, WantedWebhook, Webhook, WebhookFailure,
};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer};
use crate::setup::at;
use crate::telegram_requests::{TOKEN, telegram};

const DONE: &str = r#"{"ok":true,"result":true,"description":"Webhook was set"}"#;

fn only(server: &OddServer) -> (String, Value) {
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].header("content-type")), ("POST", "application/json"));
    (seen[0].target.clone(), serde_json::from_str(&seen[0].body).unwrap())
}

#[tokio::test]
async fn a_webhook_is_set_with_its_secret_and_keeps_what_waits() {
    let server = OddServer::start([odd_server::json(200, DONE)]).await;
    let secret = SecretString::from("a_B-1");
    let url = "https://desk.example.com/webhooks/telegram";
    let wanted = WantedWebhook { url, secret: &secret, max_connections: 20 };
    assert_eq!(telegram(server.url()).set_webhook(&wanted).await, Ok(()));
    let (target, body) = only(&server);
    assert_eq!(target, format!("/telegram/bot{TOKEN}/setWebhook"));
    let wanted = json!({
        "url": url,
        "secret_token": "a_B-1",
        "max_connections": 20,
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
        "drop_pending_updates": false,
    });
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn a_webhook_is_taken_away_without_what_waits() {
    let server = OddServer::start([odd_server::json(200, DONE)]).await;
    assert_eq!(telegram(server.url()).delete_webhook().await, Ok(()));
    assert_eq!(only(&server), (format!("/telegram/bot{TOKEN}/deleteWebhook"), json!({})));
}

#[tokio::test]
async fn the_state_of_a_webhook_is_read_with_its_last_failure() {
    let failing = r#"{"ok":true,"result":{"url":"https://desk.example.com/webhooks/telegram",
        "has_custom_certificate":false,"pending_update_count":7,"max_connections":20,"ip_address":"203.0.113.5",
        "last_error_date":1795248243,"last_error_message":"Wrong response from the webhook: 503 Service Unavailable",
        "allowed_updates":["message","callback_query"]}}"#;
    let none = r#"{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}"#;
    let server = OddServer::start([odd_server::json(200, failing), odd_server::json(200, none)]).await;
    let telegram = telegram(server.url());
    let reason = "Wrong response from the webhook: 503 Service Unavailable".to_owned();
    let wanted = Webhook {
        url: Some("https://desk.example.com/webhooks/telegram".to_owned()),
        waiting: 7,
        max_connections: Some(20),
        updates: vec!["message".to_owned(), "callback_query".to_owned()],
        last_failure: Some(WebhookFailure { at: at("2026-11-21T08:04:03Z"), reason }),
    };
    assert_eq!(telegram.webhook().await, Ok(wanted));
    assert_eq!(server.seen()[0].target, format!("/telegram/bot{TOKEN}/getWebhookInfo"));
    let wanted =
        Webhook { url: None, waiting: 0, max_connections: None, updates: vec![], last_failure: None };
    assert_eq!(telegram.webhook().await, Ok(wanted));
}

#[tokio::test]
async fn commands_are_offered_to_everybody_in_a_language_or_in_one_chat() {
    let done = || odd_server::json(200, r#"{"ok":true,"result":true}"#);
    let server = OddServer::start([done(), done()]).await;
    let telegram = telegram(server.url());
    let commands = [OfferedCommand {
        command: "help".to_owned(),
        description: "Що можна зробити".to_owned(),
    }];
    assert_eq!(telegram.set_commands(CommandScope::Everybody, Some("uk"), &commands).await, Ok(()));
    assert_eq!(telegram.set_commands(CommandScope::Chat(4242), None, &commands).await, Ok(()));
    let seen = server.seen();
    let body = |number: usize| serde_json::from_str::<Value>(&seen[number].body).unwrap();
    let list = json!([{ "command": "help", "description": "Що можна зробити" }]);
    let everybody = json!({ "commands": list, "scope": { "type": "default" }, "language_code": "uk" });
    let one_chat = json!({ "commands": list, "scope": { "type": "chat", "chat_id": 4242 } });
    assert_eq!((body(0), body(1)), (everybody, one_chat));
    assert_eq!(seen[0].target, format!("/telegram/bot{TOKEN}/setMyCommands"));
}

#[tokio::test]
async fn commands_are_taken_back_in_one_chat() {
    let done = || odd_server::json(200, r#"{"ok":true,"result":true}"#);
    let refused = r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#;
    let server = OddServer::start([done(), done(), odd_server::json(400, refused)]).await;
    let telegram = telegram(server.url());
    let chat = CommandScope::Chat(4242);
    assert_eq!(telegram.delete_commands(chat, Some("uk")).await, Ok(()));
    assert_eq!(telegram.delete_commands(chat, None).await, Ok(()));
    assert_eq!(telegram.delete_commands(chat, None).await.unwrap_err().failure, Failure::Refused);
    let seen = server.seen();
    let body = |number: usize| serde_json::from_str::<Value>(&seen[number].body).unwrap();
    let scope = json!({ "type": "chat", "chat_id": 4242 });
    assert_eq!(body(0), json!({ "scope": scope, "language_code": "uk" }));
    assert_eq!(body(1), json!({ "scope": scope }));
    assert_eq!(seen[0].target, format!("/telegram/bot{TOKEN}/deleteMyCommands"));
}

#[tokio::test]
async fn what_telegram_refuses_is_told_in_its_words_and_an_unclear_answer_may_be_asked_again() {
    let words = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    let refused = json!({ "ok": false, "error_code": 400, "description": words }).to_string();
    let empty = r#"{"ok":true}"#;
    let answers = [odd_server::json(400, &refused), odd_server::json(200, empty)];
    let server = OddServer::start(answers).await;
    let telegram = telegram(server.url());
    let error = telegram.delete_webhook().await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::Refused, Retry::Never));
    assert!(error.detail.contains(words), "{error}");
    let error = telegram.delete_webhook().await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::Unreadable, Retry::Safe { after: None }));
}
