//! However much there is to say, no chat and not Telegram itself is written to faster than it wants.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use sandbox::testbed::sqs::Sqs;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::lanes::Lanes;

const QUEUE: &str = "telegram-queue.fifo";
const MESSAGES: i64 = 500;
const CHATS: i64 = 50;
/// As `template.yaml` has it.
const WORKERS: usize = 2;
const BATCH: usize = 10;

/// What was sent: when, to which chat, the how-manieth.
type Sent = Vec<(Duration, i64, i64)>;

/// Every tenth chat is a group.
fn chat(number: i64) -> i64 {
    let place = number % CHATS;
    if place % 10 == 0 { -1_000_000_000_000 - place } else { 700_000_000 + place }
}

/// Sends a batch as the function does, with an answer that comes at once: nothing is slower than the pace.
async fn send(event: &Value, began: Instant, sent: &RefCell<Sent>) {
    let lanes = Lanes::default();
    let one = |record: &Value| {
        let message: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
        let (chat, number) = (message["chat"].as_i64().unwrap(), message["number"].as_i64().unwrap());
        let lanes = &lanes;
        async move {
            let pass = lanes.enter(chat).await;
            assert_eq!(pass.limited(), None);
            sent.borrow_mut().push((began.elapsed(), chat, number));
            pass.leave().await;
        }
    };
    join_all(event["Records"].as_array().unwrap().iter().map(one)).await;
}

async fn work(sqs: &Sqs, settled: &Notify, began: Instant, sent: &RefCell<Sent>) {
    loop {
        let news = settled.notified();
        match sqs.deliver_at_most(QUEUE, BATCH) {
            Some(event) => {
                send(&event, began, sent).await;
                sqs.settle(QUEUE, &event, &json!({ "batchItemFailures": [] }));
                settled.notify_waiters();
            }
            None if sqs.messages(QUEUE).is_empty() => return,
            // The rest is of chats that the other is at.
            None => news.await,
        }
    }
}

/// Most messages within any span of time.
fn most_within(times: &[Duration], span: Duration) -> usize {
    let within = |from: Duration| times.iter().filter(|at| **at >= from && **at < from + span).count();
    times.iter().map(|at| within(*at)).max().unwrap_or_default()
}

async fn all_sent() -> Sent {
    let sqs = Sqs::start().await;
    for number in 0..MESSAGES {
        let body = json!({ "chat": chat(number), "number": number }).to_string();
        sqs.put_in_group(QUEUE, &format!("user of {}", chat(number)), &body);
    }
    let (settled, sent) = (Notify::new(), RefCell::new(Sent::new()));
    tokio::time::pause();
    let began = Instant::now();
    join_all((0..WORKERS).map(|_| work(&sqs, &settled, began, &sent))).await;
    sent.into_inner()
}

#[tokio::test]
async fn five_hundred_messages_to_fifty_chats_stay_within_every_limit() {
    let sent = all_sent().await;
    assert_eq!(sent.len(), usize::try_from(MESSAGES).unwrap());
    let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
    let mut times: Vec<Duration> = sent.iter().map(|(at, ..)| *at).collect();
    times.sort_unstable();
    let in_all = most_within(&times, second);
    assert!((11..=30).contains(&in_all), "{in_all} in a second: both work, and not too fast");

    let mut chats: BTreeMap<i64, Vec<(Duration, i64)>> = BTreeMap::new();
    for (at, chat, number) in &sent {
        chats.entry(*chat).or_default().push((*at, *number));
    }
    assert_eq!(chats.len(), usize::try_from(CHATS).unwrap());
    for (chat, messages) in &chats {
        let times: Vec<Duration> = messages.iter().map(|(at, _)| *at).collect();
        assert!(most_within(&times, second) <= 1, "{chat}: {times:?}");
        if *chat < 0 {
            assert!(most_within(&times, minute) <= 20, "{chat}: {times:?}");
            assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 3 * second), "{chat}: {times:?}");
        }
        assert!(messages.is_sorted_by_key(|(_, number)| *number), "{chat}: {messages:?}");
    }
    let last = times.last().unwrap();
    assert!(*last < Duration::from_secs(600), "it took {last:?}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_chat_is_served_in_the_order_of_asking() {
    let (lanes, began, order) = (Lanes::default(), Instant::now(), RefCell::new(Vec::new()));
    join_all((0..5_u64).map(|number| {
        let (lanes, order) = (&lanes, &order);
        async move {
            let pass = lanes.enter(7).await;
            order.borrow_mut().push((number, began.elapsed().as_secs()));
            pass.leave().await;
        }
    }))
    .await;
    assert_eq!(order.into_inner(), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)]);
    assert_eq!(
        began.elapsed().as_secs(),
        5,
        "whoever comes next to this chat does so a second after the last"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_only_looked_does_not_make_the_next_one_wait() {
    let (lanes, began) = (Lanes::default(), Instant::now());
    drop(lanes.enter(7).await);
    let mut pass = lanes.enter(7).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    pass.limit(Duration::from_secs(9));
    drop(pass);
    assert_eq!(lanes.enter(7).await.limited(), Some(Duration::from_secs(9)));
    assert_eq!(lanes.enter(8).await.limited(), None, "another chat");
}
