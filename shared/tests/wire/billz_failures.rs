//! Each operation at Billz under every kind of failure: what it is called, and what may be done next.

use std::time::Duration;

use shared::domain::billz::operation::{Answer, OperationKind, Refusal};
use shared::providers::billz::BillzError;
use shared::retry::{Failure, Retry, Verdict};

use crate::billz_setup::{
    ACCEPTED, EXPIRED, PRODUCT, billz, call_error, now, operation, perform, refusal, token,
};
use crate::odd_server::{Play, html, json};

const SAFE: Retry = Retry::Safe { after: None };

/// What may be done after an answer that leaves open whether Billz acted.
fn unknown_end(kind: OperationKind) -> Retry {
    if kind.is_once() { Retry::AskFirst } else { SAFE }
}

async fn assert_failed(play: Play, failure: Failure, retry: fn(OperationKind) -> Retry) {
    for kind in OperationKind::ALL {
        let error = call_error(kind, play.clone()).await;
        assert_eq!((error.failure, error.retry()), (failure, retry(kind)), "{kind:?} of {play:?}: {error}");
    }
}

fn envelope(status: u16, error: &str, rest: &str) -> String {
    format!(r#"{{"session_id":"0","status_code":{status},"id":"","error":{error}{rest}}}"#)
}

#[tokio::test]
async fn who_is_no_longer_let_in_did_nothing_and_may_ask_with_a_new_token() {
    let inside = envelope(401, r#"{"code":"401","message":"Token is expired"}"#, "");
    for play in [json(401, EXPIRED), html(401), json(401, ""), json(200, EXPIRED), json(200, &inside)] {
        for kind in OperationKind::ALL {
            let error = perform(kind, play.clone()).await.0.unwrap_err();
            assert_eq!((&error, error.retry()), (&BillzError::TokenExpired, SAFE), "{kind:?} of {play:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_a_result_in_billzs_words_whatever_its_status() {
    let words = "something is wrong";
    let bodies = [
        envelope(400, r#"{"code":"400","message":"something is wrong"}"#, ""),
        envelope(422, r#""something is wrong""#, r#","data":null"#),
        envelope(400, "null", r#","data":{"message":"something is wrong"}"#),
        envelope(200, r#"{"code":"","message":"something is wrong"}"#, r#","data":{}"#),
        envelope(200, r#""something is wrong""#, r#","data":{"id":"x"}"#),
        r#"{"code":400,"message":"something is wrong","error":"something is wrong","data":null}"#.to_owned(),
        r#"{"error":"something is wrong"}"#.to_owned(),
    ];
    for kind in OperationKind::ALL {
        for body in &bodies {
            for status in [200, 400, 422] {
                let refusal = refusal(kind, json(status, body)).await;
                let expected = (Refusal::REFUSED, words);
                assert_eq!(
                    (refusal.code.as_str(), refusal.reason.as_str()),
                    expected,
                    "{kind:?}: {status} {body}"
                );
                let product = (kind == OperationKind::AddItem).then(|| PRODUCT.to_owned());
                assert_eq!(refusal.product, product, "{kind:?}");
            }
        }
        let error = perform(kind, json(200, &bodies[0])).await.0.unwrap_err();
        assert_eq!(error.retry(), Retry::Never, "{kind:?}");
        assert_eq!(error.to_string(), "billz refused: refused", "its words are in the log");
    }
}

#[tokio::test]
async fn a_refusal_without_words_says_its_status() {
    for (play, reason) in [
        (json(409, r#"{"code":409}"#), "status 409"),
        (json(200, r#"{"status_code":422,"error":{"code":"","message":""},"data":{}}"#), "status 422"),
        (json(200, r#"{"status_code":"419"}"#), "status 419"),
    ] {
        for kind in OperationKind::ALL {
            assert_eq!(refusal(kind, play.clone()).await.reason, reason, "{kind:?} of {play:?}");
        }
    }
}

#[tokio::test]
async fn who_may_not_is_told_of_the_role_of_the_integration_key() {
    let denied = r#"{"code":403,"message":"access denied","error":"access denied","data":null}"#;
    let inside = envelope(403, r#"{"code":"403","message":"access denied"}"#, "");
    for play in [json(403, denied), json(200, &inside)] {
        for kind in OperationKind::ALL {
            let refusal = refusal(kind, play.clone()).await;
            assert_eq!(refusal.code, Refusal::REFUSED, "{kind:?}");
            assert!(refusal.reason.contains("the role of the integration key"), "{kind:?}: {refusal:?}");
            assert!(refusal.reason.contains("access denied"), "{kind:?}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_limit_may_be_waited_out_by_every_operation() {
    let soon = Some(Duration::from_secs(7));
    let headers = vec![("retry-after", "7".to_owned())];
    let body = r#"{"code":429,"message":"too many requests","error":"rate limit exceeded","data":null}"#;
    let play = Play::Answer { status: 429, headers, body: body.to_owned() };
    assert_failed(play, Failure::Limited(soon), |_| Retry::Safe { after: Some(Duration::from_secs(7)) })
        .await;
    assert_failed(html(429), Failure::Limited(None), |_| SAFE).await;
    let inside = envelope(429, r#"{"code":"429","message":"too many requests"}"#, "");
    assert_failed(json(200, &inside), Failure::Limited(None), |_| SAFE).await;
    assert_failed(json(200, body), Failure::Limited(None), |_| SAFE).await;
}

#[tokio::test]
async fn a_server_error_leaves_open_what_billz_did() {
    for status in [500, 502, 504] {
        assert_failed(html(status), Failure::ServerError, unknown_end).await;
        let inside = envelope(status, r#"{"code":"","message":"context deadline exceeded"}"#, "");
        assert_failed(json(200, &inside), Failure::ServerError, unknown_end).await;
        assert_failed(json(400, &inside), Failure::ServerError, unknown_end).await;
    }
}

/// A gateway's page, or a filter's, is not Billz's word, and the request may have got through.
#[tokio::test]
async fn an_error_that_is_not_in_billzs_words_leaves_open_what_billz_did() {
    for status in [400, 403, 404, 408, 409, 422, 499] {
        for play in [html(status), json(status, ""), json(status, r#"{"message":"Forbidden"}"#)] {
            assert_failed(play, Failure::Unreadable, unknown_end).await;
        }
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_billz_did() {
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        assert_failed(play, Failure::NoAnswer, unknown_end).await;
    }
}

#[tokio::test]
async fn a_page_or_a_torn_answer_leaves_open_what_billz_did() {
    let torn = r#"{"status_code":200,"error":{"code":"","message":""},"data":"#;
    let moved = Play::Answer {
        status: 302,
        headers: vec![("location", "/elsewhere".to_owned())],
        body: String::new(),
    };
    for play in [html(200), json(200, torn), json(201, "<"), moved] {
        assert_failed(play, Failure::Unreadable, unknown_end).await;
    }
}

/// An acceptance is no proof: it may be carried out later, or never. Deleting and returning are answered with no
/// more, and are looked at afterwards.
#[tokio::test]
async fn an_answer_that_proves_nothing_leaves_open_what_billz_did() {
    let bare = |kind| matches!(kind, OperationKind::ReturnToDraft | OperationKind::DeleteDraft);
    for body in
        [ACCEPTED, "", "null", "[]", "{}", r#""38c3920a-ffdd-4233-a823-8af3266f5f4f""#, r#"{"data":{}}"#]
    {
        for kind in OperationKind::ALL {
            let is_new_client = kind == OperationKind::CreateClient && body == ACCEPTED;
            if bare(kind) {
                assert_eq!(perform(kind, json(200, body)).await.0, Ok(Answer::Done), "{kind:?} of {body}");
                assert_eq!(perform(kind, json(202, body)).await.0, Ok(Answer::Done), "{kind:?} of {body}");
            } else if !is_new_client {
                let error = call_error(kind, json(200, body)).await;
                let expected = (Failure::Unreadable, unknown_end(kind));
                assert_eq!((error.failure, error.retry()), expected, "{kind:?} of {body}");
            }
        }
    }
}

#[tokio::test]
async fn who_was_never_reached_may_be_asked_again() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    for kind in OperationKind::ALL {
        let error = billz(&closed).perform(&token(), &operation(kind), now()).await.unwrap_err();
        assert_eq!(error.retry(), SAFE, "{kind:?}");
        assert!(!error.to_string().contains(&closed), "an address in the log: {error}");
        let BillzError::Call(call) = error else { panic!("{kind:?}: {error}") };
        assert_eq!(call.failure, Failure::NotReached, "{kind:?}: {call}");
    }
}
