//! `Idempotency-Key`.

use sandbox::testbed::dynamodb::IDEMPOTENCY_KEYS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::{Bench, CREATE};

fn create(order: &str) -> Trigger {
    Trigger::of("create-with-key").body(&json!({ "orderId": order }))
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_nothing_is_done_again() {
    let bench = Bench::start().await;
    let first = bench.send(&create("order-1")).await;
    assert_eq!((first.status, first.header("idempotent-replay")), (201, ""));
    bench.wire.reset();
    let again = bench.send(&create("order-1")).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(201), first.ok(201));
    let operations: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["PutItem", "GetItem"], "only the key is looked at");
}

#[tokio::test]
async fn a_refusal_is_an_answer_too() {
    let bench = Bench::start().await;
    bench.send(&create("order-99")).await.problem(404, "not_found");
    bench.put_order("order-99", 50_000, json!({})).await;
    let again = bench.send(&create("order-99")).await;
    assert_eq!((again.status, again.header("idempotent-replay")), (404, "true"));
    assert_eq!(
        (again.body["code"].as_str(), again.header("content-type")),
        (Some("not_found"), "application/problem+json")
    );
    bench.send(&create("order-99").keyed("another-key")).await.ok(201);
}

#[tokio::test]
async fn a_key_is_good_for_one_body_of_one_route_of_one_caller() {
    let bench = Bench::start().await;
    bench.send(&create("order-1")).await.ok(201);
    bench.send(&create("order-3")).await.problem(422, "idempotency_key_reused");
    bench.send(&create("order-2").by("user-2")).await.ok(201);
    let id = bench.created("order-3").await;
    let key = "create-order-1";
    bench.send(&Trigger::of("pay").about(&id).keyed(key)).await.ok(200);
    bench.send(&Trigger::of("cancel").about(&id).keyed(key)).await.ok(200);
    assert_eq!(bench.aws.dynamodb.items(IDEMPOTENCY_KEYS).len(), 4);
}

#[tokio::test]
async fn a_request_that_is_still_running_is_not_run_twice() {
    let bench = Bench::start().await;
    let held = bench.wire.hold_answer_of(2);
    let second = async {
        held.reached().await;
        let answer = bench.send(&create("order-1")).await.problem(409, "request_running");
        let seconds: i64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        held.release();
    };
    let (first, ()) = tokio::join!(async { bench.send(&create("order-1")).await }, second);
    first.ok(201);
    assert_eq!(bench.send(&create("order-1")).await.header("idempotent-replay"), "true");
}

#[tokio::test]
async fn what_failed_can_be_tried_again_at_once() {
    let bench = Bench::start().await;
    for (fault, status) in [("server_error", 503), ("refuse", 502), ("limit", 503)] {
        bench.fault("orders", "order", fault, json!({})).await;
        assert_eq!(bench.send(&create("order-1")).await.status, status);
    }
    let done = bench.send(&create("order-1")).await;
    assert_eq!(done.header("idempotent-replay"), "");
    done.ok(201);

    let id = bench.created("order-3").await;
    let pay = Trigger::of("pay").about(&id).keyed("pay-once");
    bench.fault("tripay", "transaction/create", "cut_before", json!({})).await;
    bench.send(&pay).await.problem(409, "payment_in_progress");
    bench.let_attempts_age(&id);
    let paid = bench.send(&pay).await;
    assert_eq!(paid.header("idempotent-replay"), "", "a conflict that passes is not kept as the answer");
    paid.ok(200);
}

#[tokio::test]
async fn a_function_that_died_in_between_is_repeated_after_its_lease() {
    let mut bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let pay = Trigger::of("pay").about(&id).keyed("pay-once");
    bench.wire.reset();
    let creation = 6;
    bench.wire.crash_at(creation);
    bench.send(&pay).await;
    assert_eq!(bench.wire.calls()[creation - 1].operation(), CREATE);
    assert!(bench.wire.revive());
    bench.restart().await;
    bench.send(&pay).await.problem(409, "request_running");
    bench.let_leases_lapse();
    bench.send(&pay).await.ok(200);
    assert_eq!((bench.wire.count(CREATE), bench.transactions().await.len()), (1, 1));
    assert_eq!(bench.send(&pay).await.header("idempotent-replay"), "true");
}

#[tokio::test]
async fn keys_that_cannot_be_one_are_refused() {
    let bench = Bench::start().await;
    for key in ["", "with space", "ä", &"k".repeat(129)] {
        bench.send(&create("order-1").keyed(key)).await.problem(400, "invalid_idempotency_key");
    }
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&create("order-1").keyed(&"k".repeat(128))).await.ok(201);
}
