//! Telegram wants a chat left alone: its messages wait that long, and are sent once.

use std::time::Duration;

use sandbox::testbed::dynamodb::NOTIFICATIONS;
use serde_json::Value;
use tokio::time::Instant;

use super::bench::{Bench, TELEGRAMS};
use super::wishes::{CHAT, USER, USER_WITHOUT_EMAIL, confirmed, limited, notification, refusal, request};
use crate::patience::TELEGRAM_DELAYS;

fn put(bench: &Bench, id: &str, user: &str) -> String {
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &notification(id, Some(user), &confirmed())))
}

fn hidden(bench: &Bench, id: &str) -> Vec<i64> {
    let waiting = bench.waiting(TELEGRAMS);
    waiting.into_iter().find(|message| message.id == id).unwrap().visibility_timeouts
}

#[tokio::test]
async fn who_is_limited_does_not_hold_up_another_chat() {
    let bench = Bench::start().await;
    put(&bench, "n-1", USER);
    put(&bench, "n-2", USER_WITHOUT_EMAIL);
    bench.wire.answer_next("/sendMessage", 1, limited(40));
    assert_eq!(bench.deliver(TELEGRAMS).await.len(), 1);
    assert_eq!(bench.message_count().await, 1, "whichever came second");
}

#[tokio::test]
async fn the_rest_of_a_limited_chat_waits_too() {
    let bench = Bench::start().await;
    let ids = [put(&bench, "n-1", USER), put(&bench, "n-2", USER), put(&bench, "n-3", USER)];
    bench.wire.answer_next("/sendMessage", 1, limited(40));
    let stay = bench.deliver(TELEGRAMS).await;

    let sent = bench.wire.calls().iter().filter(|call| call.tap == "telegram").count();
    assert_eq!((sent, stay.len()), (1, 3), "one was limited, two were not tried");
    for id in &ids {
        assert_eq!(hidden(&bench, id), [40]);
    }
    let states = ["n-1.telegram", "n-2.telegram", "n-3.telegram"].map(|id| bench.state(id));
    assert_eq!(states.iter().filter(|state| *state == "QUEUED").count(), 1, "{states:?}");
    assert_eq!(
        states.iter().filter(|state| *state == "none").count(),
        2,
        "what was not tried was not claimed"
    );

    bench.run().await;
    assert_eq!(bench.chat(CHAT).await.len(), 3);
    let attempts: Vec<Value> = ["n-1.telegram", "n-2.telegram", "n-3.telegram"]
        .map(|id| bench.record(id)["attempts"].clone())
        .to_vec();
    let mut sorted: Vec<i64> = attempts.iter().map(|attempts| attempts.as_i64().unwrap()).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, [1, 1, 2]);
}

#[tokio::test]
async fn messages_to_one_chat_are_a_second_apart_and_the_function_outlives_the_last_by_one() {
    let bench = Bench::start().await;
    for id in ["n-1", "n-2", "n-3"] {
        put(&bench, id, USER);
    }
    put(&bench, "n-4", USER_WITHOUT_EMAIL);
    let began = Instant::now();
    assert_eq!(bench.deliver(TELEGRAMS).await, Vec::<String>::new());
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(bench.message_count().await, 4);
    // What was sent before is not sent, so nobody waits for it.
    for id in ["n-1", "n-2", "n-3"] {
        put(&bench, id, USER);
    }
    let began = Instant::now();
    bench.deliver(TELEGRAMS).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_wish_that_is_shorter_than_our_own_delay_is_not_a_hurry() {
    let bench = Bench::start().await;
    let id = put(&bench, "n-1", USER);
    bench.wire.answer_next("/sendMessage", 1, limited(1));
    assert_eq!(bench.deliver(TELEGRAMS).await, [id.as_str()]);
    assert_eq!(hidden(&bench, &id), [5]);
    let record = bench.record("n-1.telegram");
    let why = record["standing"]["last_error"].as_str().unwrap();
    assert_eq!(why, "telegram sendMessage: limited (HTTP 429)");
    bench.run().await;
    assert_eq!((bench.chat(CHAT).await.len(), bench.state("n-1.telegram").as_str()), (1, "SENT"));
}

#[tokio::test]
async fn a_limit_without_a_number_waits_our_own_delay() {
    let bench = Bench::start().await;
    let id = put(&bench, "n-1", USER);
    bench.wire.answer_next("/sendMessage", 1, refusal(429, "Too Many Requests", None));
    bench.deliver(TELEGRAMS).await;
    assert_eq!(hidden(&bench, &id), [5]);
}

#[tokio::test]
async fn a_limit_that_never_ends_is_given_up_and_a_message_taken_back_is_sent() {
    let bench = Bench::start().await;
    let id = put(&bench, "n-1", USER);
    bench.wire.answer_next("/sendMessage", 2, limited(2));
    assert_eq!(bench.deliver(TELEGRAMS).await, [id]);
    assert_eq!(bench.state("n-1.telegram"), "QUEUED");
    // A day has passed, a try every quarter of an hour.
    let tries = TELEGRAM_DELAYS.len() + 1;
    let mut item = bench.aws.dynamodb.item(NOTIFICATIONS, "DELIVERY#n-1.telegram", "DELIVERY").unwrap();
    item["attempts"]["N"] = TELEGRAM_DELAYS.len().to_string().into();
    bench.aws.dynamodb.put(NOTIFICATIONS, &item);
    assert_eq!(bench.deliver(TELEGRAMS).await, Vec::<String>::new());
    let record = bench.record("n-1.telegram");
    assert_eq!(
        (&record["standing"]["state"], &record["standing"]["refused"]),
        (&"FAILED".into(), &false.into())
    );
    assert_eq!(record["attempts"], tries);
    let buried = bench.buried(TELEGRAMS);
    assert_eq!(buried.len(), 1);
    assert!(buried[0].1.starts_with("given up after 99 attempts: "), "{}", buried[0].1);
    assert_eq!(bench.message_count().await, 0);

    bench.aws.sqs.put_in_group(TELEGRAMS, USER, &buried[0].0);
    bench.run().await;
    assert_eq!((bench.chat(CHAT).await.len(), bench.state("n-1.telegram").as_str()), (1, "SENT"));
}
