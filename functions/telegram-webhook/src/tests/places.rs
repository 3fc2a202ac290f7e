//! Where the bot is spoken to: private chats, groups, and chats that it may not write to any more.

use jiff::Timestamp;
use sandbox::testbed::chat::update::{Delivered, request};
use sandbox::testbed::dynamodb::{CHATS, NOTIFICATIONS};
use serde_json::{Value, json};
use shared::stores::contacts::{Contact, ContactStanding, Contacts};

use crate::app::App;
use crate::handler::handle;
use crate::tests::bench::{Bench, CHAT, SECRET};

const GROUP: i64 = -1_001_234_567_890;

/// What is answered to something written in the operators' group by the person of [`CHAT`].
async fn in_group(app: &App, text: &str) -> Value {
    let update = json!({ "update_id": 700_000_001, "message": {
        "message_id": 11, "date": 1_795_226_400, "text": text,
        "from": { "id": CHAT, "is_bot": false, "first_name": "Budi", "language_code": "en" },
        "chat": { "id": GROUP, "type": "supergroup", "title": "Paydesk operators" },
    } });
    let answer = handle(app, request(&update.to_string(), Some(SECRET))).await;
    assert_eq!(answer.status(), 200, "{text}");
    serde_json::from_str(answer.body()).unwrap_or_default()
}

/// What notification-sender believes of a chat.
async fn standing(bench: &Bench, chat: i64) -> ContactStanding {
    Contacts::new(bench.table(NOTIFICATIONS)).standing(Contact::TelegramChat(chat)).await.unwrap()
}

#[track_caller]
fn taken(delivered: &Delivered) {
    assert_eq!((delivered.status, delivered.body.as_str()), (200, ""), "{}", delivered.update.body());
}

#[tokio::test]
async fn in_a_group_commands_are_asked_to_come_privately_and_nothing_is_begun() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let before = bench.aws.dynamodb.items(CHATS);
    let app = bench.app().await;
    for text in [
        "/task",
        "/start",
        "/help@paydesk_sandbox_bot",
        "/INVOICES@Paydesk_Sandbox_Bot",
        "/unlink",
        "/start abc",
    ] {
        let said = in_group(&app, text).await;
        assert_eq!(
            (said["method"].as_str(), said["chat_id"].as_i64()),
            (Some("sendMessage"), Some(GROUP)),
            "{text}"
        );
        assert!(said["text"].as_str().unwrap().contains("only talk in private chats"), "{text}: {said}");
    }
    for text in ["/task@another_bot", "/start@another_bot abc", "/weather", "good morning", ""] {
        assert_eq!(in_group(&app, text).await, Value::Null, "{text}: it is not for us");
    }
    assert_eq!(bench.aws.dynamodb.items(CHATS), before);
    assert_eq!(bench.wire.calls().len(), 0, "a group costs no request");
}

#[tokio::test]
async fn a_private_chat_for_another_bot_s_command_is_told_what_there_is() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for text in ["/start@another_bot", "/weather", "hello", "/", "😀"] {
        user.says(text).await;
        bot.shows("I did not understand that. /help lists what I can do.");
    }
    user.says("/help@paydesk_sandbox_bot").await;
    bot.shows("What I can do for you");
    assert!(bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").is_none(), "nothing took effect");
}

#[tokio::test]
async fn who_blocks_the_bot_is_written_to_no_more_until_they_come_back() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    assert_eq!(standing(&bench, CHAT).await, ContactStanding::Works);
    taken(&user.blocks_the_bot().await);
    let ContactStanding::Dead { since, reason } = standing(&bench, CHAT).await else { panic!("it is dead") };
    assert!(Timestamp::now().duration_since(since).as_secs() < 60);
    assert!(reason.contains("blocked"), "{reason}");
    taken(&user.unblocks_the_bot().await);
    assert_eq!(standing(&bench, CHAT).await, ContactStanding::Works);
    bot.shows_nothing_new();
}

#[tokio::test]
async fn whoever_starts_the_bot_can_be_written_to_whatever_was_before() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let contacts = Contacts::new(bench.table(NOTIFICATIONS));
    let dead = ContactStanding::Dead { since: Timestamp::now(), reason: "told by Telegram".to_owned() };
    contacts.learn(Contact::TelegramChat(CHAT), &dead).await.unwrap();
    user.says("/start").await;
    bot.shows("Hello");
    assert_eq!(standing(&bench, CHAT).await, ContactStanding::Works);
}

#[tokio::test]
async fn a_block_told_twice_is_written_once() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, _bot) = bench.chat(&app);
    let member = |status: &str| {
        user.update(json!({ "my_chat_member": {
            "chat": { "id": CHAT, "type": "private" }, "from": { "id": CHAT }, "date": 1_795_226_500,
            "new_chat_member": { "user": { "id": 1 }, "status": status },
        } }))
    };
    for status in ["kicked", "kicked", "left"] {
        taken(&user.delivers(&member(status)).await);
    }
    assert_eq!(bench.wire.count("PutItem"), 1);
    taken(&user.delivers(&member("restricted")).await);
    assert!(matches!(standing(&bench, CHAT).await, ContactStanding::Dead { .. }));
    taken(&user.delivers(&member("member")).await);
    assert_eq!(standing(&bench, CHAT).await, ContactStanding::Works);
}

#[tokio::test]
async fn a_group_that_moves_is_found_under_its_new_id() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let update = json!({ "update_id": 1, "message": {
        "message_id": 1, "date": 1_795_226_400, "chat": { "id": -5, "type": "group" }, "from": { "id": CHAT },
        "migrate_to_chat_id": GROUP,
    } });
    for _ in 0..2 {
        let answer = handle(&app, request(&update.to_string(), Some(SECRET))).await;
        assert_eq!((answer.status().as_u16(), answer.body().as_str()), (200, ""));
    }
    assert!(matches!(standing(&bench, -5).await, ContactStanding::Moved { to: GROUP, .. }));
    assert_eq!(standing(&bench, GROUP).await, ContactStanding::Works);
    assert_eq!(bench.wire.count("PutItem"), 1);
    assert_eq!(
        bench.aws.dynamodb.items(CHATS).iter().filter(|item| item["sk"]["S"] == "DIALOGUE").count(),
        0
    );
}
