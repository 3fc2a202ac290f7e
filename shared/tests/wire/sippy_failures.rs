//! What the switch's every answer becomes.

use shared::providers::sippy::ledger::Debit;
use shared::providers::sippy::outcome::{Fault, SippyError};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, html};
use crate::setup::caller;
use crate::sippy_setup::{
    ACCOUNT, ACCOUNTS, Asking, DEBIT_OK, FAULT, NO_PAYMENTS, PASSWORD, SAFE, SOON, assert_failed, challenge,
    credentials, debit, error_after, sippy, usd, xml,
};

fn with_status(status: u16, body: &str) -> Play {
    Play::Answer { status, headers: Vec::new(), body: body.to_owned() }
}

fn fault(code: &str, words: &str) -> String {
    format!(
        "<methodResponse><fault><value><struct><member><name>faultCode</name><value>{code}</value></member>\
         <member><name>faultString</name><value>{words}</value></member></struct></value></fault></methodResponse>"
    )
}

#[tokio::test]
async fn a_fault_is_a_refusal_with_the_switchs_words() {
    let long = "x".repeat(300);
    for (play, code, text) in [
        (xml(FAULT), 404, "Account not found".to_owned()),
        (with_status(403, FAULT), 404, "Account not found".to_owned()),
        (xml(&fault("<i4>-1</i4>", "a &lt;b&gt; &amp; &#10;c")), -1, "a <b> &  c".to_owned()),
        (xml(&fault("<int>400</int>", &long)), 400, "x".repeat(200)),
    ] {
        for asking in Asking::ALL {
            let (error, seen) = error_after(asking, play.clone()).await;
            assert_eq!(error, SippyError::Refused(Fault { code, text: text.clone() }), "{asking:?}");
            assert_eq!((error.retry(), seen.len()), (Retry::Never, 2), "{asking:?}");
            assert_eq!(error.to_string(), format!("the switch refused: fault {code}"), "words in the log");
        }
    }
}

#[tokio::test]
async fn a_limit_may_be_waited_out_by_a_debit_too() {
    let headers = vec![("retry-after", "7".to_owned())];
    let play = Play::Answer { status: 429, headers, body: String::new() };
    assert_failed(&play, Failure::Limited(SOON), |_| Retry::Safe { after: SOON }).await;
    assert_failed(&html(429), Failure::Limited(None), |_| SAFE).await;
}

#[tokio::test]
async fn a_server_error_leaves_open_what_the_switch_did() {
    for status in [500, 502, 503, 504] {
        assert_failed(&html(status), Failure::ServerError, Asking::unknown_end).await;
        assert_failed(&with_status(status, FAULT), Failure::ServerError, Asking::unknown_end).await;
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_the_switch_did() {
    for play in [Play::CutAfter, Play::CutInside] {
        assert_failed(&play, Failure::NoAnswer, Asking::unknown_end).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_leaves_open_what_the_switch_did() {
    let (torn, _) = DEBIT_OK.split_at(DEBIT_OK.len() - 20);
    for play in [
        html(200),
        html(400),
        html(403),
        html(404),
        xml(""),
        xml("OK"),
        xml(torn),
        xml(&format!("{DEBIT_OK}x")),
        xml(&fault("<string>404</string>", "no")),
        xml(&fault("<int>404</int>", "<nil/>")),
        with_status(302, DEBIT_OK),
        with_status(302, FAULT),
        with_status(404, DEBIT_OK),
        xml("<methodResponse><params><param><value>OK</value></param></params></methodResponse>"),
    ] {
        assert_failed(&play, Failure::Unreadable, Asking::unknown_end).await;
    }
}

/// Only `OK` is booked: any other word may mean anything.
#[tokio::test]
async fn an_answer_to_something_else_proves_no_debit() {
    for body in [
        DEBIT_OK.replace("OK", "ok"),
        DEBIT_OK.replace("OK", "FAILED"),
        DEBIT_OK.replace("OK", "PENDING"),
        DEBIT_OK.replace("<string>OK</string>", "<int>1</int>"),
        DEBIT_OK.replace("result", "results"),
        ACCOUNT.to_owned(),
    ] {
        let (error, _) = error_after(Asking::Debit, xml(&body)).await;
        assert_eq!(error.retry(), Retry::AskFirst, "{body}");
    }
}

#[tokio::test]
async fn an_answer_to_something_else_shows_nothing() {
    for (asking, body) in [
        (Asking::Account, ACCOUNT.replace("<int>3</int>", "<int>4</int>")),
        (Asking::Account, ACCOUNT.replace("i_account", "account")),
        (Asking::Account, ACCOUNT.replace("base_currency", "currency")),
        (Asking::Account, ACCOUNT.replace("<int>0</int>", "<int>2</int>")),
        (Asking::Payments, DEBIT_OK.to_owned()),
        (Asking::Payments, NO_PAYMENTS.replace("OK", "FAILED")),
        (Asking::Payments, NO_PAYMENTS.replace("<array><data></data></array>", "<nil/>")),
        (Asking::Check, DEBIT_OK.to_owned()),
        (Asking::Check, ACCOUNTS.replace("OK", "FAILED")),
    ] {
        let (error, _) = error_after(asking, xml(&body)).await;
        assert_eq!(error.retry(), SAFE, "{asking:?} of {body}");
        assert!(matches!(error, SippyError::Call(_)), "{asking:?} of {body}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_never_followed() {
    for status in [301, 302, 303, 307, 308] {
        for asking in Asking::ALL {
            let elsewhere = OddServer::start([xml(asking.sample())]).await;
            let headers = vec![("location", format!("{}/xmlapi/xmlapi", elsewhere.url()))];
            let play = Play::Answer { status, headers, body: String::new() };
            let (error, seen) = error_after(asking, play).await;
            assert_eq!((elsewhere.connections(), seen.len()), (0, 2), "{asking:?} followed a {status}");
            assert_eq!(error.retry(), asking.unknown_end(), "{asking:?} after a {status}");
        }
    }
}

#[tokio::test]
async fn who_was_never_reached_may_be_asked_again() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    for asking in Asking::ALL {
        let error = asking.of(&sippy(&closed)).await.unwrap_err();
        assert_eq!(error.retry(), SAFE, "{asking:?}");
        let SippyError::Call(call) = &error else { panic!("{asking:?}: {error}") };
        assert_eq!(call.failure, Failure::NotReached, "{asking:?}: {call}");
        assert!(!error.to_string().contains(&closed), "an address in the log: {error}");
    }
}

#[tokio::test]
async fn nothing_was_booked_when_the_challenge_did_not_come() {
    for play in [Play::CutAfter, Play::CutInside, html(500), html(503), html(429)] {
        for asking in Asking::ALL {
            let server = OddServer::start([play.clone()]).await;
            let error = asking.of(&sippy(server.url())).await.unwrap_err();
            assert_eq!(error.retry(), SAFE, "{asking:?} after {play:?}");
            assert_eq!(server.seen().len(), 1);
        }
    }
}

#[tokio::test]
async fn what_is_not_more_than_nothing_is_not_debited() {
    let server = OddServer::start([challenge("n1")]).await;
    for minor in [0, -1] {
        let nothing = Debit { amount: usd(minor), ..debit() };
        let error = sippy(server.url()).debit(&nothing).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Never);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_an_address_or_credentials_the_switch_is_off() {
    let of = |url: &str, password: &str| {
        shared::providers::sippy::Sippy::new(caller(), url, credentials(password))
    };
    for (url, password) in [
        ("", "x"),
        (" ", "x"),
        ("switch.example/xmlapi/xmlapi", "x"),
        ("ftp://switch.example/xmlapi", "x"),
        ("https://user:secret@switch.example/xmlapi/xmlapi", "x"),
        ("https://switch.example/xmlapi/xmlapi", " "),
    ] {
        assert!(of(url, password).is_none(), "{url:?} {password:?}");
    }
    let sippy = of(" https://switch.example/xmlapi/xmlapi#x ", PASSWORD).unwrap();
    assert_eq!(sippy.url(), "https://switch.example/xmlapi/xmlapi");
    assert!(!format!("{sippy:?}").contains(PASSWORD), "a secret in the log");
    assert!(sippy.with_credentials(credentials("")).is_none());
    let read: shared::providers::sippy::SippyCredentials =
        serde_json::from_str(r#"{"username":"u","password":"p"}"#).unwrap();
    assert!(read.are_complete());
}
