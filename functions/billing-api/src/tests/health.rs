//! `GET /health`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};

use super::bench::Bench;

fn unavailable(answer: &Value) -> Vec<&str> {
    let dependencies = answer["dependencies"].as_array().unwrap();
    let bad = dependencies.iter().filter(|one| one["status"] != "ok");
    bad.map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn all_is_well_and_asking_again_costs_nothing() {
    let bench = Bench::start().await;
    let first = bench.send(&Trigger::of("health")).await.ok(200);
    assert_eq!((&first["status"], unavailable(&first)), (&json!("ok"), vec![]));
    let names: Vec<&Value> =
        first["dependencies"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["store", "tripay", "orders", "users"]);
    assert_eq!((bench.wire.calls().len(), bench.calls_to("aws").len()), (4, 1));
    for _ in 0..20 {
        assert_eq!(bench.send(&Trigger::of("health")).await.ok(200), first);
    }
    assert_eq!(bench.wire.calls().len(), 4);
}

#[tokio::test]
async fn what_is_unavailable_is_named() {
    for (party, operation, fault) in [
        ("tripay", "payment-channel", "server_error"),
        ("tripay", "payment-channel", "refuse"),
        ("orders", "order", "cut_before"),
        ("orders", "order", "refuse"),
        ("users", "user", "garbage"),
    ] {
        let bench = Bench::start().await;
        bench.fault(party, operation, fault, json!({})).await;
        let found = bench.send(&Trigger::of("health")).await.ok(503);
        assert_eq!((&found["status"], unavailable(&found)), (&json!("degraded"), vec![party]), "{fault}");
        assert_eq!(bench.send(&Trigger::of("health")).await.ok(503), found, "held for 30 seconds");
        assert!(!found.to_string().contains("HTTP"), "the reason is for operators: {found}");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_named() {
    let bench = Bench::start().await;
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("GetItem", 1, (400, denied.to_string()));
    let found = bench.send(&Trigger::of("health")).await.ok(503);
    assert_eq!(unavailable(&found), ["store"]);
}
