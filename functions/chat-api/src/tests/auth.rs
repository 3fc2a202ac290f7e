//! Who is believed: persons at `/api/v1`, administrators at `/api/admin`.

use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

const FOR_PERSONS: [&str; 3] = ["link", "link-issue", "link-unlink"];
const FOR_ADMINS: [&str; 4] = ["tasks", "tasks-failed", "task", "task-resolve"];

#[tokio::test]
async fn whoever_is_not_proved_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for case in FOR_PERSONS.into_iter().chain(FOR_ADMINS) {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        let by_service = bare.clone().header("x-internal-api-key", "local-internal-key");
        bench.send(&by_service).await.problem(401, "unauthenticated");
        for token in ["garbage", "a.b.c", ""] {
            bench.send(&bare.clone().bearing(token)).await.problem(401, "unauthenticated");
        }
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn tasks_are_for_administrators_and_others_cost_no_request_to_aws() {
    let bench = Bench::start().await;
    for case in FOR_ADMINS {
        bench.send(&Trigger::of(case).by("user-1")).await.problem(403, "forbidden");
    }
    bench.send(&Trigger::of("tasks-by-customer")).await.problem(403, "forbidden");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&Trigger::of("tasks")).await.ok(200);
}

#[tokio::test]
async fn an_unproved_body_is_not_even_read() {
    let bench = Bench::start().await;
    let long = "x".repeat(100_000);
    let trigger = Trigger::of("link-issue-without-token").text(&long);
    bench.send(&trigger).await.problem(401, "unauthenticated");
    bench.send(&Trigger::of("task-resolve").by("user-1").text(&long)).await.problem(403, "forbidden");
    bench.send(&Trigger::of("task-resolve").text(&long)).await.problem(413, "body_too_long");
}
