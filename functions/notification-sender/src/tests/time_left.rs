//! A function that ends soon begins nothing that it could not end.

use std::time::Duration;

use shared::domain::notification::Channel;
use shared::lambda::deadline::Deadline;

use super::bench::{Bench, EMAILS, PLANS, QUEUES, TELEGRAMS};
use super::wishes::{CHAT, EMAIL, USER, bounce, confirmed, notification, request};
use crate::handler::call_time;

#[tokio::test]
async fn with_too_little_time_nothing_is_begun_and_nothing_lost() {
    let bench = Bench::start().await;
    for number in 0..3 {
        let told = notification(&format!("n-{number}"), Some(USER), &confirmed());
        bench.put(EMAILS, &request("EMAIL", 0, &told));
        bench.put(TELEGRAMS, &request("TELEGRAM", 0, &told));
    }
    for queue in [EMAILS, TELEGRAMS] {
        assert_eq!(bench.deliver_within(queue, Duration::from_secs(10)).await.len(), 3, "{queue}");
        let timeouts: Vec<Vec<i64>> =
            bench.waiting(queue).into_iter().map(|message| message.visibility_timeouts).collect();
        assert_eq!(timeouts, [[0], [0], [0]], "{queue}: at once to somebody with more time");
    }
    assert_eq!((bench.mails().len(), bench.message_count().await, bench.wire.count("PutItem")), (0, 0, 0));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.chat(CHAT).await.len()), (3, 3));
}

#[tokio::test]
async fn with_no_time_at_all_everything_stays() {
    let bench = Bench::start().await;
    let told = notification("n-1", Some(USER), &confirmed());
    bench.put(PLANS, &told);
    bench.put(EMAILS, &request("EMAIL", 0, &told));
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &told));
    bench.put(super::bench::FEEDBACK, &bounce("Permanent", None, EMAIL));
    for queue in QUEUES {
        assert_eq!(bench.deliver_within(queue, Duration::ZERO).await.len(), 1, "{queue}");
        assert!(bench.buried(queue).is_empty(), "{queue}");
    }
    assert_eq!((bench.mails().len(), bench.message_count().await), (0, 0));
    bench.run().await;
    let told = bench.chat(CHAT).await.len() + bench.mails().len();
    assert!(told >= 1, "the chat, and the address if it was written to before it was known to be dead");
}

#[tokio::test(start_paused = true)]
async fn a_call_to_telegram_has_a_share_of_the_time_and_an_email_nearly_all_of_it() {
    let time = |seconds, channel| call_time(Deadline::after(Duration::from_secs(seconds)), channel);
    for (left, telegram, email) in [
        (0, None, None),
        (10, None, None),
        (11, None, Some(6)),
        (28, None, Some(23)),
        (29, Some(6), Some(24)),
        (45, Some(10), Some(40)),
        (900, Some(10), Some(40)),
    ] {
        assert_eq!(time(left, Channel::Telegram), telegram.map(Duration::from_secs), "{left} s are left");
        assert_eq!(time(left, Channel::Email), email.map(Duration::from_secs), "{left} s are left");
    }
}

#[tokio::test]
async fn ten_emails_of_a_batch_overlap() {
    let bench = Bench::start().await;
    for number in 0..10 {
        bench.put(
            EMAILS,
            &request("EMAIL", 0, &notification(&format!("n-{number}"), Some(USER), &confirmed())),
        );
    }
    // Ten times user, preferences, chat, contact and claim; then the first send, which is held.
    let held = bench.wire.hold_answer_of(51);
    let delivering = bench.deliver(EMAILS);
    let watching = async {
        held.reached().await;
        while bench.mails().len() < 10 {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let both = async { tokio::join!(delivering, watching) };
    let (stay, ()) = tokio::time::timeout(super::bench::TIME, both).await.expect("nine wait for the first");
    assert_eq!((stay.len(), bench.mails().len()), (0, 10));
}
