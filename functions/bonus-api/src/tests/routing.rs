//! What every request and answer has in common.

use sandbox::testbed::rest::samples;
use sandbox::testbed::rest::trigger::Trigger;

use super::bench::{Bench, RECEIPT};

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("bonus", 404),
        ("bonuses", 200),
        ("bonuses-manual", 200),
        ("bonuses-retry", 200),
        ("bonuses-without-token", 401),
        ("exchanges", 200),
        ("exchanges-of-bill", 200),
        ("exchanges-of-bonus", 200),
        ("exchanges-of-chat", 200),
        ("exchanges-of-nobody", 422),
        ("no-such-route", 404),
        ("payout", 404),
        ("payout-without-key", 401),
        ("resolve", 404),
        ("resolve-not-json", 400),
        ("resolve-unknown-field", 422),
        ("retry", 404),
        ("unmatched-reports", 200),
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
        "/api/admin/bonuses/",
        "/api/admin/bonuses/a/b",
        "/api/admin/bonuses/a/retry/now",
        "/api/admin/portmone",
        "/api/admin/portmone/bills",
        "/api/admin/portmone/exchanges/1",
        "/internal/bonuses",
        "/internal/bonuses/",
        "/internal/bonuses/a/resolve",
    ] {
        bench.send(&Trigger::of("bonuses").at(path)).await.problem(404, "no_such_route");
    }
    for (case, method) in [
        ("bonuses", "POST"),
        ("bonus", "PUT"),
        ("retry", "GET"),
        ("resolve", "PUT"),
        ("exchanges", "DELETE"),
        ("unmatched-reports", "POST"),
        ("payout", "POST"),
    ] {
        bench.send(&Trigger::of(case).method(method)).await.problem(405, "method_not_allowed");
    }
    assert_eq!(bench.wire.calls().len(), 0);
    assert!(Trigger::of("bonus").path().ends_with(RECEIPT), "the samples are about the bench's receipt");
}
