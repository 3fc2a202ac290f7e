//! `POST /api/v1/billing/invoices/{id}/pay`, when Tripay or its answer fails.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::{Bench, CREATE};

const OPERATION: &str = "transaction/create";

async fn with_invoice() -> (Bench, String) {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    bench.wire.reset();
    (bench, id)
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_made_twice() {
    let lost = [("cut_after", json!({})), ("garbage", json!({})), ("server_error", json!({ "acts": true }))];
    for (fault, fields) in lost {
        let (bench, id) = with_invoice().await;
        bench.fault("tripay", OPERATION, fault, fields.clone()).await;
        let answer = bench.pay(&id, "BCA_VA").await.ok(200);
        let held = bench.transactions().await;
        assert_eq!((bench.wire.count(CREATE), held.len()), (1, 1), "{fault} {fields}");
        assert_eq!(answer["payment"]["reference"], held[0]["reference"], "{fault} {fields}");
        assert_eq!(bench.wire.count("GET /merchant/transactions"), 1);
    }
}

#[tokio::test]
async fn a_request_that_never_arrived_is_sent_again_after_the_settling_delay() {
    for fault in ["cut_before", "server_error"] {
        let (bench, id) = with_invoice().await;
        bench.fault("tripay", OPERATION, fault, json!({})).await;
        bench.pay(&id, "BCA_VA").await.problem(409, "payment_in_progress");
        bench.pay(&id, "QRIS").await.problem(409, "payment_in_progress");
        assert_eq!((bench.wire.count(CREATE), bench.transactions().await.len()), (1, 0));
        bench.let_attempts_age(&id);
        let answer = bench.pay(&id, "BCA_VA").await.ok(200);
        assert_eq!(answer["payment"]["merchantRef"], format!("{id}-2"));
        assert_eq!(bench.transactions().await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_transaction_that_turns_up_late_is_the_one_that_is_used() {
    let (bench, id) = with_invoice().await;
    bench.fault("tripay", OPERATION, "cut_after", json!({})).await;
    bench.fault("tripay", "transactions", "server_error", json!({})).await;
    bench.pay(&id, "BCA_VA").await.problem(503, "provider_unavailable");
    let answer = bench.pay(&id, "BCA_VA").await.ok(200);
    assert_eq!(answer["payment"]["merchantRef"], format!("{id}-1"));
    assert_eq!((bench.wire.count(CREATE), bench.transactions().await.len()), (1, 1));
}

#[tokio::test]
async fn a_refusal_is_told_and_a_later_try_works() {
    for status in [200, 400, 403, 422] {
        let (bench, id) = with_invoice().await;
        let refusal = json!({ "status": status, "message": "Sorry, T9999 at 192.0.2.1" });
        bench.fault("tripay", OPERATION, "refuse", refusal).await;
        let problem = bench.pay(&id, "BCA_VA").await.problem(502, "provider_refused");
        assert!(!problem.body.to_string().contains("T9999"), "Tripay's words stay inside: {}", problem.body);
        let stored = bench.invoice(&id);
        assert_eq!(stored["attempts"][0]["progress"], "REFUSED");
        assert!(stored["attempts"][0]["refusal"].as_str().unwrap().contains("T9999"));
        let answer = bench.pay(&id, "BCA_VA").await.ok(200);
        assert_eq!(answer["payment"]["merchantRef"], format!("{id}-2"), "no name is used twice");
        assert_eq!((bench.wire.count(CREATE), bench.transactions().await.len()), (2, 1));
    }
}

#[tokio::test]
async fn a_limit_is_passed_on_with_tripays_own_delay() {
    let (bench, id) = with_invoice().await;
    bench.fault("tripay", OPERATION, "limit", json!({})).await;
    let problem = bench.pay(&id, "BCA_VA").await.problem(503, "provider_unavailable");
    assert_eq!(problem.header("retry-after"), "1");
    assert_eq!(bench.invoice(&id)["attempts"][0]["progress"], "ABSENT");
    bench.pay(&id, "BCA_VA").await.ok(200);
    assert_eq!(bench.transactions().await.len(), 1);
}

#[tokio::test]
async fn a_tripay_that_cannot_be_reached_leaves_nothing_in_doubt() {
    let mut bench = Bench::start().await;
    let id = bench.created("order-1").await;
    // The channels are known; then Tripay's port is closed.
    bench.unreachable_tripay().await;
    bench.pay(&id, "BCA_VA").await.problem(503, "provider_unavailable");
    assert_eq!(bench.invoice(&id)["attempts"][0]["progress"], "ABSENT");
    bench.restart().await;
    let answer = bench.pay(&id, "BCA_VA").await.ok(200);
    assert_eq!(answer["payment"]["merchantRef"], format!("{id}-2"));
    assert_eq!(bench.transactions().await.len(), 1);
}

#[tokio::test]
async fn nothing_is_committed_before_everything_is_known_that_the_call_needs() {
    let (bench, id) = with_invoice().await;
    bench.fault("users", "user", "server_error", json!({})).await;
    bench.pay(&id, "BCA_VA").await.problem(503, "provider_unavailable");
    bench.fault("users", "user", "refuse", json!({ "status": 409 })).await;
    bench.pay(&id, "BCA_VA").await.problem(502, "provider_refused");
    // Says nothing about the user: our key is being rotated.
    bench.fault("users", "user", "refuse", json!({ "status": 403 })).await;
    bench.pay(&id, "BCA_VA").await.problem(503, "provider_unavailable");
    bench.put_order("of-nobody", 50_000, json!({ "userId": "user-9" })).await;
    assert_eq!(bench.invoice(&id)["version"], 1);
    let other = bench.created("of-nobody").await;
    let pay = Trigger::of("pay").about(&other).by("user-9");
    bench.send(&pay).await.problem(422, "customer_unknown");
    assert_eq!((bench.wire.count(CREATE), bench.invoice(&other)["version"].clone()), (0, json!(1)));
}

#[tokio::test]
async fn a_payer_without_a_phone_pays_all_the_same() {
    let bench = Bench::start().await;
    let id = bench.created("order-2").await;
    let pay = Trigger::of("pay").about(&id).by("user-2");
    bench.send(&pay).await.ok(200);
    let calls = bench.wire.calls();
    let create = calls.iter().find(|call| call.operation() == CREATE).unwrap().request_json();
    assert_eq!(
        (create.get("customer_phone"), &create["customer_email"]),
        (None, &json!("user-2@example.com"))
    );
}
