//! What every request and answer has in common.

use sandbox::testbed::rest::samples;
use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

#[tokio::test]
async fn every_event_is_answered() {
    let expected = [
        ("link", 200),
        ("link-issue", 201),
        ("link-issue-unknown-field", 422),
        ("link-issue-without-token", 401),
        ("link-unlink", 204),
        ("no-such-route", 404),
        ("task", 404),
        ("task-resolve", 404),
        ("task-resolve-not-json", 400),
        ("tasks", 200),
        ("tasks-by-customer", 403),
        ("tasks-failed", 200),
        ("wrong-method", 405),
    ];
    let ask = async |case: &str| Bench::start().await.send(&Trigger::of(case)).await;
    // Links are credentials: no cache may hold them.
    samples::hold(&expected, &[], ask).await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let bench = Bench::start().await;
    for path in [
        "/",
        "/api/v1/telegram",
        "/api/v1/telegram/link/",
        "/api/v1/telegram/link/user-2",
        "/api/admin",
        "/api/admin/support-tasks/",
        "/api/admin/support-tasks/task-1/resolve/now",
    ] {
        bench.send(&Trigger::of("tasks").at(path)).await.problem(404, "no_such_route");
    }
    bench.send(&Trigger::of("link").method("PUT")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("tasks").method("POST")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("task").method("DELETE")).await.problem(405, "method_not_allowed");
    bench.send(&Trigger::of("task-resolve").method("GET")).await.problem(405, "method_not_allowed");
    assert_eq!(bench.wire.calls().len(), 0);
}
