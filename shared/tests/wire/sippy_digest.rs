//! How the switch is shown who we are.

use std::collections::HashMap;

use md5::{Digest, Md5};
use shared::providers::sippy::outcome::SippyError;
use shared::retry::{Retry, Verdict};

use crate::odd_server::{OddServer, Play, Seen, html};
use crate::sippy_setup::{
    Asking, DEBIT_OK, FAULT, PASSWORD, SAFE, USER, challenge, credentials, not_let_in, sippy, xml,
};

fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

/// The parts of an `Authorization`, which must be right.
fn proof(seen: &Seen) -> HashMap<String, String> {
    let parts = seen.header("authorization").strip_prefix("Digest ").unwrap();
    let part = |part: &str| {
        let (name, value) = part.split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    };
    let parts: HashMap<_, _> = parts.split(", ").map(part).collect();
    let of = |name: &str| parts[name].as_str();
    assert_eq!((of("username"), of("realm"), of("uri")), (USER, "Sippy", "/xmlapi/xmlapi"));
    assert_eq!((of("qop"), of("algorithm"), of("cnonce").len()), ("auth", "MD5", 32));
    let (secret, address) = (md5(&format!("{USER}:Sippy:{PASSWORD}")), md5("POST:/xmlapi/xmlapi"));
    let all = format!("{secret}:{}:{}:{}:auth:{address}", of("nonce"), of("nc"), of("cnonce"));
    assert_eq!(of("response"), md5(&all));
    parts
}

/// Which challenge a request answers, and how often it was answered; neither for a request without authentication,
/// which must be empty.
fn shown(seen: &[Seen]) -> Vec<(String, String)> {
    let one = |seen: &Seen| {
        if seen.has("authorization") {
            let parts = proof(seen);
            return (parts["nonce"].clone(), parts["nc"].clone());
        }
        assert_eq!((seen.body.as_str(), seen.header("content-length")), ("", "0"), "sent to anybody");
        (String::new(), String::new())
    };
    seen.iter().map(one).collect()
}

fn answered(nonce: &str, count: u32) -> (String, String) {
    (nonce.to_owned(), format!("{count:08x}"))
}

fn unanswered() -> (String, String) {
    (String::new(), String::new())
}

#[tokio::test]
async fn a_challenge_is_fetched_with_nothing_and_answered_again_and_again() {
    let plays = [challenge("n1"), xml(DEBIT_OK), xml(FAULT), xml("garbage"), xml(DEBIT_OK)];
    let server = OddServer::start(plays).await;
    let sippy = sippy(server.url());
    let copy = sippy.with_credentials(credentials(PASSWORD)).unwrap();
    Asking::Debit.of(&sippy).await.unwrap();
    Asking::Account.of(&sippy).await.unwrap_err();
    Asking::Check.of(&copy).await.unwrap_err();
    Asking::Debit.of(&copy).await.unwrap();
    let counts = (1..=4).map(|count| answered("n1", count));
    assert_eq!(shown(&server.seen()), [unanswered()].into_iter().chain(counts).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_challenge_goes_on_after_a_lost_answer() {
    let server = OddServer::start([challenge("n1"), Play::CutAfter, html(503), xml(DEBIT_OK)]).await;
    let sippy = sippy(server.url());
    Asking::Debit.of(&sippy).await.unwrap_err();
    Asking::Debit.of(&sippy).await.unwrap_err();
    Asking::Debit.of(&sippy).await.unwrap();
    let counts = (1..=3).map(|count| answered("n1", count));
    assert_eq!(shown(&server.seen()), [unanswered()].into_iter().chain(counts).collect::<Vec<_>>());
}

/// Nothing is executed before a request is let in, so that even a debit may be sent again after a 401.
#[tokio::test]
async fn a_challenge_that_is_too_old_is_replaced_once() {
    let stale = not_let_in(r#"Digest realm="Sippy", nonce="n2", qop="auth", algorithm=MD5, stale=true"#);
    for renewed in [stale, challenge("n2")] {
        let plays = [challenge("n1"), xml(DEBIT_OK), renewed, xml(DEBIT_OK), xml(DEBIT_OK)];
        let server = OddServer::start(plays).await;
        let sippy = sippy(server.url());
        for _ in 0..3 {
            Asking::Debit.of(&sippy).await.unwrap();
        }
        let expected =
            [unanswered(), answered("n1", 1), answered("n1", 2), answered("n2", 1), answered("n2", 2)];
        assert_eq!(shown(&server.seen()), expected);
    }
}

#[tokio::test]
async fn who_is_not_let_in_twice_has_the_wrong_password() {
    for asking in Asking::ALL {
        let server =
            OddServer::start([challenge("n1"), challenge("n2"), challenge("n3"), challenge("n4")]).await;
        let sippy = sippy(server.url());
        let error = asking.of(&sippy).await.unwrap_err();
        assert_eq!((&error, error.retry()), (&SippyError::CredentialsRefused, SAFE), "{asking:?}");
        assert_eq!(shown(&server.seen()), [unanswered(), answered("n1", 1), answered("n2", 1)]);
        assert!(!error.to_string().contains(PASSWORD));
    }
}

#[tokio::test]
async fn what_asks_for_no_digest_is_told_nothing() {
    let no_header = Play::Answer { status: 401, headers: Vec::new(), body: String::new() };
    for play in [
        no_header,
        html(200),
        xml(DEBIT_OK),
        html(403),
        html(404),
        Play::Answer {
            status: 302,
            headers: vec![("location", "/elsewhere".to_owned())],
            body: String::new(),
        },
        not_let_in(r#"Basic realm="Sippy""#),
        not_let_in(r#"Digest realm="Sippy", qop="auth""#),
        not_let_in(r#"Digest realm="Sippy", nonce="n1", qop="auth", algorithm=ROT13"#),
        not_let_in(r#"Digest realm="Sippy", nonce="n1", qop="auth-int""#),
        not_let_in("Digest"),
        not_let_in(r#"Digest realm="Sippy"#),
    ] {
        for asking in Asking::ALL {
            let server = OddServer::start([play.clone()]).await;
            let error = asking.of(&sippy(server.url())).await.unwrap_err();
            assert_eq!(error, SippyError::NoChallenge, "{asking:?} after {play:?}");
            assert_eq!((error.retry(), server.seen().len()), (SAFE, 1), "{asking:?} after {play:?}");
        }
    }
}

/// The debit was sent with an answer to a challenge, and was not let in: it is not booked.
#[tokio::test]
async fn a_401_without_a_challenge_says_that_nothing_was_booked() {
    let server = OddServer::start([challenge("n1"), html(401)]).await;
    let error = Asking::Debit.of(&sippy(server.url())).await.unwrap_err();
    assert_eq!(error, SippyError::NoChallenge);
    assert_ne!(error.retry(), Retry::AskFirst);
}

#[tokio::test]
async fn the_first_challenge_that_we_can_answer_is_answered() {
    let usable = r#"Digest realm="Sippy", nonce="n1", qop="auth,auth-int", algorithm=MD5"#;
    let several = [
        vec![r#"Basic realm="Sippy""#.to_owned(), usable.to_owned()],
        vec![format!(r#"Basic realm="Sippy", {usable}"#)],
        vec![r#"Digest realm="Sippy", nonce="n0", algorithm=ROT13"#.to_owned(), usable.to_owned()],
    ];
    for challenges in several {
        let headers = challenges.iter().map(|one| ("www-authenticate", one.clone())).collect();
        let play = Play::Answer { status: 401, headers, body: String::new() };
        let server = OddServer::start([play, xml(DEBIT_OK)]).await;
        Asking::Debit.of(&sippy(server.url())).await.unwrap();
        assert_eq!(shown(&server.seen()), [unanswered(), answered("n1", 1)], "{challenges:?}");
    }
}

#[tokio::test]
async fn debits_have_connections_of_their_own() {
    let plays = [challenge("n1"), xml(DEBIT_OK), xml(Asking::Account.sample()), xml(DEBIT_OK)];
    let server = OddServer::start(plays).await;
    let sippy = sippy(server.url());
    for asking in [Asking::Debit, Asking::Account, Asking::Debit] {
        asking.of(&sippy).await.unwrap();
    }
    let used: Vec<usize> = server.seen().iter().map(|request| request.connection).collect();
    assert_eq!(used, [1, 2, 1, 3]);
}
