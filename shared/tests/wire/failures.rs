//! Each of Tripay's operations under every kind of failure: what it is called, and what may be done next.

use std::time::Duration;

use shared::providers::tripay::TripayError;
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, html, json};
use crate::setup::{Asking, tripay};

const SAFE: Retry = Retry::Safe { after: None };

/// Asks a server that plays `play`. The request must have been sent once, and not again.
async fn error_of(asking: Asking, play: Play) -> TripayError {
    let server = OddServer::start([play.clone()]).await;
    let error = asking.of(&tripay(server.url())).await.expect_err(&format!("{asking:?} of {play:?}"));
    assert_eq!(server.connections(), 1, "{asking:?} of {play:?} was repeated");
    assert!(server.seen().len() <= 1, "{asking:?} of {play:?} was repeated");
    error
}

/// What may be done after an answer that leaves open whether Tripay acted.
fn unknown_end(asking: Asking) -> Retry {
    if asking == Asking::Create { Retry::AskFirst } else { SAFE }
}

async fn assert_refused(play: Play, status: u16, message: &str) {
    for asking in Asking::ALL {
        let error = error_of(asking, play.clone()).await;
        assert_eq!(error, TripayError::Refused { status, message: message.to_owned() }, "{asking:?}");
        assert_eq!(error.retry(), Retry::Never, "{asking:?}");
    }
}

async fn assert_failed(play: Play, failure: Failure, retry: fn(Asking) -> Retry) {
    for asking in Asking::ALL {
        let error = error_of(asking, play.clone()).await;
        assert_eq!(error.retry(), retry(asking), "{asking:?} of {play:?}");
        let TripayError::Call(call) = error else { panic!("{asking:?} of {play:?}: {error}") };
        assert_eq!(call.failure, failure, "{asking:?} of {play:?}: {call}");
    }
}

#[tokio::test]
async fn a_refusal_is_a_result_with_tripays_own_words_whatever_its_status() {
    let words = "Unauthorized IP (1.2.3.4). Please add this IP to your merchant Whitelist IP (T12345)";
    for status in [200, 400, 401, 403, 404, 422] {
        let body = format!(r#"{{"success":false,"message":"{words}"}}"#);
        assert_refused(json(status, &body), status, words).await;
    }
}

#[tokio::test]
async fn a_refusal_without_words_is_still_a_refusal() {
    assert_refused(json(200, r#"{"success":false}"#), 200, "").await;
    assert_refused(json(400, r#"{"success":true,"message":"","data":[]}"#), 400, "").await;
}

#[tokio::test]
async fn a_gateway_that_refuses_in_html_is_a_refusal_and_its_page_is_kept_for_people() {
    for status in [400, 403, 404] {
        assert_failed(html(status), Failure::Refused, |_| Retry::Never).await;
    }
    let TripayError::Call(error) = error_of(Asking::Create, html(403)).await else {
        panic!("not a call error")
    };
    assert!(error.excerpt.contains("Cloudflare"), "{:?}", error.excerpt);
    assert!(error.to_string().starts_with("tripay transaction/create: "), "{error}");
    assert!(!error.to_string().contains("Cloudflare"), "a body in the log: {error}");
}

#[tokio::test]
async fn only_the_beginning_of_an_unreadable_answer_is_kept() {
    let TripayError::Call(error) = error_of(Asking::Fees, json(200, &"é".repeat(1000))).await else {
        panic!("not a call error")
    };
    assert_eq!(error.excerpt, "é".repeat(200));
}

#[tokio::test]
async fn a_limit_may_be_waited_out_by_every_operation() {
    let limited = |value: Option<&str>| Play::Answer {
        status: 429,
        headers: value.map(|value| ("retry-after", value.to_owned())).into_iter().collect(),
        body: r#"{"success":false,"message":"Too Many Requests"}"#.to_owned(),
    };
    let soon = Some(Duration::from_secs(7));
    assert_failed(limited(Some("7")), Failure::Limited(soon), |_| Retry::Safe {
        after: Some(Duration::from_secs(7)),
    })
    .await;
    for unusable in [None, Some("Wed, 21 Oct 2026 07:28:00 GMT"), Some("-1"), Some("soon")] {
        assert_failed(limited(unusable), Failure::Limited(None), |_| SAFE).await;
    }
}

#[tokio::test]
async fn a_server_error_leaves_open_whether_a_transaction_was_made() {
    for status in [500, 502, 503, 504] {
        assert_failed(html(status), Failure::ServerError, unknown_end).await;
        let body = r#"{"success":false,"message":"Internal Server Error"}"#;
        assert_failed(json(status, body), Failure::ServerError, unknown_end).await;
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_open_whether_a_transaction_was_made() {
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        assert_failed(play, Failure::NoAnswer, unknown_end).await;
    }
}

#[tokio::test]
async fn garbage_leaves_open_whether_a_transaction_was_made() {
    let garbage = [
        "",
        "null",
        "[]",
        r#"{"message":"no success"}"#,
        r#"{"success":"true","data":[]}"#,
        r#"{"success":true,"message":"","data":"#,
        r#"{"success":true,"message":""}"#,
        r#"{"success":true,"message":"","data":null}"#,
        r#"{"success":true,"message":"","data":{"unlike":"anything"}}"#,
        r#"{"success":true,"message":"","data":[{"unlike":"anything"}]}"#,
    ];
    assert_failed(html(200), Failure::Unreadable, unknown_end).await;
    for body in garbage {
        assert_failed(json(200, body), Failure::Unreadable, unknown_end).await;
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let endless = format!(r#"{{"success":true,"message":"{}","data":[]}}"#, "x".repeat(1 << 20));
    assert_failed(json(200, &endless), Failure::Unreadable, unknown_end).await;
}

#[tokio::test]
async fn who_was_never_reached_may_be_asked_again() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    for asking in Asking::ALL {
        let error = asking.of(&tripay(&closed)).await.unwrap_err();
        assert_eq!(error.retry(), SAFE, "{asking:?}");
        assert!(!error.to_string().contains(&closed), "an address in the log: {error}");
        let TripayError::Call(call) = error else { panic!("{asking:?}: {error}") };
        assert_eq!(call.failure, Failure::NotReached, "{asking:?}: {call}");
    }
}
