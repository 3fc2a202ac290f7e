//! Who is believed: services at `/internal`, persons at `/api/v1`.

use sandbox::testbed::rest::trigger::Trigger;

use super::bench::Bench;

const FOR_SERVICES: [&str; 5] = ["send", "templates", "preview", "logs", "resend"];
const FOR_PERSONS: [&str; 2] = ["preferences", "preferences-replace"];

#[tokio::test]
async fn whoever_is_not_proved_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for case in FOR_SERVICES {
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
    for case in FOR_PERSONS {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        let by_service = bare.clone().header("x-internal-api-key", "local-internal-key");
        bench.send(&by_service).await.problem(401, "unauthenticated");
        bench.send(&bare.bearing("garbage")).await.problem(401, "unauthenticated");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn an_unproved_body_is_not_even_read() {
    let bench = Bench::start().await;
    let trigger = Trigger::of("send-without-key").text(&"x".repeat(100_000));
    bench.send(&trigger).await.problem(401, "unauthenticated");
}
