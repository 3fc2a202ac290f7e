//! The token is rotated while callbacks come in.

use std::time::Duration;

use http::HeaderValue;
use lambda_http::Request;
use sandbox::testbed::event_files::event;
use shared::providers::portmone::callback::Callbacks;

use super::bench::{Bench, SECRET, TOKEN_HEADER, answer, request, secret, taken};
use crate::handler::handle;

const NEW_TOKEN: &str = "the-token-that-comes-into-use";

/// `rsp-ok.json` with the token that comes into use.
fn with_new_token() -> Request {
    let mut request = request(&event("rsp-ok"));
    request.headers_mut().insert(TOKEN_HEADER, HeaderValue::from_static(NEW_TOKEN));
    request
}

/// Lets so much time pass at once.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn during_a_rotation_both_tokens_prove() {
    let bench = Bench::start().await;
    bench.aws.secrets.set(SECRET, &secret(NEW_TOKEN));
    let app = bench.another_app().await;
    for request in [with_new_token(), request(&event("rsp-ok"))] {
        assert_eq!(answer(handle(&app, request).await), taken());
    }
}

#[tokio::test]
async fn after_two_rotations_the_first_token_proves_nothing() {
    let bench = Bench::start().await;
    for token in ["between", NEW_TOKEN] {
        bench.aws.secrets.set(SECRET, &secret(token));
    }
    let app = bench.another_app().await;
    assert_eq!(handle(&app, request(&event("rsp-ok"))).await.status(), 401);
    assert_eq!(answer(handle(&app, with_new_token()).await), taken());
}

#[tokio::test]
async fn a_new_token_is_picked_up_by_the_callback_that_needs_it() {
    let bench = Bench::start().await;
    bench.aws.secrets.set(SECRET, &secret(NEW_TOKEN));
    pass(60).await;
    assert_eq!(bench.send(with_new_token()).await, taken());
    assert_eq!(bench.outcomes().await, ["paid"]);
    assert_eq!(bench.deliver("rsp-ok").await, taken(), "the token before still proves");
}

#[tokio::test]
async fn forged_callbacks_make_the_token_be_read_once_a_minute_at_most() {
    let bench = Bench::start().await;
    for _ in 0..5 {
        assert_eq!(bench.deliver("token-wrong").await.status, 401);
    }
    assert_eq!(bench.operations(), Vec::<String>::new(), "it was read less than a minute ago");
    for minute in 1..=3 {
        pass(61).await;
        for _ in 0..5 {
            assert_eq!(bench.deliver("token-wrong").await.status, 401);
        }
        let read = (bench.wire.count("BatchGetSecretValue"), bench.wire.count("GetSecretValue"));
        assert_eq!(read, (minute, minute));
    }
    assert_eq!(bench.wire.count("GetItem"), 0);
}

#[tokio::test]
async fn what_no_new_token_would_mend_makes_none_be_read() {
    let settings =
        Callbacks { source_addresses: vec!["192.0.2.77".parse().unwrap()], ..Callbacks::default() };
    let bench = Bench::proving(settings).await;
    pass(299).await;
    assert_eq!(bench.deliver("rsp-ok").await.status, 403);
    let bench = Bench::start().await;
    pass(299).await;
    for case in ["doctype", "not-xml", "form-without-data", "requests"] {
        bench.deliver(case).await;
    }
    assert_eq!(bench.operations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proved_callback_makes_a_token_of_five_minutes_be_read_again() {
    let bench = Bench::start().await;
    pass(300).await;
    assert_eq!(bench.deliver("rsp-ok").await, taken());
    assert_eq!(bench.wire.count("BatchGetSecretValue"), 1);
    bench.wire.reset();
    assert_eq!(bench.deliver("rsp-ok").await, taken());
    assert_eq!(bench.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_malformed_version_before_is_in_nobodys_way() {
    let bench = Bench::start().await;
    for malformed in ["not JSON", "{}"] {
        bench.aws.secrets.set_text(SECRET, malformed);
        bench.aws.secrets.set(SECRET, &secret(NEW_TOKEN));
        let app = bench.another_app().await;
        assert_eq!(answer(handle(&app, with_new_token()).await), taken(), "{malformed}");
        assert_eq!(handle(&app, request(&event("rsp-ok"))).await.status(), 401, "{malformed}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_proved_until_one_is_filled_in() {
    let bench = Bench::holding("", Callbacks::default()).await;
    assert_eq!(bench.send(with_new_token()).await.status, 503, "Portmone is to send it again");
    bench.check_untouched();
    bench.aws.secrets.set(SECRET, &secret(NEW_TOKEN));
    pass(60).await;
    assert_eq!(bench.send(with_new_token()).await, taken());
    let mut with_nothing = with_new_token();
    with_nothing.headers_mut().insert(TOKEN_HEADER, HeaderValue::from_static(""));
    assert_eq!(bench.send(with_nothing).await.status, 401, "nor by the version before");
}

#[tokio::test]
async fn a_token_that_cannot_be_read_again_stays_for_another_round() {
    let bench = Bench::start().await;
    for is_broken in [true, false] {
        if is_broken {
            bench.aws.secrets.set_text(SECRET, "not JSON");
        } else {
            bench.aws.secrets.remove(SECRET);
        }
        pass(301).await;
        assert_eq!(bench.deliver("rsp-ok").await, taken());
        bench.wire.reset();
        assert_eq!(bench.deliver("token-wrong").await.status, 401);
        assert_eq!(bench.operations(), Vec::<String>::new(), "not asked again within the minute");
    }
}
