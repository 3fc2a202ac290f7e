//! Many jobs at once: one login for all, one pace for both queues, and a payment that waits for nobody's bulk work.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS, name};
use super::deployed::{Setup, USUAL};
use super::jobs::{job, of_order, pay, postponed};

/// Gives batches of five to an instance until the queue is empty, or `is_enough`.
async fn work(bench: &Bench, setup: Setup, is_enough: impl Fn() -> bool) {
    let app = bench.another_with(setup).await;
    while !is_enough() && bench.deliver_to(&app, OPERATIONS, 5).await {}
}

fn put_bulk(bench: &Bench, jobs: usize) {
    for number in 0..jobs {
        bench.put(OPERATIONS, &job("CREATE_ORDER", &format!("bulk-{number}"), json!({})));
    }
}

#[tokio::test]
async fn fifty_jobs_that_find_the_token_dead_log_in_once() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    assert_eq!(bench.logins().await, (1, 0));
    for number in 0..50 {
        bench.put(OPERATIONS, &of_order("GET_ORDER", &format!("job-{number}"), &order));
    }
    // Every instance has looked the token up before it ends.
    let instances = join_all((0..10).map(|_| bench.another())).await;
    bench.end_tokens().await;
    join_all(instances.iter().map(|app| bench.deliver_to(app, OPERATIONS, 5))).await;
    // Ten at once are more than ever are: one of them may have found no turn.
    bench.deliver_all().await;
    for number in 0..50 {
        assert_eq!(bench.state(&format!("job-{number}")), "SUCCEEDED");
    }
    assert_eq!(bench.logins().await, (2, 0), "one more than before");
}

#[tokio::test]
async fn fifty_jobs_that_find_no_token_at_all_log_in_once() {
    let bench = Bench::start().await;
    put_bulk(&bench, 50);
    join_all((0..10).map(|_| work(&bench, USUAL, || false))).await;
    assert_eq!((bench.orders().await.len(), bench.logins().await), (50, (1, 0)));
}

/// The turns that were given out, in order, as the table saw them.
fn turns(bench: &Bench) -> Vec<Timestamp> {
    let calls = bench.wire.calls().into_iter().filter(|call| call.operation() == "PutItem");
    let paces = calls.filter(|call| call.status == Some(200)).map(|call| call.request_json());
    let of_billz = paces.filter(|body| body["Item"]["pk"]["S"] == "PACE#billz");
    of_billz.map(|body| body["Item"]["free_at"]["S"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_payment_goes_before_two_hundred_bulk_jobs_that_came_first_and_all_keep_one_pace() {
    let setup = Setup { gap_ms: 20, ..USUAL };
    let bench = Bench::with(setup).await;
    let order = postponed(&bench).await;
    put_bulk(&bench, 250);
    let is_paid = || {
        let job = bench.item("JOB#payment", "JOB");
        job.is_some_and(|job| job["standing"]["state"] == "SUCCEEDED")
    };
    let payment = async {
        // Both bulk instances are at it.
        while bench.calls().len() < 6 {
            tokio::task::yield_now().await;
        }
        let came = bench.wire.calls().len();
        let app = bench.another_with(setup).await;
        bench.put(PAYMENTS, &pay("payment", &order, 70_000));
        assert!(bench.deliver_to(&app, PAYMENTS, 1).await);
        came
    };
    let (came, ..) = futures::join!(payment, work(&bench, setup, is_paid), work(&bench, setup, is_paid));
    assert!(is_paid());
    let calls = bench.wire.calls();
    let billz = calls.iter().filter(|call| call.tap == "billz");
    let since: Vec<String> = billz.clone().filter(|call| call.number > came).map(name).collect();
    let looked = since.iter().position(|call| call == "GET /v2/order").unwrap();
    let paid = since.iter().position(|call| call == "POST /v2/order-payment").unwrap();
    assert!(looked <= 8 && paid - looked <= 8, "bulk calls before it: {looked}, then {paid}");
    assert!(bench.waiting(OPERATIONS).len() >= 200, "the bulk work still waits");
    // One turn for each call, each a gap after the one before.
    let turns = turns(&bench);
    assert_eq!(turns.len(), billz.count());
    let gap = SignedDuration::from_millis(20);
    assert!(turns.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= gap), "{turns:?}");
}

#[tokio::test]
async fn billz_that_wants_to_be_left_alone_is_left_alone_by_everybody() {
    let bench = Bench::start().await;
    bench.run(OPERATIONS, &job("CREATE_ORDER", "before-all", json!({}))).await;
    bench.begin();
    bench.fault(json!({ "operation": "create_order", "fault": "limit", "retryAfter": 700 })).await;
    bench.put(OPERATIONS, &job("CREATE_ORDER", "job-1", json!({})));
    assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    assert_eq!((bench.state("job-1").as_str(), bench.calls().len()), ("OPEN", 1));
    assert!(bench.waiting(OPERATIONS)[0].visibility_timeouts[0] >= 700, "not before Billz said");
    // Neither by another job, nor by another instance, nor by the other queue.
    bench.put(PAYMENTS, &of_order("GET_ORDER", "job-2", super::jobs::NO_ORDER));
    let elsewhere = bench.another().await;
    assert!(bench.deliver_to(&elsewhere, PAYMENTS, 1).await);
    assert_eq!(
        (bench.calls().len(), bench.waiting(PAYMENTS).len(), bench.waiting(OPERATIONS).len()),
        (1, 1, 1)
    );
    rest_is_over(&bench);
    let later = bench.another().await;
    assert!(bench.deliver_to(&later, OPERATIONS, 5).await && bench.deliver_to(&later, PAYMENTS, 5).await);
    assert_eq!((bench.state("job-1").as_str(), bench.orders().await.len()), ("SUCCEEDED", 2));
}

/// Lets the time pass for which Billz wanted to be left alone.
fn rest_is_over(bench: &Bench) {
    let mut pace: Value = bench.aws.dynamodb.item("billz-orders", "PACE#billz", "PACE").unwrap();
    pace["free_at"]["S"] = "2026-01-01T00:00:00Z".into();
    bench.aws.dynamodb.put("billz-orders", &pace);
}
