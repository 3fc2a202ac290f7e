//! A walk meets every letter, however often SQS gives out those that it has met.

use std::cell::Cell;

use jiff::Timestamp;

use super::super::choice::{Refusal, for_each};
use super::super::walk::{WORKING_SECONDS, Walk};
use super::bench::{Bench, all};

const QUEUE: &str = "email-queue-dlq";

#[tokio::test]
async fn batches_of_letters_that_came_again_do_not_end_a_walk() {
    let bench = Bench::start().await;
    (0..25).for_each(|index| drop(bench.put(QUEUE, &format!("{index}"))));
    let url = bench.testbed.sqs.queue_url("test-email-queue-dlq");
    let mut walk = Walk::begin(&bench.client, &url, WORKING_SECONDS);
    for new in [10, 10, 5, 0] {
        let letters = walk.next().await.unwrap();
        assert_eq!(letters.len(), new);
        letters.iter().for_each(|letter| walk.hold(letter));
        if new > 0 {
            bench.show_again(QUEUE);
        }
    }
    assert_eq!(walk.end().await, 0, "each is put back by its last receipt");
    assert_eq!(bench.wire.count("ChangeMessageVisibility"), 25);
    assert!(bench.is_all_visible(QUEUE));
}

#[tokio::test]
async fn kept_letters_that_come_again_hide_none_behind_them() {
    let bench = Bench::start().await;
    (0..12).for_each(|index| drop(bench.put(QUEUE, &format!("{index}"))));
    let url = bench.testbed.sqs.queue_url("test-email-queue-dlq");
    let asked = Cell::new(0);
    let tally = for_each(&bench.client, &url, &all(), Timestamp::now(), async |_| {
        asked.set(asked.get() + 1);
        bench.show_again(QUEUE);
        if asked.get() <= 10 { Err(Refusal::Never("it cannot be done".to_owned())) } else { Ok(()) }
    })
    .await;
    assert_eq!((tally.done, tally.kept.len(), tally.ended), (2, 10, None));
    assert_eq!((asked.get(), bench.bodies(QUEUE).len()), (12, 10));
}
