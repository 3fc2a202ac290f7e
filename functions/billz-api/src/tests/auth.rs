//! Who is believed: services at `/internal`, administrators at `/api/admin`.

use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

const FOR_SERVICES: [&str; 7] = ["jobs", "jobs-of-a-type", "job", "cards", "card", "order", "health"];
const FOR_ADMINS: [&str; 4] = ["admin-jobs", "admin-job", "admin-resolve", "admin-resolve-with-id"];

#[tokio::test]
async fn whoever_is_not_proved_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for case in FOR_SERVICES.into_iter().chain(["card-put"]) {
        let bare = Trigger::of(case).without_header("x-internal-api-key");
        bench.send(&bare).await.problem(401, "unauthenticated");
        for person in ["user-1", "admin-1"] {
            bench.send(&bare.clone().by(person)).await.problem(401, "unauthenticated");
        }
        for key in ["", "wrong", "local-internal-ke", "LOCAL-INTERNAL-KEY"] {
            let keyed = bare.clone().header("x-internal-api-key", key);
            bench.send(&keyed).await.problem(401, "unauthenticated");
        }
    }
    for case in FOR_ADMINS {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        let by_service = bare.clone().header("x-internal-api-key", "local-internal-key");
        bench.send(&by_service).await.problem(401, "unauthenticated");
        bench.send(&bare.bearing("garbage")).await.problem(401, "unauthenticated");
        bench.send(&Trigger::of(case).by("user-1")).await.problem(403, "forbidden");
    }
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&Trigger::of("admin-jobs")).await.ok(200);
}

#[tokio::test]
async fn an_unproved_body_is_not_even_read() {
    let bench = Bench::start().await;
    let long = "x".repeat(100_000);
    let put = Trigger::of("card-put").text(&long);
    bench.send(&put.clone().without_header("x-internal-api-key")).await.problem(401, "unauthenticated");
    bench.send(&put).await.problem(413, "body_too_long");
    bench.send(&Trigger::of("admin-resolve").by("user-1").text(&long)).await.problem(403, "forbidden");
    bench.send(&Trigger::of("admin-resolve").text(&long)).await.problem(413, "body_too_long");
}
