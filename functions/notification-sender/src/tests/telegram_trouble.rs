//! Whatever else Telegram may say, or not say.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use super::bench::{Bench, EMAILS, PLANS, Setup, TELEGRAMS};
use super::wishes::{
    CHAT, EMAIL, USER, USER_WITHOUT_EMAIL, blocked, confirmed, expiring, needs_review, notification, refusal,
    request,
};
use crate::recipient::Operators;
use sandbox::telegram::TOKEN;

/// How the wire names the call.
fn send_message() -> String {
    format!("POST /bot{TOKEN}/sendMessage")
}

fn put(bench: &Bench, id: &str, round: u32) {
    bench.put(TELEGRAMS, &request("TELEGRAM", round, &notification(id, Some(USER), &confirmed())));
}

/// Lets the send of the next delivery go wrong, which is its sixth call: user, preferences, chat, contact, claim,
/// send.
const SEND: usize = 6;

fn assert_uncertain(bench: &Bench, case: &str) {
    let record = bench.record("n-1.telegram");
    assert_eq!(record["standing"]["state"], "UNCERTAIN", "{case}: {record}");
    assert_eq!(bench.wire.count(&send_message()), 1, "{case}");
}

#[tokio::test]
async fn a_chat_that_blocked_the_bot_is_written_to_no_more_and_the_person_gets_emails() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    put(&bench, "n-1", 0);
    bench.run().await;
    let record = bench.record("n-1.telegram");
    assert_eq!(
        (&record["standing"]["state"], &record["standing"]["refused"]),
        (&json!("FAILED"), &json!(true))
    );
    assert_eq!(record["standing"]["reason"], "Forbidden: bot was blocked by the user");
    assert_eq!(bench.mails().len(), 1);
    assert_eq!(
        (bench.mails()[0].to.clone(), bench.state("n-1.email")),
        (vec![EMAIL.to_owned()], "SENT".to_owned())
    );

    put(&bench, "n-2", 0);
    bench.run().await;
    assert_eq!(bench.wire.count(&send_message()), 1, "the chat is left alone");
    assert_eq!(
        (bench.state("n-2.telegram"), bench.state("n-2.email")),
        ("SUPPRESSED".to_owned(), "SENT".to_owned())
    );
    assert_eq!(bench.mails().len(), 2);
}

#[tokio::test]
async fn a_fallback_to_a_channel_that_was_used_anyway_tells_nothing_twice() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    bench.put(PLANS, &notification("n-1", Some(USER), &confirmed()));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.message_count().await), (1, 0));
    assert_eq!(
        (bench.state("n-1.telegram"), bench.state("n-1.email")),
        ("FAILED".to_owned(), "SENT".to_owned())
    );
}

#[tokio::test]
async fn a_fallback_that_cannot_be_asked_for_is_asked_for_again() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    let down = json!({ "__type": "InternalFailure", "message": "down" }).to_string();
    bench.wire.answer_next("SendMessage", 3, (500, down));
    put(&bench, "n-1", 0);
    assert_eq!(bench.deliver(TELEGRAMS).await.len(), 1);
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.waiting(EMAILS).len()), ("QUEUED", 0));
    bench.run().await;
    let states = (bench.state("n-1.telegram"), bench.state("n-1.email"));
    assert_eq!(states, ("SUPPRESSED".to_owned(), "SENT".to_owned()));
    assert_eq!((bench.mails().len(), bench.wire.count(&send_message())), (1, 1));
}

#[tokio::test]
async fn a_chat_that_is_not_known_is_gone_and_whoever_has_no_address_is_not_reached() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, refusal(400, "Bad Request: chat not found", None));
    let told = notification("n-1", Some(USER_WITHOUT_EMAIL), &confirmed());
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &told));
    bench.run().await;
    assert_eq!(
        (bench.state("n-1.telegram"), bench.state("n-1.email")),
        ("FAILED".to_owned(), "none".to_owned())
    );
    assert!(bench.mails().is_empty() && bench.buried(TELEGRAMS).is_empty());
}

#[tokio::test]
async fn a_message_that_telegram_does_not_take_is_tried_once_and_says_nothing_about_the_chat() {
    let bench = Bench::start().await;
    let words = "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0";
    bench.wire.answer_next("/sendMessage", 1, refusal(400, words, None));
    put(&bench, "n-1", 0);
    bench.run().await;
    let record = bench.record("n-1.telegram");
    assert_eq!(record["standing"]["state"], "FAILED");
    assert_eq!(record["standing"]["reason"], words);
    assert_eq!(bench.state("n-1.email"), "none", "the person can be reached: no fallback");
    put(&bench, "n-1", 0);
    put(&bench, "n-2", 0);
    bench.run().await;
    assert_eq!((bench.chat(CHAT).await.len(), bench.state("n-2.telegram").as_str()), (1, "SENT"));
}

#[tokio::test]
async fn a_group_that_moved_is_followed_and_remembered() {
    let (group, other) = (-77, -1_009_876_543_210_i64);
    let operators = Operators { chat: Some(group), emails: Vec::new(), locale: None };
    let bench = Bench::with(Setup { operators, ..Setup::default() }).await;
    bench
        .set(&format!("telegram/chats/{group}"), &json!({ "title": "Night shift", "migrateTo": other }))
        .await;
    for id in ["n-1", "n-2"] {
        bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification(id, None, &needs_review())));
        bench.run().await;
        assert_eq!(bench.state(&format!("{id}.telegram")), "SENT");
    }
    assert_eq!((bench.chat(group).await.len(), bench.chat(other).await.len()), (0, 2));
    let calls = bench.wire.calls().into_iter().filter(|call| call.tap == "telegram");
    let chats: Vec<Value> = calls.map(|call| call.request_json()["chat_id"].clone()).collect();
    assert_eq!(chats, [json!(group), json!(other), json!(other)]);
}

#[tokio::test]
async fn a_group_that_moves_on_and_on_is_not_chased() {
    let bench = Bench::start().await;
    let moved = |to: i64| refusal(400, "Bad Request: upgraded", Some(json!({ "migrate_to_chat_id": to })));
    bench.wire.answer_next("/sendMessage", 1, moved(-2));
    bench.wire.answer_next("/sendMessage", 1, moved(-3));
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification("n-1", None, &needs_review())));
    bench.run().await;
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.wire.count(&send_message())), ("FAILED", 2));
}

#[tokio::test]
async fn a_token_that_is_being_changed_only_delays() {
    let cases = [(401, "Unauthorized"), (404, "Not Found")];
    join_all(cases.map(|(status, words)| async move {
        let bench = Bench::start().await;
        bench.wire.answer_next("/sendMessage", 1, refusal(status, words, None));
        put(&bench, "n-1", 0);
        assert_eq!(bench.deliver(TELEGRAMS).await.len(), 1, "{status}");
        assert_eq!(bench.state("n-1.telegram"), "QUEUED", "{status}");
        bench.run().await;
        assert_eq!(
            (bench.state("n-1.telegram").as_str(), bench.message_count().await),
            ("SENT", 1),
            "{status}"
        );
    }))
    .await;
}

#[tokio::test]
async fn what_may_have_arrived_is_never_sent_again_by_itself() {
    let cases =
        ["request lost", "answer lost", "hangs", "server error", "gateway page", "garbage", "not json"];
    join_all(cases.map(|case| async move {
        let bench = Bench::start().await;
        put(&bench, "n-1", 0);
        let held = (case == "hangs").then(|| bench.wire.hold_answer_of(SEND));
        match case {
            "request lost" => bench.wire.drop_request(SEND),
            "answer lost" => bench.wire.drop_answer_of(SEND),
            "server error" => bench.wire.answer(
                SEND,
                500,
                r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#,
            ),
            "gateway page" => bench.wire.answer(SEND, 502, "<html>Bad Gateway</html>"),
            "garbage" => bench.wire.answer(SEND, 200, r#"{"ok":true,"result":true}"#),
            "not json" => bench.wire.answer(SEND, 200, "<html>"),
            _ => {}
        }
        // Time for a call of 4 s.
        let stay = bench.deliver_within(TELEGRAMS, Duration::from_secs(30)).await;
        drop(held);
        assert_eq!(stay, Vec::<String>::new(), "{case}");
        assert_uncertain(&bench, case);
        // Whoever asks again gets the same answer.
        put(&bench, "n-1", 0);
        bench.run().await;
        assert_uncertain(&bench, case);
        assert!(bench.buried(TELEGRAMS).is_empty() && bench.mails().is_empty(), "{case}");
    }))
    .await;
}

#[tokio::test]
async fn an_operator_has_it_sent_again_once_however_often_that_is_asked() {
    let bench = Bench::start().await;
    bench.wire.drop_answer_of(SEND);
    put(&bench, "n-1", 0);
    bench.run().await;
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.message_count().await), ("UNCERTAIN", 1));
    for _ in 0..2 {
        put(&bench, "n-1", 1);
        put(&bench, "n-1", 0);
        put(&bench, "n-1", 1);
        bench.run().await;
    }
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.message_count().await), ("SENT", 2));
    let record = bench.record("n-1.telegram");
    assert_eq!((&record["round"], &record["attempts"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_telegram_that_is_not_reached_is_tried_again() {
    let nobody = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut bench = Bench::start().await;
    let there = std::mem::replace(&mut bench.app.source.telegram_url, nobody);
    bench.app.parties.renew(bench.app.source.read().await);
    put(&bench, "n-1", 0);
    assert_eq!(bench.deliver(TELEGRAMS).await.len(), 1);
    assert_eq!(bench.state("n-1.telegram"), "QUEUED");
    bench.app.source.telegram_url = there;
    bench.app.parties.renew(bench.app.source.read().await);
    bench.run().await;
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.message_count().await), ("SENT", 1));
}

#[tokio::test]
async fn a_picture_that_telegram_does_not_take_is_left_out() {
    let bench = Bench::start().await;
    let words = "Bad Request: failed to get HTTP URL content";
    bench.wire.answer_next("/sendPhoto", 1, refusal(400, words, None));
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification("n-1", Some(USER), &expiring())));
    bench.run().await;
    let messages = bench.chat(CHAT).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["picture"], json!(null));
    assert!(messages[0]["text"].as_str().unwrap().contains("1\u{a0}250,00\u{a0}₴"));
    assert_eq!(bench.state("n-1.telegram"), "SENT");
}

#[tokio::test]
async fn a_chat_and_an_address_that_are_both_dead_end_the_story() {
    let bench = Bench::start().await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    put(&bench, "n-1", 0);
    bench.run().await;
    bench.put(super::bench::FEEDBACK, &super::wishes::bounce("Permanent", None, EMAIL));
    bench.run().await;
    bench.put(PLANS, &notification("n-2", Some(USER), &confirmed()));
    bench.run().await;
    let states = (bench.state("n-2.telegram"), bench.state("n-2.email"));
    assert_eq!(states, ("SUPPRESSED".to_owned(), "SUPPRESSED".to_owned()));
    assert_eq!((bench.mails().len(), bench.message_count().await), (1, 0));
    assert!(bench.buried(EMAILS).is_empty());
}
