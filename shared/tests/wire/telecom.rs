//! The telecom: what it is asked, and what its answers are read as.

use serde_json::{Value, json};
use shared::domain::money::Money;
use shared::domain::phone_number::PhoneNumber;
use shared::providers::telecom::{Telecom, TelecomError, TopUp};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, Seen, html, json as answer};
use crate::portmone_setup::{SAFE, phone, uah};
use crate::setup::caller;

const DONE: &str = r#"{"id":"T-1","status":"done"}"#;

fn top_up(phone: &PhoneNumber, amount: Money) -> TopUp<'_> {
    TopUp { key: "receipt-1", phone, amount }
}

async fn asked(play: Play) -> (Result<(), TelecomError>, String, Vec<Seen>) {
    let server = OddServer::start([play]).await;
    let telecom = Telecom::new(caller(), &format!("{}/v1/", server.url()), "S33d".into()).unwrap();
    let (outcome, words) = telecom.top_up(&top_up(&phone(), uah(105))).await;
    (outcome, words, server.seen())
}

#[tokio::test]
async fn a_top_up_carries_our_key() {
    for status in [200, 201] {
        let (outcome, words, seen) = asked(answer(status, DONE)).await;
        assert_eq!((outcome, words.as_str()), (Ok(()), DONE));
        let seen = &seen[0];
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/top-ups"));
        assert_eq!((seen.header("x-api-key"), seen.header("idempotency-key")), ("S33d", "receipt-1"));
        assert_eq!(
            serde_json::from_str::<Value>(&seen.body).unwrap(),
            json!({ "msisdn": "380991234567", "amount": "1.05", "currency": "UAH", "reference": "receipt-1" })
        );
    }
    assert_eq!(
        top_up(&phone(), uah(105)).shown(),
        r#"POST /top-ups idempotency-key: receipt-1 {"msisdn":"+**********67","amount":"1.05","currency":"UAH","reference":"receipt-1"}"#
    );
}

#[tokio::test]
async fn a_problem_is_a_refusal_in_its_own_words() {
    for (status, body, words) in [
        (422, r#"{"title":"No","detail":"+380991234567 is blocked"}"#, "+**********67 is blocked"),
        (400, r#"{"title":"Bad amount"}"#, "Bad amount"),
        (404, r#"{"detail":"unknown subscriber","code":"x"}"#, "unknown subscriber"),
    ] {
        let (outcome, kept, _) = asked(answer(status, body)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.retry(), &error), (Retry::Never, &TelecomError::Refused(words.to_owned())));
        assert_eq!(error.to_string(), "the telecom refused", "words in the log");
        assert!(!kept.contains("380991234567"), "{kept}");
    }
}

#[tokio::test]
async fn whatever_else_is_answered_may_be_asked_again() {
    for (play, failure) in [
        (answer(200, "{}"), Failure::Unreadable),
        (answer(200, r#"{"id":"T-1","status":"pending"}"#), Failure::Unreadable),
        (answer(200, r#"{"id":"","status":"done"}"#), Failure::Unreadable),
        (html(200), Failure::Unreadable),
        (html(404), Failure::Unreadable),
        (answer(422, "{}"), Failure::Unreadable),
        (answer(302, DONE), Failure::Unreadable),
        (answer(401, r#"{"detail":"wrong key"}"#), Failure::NotReached),
        (answer(403, r#"{"detail":"wrong key"}"#), Failure::NotReached),
        (answer(409, r#"{"detail":"still running"}"#), Failure::NoAnswer),
        (html(408), Failure::NoAnswer),
        (html(429), Failure::Limited(None)),
        (html(503), Failure::ServerError),
        (Play::CutAfter, Failure::NoAnswer),
        (Play::CutInside, Failure::NoAnswer),
    ] {
        let (outcome, words, seen) = asked(play.clone()).await;
        let error = outcome.unwrap_err();
        let TelecomError::Call(call) = &error else { panic!("{play:?}: {error:?}") };
        assert_eq!((call.failure, error.retry(), seen.len()), (failure, SAFE, 1), "{play:?}");
        assert!(!words.is_empty() && words.len() <= 4096, "{words}");
    }
}

#[test]
fn without_an_address_or_a_key_the_telecom_is_off() {
    for (url, key) in [
        ("", "x"),
        ("telecom.example", "x"),
        ("https://u:p@telecom.example", "x"),
        ("https://telecom.example?key=x", "x"),
        ("https://telecom.example", ""),
        ("https://telecom.example", " "),
        ("https://telecom.example", "a\nb"),
    ] {
        assert!(Telecom::new(caller(), url, key.into()).is_none(), "{url:?} {key:?}");
    }
    let telecom = Telecom::new(caller(), "https://telecom.example", "S33d".into()).unwrap();
    assert!(!format!("{telecom:?}").contains("S33d"), "a secret in the log");
}
