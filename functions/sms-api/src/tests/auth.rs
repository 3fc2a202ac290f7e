//! Who is believed: services at `/internal`, administrators at `/api/admin`, the cron secret at `/api/cron`, and users
//! about themselves.

use std::time::Duration;

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::{Bench, CRON_SECRET, ago, trigger};

const FOR_SERVICES: [&str; 4] = ["check", "usage", "usage-many", "price"];
const FOR_ADMINS: [&str; 13] = [
    "settings",
    "settings-put",
    "settings-remove",
    "bills",
    "bill",
    "bill-process",
    "bill-cancel",
    "bill-resolve",
    "process-pending",
    "stats",
    "decks",
    "deck",
    "deck-put",
];

#[tokio::test]
async fn whoever_is_not_proved_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for case in FOR_SERVICES {
        let bare = Trigger::of(case).without_header("x-internal-api-key");
        bench.send(&bare).await.problem(401, "unauthenticated");
        bench.send(&bare.clone().by("admin-1")).await.problem(401, "unauthenticated");
        for key in ["", "wrong", "local-internal-ke", CRON_SECRET] {
            let keyed = bare.clone().header("x-internal-api-key", key);
            bench.send(&keyed).await.problem(401, "unauthenticated");
        }
    }
    for case in FOR_ADMINS {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        bench
            .send(&bare.clone().header("x-internal-api-key", "local-internal-key"))
            .await
            .problem(401, "unauthenticated");
        for token in ["garbage", CRON_SECRET] {
            bench.send(&bare.clone().bearing(token)).await.problem(401, "unauthenticated");
        }
        bench.send(&Trigger::of(case).by("user-1")).await.problem(403, "forbidden");
    }
    for case in ["summary", "history"] {
        let bare = Trigger::of(case).without_header("authorization");
        bench.send(&bare).await.problem(401, "unauthenticated");
        bench.send(&bare.clone().bearing(CRON_SECRET)).await.problem(401, "unauthenticated");
    }
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn runs_are_started_with_the_cron_secret_alone() {
    let bench = Bench::start().await;
    bench.send(&trigger("run-without-secret")).await.problem(401, "unauthenticated");
    let bare = trigger("run").without_header("authorization");
    bench.send(&bare.clone().by("admin-1")).await.problem(401, "unauthenticated");
    bench
        .send(&bare.clone().header("x-internal-api-key", "local-internal-key"))
        .await
        .problem(401, "unauthenticated");
    for secret in
        ["", " ", "A-CRON-SECRET-OF-THE-BENCH", "a-cron-secret-of-the-benc", "a-cron-secret-of-the-bench2"]
    {
        bench.send(&bare.clone().bearing(secret)).await.problem(401, "unauthenticated");
    }
    let basic = bare.clone().header("authorization", &format!("Basic {CRON_SECRET}"));
    bench.send(&basic).await.problem(401, "unauthenticated");
    assert_eq!((bench.wire.calls().len(), bench.runs().len()), (0, 0));
    bench.send(&bare.bearing(CRON_SECRET)).await.ok(202);
    assert_eq!(bench.runs().len(), 1);
}

#[tokio::test]
async fn while_the_cron_secret_is_rotated_both_are_good() {
    let mut bench = Bench::start().await;
    bench.aws.secrets.set("paydesk/cron", &json!({ "secret": "the-next-one" }));
    bench.restart().await;
    for secret in [CRON_SECRET, "the-next-one"] {
        bench.send(&trigger("run").bearing(secret)).await.ok(202);
    }
    bench.aws.secrets.set("paydesk/cron", &json!({ "secret": "the-one-after" }));
    let newest = trigger("run").bearing("the-one-after");
    bench.send(&newest).await.problem(401, "unauthenticated");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    bench.send(&newest).await.ok(202);
    bench.send(&trigger("run").bearing("the-next-one")).await.ok(202);
    bench.send(&trigger("run")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_empty_cron_secret_lets_nobody_in() {
    let mut bench = Bench::start().await;
    bench.aws.secrets.set("paydesk/cron", &json!({ "secret": "" }));
    bench.aws.secrets.set("paydesk/cron", &json!({ "secret": " " }));
    bench.restart().await;
    for secret in ["", " "] {
        bench.send(&trigger("run").bearing(secret)).await.problem(401, "unauthenticated");
    }
    assert_eq!(bench.runs().len(), 0);
}

#[tokio::test]
async fn a_user_sees_only_what_is_theirs() {
    let bench = Bench::start().await;
    let mine = bench.bill("user-1", 12_345_000, ago(60), |_| {}).await;
    bench.bill("user-2", 1_000_000, ago(50), |_| {}).await;
    let history = bench.send(&trigger("history")).await.ok(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    assert_eq!(history["items"][0]["_id"], json!(mine));
    let summary = bench.send(&trigger("summary").by("user-3")).await.ok(200);
    assert_eq!(summary["summary"]["pendingBillings"], 0);
}

#[tokio::test]
async fn an_unproved_body_is_not_even_read() {
    let bench = Bench::start().await;
    let long = "x".repeat(3 << 20);
    let bare = trigger("usage").text(&long);
    bench.send(&bare.clone().without_header("x-internal-api-key")).await.problem(401, "unauthenticated");
    bench.send(&bare).await.problem(413, "body_too_long");
    bench.send(&trigger("check").text(&"x".repeat(17 << 10))).await.problem(413, "body_too_long");
    bench.send(&trigger("deck-put").text(&"x".repeat(513 << 10))).await.problem(413, "body_too_long");
}
