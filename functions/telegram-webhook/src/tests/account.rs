//! Ties between chats and accounts: by a link that works once, and until they are undone.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::chat;
use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};
use shared::stores::chats::Chats;

use crate::handler::handle;
use crate::tests::bench::{Bench, CHAT, SECRET};
use crate::tests::crossings::cross;

/// The chat of somebody else.
const OTHER: i64 = 5555;
const TOKEN: &str = "one-time-token_of-43-characters-00000000000";

/// Issues a token for a person, good for so long from now.
async fn issue(bench: &Bench, token: &str, person: &str, minutes: i64) {
    let until = Timestamp::now() + SignedDuration::from_mins(minutes);
    Chats::new(bench.table(CHATS)).issue_token(token, &person.parse().unwrap(), until).await.unwrap();
}

/// Whom a chat is tied to; `null` for nobody.
fn person_of(bench: &Bench, chat: i64) -> Value {
    let item = bench.aws.dynamodb.item(CHATS, &format!("CHAT#{chat}"), "PERSON").unwrap_or_default();
    assert_eq!(item["gsi1pk"].is_null(), item["user"].is_null(), "listed while tied: {item}");
    item["user"]["S"].clone()
}

/// The chat where a person is told things; `null` for none.
fn chat_of(bench: &Bench, person: &str) -> Value {
    let item = bench.aws.dynamodb.item(CHATS, &format!("USER#{person}"), "CHAT_OF_USER").unwrap_or_default();
    item["chat"]["N"].clone()
}

#[tokio::test]
async fn start_greets_a_stranger_and_says_how_to_connect() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/start").await;
    bot.shows("bot of Paydesk").says("not connected to an account yet").offers(&[]);
    assert_eq!((person_of(&bench, CHAT), bot.calls().len()), (Value::Null, 0));
}

#[tokio::test]
async fn a_link_ties_the_chat_once_and_says_so_when_it_is_pressed_again() {
    let bench = Bench::start().await;
    issue(&bench, TOKEN, "user-4", 15).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let start = user.writes(&format!("/start {TOKEN}"));
    assert_eq!(user.delivers(&start).await.status, 200);
    bot.shows("✅ Done, Alex Carter! This chat is now connected").offers(&["🧾 My invoices"]);
    assert_eq!((person_of(&bench, CHAT), chat_of(&bench, "user-4")), (json!("user-4"), json!("4242")));
    let stored = bench.aws.dynamodb.items(CHATS);
    // The same update again, and the same link pressed again.
    user.delivers(&start).await;
    bot.shows("already connected to your account");
    user.says(&format!("/start {TOKEN}")).await;
    bot.shows("Alex Carter, this chat is already connected");
    user.says("/start").await;
    bot.shows("Hello, Alex Carter!").offers(&["🧾 My invoices"]);
    assert_eq!(bench.aws.dynamodb.items(CHATS), stored);
    let text = serde_json::to_string(&stored).unwrap();
    assert!(!text.contains(TOKEN), "what is stored cannot be used as a link");
}

#[tokio::test]
async fn a_link_that_is_unknown_expired_or_used_by_another_ties_nobody() {
    let bench = Bench::start().await;
    issue(&bench, TOKEN, "user-4", 15).await;
    issue(&bench, "expired-token", "user-4", -1).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let answer = async |request| handle(&app, request).await;
    let (other, other_bot) = chat::open(&bench.sandbox, OTHER, SECRET, answer);
    other.speaks(Some("en"));
    other.says(&format!("/start {TOKEN}")).await;
    other_bot.shows("✅ Done");
    let stored = bench.aws.dynamodb.items(CHATS);
    let changed = TOKEN.to_uppercase();
    for token in ["unknown", "expired-token", TOKEN, &changed, &TOKEN[1..], "💥", "' OR 1=1 --", "a b c"] {
        user.says(&format!("/start {token}")).await;
        bot.shows("This link is not valid any more: it works once and for 15 minutes.");
    }
    assert_eq!(bench.aws.dynamodb.items(CHATS), stored);
    assert_eq!((person_of(&bench, CHAT), person_of(&bench, OTHER)), (Value::Null, json!("user-4")));
}

#[tokio::test]
async fn unlink_unties_at_once_and_says_when_there_is_nothing_to_untie() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let unlink = user.writes("/unlink");
    user.delivers(&unlink).await;
    bot.shows("This chat is disconnected from your account.");
    assert_eq!((person_of(&bench, CHAT), chat_of(&bench, "staff-1")), (Value::Null, Value::Null));
    let stored = bench.aws.dynamodb.items(CHATS);
    user.delivers(&unlink).await;
    bot.shows("not connected to an account");
    assert_eq!(bench.aws.dynamodb.items(CHATS), stored);
    for command in ["/task", "/invoices"] {
        user.says(command).await;
        bot.shows("not connected to an account yet");
    }
    // A link that was used does not tie again what was untied.
    user.says("/start token-of-staff-1").await;
    bot.shows("not valid any more");
    assert_eq!(person_of(&bench, CHAT), Value::Null);
}

#[tokio::test]
async fn a_wizard_does_not_outlive_the_tie_of_who_began_it() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    issue(&bench, TOKEN, "admin-1", 15).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    let asked = bot.shows("1/6");
    user.says("/unlink").await;
    user.presses_on(asked.message_id, "Maintenance").await;
    bot.answers("closed");
    user.says(&format!("/start {TOKEN}")).await;
    user.presses_on(asked.message_id, "Maintenance").await;
    bot.answers("closed");
    bot.finally_shows("Agus Wijaya");
}

#[tokio::test]
async fn a_second_chat_of_a_person_takes_the_place_of_the_first() {
    let bench = Bench::start().await;
    issue(&bench, "first-token", "user-4", 15).await;
    issue(&bench, "second-token", "user-4", 15).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let (other, other_bot) =
        chat::open(&bench.sandbox, OTHER, SECRET, async |request| handle(&app, request).await);
    other.speaks(Some("en"));
    user.says("/start first-token").await;
    bot.shows("✅ Done");
    other.says("/start second-token").await;
    other_bot.shows("✅ Done");
    assert_eq!((person_of(&bench, CHAT), person_of(&bench, OTHER)), (Value::Null, json!("user-4")));
    assert_eq!(chat_of(&bench, "user-4"), json!("5555"));
    user.says("/invoices").await;
    bot.shows("not connected");
    // The first chat unties nobody any more.
    user.says("/unlink").await;
    bot.shows("not connected");
    assert_eq!(chat_of(&bench, "user-4"), json!("5555"));
}

#[tokio::test]
async fn another_person_in_a_chat_takes_the_place_of_the_first() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    issue(&bench, TOKEN, "user-4", 15).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says(&format!("/start {TOKEN}")).await;
    bot.shows("✅ Done, Alex Carter!");
    assert_eq!((person_of(&bench, CHAT), chat_of(&bench, "user-4")), (json!("user-4"), json!("4242")));
    assert_eq!(chat_of(&bench, "staff-1"), Value::Null, "nobody else's news are told here");
    user.says("/task").await;
    bot.shows("only for the staff");
}

#[tokio::test]
async fn a_link_pressed_in_two_chats_at_once_ties_one() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let (other, other_bot) =
        chat::open(&bench.sandbox, OTHER, SECRET, async |request| handle(&app, request).await);
    other.speaks(Some("en"));
    // Each stops at every one of its requests, while the other makes some of its own, or all.
    let plans = (1..=5).flat_map(|here| [1, 2, 3, 4, 16].map(|there| (here, there)));
    for (here, there) in plans {
        let text = format!("/start token-{here}-{there}");
        issue(&bench, &text["/start ".len()..], "user-4", 15).await;
        let plan = [vec![false; here], vec![true; there]].concat();
        let updates = (user.writes(&text), other.writes(&text));
        bench.wire.reset();
        let delivered = (user.delivers(&updates.0), other.delivers(&updates.1));
        let (ends, forks) = cross(&bench.wire, &plan, delivered.0, delivered.1).await;
        assert_eq!([ends[0].status, ends[1].status], [200, 200], "{forks:?}");
        let linked = [CHAT, OTHER].map(|chat| person_of(&bench, chat) == "user-4");
        assert_ne!(linked[0], linked[1], "one is tied: {forks:?}");
        let tied = if linked[0] { CHAT } else { OTHER };
        assert_eq!(chat_of(&bench, "user-4"), json!(tied.to_string()), "{forks:?}");
        let told = [&bot, &other_bot].map(|bot| bot.newest().unwrap().text.contains("✅ Done"));
        assert_eq!(told, linked, "each is told how it is: {forks:?}");
        // Back to the beginning.
        if linked[0] {
            user.says("/unlink").await
        } else {
            other.says("/unlink").await
        };
        bot.looks_away();
        other_bot.looks_away();
    }
}
