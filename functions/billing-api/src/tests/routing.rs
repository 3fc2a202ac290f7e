//! What every request and answer has in common.

use sandbox::testbed::rest::samples;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::Bench;

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("admin-invoice", 404),
        ("admin-invoices", 200),
        ("admin-resolve", 404),
        ("admin-unmatched-reports", 200),
        ("cancel", 404),
        ("channels", 200),
        ("create", 201),
        ("create-not-json", 400),
        ("create-unknown-field", 422),
        ("create-with-key", 201),
        ("create-without-token", 401),
        ("get", 404),
        ("health", 200),
        ("list", 200),
        ("no-such-route", 404),
        ("pay", 404),
        ("transactions", 200),
        ("wrong-method", 405),
    ];
    let ask = async |case: &str| Bench::start().await.send(&Trigger::of(case)).await;
    samples::hold(&expected, &[], ask).await;
}

#[tokio::test]
async fn the_three_events_about_the_sample_invoice_find_it_when_it_is_there() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    assert_eq!(bench.send(&Trigger::of("get").about(&id)).await.ok(200)["state"], "PENDING");
    assert_eq!(bench.send(&Trigger::of("pay").about(&id)).await.ok(200)["payment"]["status"], "OPEN");
    assert_eq!(bench.send(&Trigger::of("cancel").about(&id)).await.ok(200)["state"], "CANCELLED");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("no-such-route")).await.problem(404, "no_such_route");
    for path in
        ["/", "/health/", "/api/v1/billing/invoices/", "/internal/billing", "/api/v2/billing/invoices"]
    {
        bench.send(&Trigger::of("list").at(path)).await.problem(404, "no_such_route");
    }
    bench.send(&Trigger::of("wrong-method")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("health").method("POST")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("pay").method("GET")).await.problem(405, "method_not_allowed");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn a_usable_correlation_id_is_kept_and_any_other_replaced() {
    let bench = Bench::start().await;
    let with = |id: &str| Trigger::of("health").header("x-correlation-id", id);
    for id in ["abcd1234", "018f3a2b-7c4d-7e5f-8a9b-0c1d2e3f4a5b"] {
        assert_eq!(bench.send(&with(id)).await.header("x-correlation-id"), id);
    }
    for id in ["", "short", "with space", "semi;colon", &"x".repeat(65)] {
        let given = bench.send(&with(id)).await.header("x-correlation-id").to_owned();
        assert!(given != id && given.len() == 36, "{id:?} → {given:?}");
    }
    let none = bench.send(&Trigger::of("health").without_header("x-correlation-id")).await;
    assert_eq!(none.header("x-correlation-id").len(), 36);
}

#[tokio::test]
async fn the_correlation_id_goes_with_the_events() {
    let bench = Bench::start().await;
    let id = bench.created("order-1").await;
    let paid = bench.pay(&id, "BCA_VA").await.ok(200);
    bench.happens_unheard(paid["payment"]["reference"].as_str().unwrap(), "pay").await;
    bench.send(&Trigger::of("cancel").about(&id)).await.problem(409, "invoice_not_pending");
    assert_eq!(bench.invoice(&id)["outbox"][0]["correlation_id"], json!("sample-cancel"));
}
