//! What PortmoneDirect's every answer becomes.

use std::time::Duration;

use shared::providers::portmone::outcome::{Fault, PortmoneError};
use shared::providers::portmone::{CreateBill, PayBill, Portmone, PortmoneSettings};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{OddServer, Play, html};
use crate::portmone_setup::{
    Asking, CREATED, FAIL_1, FAIL_2, PAID, SAFE, assert_failed, bill, credentials, error_after, payee, phone,
    portmone, settings, uah, with_status, xml,
};
use crate::setup::caller;

fn fault(code: &str, text: &str, description: Option<&str>, fell_back: bool) -> Fault {
    let description = description.map(str::to_owned);
    Fault { code: code.to_owned(), text: text.to_owned(), description, fell_back, seems_about_access: false }
}

#[tokio::test]
async fn a_fail_is_a_refusal_with_portmones_words() {
    let long = "The method named in the request is not known to the service";
    for (play, expected) in [
        (xml(FAIL_2), fault("p001", "Invalid method name", Some(long), false)),
        (xml(FAIL_1), fault("p001", "Invalid method name", None, true)),
        (
            with_status(400, include_str!("../fixtures/portmone/fail_mock.xml")),
            fault("400", "Unknown method", None, true),
        ),
        (xml("<rsp status='fail'><error_description/></rsp>"), fault("", "", None, false)),
        (xml("<rsp status='fail'/>"), fault("", "", None, true)),
        (
            xml("<rsp status='fail'><error code='7'>No account 380991234567\nat Kyivstar</error></rsp>"),
            fault("7", "No account **********67 at Kyivstar", None, true),
        ),
    ] {
        for asking in Asking::ALL {
            let (error, _, seen) = error_after(asking, play.clone()).await;
            assert_eq!(error, PortmoneError::Refused(expected.clone()), "{asking:?}");
            assert_eq!((error.retry(), seen.len()), (Retry::Never, 1), "{asking:?}");
            assert_eq!(error.to_string(), format!("Portmone refused: {}", expected.code), "words in the log");
        }
    }
}

#[tokio::test]
async fn version_1_falls_back_to_nothing() {
    let server = OddServer::start([xml(FAIL_1)]).await;
    let settings = PortmoneSettings { version: 1, ..settings(server.url()) };
    let portmone = Portmone::new(caller(), &settings, credentials()).unwrap();
    let error = Asking::Pay.of(&portmone).await.outcome.unwrap_err();
    assert_eq!(error, PortmoneError::Refused(fault("p001", "Invalid method name", None, false)));
}

#[tokio::test]
async fn words_of_a_fault_are_bounded_and_its_code_counted_when_it_is_one() {
    let long = "ї".repeat(2000);
    let body = format!(
        "<rsp status='fail'><error code='{long}'>{long}</error><error_description>{long}</error_description></rsp>"
    );
    let (error, answer, _) = error_after(Asking::Pay, xml(&body)).await;
    let fault = error.fault().unwrap();
    assert!(fault.code.len() <= 64 && fault.text.len() <= 500 && answer.len() <= 4096);
    assert_eq!((fault.code_for_counting(), fault.words().len()), ("other", 500));
    for (code, counted) in [
        ("p001", "p001"),
        ("400", "400"),
        ("", "other"),
        ("a b", "other"),
        ("x".repeat(17).as_str(), "other"),
    ] {
        let fault = Fault { code: code.to_owned(), ..self::fault("", "short", None, true) };
        assert_eq!((fault.code_for_counting(), fault.words().as_str()), (counted, "short"));
    }
    assert_eq!(self::fault("p001", "", None, true).words(), "p001");
}

fn fail(code: &str, text: &str) -> Play {
    xml(&format!("<rsp status='fail'><error code='{code}'>{text}</error></rsp>"))
}

const ABOUT_ACCESS: [(&str, &str); 7] = [
    ("p002", "Invalid login or password"),
    ("p003", "Wrong PASSWORD"),
    ("AUTH_FAILED", "no"),
    ("5", "Unauthorized"),
    ("5", "Reseller is not authorized"),
    ("5", "Помилка Авторизації"),
    ("5", "Невірний пароль"),
];

#[tokio::test]
async fn words_about_the_login_let_a_question_come_again_and_never_a_payment() {
    for (code, text) in ABOUT_ACCESS {
        for asking in Asking::ALL {
            let (error, _, seen) = error_after(asking, fail(code, text)).await;
            let (is_refusal, retry) = match asking {
                Asking::Pay => (matches!(error, PortmoneError::Refused(_)), Retry::Never),
                Asking::Create | Asking::Payees => {
                    (matches!(error, PortmoneError::CredentialsRefused(_)), SAFE)
                }
            };
            assert!(is_refusal && seen.len() == 1, "{asking:?} {text}: {error:?}");
            assert_eq!(error.retry(), retry, "{asking:?} {text}");
            let fault = error.fault().unwrap();
            assert!(fault.seems_about_access && fault.code == code, "{asking:?} {text}: {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_declined_payment_is_not_taken_for_a_login() {
    for (code, text) in [
        ("51", "Authorization declined"),
        ("05", "Declined by the author of the card"),
        ("7", "Авторизацію відхилено"),
    ] {
        for asking in Asking::ALL {
            let (error, ..) = error_after(asking, fail(code, text)).await;
            assert!(
                matches!(&error, PortmoneError::Refused(fault) if !fault.seems_about_access),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_is_not_let_in_by_the_web_server_changes_nothing_and_may_come_again() {
    let nginx = "<html><head><title>400 The SSL certificate error</title></head></html>";
    for (play, code) in [
        (html(401), "http-401"),
        (html(403), "http-403"),
        (with_status(400, nginx), "http-400"),
        (with_status(400, "<html>400 No required SSL certificate was sent</html>"), "http-400"),
    ] {
        for asking in Asking::ALL {
            let (error, ..) = error_after(asking, play.clone()).await;
            assert!(
                matches!(&error, PortmoneError::CredentialsRefused(fault) if fault.code == code),
                "{play:?}: {error:?}"
            );
            assert_eq!(error.retry(), SAFE, "{asking:?}");
        }
    }
}

#[tokio::test]
async fn a_limit_may_be_waited_out_by_a_payment_too() {
    let soon = Some(Duration::from_secs(7));
    let play =
        Play::Answer { status: 429, headers: vec![("retry-after", "7".to_owned())], body: String::new() };
    assert_failed(&play, Failure::Limited(soon), |_| Retry::Safe { after: Some(Duration::from_secs(7)) })
        .await;
    assert_failed(&html(429), Failure::Limited(None), |_| SAFE).await;
}

#[tokio::test]
async fn a_server_error_leaves_open_what_portmone_did() {
    for status in [500, 502, 503, 504] {
        assert_failed(&html(status), Failure::ServerError, Asking::unknown_end).await;
        assert_failed(&with_status(status, FAIL_2), Failure::ServerError, Asking::unknown_end).await;
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_portmone_did() {
    for play in [Play::CutAfter, Play::CutInside, html(408)] {
        assert_failed(&play, Failure::NoAnswer, Asking::unknown_end).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_leaves_open_what_portmone_did() {
    let (torn, _) = PAID.split_at(PAID.len() - 20);
    for play in [
        html(200),
        xml(""),
        xml("OK"),
        xml(torn),
        xml(&format!("{PAID}x")),
        xml("<rsp status='maybe'/>"),
        xml("<portmoneresult/>"),
        xml(include_str!("../fixtures/portmone/gateway_orders.xml")),
        xml("<!DOCTYPE rsp [<!ENTITY a 'b'>]><rsp status='ok'><bill id='523'/></rsp>"),
        xml(&format!("<rsp status='ok'{}/>", " a='1'".repeat(100_000))),
        xml(&"<a>".repeat(100_000)),
        with_status(302, PAID),
        with_status(302, FAIL_2),
        with_status(404, CREATED),
    ] {
        assert_failed(&play, Failure::Unreadable, Asking::unknown_end).await;
    }
}

#[tokio::test]
async fn a_4xx_that_is_not_portmones_own_is_a_refusal() {
    for status in [400, 404, 405, 413] {
        assert_failed(&html(status), Failure::Refused, |_| Retry::Never).await;
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_never_followed() {
    for status in [301, 302, 303, 307, 308] {
        for asking in Asking::ALL {
            let elsewhere = OddServer::start([xml(asking.sample())]).await;
            let headers = vec![("location", format!("{}/api/directcash/", elsewhere.url()))];
            let play = Play::Answer { status, headers, body: String::new() };
            let (error, _, seen) = error_after(asking, play).await;
            assert_eq!((elsewhere.connections(), seen.len()), (0, 1), "{asking:?} followed a {status}");
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
        let exchanged = asking.of(&portmone(&closed)).await;
        let error = exchanged.outcome.unwrap_err();
        assert_eq!(error.retry(), SAFE, "{asking:?}");
        let PortmoneError::Call(call) = &error else { panic!("{asking:?}: {error}") };
        assert_eq!(call.failure, Failure::NotReached, "{asking:?}: {call}");
        assert!(exchanged.answer.starts_with("portmone "), "{}", exchanged.answer);
        assert!(!error.to_string().contains(&closed), "an address in the log: {error}");
    }
}

#[tokio::test]
async fn what_is_kept_without_an_answer_says_why_there_is_none() {
    let body = format!("<html>gateway of 380991234567 {}</html>", "x".repeat(300));
    let (_, answer, _) = error_after(Asking::Pay, with_status(502, &body)).await;
    assert!(
        answer.starts_with("portmone bills.pay: server error (HTTP 502): <html>gateway of **********67 "),
        "{answer}"
    );
    let (_, answer, _) = error_after(Asking::Pay, Play::CutAfter).await;
    assert!(answer.starts_with("portmone bills.pay: "), "{answer}");
}

#[tokio::test]
async fn what_is_not_more_than_nothing_is_not_asked_for() {
    let server = OddServer::start([xml(CREATED)]).await;
    let (payee, phone, bill) = (payee(), phone(), bill());
    for minor in [0, -1] {
        let amount = uah(minor);
        let wish = CreateBill { payee: &payee, contract_number: &phone, amount, comment: String::new() };
        let created = portmone(server.url()).create_bill(&wish).await.outcome.unwrap_err();
        let paid =
            portmone(server.url()).pay_bill(&PayBill { bill: &bill, amount }).await.outcome.unwrap_err();
        assert_eq!((created.retry(), paid.retry()), (Retry::Never, Retry::Never));
    }
    assert_eq!(server.connections(), 0);
}
