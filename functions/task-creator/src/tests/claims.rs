//! Somebody else has claimed a task, or did and is gone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::domain::support_task::Standing;

use super::bench::{Bench, CREATE, TASK, task};

/// A task that somebody claimed so long ago, and its request.
async fn claimed_before(seconds: i64) -> Bench {
    let bench = Bench::start().await;
    let since = Timestamp::now() - SignedDuration::from_secs(seconds);
    let mut claimed = task(TASK, "customer123");
    claimed.standing = Standing::Submitting { since };
    claimed.outbox.clear();
    bench.store(&claimed).await;
    bench.request(TASK, 1);
    bench
}

#[tokio::test]
async fn whoever_is_at_it_is_left_alone_until_their_time_is_over() {
    let bench = claimed_before(30).await;
    assert_eq!(bench.deliver().await.len(), 1);
    let timeouts = &bench.waiting()[0].visibility_timeouts;
    assert!(matches!(timeouts[..], [55..=61]), "{timeouts:?}");
    assert_eq!((bench.state(TASK).as_str(), bench.wire.calls().len()), ("SUBMITTING", 2));
    assert_eq!(bench.told(), []);
}

#[tokio::test]
async fn the_claim_of_somebody_who_is_gone_is_left_to_a_person_without_a_login() {
    let bench = claimed_before(91).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let stored = bench.stored(TASK);
    assert_eq!(stored["standing"]["state"], "NEEDS_REVIEW");
    assert_eq!(stored["standing"]["code"], "TASK_CREATE_REQUEST_FAILED");
    let told = [("support_task.review_opened".to_owned(), "TASK_CREATE_REQUEST_FAILED".to_owned())];
    assert_eq!(bench.told(), told);
    assert_eq!((bench.logins().await, bench.wire.count(CREATE)), ((0, 0), 0));
}

#[tokio::test]
async fn waiting_for_somebody_uses_up_no_try() {
    let bench = claimed_before(0).await;
    for _ in 0..8 {
        assert_eq!(bench.deliver().await.len(), 1);
    }
    assert_eq!((bench.buried().len(), bench.state(TASK).as_str()), (0, "SUBMITTING"));
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_claimed() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    for _ in 0..2 {
        // The second time somebody is logged in already.
        assert_eq!(bench.deliver_within(Duration::from_secs(34)).await.len(), 1);
        assert_eq!((bench.state(TASK).as_str(), bench.wire.count(CREATE)), ("READY", 0));
        bench.wire.reset();
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.state(TASK), "CREATED");
}
