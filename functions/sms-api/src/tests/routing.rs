//! What every request and answer has in common.

use sandbox::testbed::rest::samples;

use super::bench::{Bench, trigger};

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("bill", 404),
        ("bill-cancel", 404),
        ("bill-process", 404),
        ("bill-resolve", 404),
        ("bills", 200),
        ("check", 200),
        ("check-unknown-field", 422),
        ("check-without-key", 401),
        ("deck", 404),
        ("deck-put", 200),
        ("decks", 200),
        ("history", 200),
        ("no-such-route", 404),
        ("price", 404),
        ("process-pending", 202),
        ("run", 202),
        ("run-dry", 200),
        ("run-without-secret", 401),
        ("settings", 200),
        ("settings-of-user", 200),
        ("settings-put", 200),
        ("settings-put-unknown-field", 422),
        ("settings-remove", 200),
        ("settings-without-token", 401),
        ("stats", 200),
        ("summary", 200),
        ("usage", 200),
        ("usage-many", 200),
        ("usage-not-json", 400),
        ("wrong-method", 405),
    ];
    let cached = [("summary", "private, max-age=300")];
    let ask = async |case: &str| Bench::start().await.send(&trigger(case)).await;
    samples::hold(&expected, &cached, ask).await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let bench = Bench::start().await;
    for path in [
        "/internal/sms",
        "/internal/sms/check/",
        "/api/admin/sms",
        "/api/admin/sms/billing/",
        "/api/admin/sms/billing/today",
        "/api/admin/sms/billing/x/y/z",
        "/api/cron",
        "/api/user/billing",
    ] {
        let answer = bench.send(&trigger("settings").at(path)).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
    for (case, method) in [
        ("check", "GET"),
        ("usage", "PUT"),
        ("price", "GET"),
        ("settings", "POST"),
        ("stats", "POST"),
        ("run", "GET"),
        ("summary", "POST"),
        ("deck", "DELETE"),
    ] {
        bench.send(&trigger(case).method(method)).await.problem(405, "method_not_allowed");
    }
}
