//! Callbacks that are not believed: nothing is written, and AWS is not even called.

use http::HeaderValue;
use lambda_http::Request;
use sandbox::testbed::event_files::event;
use serde_json::{Value, json};
use shared::providers::portmone::callback::{Callbacks, MAX_BODY_BYTES};

use super::bench::{
    Answer, Bench, FINGERPRINT, SECRET, TOKEN, TOKEN_HEADER, answer, in_json, request, result, secret, taken,
    with_body,
};
use crate::handler::handle;

const WRONG_TOKEN: &str = "invalid x-portmone-token";
const WRONG_CERTIFICATE: &str = "the client certificate is not allowed";

fn fail(status: u16, reason: &str) -> Answer {
    in_json(status, &json!({ "detail": reason, "status": "fail" }).to_string())
}

fn with_token(token: &str) -> Request {
    let mut request = request(&event("rsp-ok"));
    request.headers_mut().insert(TOKEN_HEADER, HeaderValue::from_str(token).unwrap());
    request
}

fn with_certificate(pem: Value) -> Request {
    let mut event = event("rsp-ok-with-certificate");
    event["requestContext"]["authentication"]["clientCert"]["clientCertPem"] = pem;
    request(&event)
}

fn pem() -> String {
    let event = event("rsp-ok-with-certificate");
    event["requestContext"]["authentication"]["clientCert"]["clientCertPem"].as_str().unwrap().to_owned()
}

fn certificates() -> Callbacks {
    Callbacks { certificates: vec![FINGERPRINT.parse().unwrap()], ..Callbacks::default() }
}

#[tokio::test]
async fn a_token_that_is_not_exactly_the_one_is_refused() {
    let bench = Bench::start().await;
    let wrong_letters = (0..TOKEN.len()).map(|place| format!("{}!{}", &TOKEN[..place], &TOKEN[place + 1..]));
    let others = [
        String::new(),
        " ".to_owned(),
        TOKEN[..34].to_owned(),
        format!("{TOKEN}0"),
        format!("{TOKEN},{TOKEN}"),
        TOKEN.to_uppercase(),
    ];
    for wrong in wrong_letters.chain(others) {
        assert_eq!(bench.send(with_token(&wrong)).await, fail(401, WRONG_TOKEN), "{wrong:?}");
    }
    let mut doubled = request(&event("rsp-ok"));
    doubled.headers_mut().append(TOKEN_HEADER, HeaderValue::from_static(TOKEN));
    assert_eq!(bench.send(doubled).await, fail(401, WRONG_TOKEN));
    assert_eq!(bench.deliver("token-missing").await, fail(401, WRONG_TOKEN));
    bench.check_untouched();
}

#[tokio::test]
async fn who_is_refused_hears_it_in_the_words_that_it_seems_to_speak() {
    let bench = Bench::start().await;
    let of = |case: &str| {
        let mut event = event(case);
        event["headers"][TOKEN_HEADER] = "another".into();
        request(&event)
    };
    assert_eq!(bench.send(of("rsp-ok")).await, fail(401, WRONG_TOKEN));
    assert_eq!(bench.send(of("bills-paid")).await, result(401, 4, WRONG_TOKEN));
    assert_eq!(bench.send(of("requests")).await, result(401, 4, WRONG_TOKEN));
    let json = bench.send(of("json")).await;
    let start = format!("{{\"errorCode\":\"4\",\"reason\":\"{WRONG_TOKEN}\",\"responseId\":");
    assert!(json.status == 401 && json.body.starts_with(&start), "{json:?}");
    bench.check_untouched();
}

#[tokio::test]
async fn only_listed_addresses_are_believed_as_the_gateway_saw_them() {
    let listed = vec!["192.0.2.10".parse().unwrap(), "2001:db8::7".parse().unwrap()];
    let bench = Bench::proving(Callbacks { source_addresses: listed, ..Callbacks::default() }).await;
    let from = |address: Value| {
        let mut event = event("rsp-ok");
        event["requestContext"]["http"]["sourceIp"] = address;
        request(&event)
    };
    // The header says 192.0.2.10 each time: it is the caller's own claim.
    for address in [json!("192.0.2.11"), json!("192.0.2.1"), json!("unknown"), Value::Null] {
        assert_eq!(bench.send(from(address)).await, fail(403, "the source address is not allowed"));
    }
    bench.check_untouched();
    assert_eq!(bench.send(from(json!("2001:db8::7"))).await, taken());
    assert_eq!(bench.deliver("rsp-ok").await, taken());
}

#[tokio::test]
async fn a_listed_address_proves_nothing_without_the_token() {
    let listed = vec!["192.0.2.10".parse().unwrap()];
    let settings = Callbacks { source_addresses: listed, ..Callbacks::default() };
    let bench = Bench::proving(settings.clone()).await;
    assert_eq!(bench.deliver("token-missing").await, fail(401, WRONG_TOKEN));
    bench.check_untouched();
    let bench = Bench::holding("", settings).await;
    for case in ["token-missing", "rsp-ok"] {
        assert_eq!(bench.deliver(case).await, fail(503, "provider_disabled"), "{case}");
    }
    bench.check_untouched();
}

#[tokio::test]
async fn where_certificates_are_listed_only_a_listed_one_is_believed() {
    let bench = Bench::proving(certificates()).await;
    let foreign = pem().replacen("MIIB", "MIIC", 1);
    assert_ne!(foreign, pem());
    for shown in [json!(foreign), json!("no certificate"), json!(""), Value::Null] {
        assert_eq!(bench.send(with_certificate(shown)).await, fail(401, WRONG_CERTIFICATE));
    }
    assert_eq!(bench.deliver("rsp-ok").await, fail(401, WRONG_CERTIFICATE), "none was shown");
    let mut claimed = request(&event("rsp-ok"));
    let claim = HeaderValue::from_str(&pem().replace('\n', "")).unwrap();
    claimed.headers_mut().insert("x-client-cert", claim);
    assert_eq!(bench.send(claimed).await, fail(401, WRONG_CERTIFICATE), "a header shows none");
    bench.check_untouched();
    assert_eq!(bench.deliver("rsp-ok-with-certificate").await, taken());
    assert_eq!(bench.outcomes().await, ["paid"]);
}

#[tokio::test]
async fn a_listed_certificate_does_not_make_up_for_the_token() {
    let bench = Bench::proving(certificates()).await;
    let mut request = with_certificate(json!(pem()));
    request.headers_mut().remove(TOKEN_HEADER);
    assert_eq!(bench.send(request).await, fail(401, WRONG_TOKEN));
    bench.check_untouched();
}

#[tokio::test]
async fn a_certificate_alone_proves_where_no_token_was_agreed_on() {
    let bench = Bench::holding("", certificates()).await;
    assert_eq!(bench.deliver("rsp-ok").await, fail(401, WRONG_CERTIFICATE));
    bench.check_untouched();
    let mut request = with_certificate(json!(pem()));
    request.headers_mut().remove(TOKEN_HEADER);
    assert_eq!(bench.send(request).await, taken());
}

#[tokio::test]
async fn with_nothing_configured_nothing_is_believed() {
    let bench = Bench::holding("", Callbacks::default()).await;
    for token in ["", " ", TOKEN] {
        assert_eq!(bench.send(with_token(token)).await, fail(503, "provider_disabled"), "{token:?}");
    }
    assert_eq!(bench.deliver("rsp-ok-with-certificate").await, fail(503, "provider_disabled"));
    assert_eq!(bench.deliver("bills-paid").await, result(503, 4, "provider_disabled"));
    bench.check_untouched();
}

#[tokio::test]
async fn a_blank_token_in_the_secret_is_no_token() {
    let bench = Bench::start().await;
    for _ in 0..2 {
        bench.aws.secrets.set(SECRET, &secret("  "));
    }
    let app = bench.another_app().await;
    assert_eq!(answer(handle(&app, with_token("  ")).await), fail(503, "provider_disabled"));
}

#[tokio::test]
async fn a_body_longer_than_any_real_one_is_not_even_read() {
    let bench = Bench::start().await;
    let longest = format!("{}{}", "<", " ".repeat(MAX_BODY_BYTES - 1));
    assert_eq!(bench.send(with_body(longest.clone())).await.status, 400);
    assert_eq!(bench.send(with_body(format!("{longest} "))).await, fail(413, "the body is too long"));
    let mut forged = with_body(format!("{longest} "));
    forged.headers_mut().remove(TOKEN_HEADER);
    assert_eq!(bench.send(forged).await, fail(401, WRONG_TOKEN), "a stranger is not told how long it may be");
    bench.check_untouched();
}
