//! The conversation of the testbed: a person, a bot under test, and what nobody looked at.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use http::{Response, StatusCode};
use lambda_http::Request;
use sandbox::server::Running;
use sandbox::testbed::chat;
use serde_json::{Value, json};
use support::bot::Bot as Caller;
use support::start;

const SECRET: &str = "a-secret-of-the-test";
const CHAT: i64 = 4242;

fn reply(body: &Value) -> Response<String> {
    Response::builder().header("content-type", "application/json").body(body.to_string()).unwrap()
}

/// A bot that repeats what it hears, with buttons, and answers presses by their data.
async fn parrot(request: Request) -> Response<String> {
    if request.headers().get("x-telegram-bot-api-secret-token").is_none_or(|secret| secret != SECRET) {
        return Response::builder().status(StatusCode::UNAUTHORIZED).body(String::new()).unwrap();
    }
    let update: Value = serde_json::from_slice(request.body()).unwrap();
    let buttons = json!({ "inline_keyboard": [
        [{ "text": "Edit", "callback_data": "edit" }, { "text": "Note", "callback_data": "note" }],
        [{ "text": "Copy", "copy_text": { "text": "88001" } }, { "text": "Hang", "callback_data": "hang" }],
    ] });
    let query = &update["callback_query"];
    let message = &update["message"];
    match (query["data"].as_str(), message["text"].as_str()) {
        (Some("edit"), _) => reply(&json!({ "method": "editMessageText", "chat_id": query["from"]["id"],
            "message_id": query["message"]["message_id"], "text": "edited" })),
        (Some("note"), _) => reply(&json!({ "method": "answerCallbackQuery",
            "callback_query_id": query["id"], "text": "noted", "show_alert": true })),
        (Some(_), _) => Response::new(String::new()),
        (None, Some("/broken")) => {
            reply(&json!({ "method": "sendMessage", "chat_id": CHAT, "text": "<b>", "parse_mode": "HTML" }))
        }
        (None, Some("/down")) => {
            Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body(String::new()).unwrap()
        }
        (None, Some(text)) => {
            let words = format!("{text}, {}", message["from"]["language_code"].as_str().unwrap_or("-"));
            reply(
                &json!({ "method": "sendMessage", "chat_id": CHAT, "text": words, "reply_markup": buttons }),
            )
        }
        (None, None) => Response::new(String::new()),
    }
}

/// What a panicking test says.
fn complaint(test: impl FnOnce()) -> String {
    let caught = catch_unwind(AssertUnwindSafe(test)).unwrap_err();
    caught.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_person_talks_presses_and_sees() {
    let sandbox = start().await;
    let (user, bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    user.speaks(Some("uk"));
    let said = user.says("привіт").await;
    assert_eq!((said.status, said.method()), (200, Some("sendMessage")));
    let shown = bot.shows("привіт, uk").is_new().offers(&["Edit", "Note", "Copy", "Hang"]);
    assert_eq!(shown.button("Copy").copies.as_deref(), Some("88001"));
    user.presses("Note").await;
    assert!(bot.answers("noted").is_alert);
    user.presses("Hang").await;
    assert_eq!(bot.spinning(), ["Hang"]);
    user.presses("Edit").await;
    let edited = bot.shows("edited").is_edit_of(shown.message_id).offers(&[]);
    assert_eq!(bot.spinning(), Vec::<String>::new(), "the message with the button is another one now");
    assert_eq!(bot.message(shown.message_id), Some(edited));
    user.speaks(None);
    user.says("x").await;
    bot.shows("x, -");
    bot.shows_nothing_new();
    assert_eq!(bot.calls(), Vec::<String>::new(), "what stands in an answer is no call");
    Caller::of(&sandbox).say(CHAT, "by the network").await;
    bot.shows("by the network");
    assert_eq!(bot.calls(), ["sendMessage"]);
}

#[tokio::test]
async fn old_buttons_and_forged_ones_can_be_pressed() {
    let sandbox = start().await;
    let (user, bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    user.says("one").await;
    let id = bot.shows("one").message_id;
    user.presses("Edit").await;
    bot.shows("edited");
    user.presses_on(id, "Note").await;
    bot.answers("noted");
    user.presses_data(999, "note").await;
    bot.answers("noted");
    let stale = user.pushes_data(999, "note");
    let body: Value = serde_json::from_str(stale.body()).unwrap();
    assert_eq!(
        body["callback_query"]["message"],
        json!({ "chat": { "id": CHAT, "type": "private",
        "first_name": "Person 4242" }, "message_id": 999, "date": 0 })
    );
    let words = complaint(|| drop(user.pushes("Never")));
    assert!(words.contains("no message has a button \"Never\""), "{words}");
    let words = complaint(|| drop(user.pushes_on(id, "Never")));
    assert!(words.contains("never had a button \"Never\""), "{words}");
}

#[tokio::test]
async fn an_update_can_be_repeated_reordered_and_lost() {
    let sandbox = start().await;
    let (user, bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    let (first, second) = (user.writes("first"), user.writes("second"));
    assert_eq!(second.id(), first.id() + 1);
    for update in [&second, &first, &first] {
        user.delivers(update).await;
    }
    for words in ["second", "first", "first"] {
        bot.shows(words);
    }
    user.loses_the_answer_to(&first).await;
    bot.shows_nothing_new();
    let unknown = user.update(json!({ "brand_new_kind": { "x": 1 } }));
    assert_eq!(user.delivers(&unknown).await.method(), None);
    assert_eq!(parrot(first.request(None)).await.status(), 401);
    let down = user.delivers(&user.writes("/down")).await;
    assert_eq!((down.status, down.method()), (503, None));
    let broken = user.delivers(&user.writes("/broken")).await;
    assert!(broken.refusal().unwrap().contains("can't parse entities"), "{broken:?}");
    let (one, other) = (user.writes("a"), user.writes("b"));
    tokio::join!(user.delivers(&one), user.delivers(&other));
    bot.finally_shows(", en");
}

#[tokio::test]
async fn blocking_is_told_and_kept() {
    let sandbox = start().await;
    let heard = Mutex::new(Vec::new());
    let (user, _bot) = chat::open(&sandbox, CHAT, SECRET, async |request: Request| {
        let update: Value = serde_json::from_slice(request.body()).unwrap();
        heard.lock().unwrap().push(update["my_chat_member"]["new_chat_member"]["status"].clone());
        Response::new(String::new())
    });
    user.blocks_the_bot().await;
    let refused = json!({ "chat_id": CHAT, "text": "x" });
    Caller::of(&sandbox).refused("sendMessage", refused, 403, "Forbidden: bot was blocked by the user").await;
    let words = complaint(|| drop(user.writes("x")));
    assert!(words.contains("has blocked the bot"), "{words}");
    user.unblocks_the_bot().await;
    assert_eq!(*heard.lock().unwrap(), [json!("kicked"), json!("member")]);
}

async fn one_message(sandbox: &Running) {
    let (user, bot) = chat::open(sandbox, CHAT, SECRET, parrot);
    user.says("unseen").await;
    bot.looks_away();
}

#[tokio::test]
async fn what_nobody_looked_at_fails_the_test() {
    let sandbox = start().await;
    one_message(&sandbox).await;
    let (user, bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    bot.shows_nothing_new();
    user.says("seen").await;
    bot.shows("seen");
    user.says("overlooked").await;
    let words = complaint(|| drop(bot));
    assert!(words.contains("overlooked") && !words.contains("\"seen"), "{words}");

    let (user, bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    user.presses("Note").await;
    let words = complaint(|| bot.shows_nothing_new());
    assert!(words.contains("noted"), "{words}");
    bot.answers("noted");
    let words = complaint(|| drop(bot.shows("more")));
    assert!(words.contains("nothing new"), "{words}");
    user.says("this").await;
    let words = complaint(|| drop(bot.shows("that")));
    assert!(words.contains("\"that\" was expected"), "{words}");
}

#[tokio::test]
async fn an_answer_that_telegram_cannot_follow_fails_the_step() {
    let sandbox = start().await;
    let (user, _bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
    let step = tokio::spawn(async move {
        let sandbox = start().await;
        let (user, _bot) = chat::open(&sandbox, CHAT, SECRET, parrot);
        user.says("/broken").await;
    });
    assert!(step.await.unwrap_err().is_panic());
    assert_eq!(user.delivers(&user.writes("/down")).await.status, 503);
}
