//! Updates that nobody sent, that are none, or that are nothing for us.

use http::{HeaderValue, Response};
use lambda_http::{Body, Request};
use sandbox::testbed::chat::update::request;
use sandbox::testbed::dynamodb::{CHATS, NOTIFICATIONS};
use serde_json::{Value, json};
use shared::providers::telegram::update::MAX_BODY_BYTES;

use crate::app::App;
use crate::handler::handle;
use crate::tests::bench::{Bench, CHAT, SECRET};

const HEADER: &str = "x-telegram-bot-api-secret-token";

/// `/help`, written in the private chat.
fn help() -> Value {
    json!({ "update_id": 700_000_001, "message": {
        "message_id": 11, "date": 1_795_226_400, "text": "/help",
        "from": { "id": CHAT, "is_bot": false, "first_name": "Budi", "language_code": "en" },
        "chat": { "id": CHAT, "type": "private" },
    } })
}

/// Sees that the answer is that status and nothing more, and that no outside call was made.
async fn costs_nothing(bench: &Bench, app: &App, request: Request, status: u16, what: &str) {
    let answer = handle(app, request).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_str()), (status, ""), "{what}");
    let calls: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(calls, Vec::<String>::new(), "{what}");
}

fn method(answer: &Response<String>) -> Value {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    serde_json::from_str(answer.body()).unwrap()
}

#[tokio::test]
async fn a_forged_update_is_refused_and_costs_no_request() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let body = help().to_string();
    costs_nothing(&bench, &app, request(&body, None), 401, "no token").await;
    let (shorter, upper) = (&SECRET[..SECRET.len() - 1], SECRET.to_uppercase());
    let longer = format!("{SECRET}0");
    for token in ["", " ", "wrong", shorter, longer.as_str(), upper.as_str()] {
        costs_nothing(&bench, &app, request(&body, Some(token)), 401, token).await;
    }
    // The gateway joins two headers of a name with a comma; a runtime may hand them on one by one.
    let joined = format!("{SECRET},{SECRET}");
    costs_nothing(&bench, &app, request(&body, Some(&joined)), 401, "two in one").await;
    for second in [SECRET, "wrong"] {
        let mut doubled = request(&body, Some(SECRET));
        doubled.headers_mut().append(HEADER, HeaderValue::from_static(second));
        costs_nothing(&bench, &app, doubled, 401, "two headers").await;
    }
    let mut elsewhere = request(&body, None);
    let token = HeaderValue::from_static(SECRET);
    elsewhere.headers_mut().insert("authorization", token.clone());
    elsewhere.headers_mut().insert("x-telegram-bot-api-secret", token);
    costs_nothing(&bench, &app, elsewhere, 401, "another header").await;
}

#[tokio::test]
async fn a_forged_update_is_not_even_read() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    for body in ["", "nonsense", "{}"] {
        costs_nothing(&bench, &app, request(body, Some("wrong")), 401, body).await;
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read_whoever_sent_it() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let mut update = help();
    let empty = update.to_string().len() - "/help".len();
    update["message"]["text"] = json!("x".repeat(MAX_BODY_BYTES - empty));
    let longest = update.to_string();
    assert_eq!(longest.len(), MAX_BODY_BYTES);
    assert_eq!(handle(&app, request(&longest, Some(SECRET))).await.status(), 200);
    bench.wire.reset();
    let longer = format!("{longest} ");
    for token in [None, Some("wrong"), Some(SECRET)] {
        costs_nothing(&bench, &app, request(&longer, token), 413, "too long").await;
    }
}

#[tokio::test]
async fn a_body_in_base64_is_read_as_what_it_is() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let mut coded = request(&help().to_string(), Some(SECRET));
    *coded.body_mut() = Body::Binary(help().to_string().into_bytes());
    let said = method(&handle(&app, coded).await);
    assert_eq!((said["method"].as_str(), said["chat_id"].as_i64()), (Some("sendMessage"), Some(CHAT)));
}

#[tokio::test]
async fn what_is_no_update_is_refused_though_its_token_is_right() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let bodies = [
        "",
        " ",
        "nonsense",
        "null",
        "[]",
        "{}",
        "[{\"update_id\":1}]",
        "{\"update_id\":\"1\"}",
        "{\"update_id\":1",
    ];
    for body in bodies {
        costs_nothing(&bench, &app, request(body, Some(SECRET)), 400, body).await;
    }
    let mut no_text = request("", Some(SECRET));
    *no_text.body_mut() = Body::Binary(vec![0xff, 0xfe, 0x00]);
    costs_nothing(&bench, &app, no_text, 400, "bytes").await;
}

/// `/help` as another kind of update.
fn as_kind(kind: &str) -> Value {
    let mut update = help();
    let message = update["message"].take();
    update.as_object_mut().unwrap().remove("message");
    update[kind] = message;
    update
}

#[tokio::test]
async fn what_is_nothing_for_us_is_acknowledged_and_costs_no_request() {
    let bench = Bench::start().await;
    let before = bench.aws.dynamodb.items(CHATS);
    let app = bench.app().await;
    let mut updates: Vec<Value> =
        ["edited_message", "channel_post", "edited_channel_post", "business_message"].map(as_kind).into();
    updates.push(json!({ "update_id": 700_000_005, "brand_new_kind": { "x": 1 } }));
    updates.push(json!({ "update_id": 1 }));
    updates.push(json!({ "update_id": 1, "message": null }));
    updates.push(json!({ "update_id": 1, "message": { "message_id": "new", "chat": 5 } }));
    updates.push(
        json!({ "update_id": 1, "inline_query": { "id": "1", "from": { "id": CHAT }, "query": "/task" } }),
    );
    // Not more than one kind at a time: what it means nobody said.
    let mut both = help();
    both["callback_query"] = json!({ "id": "1", "from": { "id": CHAT }, "data": "n1:task" });
    updates.push(both);
    let mut of_a_bot = help();
    of_a_bot["message"]["from"]["is_bot"] = json!(true);
    updates.push(of_a_bot);
    let mut of_nobody = help();
    of_nobody["message"].as_object_mut().unwrap().remove("from");
    updates.push(of_nobody);
    for update in updates {
        let body = update.to_string();
        costs_nothing(&bench, &app, request(&body, Some(SECRET)), 200, &body).await;
    }
    assert_eq!(bench.aws.dynamodb.items(CHATS), before);
    assert_eq!(bench.aws.dynamodb.items(NOTIFICATIONS).len(), 0);
}

#[tokio::test]
async fn a_picture_or_a_voice_is_no_command_and_no_answer() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let mut picture = help();
    picture["message"].as_object_mut().unwrap().remove("text");
    picture["message"]["photo"] = json!([{ "file_id": "1" }]);
    picture["message"]["caption"] = json!("/task");
    let said = method(&handle(&app, request(&picture.to_string(), Some(SECRET))).await);
    assert!(said["text"].as_str().unwrap().contains("did not understand"), "{said}");
    assert!(bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").is_none());
}

/// A press in [`CHAT`], by the person of that id, below a message of that chat.
fn press(from: i64, chat: &Value, data: &str) -> String {
    json!({ "update_id": 700_000_002, "callback_query": {
        "id": "18219450000000001", "from": { "id": from, "is_bot": false, "first_name": "Budi", "language_code": "en" },
        "message": { "message_id": 12, "date": 1_795_226_401, "chat": chat, "text": "Choose" },
        "chat_instance": "-123456789012345678", "data": data,
    } })
    .to_string()
}

#[tokio::test]
async fn a_button_is_pressed_only_in_the_presser_s_own_chat() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let own = json!({ "id": CHAT, "type": "private" });
    let group = json!({ "id": -5, "type": "group" });
    for (from, chat, what) in [(666, &own, "another person"), (CHAT, &group, "in a group")] {
        let answer = handle(&app, request(&press(from, chat, "n1:task"), Some(SECRET))).await;
        let said = method(&answer);
        assert_eq!(said["method"], "answerCallbackQuery", "{what}");
        assert_eq!(bench.wire.calls().len(), 0, "{what}");
    }
    let mut alone: Value = serde_json::from_str(&press(CHAT, &own, "n1:task")).unwrap();
    alone["callback_query"].as_object_mut().unwrap().remove("message");
    alone["callback_query"]["inline_message_id"] = json!("abc");
    let said = method(&handle(&app, request(&alone.to_string(), Some(SECRET))).await);
    assert_eq!(said["method"], "answerCallbackQuery", "of a message that is nowhere");
    assert!(bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").is_none());
    // The same by the right person is obeyed.
    let said = method(&handle(&app, request(&press(CHAT, &own, "n1:task"), Some(SECRET))).await);
    assert_eq!(said["method"], "editMessageText");
    assert!(bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").is_some());
}

#[tokio::test]
async fn a_button_that_says_nothing_of_ours_is_answered_and_changes_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let own = json!({ "id": CHAT, "type": "private" });
    let before = bench.aws.dynamodb.items(CHATS);
    let long = "n1:task".repeat(10);
    let forged = [
        "",
        "x",
        "n1",
        "n1:",
        "n1:task ",
        "N1:TASK",
        "p1:7Q2f:cancel",
        "w1:",
        "w1:0a1b2c3d",
        "w1:0a1b2c3d:x:",
        "w1:0a1b2c3d:-1:km",
        "w1:0a1b2c3d:1:zz",
        "w1:0a1b2c3d:99999999999:km",
        "t1:x:1:drop",
        "t1:x:-1:there",
        "t1:x:+1:there",
        "i1:v:",
        "i1:v:INV-1",
        "i1:p:INV-20261121-7K3M9QZX:NOBANK",
        "l1:xx",
        "l1:EN",
        "😀",
        long.as_str(),
    ];
    for data in forged {
        let said = method(&handle(&app, request(&press(CHAT, &own, data), Some(SECRET))).await);
        assert_eq!(said["method"], "answerCallbackQuery", "{data}");
        assert_eq!(said["callback_query_id"], "18219450000000001", "{data}");
        assert!(!said["text"].as_str().unwrap().is_empty(), "{data}");
    }
    assert_eq!(bench.aws.dynamodb.items(CHATS), before);
    assert_eq!(bench.wire.count("PutItem") + bench.wire.count("TransactWriteItems"), 0);
}
