//! The webhook's secret is rotated while updates come in.

use std::time::Duration;

use sandbox::testbed::chat::update::request;
use serde_json::json;

use crate::app::App;
use crate::handler::handle;
use crate::tests::bench::{Bench, SECRET};

const NAME: &str = "paydesk/telegram";
const NEW: &str = "another-webhook-secret-of-43-characters-111";
/// Where requests for the secrets show themselves.
const READ: &str = "BatchGetSecretValue";

/// Sets the webhook's secret; the one before stays valid.
fn rotate(bench: &Bench, to: &str) {
    bench.aws.secrets.set(NAME, &json!({ "botToken": "", "webhookSecret": to }));
}

/// Lets so much time pass at once.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// What an update with that token is answered: one that is nothing for us, so it costs nothing by itself.
async fn status(app: &App, token: &str) -> u16 {
    let body = json!({ "update_id": 700_000_005, "brand_new_kind": {} }).to_string();
    handle(app, request(&body, Some(token))).await.status().as_u16()
}

#[tokio::test]
async fn during_a_rotation_both_tokens_prove() {
    let bench = Bench::start().await;
    rotate(&bench, NEW);
    let app = bench.app().await;
    assert_eq!((status(&app, NEW).await, status(&app, SECRET).await), (200, 200));
    assert_eq!(status(&app, "wrong").await, 401);
    assert_eq!(bench.wire.calls().len(), 0);
    // After the next rotation the first one proves nothing any more.
    rotate(&bench, "a-third-webhook-secret-of-43-characters-222");
    let app = bench.app().await;
    assert_eq!((status(&app, NEW).await, status(&app, SECRET).await), (200, 401));
}

#[tokio::test]
async fn a_new_token_is_picked_up_by_the_update_that_needs_it() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    rotate(&bench, NEW);
    assert_eq!(status(&app, NEW).await, 401, "it was read less than a minute ago");
    assert_eq!(bench.wire.calls().len(), 0);
    pass(60).await;
    assert_eq!(status(&app, NEW).await, 200);
    assert_eq!(bench.wire.count(READ), 1);
    assert_eq!(status(&app, SECRET).await, 200, "the one before still proves");
    assert_eq!(bench.wire.count(READ), 1);
}

#[tokio::test]
async fn forged_updates_make_the_secret_be_read_once_a_minute_at_most() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    for minute in 1..=3 {
        pass(61).await;
        for _ in 0..5 {
            assert_eq!(status(&app, "wrong").await, 401);
        }
        assert_eq!((bench.wire.count(READ), bench.wire.count("GetSecretValue")), (minute, minute));
    }
    assert_eq!(bench.store_requests(), Vec::<String>::new());
}

#[tokio::test]
async fn only_a_wrong_token_makes_the_secret_be_read_before_its_time() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    pass(299).await;
    assert_eq!(status(&app, SECRET).await, 200);
    let unreadable = handle(&app, request("nonsense", Some(SECRET))).await;
    let too_long = handle(&app, request(&" ".repeat(300_000), Some("wrong"))).await;
    assert_eq!((unreadable.status().as_u16(), too_long.status().as_u16()), (400, 413));
    assert_eq!(bench.wire.calls().len(), 0);
    pass(1).await;
    assert_eq!(status(&app, SECRET).await, 200);
    assert_eq!(bench.wire.count(READ), 1, "after five minutes");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_again_stays_for_another_round() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    bench.aws.secrets.set_text(NAME, "not JSON");
    pass(301).await;
    assert_eq!(status(&app, SECRET).await, 200);
    bench.aws.secrets.remove(NAME);
    pass(301).await;
    assert_eq!(status(&app, SECRET).await, 200);
    bench.wire.reset();
    assert_eq!(status(&app, "wrong").await, 401);
    assert_eq!(bench.wire.calls().len(), 0, "not asked again within the minute");
}

#[tokio::test]
async fn without_a_secret_nothing_is_proved_until_one_is_filled_in() {
    let bench = Bench::start().await;
    rotate(&bench, "");
    let app = bench.app().await;
    for token in ["", SECRET, "wrong"] {
        assert_eq!(status(&app, token).await, 503, "{token:?}: Telegram is to send it again");
    }
    assert_eq!(bench.wire.calls().len(), 0);
    rotate(&bench, NEW);
    pass(60).await;
    assert_eq!(status(&app, NEW).await, 200);
    assert_eq!(status(&app, "").await, 401, "an empty secret before proves nothing");
}
