//! Logging in at Billz, and the lists of what there is to set up.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shared::domain::billz::operation::Refusal;
use shared::providers::billz::{AccessToken, Billz, BillzCredentials, BillzError};
use shared::retry::{Failure, Retry, Verdict};

use crate::billz_setup::{EXPIRED, SECRET_TOKEN, billz, credentials, now, shop, token};
use crate::odd_server::{OddServer, Play, html, json as answered};
use crate::setup::{at, caller};

const LOGIN: &str = include_str!("../fixtures/billz/login.json");
const DAY: Duration = Duration::from_secs(86_400);

async fn login(play: Play) -> Result<AccessToken, BillzError> {
    let server = OddServer::start([play.clone()]).await;
    let result = billz(server.url()).login(now()).await;
    assert_eq!(server.connections(), 1, "{play:?} was repeated");
    result
}

fn with_token(token: &str, expires_in: &Value) -> String {
    json!({ "code": 200, "error": null, "data": { "access_token": token, "expires_in": expires_in } })
        .to_string()
}

#[tokio::test]
async fn a_login_sends_the_integration_key_and_nothing_else() {
    let server = OddServer::start([answered(200, LOGIN)]).await;
    let token = billz(server.url()).login(now()).await.unwrap();
    assert!(token.text.expose_secret().starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
    assert!(!format!("{token:?}").contains("eyJ"), "a token in the log");
    let seen = server.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/billz/v1/auth/login"));
    let sent: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(sent, json!({ "secret_token": SECRET_TOKEN }));
    assert!(!seen[0].has("authorization") && !seen[0].has("billz-response-channel"));
}

/// The documentation says 15 days and its example one: the token's own end counts, too.
#[tokio::test]
async fn a_token_lives_for_the_shorter_of_what_the_answer_and_the_token_say() {
    // The token of the fixture ends at 2026-11-22T01:00:00Z.
    let server = OddServer::start([answered(200, LOGIN), answered(200, LOGIN), answered(200, LOGIN)]).await;
    for (now, lives_for) in [
        ("2026-11-21T02:00:00Z", Duration::from_secs(23 * 3600)),
        ("2026-11-20T02:00:00Z", DAY),
        ("2026-11-22T01:00:01Z", Duration::ZERO),
    ] {
        assert_eq!(billz(server.url()).login(at(now)).await.unwrap().lives_for, lives_for, "{now}");
    }
    for (token, expires_in, lives_for) in [
        ("opaque", json!(3600), Duration::from_secs(3600)),
        ("opaque", json!("3600"), Duration::from_secs(3600)),
        ("opaque", Value::Null, DAY),
        ("opaque", json!(-1), DAY),
        // {"exp":"soon"}
        ("e30.eyJleHAiOiJzb29uIn0.c2ln", json!(7), Duration::from_secs(7)),
        // {"exp":1795227450}: half an hour after now
        (
            "e30.eyJleHAiOjE3OTUyMjc0NTB9.c2ln",
            json!(86_400),
            Duration::from_secs(1_795_227_450 - 1_795_225_650),
        ),
        (
            "e30.eyJleHAiOjE3OTUyMjc0NTB9.c2ln",
            Value::Null,
            Duration::from_secs(1_795_227_450 - 1_795_225_650),
        ),
    ] {
        let token = login(answered(200, &with_token(token, &expires_in))).await.unwrap();
        assert_eq!(token.lives_for, lives_for, "{expires_in}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_a_refusal_and_no_expired_token() {
    let refused = r#"{"code":400,"message":"bad request","error":"secret token is wrong","data":null}"#;
    for (play, words) in [
        (answered(401, EXPIRED), "HTTP 401"),
        (answered(200, EXPIRED), "HTTP 401"),
        (answered(400, refused), "bad request: secret token is wrong"),
        (answered(200, refused), "bad request: secret token is wrong"),
        (
            answered(403, r#"{"code":403,"message":"","error":"","data":null}"#),
            "has the role of the integration key the right to do this? (status 403)",
        ),
    ] {
        let error = login(play.clone()).await.unwrap_err();
        let reason = format!("Billz does not accept the integration key: {words}");
        assert_eq!(error, BillzError::Refused(Refusal::new(Refusal::REFUSED, reason)), "{play:?}");
        assert_eq!(error.retry(), Retry::Never);
    }
    let echo = format!(r#"{{"code":400,"error":"no key {SECRET_TOKEN}"}}"#);
    let BillzError::Refused(refusal) = login(answered(400, &echo)).await.unwrap_err() else {
        panic!("not refused")
    };
    assert!(!refusal.reason.contains("sandbox-billz"), "{refusal:?}");
}

#[tokio::test]
async fn a_login_without_a_usable_token_may_be_tried_again_and_nothing_of_it_is_kept() {
    let limited = r#"{"code":429,"message":"too many requests","error":"x","data":null}"#;
    let with_space = with_token("a b", &json!(60));
    let long = with_token(&"x".repeat(4097), &json!(60));
    for (play, failure) in [
        (answered(429, limited), Failure::Limited(None)),
        (answered(200, limited), Failure::Limited(None)),
        (html(503), Failure::ServerError),
        (html(403), Failure::Unreadable),
        (Play::CutAfter, Failure::NoAnswer),
        (html(200), Failure::Unreadable),
        (answered(200, ""), Failure::Unreadable),
        (answered(200, r#"{"code":200,"error":null,"data":null}"#), Failure::Unreadable),
        (
            answered(200, r#"{"code":200,"error":null,"data":{"refresh_token":"secret"}}"#),
            Failure::Unreadable,
        ),
        (answered(200, &with_token("", &json!(60))), Failure::Unreadable),
        (answered(200, &with_space), Failure::Unreadable),
        (answered(200, &long), Failure::Unreadable),
    ] {
        let error = login(play.clone()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Safe { after: None }, "{play:?}");
        let BillzError::Call(error) = error else { panic!("{play:?}: {error}") };
        assert_eq!((error.failure, error.excerpt.as_str()), (failure, ""), "{play:?}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_replaced_before_anything_is_asked() {
    let server = OddServer::start([]).await;
    let odd = SecretString::from("line\nbreak");
    let error = billz(server.url()).shops(&odd).await.unwrap_err();
    assert_eq!(error, BillzError::TokenExpired);
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_an_address_or_a_key_billz_is_off() {
    let of = |url: &str, secret: &str| {
        let credentials = BillzCredentials { secret_token: SecretString::from(secret) };
        Billz::new(caller(), url, shop(), credentials)
    };
    for (url, secret) in
        [("", "x"), (" ", "x"), ("api-admin.billz.ai", "x"), ("https://x", ""), ("https://x", " ")]
    {
        assert!(of(url, secret).is_none(), "{url:?} {secret:?}");
    }
    let billz = of(" https://api-admin.billz.ai/ ", SECRET_TOKEN).unwrap();
    assert_eq!(billz.base_url(), "https://api-admin.billz.ai");
    assert_eq!(billz.credentials().secret_token.expose_secret(), SECRET_TOKEN);
    assert!(!format!("{billz:?}{:?}", credentials()).contains(SECRET_TOKEN), "a secret in the log");
    let read: BillzCredentials = serde_json::from_str(r#"{"secretToken":"abc"}"#).unwrap();
    assert_eq!((read.secret_token.expose_secret(), read.are_complete()), ("abc", true));
}

#[tokio::test]
async fn lists_are_read_whatever_their_key() {
    let row = json!({ "id": "one", "name": "Main Store", "more": [1] });
    let number = json!({ "id": 7 });
    let lists = [
        json!({ "shops": [row, number], "count": 2 }),
        json!({ "cash_boxes": [row, number] }),
        json!([row, number]),
        json!({ "code": 200, "error": null, "data": [row, number] }),
        json!({ "code": 200, "error": null, "data": { "payment_types": [row, number], "count": 2 } }),
    ];
    let expected = vec![("one".to_owned(), "Main Store".to_owned()), ("7".to_owned(), String::new())];
    for list in lists {
        let plays = std::iter::repeat_n(answered(200, &list.to_string()), 3);
        let server = OddServer::start(plays).await;
        let billz = billz(server.url());
        assert_eq!(billz.shops(&token()).await, Ok(expected.clone()), "{list}");
        assert_eq!(billz.cash_boxes(&token()).await, Ok(expected.clone()), "{list}");
        assert_eq!(billz.payment_types(&token()).await, Ok(expected.clone()), "{list}");
        let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
        let paths =
            ["shop?limit=100&only_allowed=true", "cash-box?limit=100", "company-payment-type?limit=1000"];
        assert_eq!(targets, paths.map(|path| format!("/billz/v1/{path}")));
        assert_eq!(server.seen()[0].header("authorization"), "Bearer head.access.sign");
    }
}

#[tokio::test]
async fn what_is_no_list_is_not_an_empty_one() {
    for body in [json!({ "a": [], "b": [] }), json!({ "count": 0 }), json!({ "shops": [{ "name": "x" }] })] {
        let server = OddServer::start([answered(200, &body.to_string())]).await;
        let error = billz(server.url()).shops(&token()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Safe { after: None }, "{body}");
    }
    let server = OddServer::start([answered(401, EXPIRED)]).await;
    assert_eq!(billz(server.url()).shops(&token()).await, Err(BillzError::TokenExpired));
}
