//! The private key is rotated while callbacks come in.

use std::time::Duration;

use lambda_http::Request;
use sandbox::testbed::event_files::event;

use super::bench::{Bench, SECRET, acknowledged, answer, credentials, request, signature};
use crate::handler::handle;

const NEW_KEY: &str = "NEWKE-YNEWK-EYNEW-KEYNE-WKEYN";

/// `paid.json`, signed with the key that comes into use.
fn paid_with_new_key() -> Request {
    let mut event = event("paid");
    event["headers"]["x-callback-signature"] =
        signature(NEW_KEY, event["body"].as_str().unwrap().as_bytes()).into();
    request(&event)
}

/// Lets so much time pass at once.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn during_a_rotation_both_keys_prove() {
    let bench = Bench::with_code().await;
    bench.aws.secrets.set(SECRET, &credentials(NEW_KEY));
    let app = bench.another_app().await;
    for request in [paid_with_new_key(), request(&event("paid"))] {
        assert_eq!(answer(handle(&app, request).await), acknowledged());
    }
}

#[tokio::test]
async fn a_new_key_is_picked_up_by_the_callback_that_needs_it() {
    let bench = Bench::with_code().await;
    bench.aws.secrets.set(SECRET, &credentials(NEW_KEY));
    pass(60).await;
    assert_eq!(bench.send(paid_with_new_key()).await, acknowledged());
    assert_eq!(bench.item()["gsi2pk"]["S"], "STATE#PAID");
    assert_eq!(bench.deliver("paid").await, acknowledged(), "the key before still proves");
}

#[tokio::test]
async fn forged_callbacks_make_the_key_be_read_once_a_minute_at_most() {
    let bench = Bench::with_code().await;
    let forged = || request(&event("forged-body"));
    for _ in 0..5 {
        assert_eq!(bench.send(forged()).await.status, 401);
    }
    assert_eq!(bench.operations(), Vec::<String>::new(), "it was read less than a minute ago");

    for minute in 1..=3 {
        pass(61).await;
        for _ in 0..5 {
            assert_eq!(bench.send(forged()).await.status, 401);
        }
        let read = (bench.wire.count("BatchGetSecretValue"), bench.wire.count("GetSecretValue"));
        assert_eq!(read, (minute, minute));
    }
    assert_eq!(bench.wire.count("GetItem"), 0);
}

#[tokio::test]
async fn only_a_wrong_signature_makes_the_key_be_read_again() {
    let bench = Bench::with_code().await;
    pass(299).await;
    for case in ["signature-missing", "wrong-event", "not-a-report", "test-null-ids"] {
        bench.deliver(case).await;
    }
    assert_eq!(bench.operations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proved_callback_makes_a_key_of_five_minutes_be_read_again() {
    let bench = Bench::with_code().await;
    pass(300).await;
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.wire.count("BatchGetSecretValue"), 1);
    bench.wire.reset();
    assert_eq!(bench.deliver("paid").await, acknowledged());
    assert_eq!(bench.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_malformed_version_before_is_in_nobody_s_way() {
    let bench = Bench::with_code().await;
    for malformed in ["not JSON", "{}"] {
        bench.aws.secrets.set_text(SECRET, malformed);
        bench.aws.secrets.set(SECRET, &credentials(NEW_KEY));
        let app = bench.another_app().await;
        assert_eq!(answer(handle(&app, paid_with_new_key()).await), acknowledged(), "{malformed}");
        assert_eq!(handle(&app, request(&event("paid"))).await.status(), 401, "{malformed}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_proved_until_one_is_filled_in() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        bench.aws.secrets.set(SECRET, &credentials(""));
    }
    let app = bench.another_app().await;
    bench.wire.reset();
    let mut signed_with_nothing = event("paid");
    let body = signed_with_nothing["body"].as_str().unwrap().to_owned();
    signed_with_nothing["headers"]["x-callback-signature"] = signature("", body.as_bytes()).into();
    for event in [&signed_with_nothing, &event("paid"), &event("signature-missing")] {
        let answer = answer(handle(&app, request(event)).await);
        assert_eq!(
            (answer.status, &answer.body["success"]),
            (503, &false.into()),
            "Tripay is to send it again"
        );
    }
    assert_eq!(bench.operations(), Vec::<String>::new());

    bench.aws.secrets.set(SECRET, &credentials(NEW_KEY));
    pass(60).await;
    assert_eq!(answer(handle(&app, paid_with_new_key()).await), acknowledged());
    assert_eq!(handle(&app, request(&signed_with_nothing)).await.status(), 401, "nor by the version before");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_again_stays_for_another_round() {
    let bench = Bench::with_code().await;
    for broken in [true, false] {
        if broken {
            bench.aws.secrets.set_text(SECRET, "not JSON");
        } else {
            bench.aws.secrets.remove(SECRET);
        }
        pass(301).await;
        assert_eq!(bench.deliver("paid").await, acknowledged());
        assert_eq!(bench.item()["gsi2pk"]["S"], "STATE#PAID");
        bench.wire.reset();
        assert_eq!(bench.send(request(&event("forged-body"))).await.status, 401);
        assert_eq!(bench.operations(), Vec::<String>::new(), "not asked again within the minute");
    }
}
