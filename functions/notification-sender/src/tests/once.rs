//! The same message again, in any order and at the same time: nobody is told twice.

use futures::future::join_all;
use serde_json::Value;
use tokio::sync::Notify;

use super::bench::{Bench, EMAILS, PLANS, TELEGRAMS, TIME, failures};
use super::wishes::{CHAT, USER, confirmed, notification, request};

fn told() -> Value {
    notification("n-1", Some(USER), &confirmed())
}

async fn assert_told_once(bench: &Bench, case: &str) {
    assert_eq!((bench.mails().len(), bench.chat(CHAT).await.len()), (1, 1), "{case}");
    for id in ["n-1.email", "n-1.telegram"] {
        assert_eq!(
            (bench.state(id), &bench.record(id)["attempts"]),
            ("SENT".to_owned(), &Value::from(1)),
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_notification_that_comes_twice_is_told_once() {
    let bench = Bench::start().await;
    bench.put(PLANS, &told());
    bench.put(PLANS, &told());
    bench.deliver(PLANS).await;
    assert_eq!(bench.waiting(TELEGRAMS).len(), 1, "the queue knows the second by its id");
    bench.run().await;
    assert_told_once(&bench, "in one batch").await;
    // Hours later, when no queue remembers.
    bench.aws.sqs.forget_deduplication(TELEGRAMS);
    bench.put(PLANS, &told());
    bench.run().await;
    assert_told_once(&bench, "later").await;
}

#[tokio::test]
async fn requests_that_come_again_in_any_order_send_once() {
    let orders = [["e", "e", "t", "t"], ["e", "t", "e", "t"], ["t", "e", "e", "t"], ["t", "t", "e", "e"]];
    join_all(orders.map(|order| async move {
        let bench = Bench::start().await;
        for channel in order {
            let (queue, channel) = if channel == "e" { (EMAILS, "EMAIL") } else { (TELEGRAMS, "TELEGRAM") };
            bench.put(queue, &request(channel, 0, &told()));
            assert_eq!(bench.deliver(queue).await, Vec::<String>::new());
        }
        assert_told_once(&bench, &order.concat()).await;
    }))
    .await;
}

#[tokio::test]
async fn ten_requests_in_one_batch_send_once() {
    for (queue, channel) in [(EMAILS, "EMAIL"), (TELEGRAMS, "TELEGRAM")] {
        let bench = Bench::start().await;
        for _ in 0..10 {
            bench.put(queue, &request(channel, 0, &told()));
        }
        bench.run().await;
        assert_eq!(bench.mails().len() + bench.message_count().await, 1, "{channel}");
        let id = format!("n-1.{}", channel.to_lowercase());
        assert_eq!((bench.state(&id), &bench.record(&id)["attempts"]), ("SENT".to_owned(), &Value::from(1)));
    }
}

/// Whether an instance that stands still after this call has claimed the delivery and not ended it: after the claim
/// and after the send. Then the other comes back later.
fn is_at_it(number: usize) -> bool {
    [5, 6].contains(&number)
}

/// One instance stands still after its `number`-th outside call while another gets the same message.
async fn meet(queue: &'static str, channel: &'static str, number: usize) -> bool {
    let bench = Bench::start().await;
    bench.put(queue, &request(channel, 0, &told()));
    let event = bench.aws.sqs.deliver(queue).unwrap();
    let held = bench.wire.hold_answer_of(number);
    let ended = Notify::new();
    let one = async {
        bench.handle(&event, TIME).await;
        ended.notify_one();
    };
    let other = async {
        tokio::select! {
            () = held.reached() => {}
            // The first makes fewer calls than that.
            () = ended.notified() => return false,
        }
        let stays = !failures(&bench.handle(&event, TIME).await).is_empty();
        held.release();
        assert_eq!(stays, is_at_it(number), "{channel}: held at call {number}");
        true
    };
    let ((), met) = tokio::join!(one, other);
    assert_eq!(bench.mails().len() + bench.message_count().await, 1, "{channel}: held at call {number}");
    assert_eq!(
        bench.state(&format!("n-1.{}", channel.to_lowercase())),
        "SENT",
        "{channel}: held at call {number}"
    );
    met
}

#[tokio::test]
async fn two_instances_with_the_same_message_send_once_wherever_they_meet() {
    for (queue, channel) in [(EMAILS, "EMAIL"), (TELEGRAMS, "TELEGRAM")] {
        let met = join_all((1..=8).map(|number| meet(queue, channel, number))).await;
        assert_eq!(
            met,
            [true, true, true, true, true, true, true, false],
            "user, preferences, chat, contact, claim, send, result"
        );
    }
}
