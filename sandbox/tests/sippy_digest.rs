//! The switch's door: nothing is done for anybody who has not proven to know the password.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use reqwest::header::AUTHORIZATION;
use sandbox::server::Running;
use serde_json::{Value, json};
use support::sippy::{Answer, Biller, DONE, account, balance, call, debit, pair};
use support::{control, start};

/// A debit of 10 dollars from account 3.
fn ten_dollars() -> String {
    call("accountDebit", &debit("3", "10.0", "USD", "SMSBILL 1").each_ref().map(pair))
}

fn is_stale(answer: &Answer) -> bool {
    assert_eq!((answer.status, answer.content_type.as_str()), (401, "text/html"), "{answer:?}");
    assert!(answer.body.starts_with("<html>"), "{answer:?}");
    answer.challenge.as_deref().unwrap().ends_with(", stale=true")
}

async fn untouched(running: &Running) {
    assert_eq!(balance(running, 3).await, (json!(87.65), 0), "nothing is done without proof");
}

#[tokio::test]
async fn a_request_without_credentials_is_challenged_and_does_nothing() {
    let running = start().await;
    let biller = Biller::stranger(&running);
    let answer = biller.send(biller.http.post(&biller.url).body(ten_dollars())).await;
    let challenge = answer.challenge.unwrap();
    let nonce = challenge.split('"').nth(3).unwrap();
    assert_eq!(challenge, format!(r#"Digest realm="Sippy", nonce="{nonce}", qop="auth", algorithm=MD5"#));
    assert_eq!((answer.status, answer.content_type.as_str()), (401, "text/html"));
    let basic = biller.http.post(&biller.url).basic_auth("sandbox-sippy-user", Some(&biller.password));
    let answer = biller.send(basic.body(ten_dollars())).await;
    assert_eq!((answer.status, answer.challenge.is_some()), (401, true));
    untouched(&running).await;
}

#[tokio::test]
async fn a_challenge_is_answered_and_its_nonce_is_good_for_the_next_calls_too() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    for _ in 0..3 {
        assert_eq!(biller.debit("3", "10.0", "USD", "SMSBILL 1").await, DONE);
    }
    assert_eq!(balance(&running, 3).await, (json!(57.65), 3), "nothing is idempotent");
    let log = control(&running, "GET", "/_control/log?party=sippy", Value::Null).await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 4, "one challenge and three calls: {log}");
}

#[tokio::test]
async fn a_wrong_password_is_challenged_again_and_does_nothing() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    biller.password = "wrong".to_owned();
    let request = biller.request(ten_dollars());
    assert!(!is_stale(&biller.send(request).await));
    untouched(&running).await;
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_stale_and_does_nothing() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    let request = biller.request(ten_dollars());
    let again = request.try_clone().unwrap();
    assert_eq!(biller.send(request).await.body, DONE);
    let answer = biller.send(again).await;
    assert!(is_stale(&answer));
    assert_eq!(balance(&running, 3).await, (json!(77.65), 1));
    biller.take_nonce(&answer);
    assert_eq!(biller.debit("3", "10.0", "USD", "SMSBILL 2").await, DONE, "the next challenge is good");
}

#[tokio::test]
async fn counts_may_leave_some_out_and_never_go_back() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    biller.count = 40;
    let late = biller.request(ten_dollars());
    let request = biller.request(ten_dollars());
    assert_eq!(biller.send(request).await.body, DONE);
    assert!(is_stale(&biller.send(late).await), "41 after 42");
    assert_eq!(balance(&running, 3).await.1, 1);
}

#[tokio::test]
async fn a_nonce_ends_after_so_many_uses_after_so_long_and_when_control_says() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    let settings = json!({ "uses": 2, "lifeSeconds": 60 });
    control(&running, "PUT", "/_control/sippy/settings/nonce", settings).await;
    for _ in 0..2 {
        biller.debit("3", "1.0", "USD", "SMSBILL 1").await;
    }
    let request = biller.request(ten_dollars());
    let answer = biller.send(request).await;
    assert!(is_stale(&answer), "after two uses");
    biller.take_nonce(&answer);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 60 })).await;
    let request = biller.request(ten_dollars());
    let answer = biller.send(request).await;
    assert!(is_stale(&answer), "after a minute");
    biller.take_nonce(&answer);
    let ended = control(&running, "POST", "/_control/sippy/nonces/expire", Value::Null).await;
    assert_eq!(ended, json!({ "expired": 1 }));
    let request = biller.request(ten_dollars());
    let answer = biller.send(request).await;
    assert!(is_stale(&answer), "when control says");
    biller.take_nonce(&answer);
    biller.debit("3", "1.0", "USD", "SMSBILL 1").await;
    assert_eq!(balance(&running, 3).await, (json!(84.65), 3));
}

#[tokio::test]
async fn a_header_that_is_not_as_the_rfc_says_is_a_bad_request() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    biller.count = 1;
    let right = biller.authorization();
    let elsewhere = right.replace("/sippy/xmlapi/xmlapi", "/xmlapi/xmlapi");
    for header in [elsewhere, right.replace(", qop=auth", ""), "Digest realm=\"Sippy".to_owned()] {
        let request = biller.http.post(&biller.url).header(AUTHORIZATION, &header).body(ten_dollars());
        let answer = biller.send(request).await;
        assert_eq!((answer.status, answer.challenge), (400, None), "{header}");
    }
    untouched(&running).await;
    let request = biller.http.post(&biller.url).header(AUTHORIZATION, right).body(ten_dollars());
    assert_eq!(biller.send(request).await.body, DONE, "the nonce was not used up");
    let booked = account(&running, 3).await["payments"][0]["amount"].clone();
    assert_eq!(booked, json!(10));
}

#[tokio::test]
async fn other_paths_and_methods_are_not_there() {
    let running = start().await;
    let biller = Biller::stranger(&running);
    let read = biller.send(biller.http.get(&biller.url)).await;
    let elsewhere = biller.send(biller.http.post(format!("{}/x", biller.url))).await;
    assert_eq!((read.status, elsewhere.status), (405, 404));
    assert!(read.body.contains("405 Method Not Allowed") && elsewhere.body.contains("404 Not Found"));
}
