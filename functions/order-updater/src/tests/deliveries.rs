//! Updates that reach the order service.

use std::time::Duration;

use sandbox::options::INTERNAL_API_KEY;
use serde_json::json;

use super::bench::{Bench, EVENT_ID, SECRET, TELL, update, update_with};

/// Lets so much time pass at once.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_update_costs_one_call_that_carries_its_key() {
    let bench = Bench::start().await;
    bench.put(&update());
    assert_eq!(bench.deliver().await, Vec::<String>::new());

    let calls = bench.wire.calls();
    assert_eq!(calls.iter().map(|call| call.operation()).collect::<Vec<_>>(), [TELL]);
    assert_eq!(calls[0].headers["idempotency-key"], EVENT_ID);
    assert_eq!(calls[0].headers["x-internal-api-key"], INTERNAL_API_KEY);
    let told = json!({
        "status": "PAID",
        "reference": "DEV-T9999100001AB3DE",
        "paidAt": "2026-11-21T08:04:00Z",
        "amount": 150_000,
    });
    assert_eq!(calls[0].request_json(), told);
    let order = bench.order("order-1").await;
    assert_eq!((&order["status"], &order["updates"][0]["body"]), (&"PAID".into(), &told));
    assert_eq!((bench.waiting().len(), bench.buried().len()), (0, 0));
}

#[tokio::test]
async fn fifty_deliveries_of_one_event_are_one_effect() {
    let bench = Bench::start().await;
    for _ in 0..50 {
        bench.put(&update());
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.wire.count(TELL), 50);
    assert_eq!(bench.keys("order-1").await, [EVENT_ID]);
    assert_eq!(bench.buried().len(), 0);
}

#[tokio::test]
async fn a_refund_is_told_after_the_payment_under_a_key_of_its_own() {
    let bench = Bench::start().await;
    bench.put(&update());
    bench.deliver_all().await;
    let mut refund = update_with("status", "REFUNDED".into());
    refund["eventId"] = "INV-20261121-7K3M9QZX.5.0".into();
    bench.put(&refund);
    bench.deliver_all().await;
    assert_eq!(bench.keys("order-1").await, [EVENT_ID, "INV-20261121-7K3M9QZX.5.0"]);
    assert_eq!(bench.order("order-1").await["status"], "REFUNDED");
}

#[tokio::test]
async fn a_new_key_of_the_order_service_is_picked_up_within_five_minutes() {
    let bench = Bench::with("the-key-before", None).await;
    bench.put(&update());
    assert_eq!(bench.deliver().await.len(), 1, "the key is not accepted");
    bench.aws.secrets.set(SECRET, &json!({ "apiKeys": [INTERNAL_API_KEY, "the-key-before"] }));
    assert_eq!(bench.deliver().await.len(), 1, "the key was read less than five minutes ago");
    assert_eq!(bench.wire.count("BatchGetSecretValue"), 0);

    pass(300).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.wire.count("BatchGetSecretValue"), 1);
    assert_eq!(bench.keys("order-1").await, [EVENT_ID]);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_again_stays_in_use() {
    for unusable in ["not JSON", r#"{"apiKeys":[]}"#, r#"{"apiKeys":["line\nbreak"]}"#] {
        let bench = Bench::start().await;
        bench.aws.secrets.set_text(SECRET, unusable);
        pass(300).await;
        bench.put(&update());
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{unusable}");
        assert_eq!(bench.keys("order-1").await, [EVENT_ID], "{unusable}");
    }
}
