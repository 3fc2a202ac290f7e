//! Every file in `events/telegram-webhook/` is answered as this says, to a customer in English.

use std::collections::BTreeSet;

use sandbox::testbed::dynamodb::{CHATS, NOTIFICATIONS};
use sandbox::testbed::event_files;
use serde_json::{Value, json};

use crate::handler::handle;
use crate::tests::bench::Bench;

/// What the files are proved with: the local stack's secret.
const LOCAL_SECRET: &str = "sandbox-webhook-secret-0000000000000000000";
const NOTHING: (&str, &str) = ("", "");

/// A file, the status of its answer, the method in it, and words that it says.
const FILES: [(&str, u16, (&str, &str)); 25] = [
    ("start", 200, ("sendMessage", "Hello, <b>Alex Carter</b>!")),
    ("start-with-token", 200, ("sendMessage", "This link is not valid any more")),
    ("help", 200, ("sendMessage", "/invoices – Your invoices")),
    ("help-base64", 200, ("sendMessage", "/invoices – Your invoices")),
    ("task", 200, ("sendMessage", "only for the staff")),
    ("invoices", 200, ("sendMessage", "You have no invoices yet.")),
    ("usage", 200, ("sendMessage", "Your SMS usage")),
    ("language", 200, ("sendMessage", "Choose your language")),
    ("words", 200, ("sendMessage", "I did not understand that.")),
    ("press-language", 200, ("editMessageText", "Відтепер")),
    ("press-task", 200, ("answerCallbackQuery", "only for the staff")),
    ("press-of-another-bot", 200, ("answerCallbackQuery", "Please use the newest message.")),
    ("press-on-an-old-message", 200, ("answerCallbackQuery", "Please use the newest message.")),
    ("blocked", 200, NOTHING),
    ("unblocked", 200, NOTHING),
    ("unknown-kind", 200, NOTHING),
    ("edited-message", 200, NOTHING),
    ("group-command", 200, ("sendMessage", "only talk in private chats")),
    ("group-words", 200, NOTHING),
    ("group-moved", 200, NOTHING),
    ("token-missing", 401, NOTHING),
    ("token-wrong", 401, NOTHING),
    ("token-doubled", 401, NOTHING),
    ("not-an-update", 400, NOTHING),
    ("no-update-id", 400, NOTHING),
];

/// The files that write something: the keys of what they write.
const WRITTEN: [(&str, &str); 3] = [
    ("blocked", "CONTACT#TELEGRAM#4242"),
    ("group-moved", "CONTACT#TELEGRAM#-5"),
    ("press-language", "CHAT#4242"),
];

#[test]
fn every_file_is_in_the_table() {
    event_files::hold(FILES.iter().map(|(name, ..)| *name));
}

#[tokio::test]
async fn every_file_is_answered_as_the_table_says() {
    for (name, status, (method, words)) in FILES {
        let bench = Bench::start().await;
        let secret = json!({ "botToken": "", "webhookSecret": LOCAL_SECRET });
        // Twice: the secret before is the same.
        bench.aws.secrets.set("paydesk/telegram", &secret);
        bench.aws.secrets.set("paydesk/telegram", &secret);
        bench.link("user-4").await;
        let stored = [CHATS, NOTIFICATIONS].map(|table| bench.aws.dynamodb.items(table));
        let app = bench.app().await;
        let event = event_files::event(name).to_string();
        let answer = handle(&app, lambda_http::request::from_str(&event).unwrap()).await;
        assert_eq!(answer.status().as_u16(), status, "{name}");
        let body: Value = serde_json::from_str(answer.body()).unwrap_or_default();
        assert_eq!(body["method"].as_str().unwrap_or_default(), method, "{name}: {body}");
        let said = body["text"].as_str().unwrap_or_default();
        assert!(said.contains(words), "{name}: {said}");
        if method.is_empty() {
            assert_eq!(answer.body(), "", "{name}");
        }
        let now = [CHATS, NOTIFICATIONS].map(|table| bench.aws.dynamodb.items(table));
        let new = now.iter().flatten().filter(|item| !stored.iter().flatten().any(|before| before == *item));
        let keys: BTreeSet<&str> = new.map(|item| item["pk"]["S"].as_str().unwrap()).collect();
        match WRITTEN.iter().find(|(writing, _)| *writing == name) {
            Some((_, key)) => assert!(keys.contains(key), "{name}: {keys:?}"),
            None => assert!(keys.is_empty(), "{name}: {keys:?}"),
        }
        if status != 200 {
            assert_eq!(bench.wire.calls().len(), 0, "{name}");
        }
    }
}
