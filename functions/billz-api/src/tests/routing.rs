//! What every request and answer has in common.

use sandbox::testbed::rest::samples;
use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("admin-job", 404),
        ("admin-jobs", 200),
        ("admin-jobs-without-token", 401),
        ("admin-resolve", 404),
        ("admin-resolve-not-json", 400),
        ("admin-resolve-with-id", 404),
        ("card", 404),
        ("card-put", 200),
        ("card-put-not-json", 400),
        ("card-put-unknown-field", 422),
        ("cards", 200),
        ("health", 200),
        ("job", 404),
        ("jobs", 200),
        ("jobs-of-a-type", 200),
        ("jobs-without-key", 401),
        ("no-such-route", 404),
        ("order", 404),
        ("wrong-method", 405),
    ];
    let ask = async |case: &str| Bench::start().await.send(&Trigger::of(case)).await;
    samples::hold(&expected, &[], ask).await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let bench = Bench::start().await;
    for path in [
        "/",
        "/internal/billz",
        "/internal/billz/",
        "/internal/billz/jobs/",
        "/internal/billz/jobs/job-1/resolve",
        "/internal/billz/orders",
        "/internal/billz/cards/cash/",
        "/api/admin/billz",
        "/api/admin/billz/cards",
        "/api/admin/billz/jobs/job-1/resolve/now",
    ] {
        bench.send(&Trigger::of("jobs").at(path)).await.problem(404, "no_such_route");
    }
    for (case, method) in [
        ("jobs", "POST"),
        ("job", "DELETE"),
        ("card", "PUT"),
        ("cards", "POST"),
        ("order", "PUT"),
        ("health", "POST"),
        ("admin-resolve", "GET"),
    ] {
        bench.send(&Trigger::of(case).method(method)).await.problem(405, "method_not_allowed");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}
