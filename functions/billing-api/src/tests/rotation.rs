//! What is held is read again in time: rotated secrets, new keys, channels, findings.

use sandbox::testbed::rest::tokens::{JWT_SECRET, claims, hs256, token_of};
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::json;

use super::bench::{Bench, later};

const NEW_SECRET: &str = "the-secret-after-the-rotation";

fn list(token: &str) -> Trigger {
    Trigger::of("list").bearing(token)
}

fn readings(bench: &Bench) -> usize {
    bench.wire.count("BatchGetSecretValue")
}

#[tokio::test]
async fn a_rotated_secret_is_found_within_a_minute_and_asked_for_no_oftener() {
    let bench = Bench::start().await;
    bench.aws.secrets.set("paydesk/api", &json!({ "jwtSecret": NEW_SECRET, "cursorKey": "a-cursor-key" }));
    let renewed = list(&hs256(NEW_SECRET, &claims("user-1")));
    let forged = list(&hs256("a-third-secret", &claims("user-1")));
    bench.send(&renewed).await.problem(401, "unauthenticated");
    assert_eq!(bench.wire.calls().len(), 0);
    later(61).await;
    bench.send(&renewed).await.ok(200);
    assert_eq!(readings(&bench), 1);
    for _ in 0..5 {
        bench.send(&forged).await.problem(401, "unauthenticated");
    }
    assert_eq!(readings(&bench), 1);
    bench.send(&list(&token_of("user-1"))).await.ok(200);
    later(61).await;
    for _ in 0..5 {
        bench.send(&forged).await.problem(401, "unauthenticated");
    }
    assert_eq!(readings(&bench), 2);
}

#[tokio::test]
async fn only_a_wrong_signature_makes_a_secret_be_read() {
    let bench = Bench::start().await;
    later(61).await;
    let mut expired = claims("user-1");
    expired["exp"] = json!(1_700_000_000);
    for token in [hs256(JWT_SECRET, &expired), "garbage".to_owned(), "a.b.c".to_owned()] {
        bench.send(&list(&token)).await.problem(401, "unauthenticated");
    }
    bench.send(&Trigger::of("create-without-token")).await.problem(401, "unauthenticated");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn a_rotated_internal_key_is_found_and_the_second_stays_good() {
    let bench = Bench::start().await;
    let keyed = |key: &str| Trigger::of("transactions").header("x-internal-api-key", key);
    bench
        .aws
        .secrets
        .set("paydesk/internal", &json!({ "apiKeys": ["third-internal-key", "second-internal-key"] }));
    bench.send(&keyed("third-internal-key")).await.problem(401, "unauthenticated");
    later(61).await;
    bench.send(&keyed("third-internal-key")).await.ok(200);
    bench.send(&keyed("second-internal-key")).await.ok(200);
    bench.send(&keyed("local-internal-key")).await.problem(401, "unauthenticated");
    assert_eq!(readings(&bench), 1);
}

#[tokio::test]
async fn old_secrets_are_read_again_by_those_who_are_proved() {
    let bench = Bench::start().await;
    later(301).await;
    bench.send(&list(&token_of("user-1"))).await.ok(200);
    bench.send(&list(&token_of("user-1"))).await.ok(200);
    assert_eq!(readings(&bench), 1);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_again_leaves_the_old_one_good() {
    let bench = Bench::start().await;
    later(301).await;
    bench.aws.secrets.remove("paydesk/api");
    bench.send(&list(&token_of("user-1"))).await.ok(200);
    bench.send(&list(&token_of("user-1"))).await.ok(200);
    assert_eq!(readings(&bench), 1);
}

#[tokio::test]
async fn channels_are_read_again_after_ten_minutes_and_findings_after_half_a_minute() {
    let bench = Bench::start().await;
    let (channels, asked) = (Trigger::of("channels").query(""), "GET /merchant/payment-channel");
    for (seconds, readings) in [(0, 1), (290, 1), (290, 1), (25, 2)] {
        later(seconds).await;
        bench.send(&channels).await.ok(200);
        assert_eq!(bench.wire.count(asked), readings, "{seconds} seconds later");
    }
    bench.wire.reset();
    for (seconds, calls) in [(0, 4), (29, 4), (2, 8)] {
        later(seconds).await;
        bench.send(&Trigger::of("health")).await.ok(200);
        let asked = bench.wire.calls().into_iter().filter(|call| call.operation() != "BatchGetSecretValue");
        assert_eq!(asked.count(), calls, "{seconds} seconds later");
    }
}
