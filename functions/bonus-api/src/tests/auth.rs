//! Who is believed: services at `/internal`, administrators at `/api/admin`.

use sandbox::testbed::rest::trigger::Trigger;

use super::bench::{Bench, ago};
use super::happenings as h;

const FOR_ADMINS: [&str; 10] = [
    "bonuses",
    "bonuses-manual",
    "bonuses-retry",
    "bonus",
    "retry",
    "resolve",
    "exchanges",
    "exchanges-of-bill",
    "exchanges-of-chat",
    "unmatched-reports",
];

#[tokio::test]
async fn whoever_is_not_proved_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    bench.sample(ago(1_300), h::in_doubt).await;
    let bare = Trigger::of("payout").without_header("x-internal-api-key");
    bench.send(&bare).await.problem(401, "unauthenticated");
    for person in ["user-1", "admin-1"] {
        bench.send(&bare.clone().by(person)).await.problem(401, "unauthenticated");
    }
    for key in ["", "wrong", "local-internal-ke", "LOCAL-INTERNAL-KEY"] {
        bench.send(&bare.clone().header("x-internal-api-key", key)).await.problem(401, "unauthenticated");
    }
    for case in FOR_ADMINS {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        let by_service = bare.clone().header("x-internal-api-key", "local-internal-key");
        bench.send(&by_service).await.problem(401, "unauthenticated");
        bench.send(&bare.bearing("garbage")).await.problem(401, "unauthenticated");
        // It is the user's own bonus: they are told about it in their chat, and nowhere else.
        bench.send(&Trigger::of(case).by("user-1")).await.problem(403, "forbidden");
    }
    assert_eq!((bench.wire.calls().len(), bench.told()), (0, vec![]));
    for case in FOR_ADMINS.into_iter().filter(|case| *case != "retry") {
        bench.send(&Trigger::of(case)).await.ok(200);
    }
    bench.send(&Trigger::of("payout")).await.ok(200);
}

#[tokio::test]
async fn an_unproved_body_is_not_even_read() {
    let bench = Bench::start().await;
    let long = "x".repeat(100_000);
    for case in ["retry", "resolve"] {
        let wish = Trigger::of(case).text(&long);
        bench.send(&wish.clone().without_header("authorization")).await.problem(401, "unauthenticated");
        bench.send(&wish.clone().by("user-1")).await.problem(403, "forbidden");
        bench.send(&wish).await.problem(413, "body_too_long");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}
