//! Whoever tied a chat with the bot is told there; whoever untied it is not.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::CHATS;
use serde_json::json;
use shared::domain::dialogue::ChatId;
use shared::domain::locale::Locale;
use shared::stores::chats::links::Redeemed;

use super::bench::{Bench, PLANS};
use super::wishes::{CHAT, USER, USER_WITHOUT_CHAT, confirmed, notification};

/// The chat with the bot; not the one that the user service knows.
const OWN_CHAT: i64 = 4242;

/// Ties a chat to a person, as the bot does.
async fn link(bench: &Bench, user: &str) {
    let (chats, now) = (&bench.app.chats, Timestamp::now());
    let expires_at = now + SignedDuration::from_mins(15);
    chats.issue_token("a-token", &user.parse().unwrap(), expires_at).await.unwrap();
    let chat = chats.load(ChatId(OWN_CHAT)).await.unwrap();
    let redeemed = chats.redeem(&chat, "a-token", now).await.unwrap();
    assert_eq!(redeemed, Redeemed::Linked(user.parse().unwrap()));
    bench.set(&format!("telegram/chats/{OWN_CHAT}"), &json!({ "userId": user })).await;
}

async fn unlink(bench: &Bench) {
    let chat = bench.app.chats.load(ChatId(OWN_CHAT)).await.unwrap();
    assert!(bench.app.chats.unlink(&chat).await.unwrap());
}

async fn tell(bench: &Bench, id: &str, user: &str) {
    bench.put(PLANS, &notification(id, Some(user), &confirmed()));
    bench.run().await;
}

/// How many messages are in the person's own chat and in the one that the user service knows, and how many emails.
async fn told(bench: &Bench) -> (usize, usize, usize) {
    (bench.chat(OWN_CHAT).await.len(), bench.chat(CHAT).await.len(), bench.mails().len())
}

#[tokio::test]
async fn whoever_ties_a_chat_is_told_there_from_then_on() {
    let bench = Bench::start().await;
    tell(&bench, "n-1", USER).await;
    assert_eq!(told(&bench).await, (0, 1, 1));
    link(&bench, USER).await;
    tell(&bench, "n-2", USER).await;
    assert_eq!(told(&bench).await, (1, 1, 2), "at once, though the person is still known from before");
    assert_eq!(bench.state("n-2.telegram"), "SENT");
}

#[tokio::test]
async fn a_tied_chat_reaches_whom_the_user_service_knows_no_chat_of() {
    let bench = Bench::start().await;
    link(&bench, USER_WITHOUT_CHAT).await;
    tell(&bench, "n-1", USER_WITHOUT_CHAT).await;
    assert_eq!(told(&bench).await, (1, 0, 1));
}

#[tokio::test]
async fn whoever_unties_the_chat_is_told_by_email_alone() {
    let bench = Bench::start().await;
    link(&bench, USER).await;
    unlink(&bench).await;
    tell(&bench, "n-1", USER).await;
    assert_eq!(told(&bench).await, (0, 0, 1), "also not in the chat that the user service knows");
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.state("n-1.email").as_str()), ("none", "SENT"));
}

#[tokio::test]
async fn a_chat_that_is_untied_between_the_plan_and_the_sending_gets_nothing() {
    let bench = Bench::start().await;
    link(&bench, USER).await;
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.deliver(PLANS).await;
    unlink(&bench).await;
    bench.run().await;
    assert_eq!(told(&bench).await, (0, 0, 1));
    assert_eq!(
        (bench.state("n-1.telegram").as_str(), bench.state("n-1.email").as_str()),
        ("SUPPRESSED", "SENT")
    );
}

#[tokio::test]
async fn the_language_chosen_in_the_chat_holds_for_everything() {
    let bench = Bench::start().await;
    link(&bench, USER).await;
    let chat = bench.app.chats.load(ChatId(OWN_CHAT)).await.unwrap();
    bench.app.chats.choose_locale(&chat, Locale::Id).await.unwrap();
    tell(&bench, "n-1", USER).await;
    let text = bench.chat(OWN_CHAT).await[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("Halo, Олена Шевченко!"), "{text}");
    assert!(bench.mails()[0].text.as_ref().unwrap().contains("Halo, Олена Шевченко!"));
}

#[tokio::test]
async fn a_tie_that_cannot_be_read_holds_the_notification_back() {
    let bench = Bench::start().await;
    link(&bench, USER).await;
    let mut item = bench.aws.dynamodb.item(CHATS, &format!("USER#{USER}"), "CHAT_OF_USER").unwrap();
    item["chat"] = json!({ "S": "4242" });
    bench.aws.dynamodb.put(CHATS, &item);
    tell(&bench, "n-1", USER).await;
    let buried = bench.buried(PLANS);
    assert!(buried.len() == 1 && buried[0].1.contains("USER#user-5"), "{buried:?}");
    assert_eq!(told(&bench).await, (0, 0, 0));
}
