//! The function dies, or loses a request or an answer, at each of its outside calls; then whoever sent the event
//! sends it again.

use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{Bench, HARDLY_ANY, RUNS, scheduled};
use crate::handler::{App, handle};
use shared::lambda::deadline::Deadline;

const USERS: usize = 120;

/// What happens at a call.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Answer,
    Request,
    Death,
}

async fn due() -> Bench {
    let bench = Bench::start().await;
    bench.many_used(USERS, "2025-10-15T12:00:00Z").await;
    bench
}

/// Hands over an event until it is done, as Lambda does with one that nobody waits for. A dead function's answer
/// counts for nothing.
async fn until_done(bench: &Bench, event: &Value) {
    for _ in 0..3 {
        let answer = hand(&bench.app, event).await;
        let died = bench.wire.revive();
        if answer.is_some() && !died {
            return;
        }
    }
    panic!("not done in three tries");
}

async fn hand(app: &App, event: &Value) -> Option<Value> {
    handle(app, event.clone(), Deadline::after(HARDLY_ANY)).await.ok()
}

async fn all_parts(bench: &Bench) {
    until_done(bench, &scheduled("daily", "2025-10-16T02:00:00Z")).await;
    for _ in 0..20 {
        let Some(event) = bench.aws.sqs.deliver(RUNS) else { return };
        let answer = hand(&bench.app, &event).await;
        let died = bench.wire.revive();
        // Lambda got no answer of one that died, and its queue gives everything out again.
        if let (Some(answer), false) = (answer, died) {
            bench.aws.sqs.settle(RUNS, &event, &answer);
        }
    }
    panic!("the queue of runs never empties");
}

async fn check(number: usize, cut: Cut) {
    let bench = due().await;
    match cut {
        Cut::Answer => bench.wire.drop_answer_of(number),
        Cut::Request => bench.wire.drop_request(number),
        Cut::Death => bench.wire.crash_at(number),
    }
    all_parts(&bench).await;
    assert_eq!(bench.users().len(), USERS, "{cut:?} of call {number}");
    assert_eq!(bench.buried(), Vec::<String>::new(), "{cut:?} of call {number}");
}

#[tokio::test]
async fn whatever_call_goes_wrong_every_user_is_planned() {
    let bench = due().await;
    all_parts(&bench).await;
    assert_eq!((bench.users().len(), bench.planned().len()), (USERS, USERS));
    let calls = bench.wire.calls().len();
    assert_eq!(
        calls, 19,
        "a page and its ten batches, the rest, a page and its two, and two runs that find nobody"
    );
    for number in 1..=calls {
        for cut in [Cut::Answer, Cut::Request, Cut::Death] {
            check(number, cut).await;
        }
    }
}

#[tokio::test]
async fn a_death_in_the_watch_leaves_its_bills_to_the_next() {
    let bench = super::watch::with_bills(12).await;
    bench.fire("watch", "2025-10-16T02:00:00Z").await;
    let calls = bench.wire.calls().len();
    assert_eq!(calls, 5, "a look at the queue, one at what is pending for long, a page, and its two batches");
    for number in 1..=calls {
        let bench = super::watch::with_bills(12).await;
        bench.wire.crash_at(number);
        let answer = bench.hand(&scheduled("watch", "2025-10-16T02:00:00Z"), Duration::from_secs(120)).await;
        assert!(bench.wire.revive(), "call {number}: {answer:?}");
        assert_eq!(
            bench.fire("watch", "2025-10-16T02:05:00Z").await,
            json!({ "planned": 12, "complete": true })
        );
        let mut bills: Vec<String> =
            bench.planned().iter().map(|charge| charge["bill"].to_string()).collect();
        bills.sort();
        bills.dedup();
        assert_eq!(bills.len(), 12, "call {number}");
    }
}
