//! The watch: whatever is due is gone on with, one after the other, and none delays another.

use std::time::Duration;

use futures::future::join;
use jiff::SignedDuration;
use sandbox::testbed::dynamodb::BONUSES;
use serde_json::json;
use shared::lambda::deadline::Deadline;

use super::bench::{Bench, RECEIPT, TIME, handle_by, watch_event};
use super::deployed::{Setup, USUAL};
use super::outside::{accepted, accepted_with};
use crate::handler::handle;

impl Bench {
    /// So many bonuses that wait for Portmone, and an instance that has it.
    async fn with_waiting(many: u32) -> (Self, crate::app::App) {
        let mut bench = Self::with(Setup { has_portmone: false, ..USUAL }).await;
        for number in 0..many {
            let user = json!({ "user_id": format!("user-{number}") });
            bench.put(&accepted_with(&format!("receipt-{number}"), &user));
        }
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        bench.pass(SignedDuration::from_hours(1));
        bench.setup.has_portmone = true;
        let app = bench.another().await;
        bench.wire.reset();
        (bench, app)
    }
}

#[tokio::test]
async fn everything_that_is_due_is_gone_on_with_however_much_it_is() {
    let (bench, app) = Bench::with_waiting(52).await;
    let answer = handle_by(&app, &watch_event(), TIME).await;
    assert_eq!(answer, json!({ "looked": 52, "complete": true }));
    assert!(bench.items("BONUS").iter().all(|bonus| bonus["standing"]["state"] == "DONE"));
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1; 52], 52));
    assert_eq!(bench.watch_by(&app).await, 0);
}

#[tokio::test]
async fn two_watches_at_once_pay_each_bill_once() {
    let (bench, app) = Bench::with_waiting(12).await;
    let other = bench.another().await;
    join(bench.watch_by(&app), bench.watch_by(&other)).await;
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1; 12], 12));
    assert_eq!(bench.bills_there().await.len(), 12);
    assert!(bench.items("BONUS").iter().all(|bonus| bonus["standing"]["state"] == "DONE"));
}

#[tokio::test]
async fn one_that_cannot_be_read_delays_no_other() {
    let (bench, app) = Bench::with_waiting(3).await;
    let mut corrupt = bench.aws.dynamodb.item(BONUSES, "BONUS#receipt-1", "BONUS").unwrap();
    corrupt["currency"] = json!({ "S": "XXX" });
    bench.aws.dynamodb.put(BONUSES, &corrupt);
    assert_eq!(bench.watch_by(&app).await, 3);
    assert_eq!((bench.state("receipt-0").as_str(), bench.state("receipt-2").as_str()), ("DONE", "DONE"));
    assert_eq!(bench.payments().await, [1, 1]);
    assert_eq!(bench.watch_by(&app).await, 1, "it stays due");
}

#[tokio::test]
async fn what_there_is_no_time_for_is_left_to_the_next_run() {
    let (bench, app) = Bench::with_waiting(2).await;
    let answer = handle_by(&app, &watch_event(), Duration::from_secs(30)).await;
    assert_eq!(answer, json!({ "looked": 0, "complete": false }));
    assert_eq!((bench.state("receipt-0").as_str(), bench.calls().len()), ("CREATED", 0));
    assert_eq!(bench.watch_by(&app).await, 2);
    assert_eq!(bench.payments().await, [1, 1]);
}

#[tokio::test]
async fn a_watch_that_cannot_see_what_is_due_fails_so_that_it_is_noticed() {
    let bench = Bench::start().await;
    let no = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("Query", 1, (400, no.to_string()));
    let error = handle(&bench.app, watch_event(), Deadline::after(TIME)).await.unwrap_err();
    assert!(error.to_string().starts_with("what is due is not known: "), "{error}");
    assert_eq!(bench.watch().await, 0);
}

#[tokio::test]
async fn an_event_that_is_none_of_ours_fails_and_does_nothing() {
    let bench = Bench::start().await;
    let queued = json!({ "Records": [{
        "messageId": "1", "receiptHandle": "1", "body": accepted(RECEIPT).to_string(), "attributes": {},
        "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:somebody-elses",
    }] });
    for (event, words) in [
        (json!({ "version": 1, "run": "yearly" }), "malformed event: "),
        (json!({ "version": 2, "run": "watch" }), "malformed event: version 2 is unknown"),
        (json!({ "version": 1, "run": "watch", "more": 1 }), "malformed event: "),
        (json!({}), "malformed event: "),
        (json!([]), "malformed event: "),
        (queued, "a batch from a queue that is not ours: somebody-elses"),
    ] {
        let error = handle(&bench.app, event.clone(), Deadline::after(TIME)).await.unwrap_err();
        assert!(error.to_string().starts_with(words), "{event}: {error}");
    }
    assert_eq!((bench.items("BONUS").len(), bench.wire.calls().len()), (0, 0));
}
