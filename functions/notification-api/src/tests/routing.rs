//! What every request and answer has in common.

use sandbox::testbed::rest::samples;
use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("logs", 200),
        ("no-such-route", 404),
        ("preferences", 200),
        ("preferences-replace", 200),
        ("preview", 200),
        ("preview-html", 200),
        ("resend", 404),
        ("send", 202),
        ("send-credentials", 202),
        ("send-not-json", 400),
        ("send-to-operators", 202),
        ("send-unknown-field", 422),
        ("send-with-key", 202),
        ("send-without-key", 401),
        ("templates", 200),
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
        "/internal/notifications",
        "/internal/notifications/",
        "/internal/notifications/send/",
        "/internal/notifications/templates/order.created",
        "/api/v1/notifications/preferences/user-2",
    ] {
        bench.send(&Trigger::of("logs").at(path)).await.problem(404, "no_such_route");
    }
    bench.send(&Trigger::of("send").method("GET")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("resend").method("GET")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("preferences").method("POST")).await.problem(405, "method_not_allowed");
    assert_eq!(bench.wire.calls().len(), 0);
}
