//! Callbacks that are not believed: nothing is written, and AWS is not even called.

use std::net::IpAddr;

use http::HeaderValue;
use lambda_http::{Body, Request};
use sandbox::testbed::event_files::event;
use sandbox::tripay::credentials::PRODUCTION;

use super::bench::SECRET;
use super::bench::{Answer, Bench, acknowledged, credentials, invoice_with_code, request, signature, signed};

const SIGNATURE: &str = "x-callback-signature";
const EVENT: &str = "x-callback-event";

async fn check_nothing_happened(bench: &Bench) {
    assert_eq!(bench.operations(), Vec::<String>::new());
    assert_eq!(bench.invoice().await, invoice_with_code());
    assert_eq!(bench.unmatched().await, []);
    assert_eq!(bench.new_events(), Vec::<String>::new());
}

/// Sends a request that must be refused with `status` and this reason.
async fn check_refused(bench: &Bench, request: Request, status: u16, reason: &str) {
    let body = serde_json::json!({ "success": false, "message": reason });
    assert_eq!(bench.send(request).await, Answer { status, body });
}

fn paid() -> Request {
    request(&event("paid"))
}

fn paid_with(header: &'static str, value: &str) -> Request {
    let mut request = paid();
    request.headers_mut().insert(header, HeaderValue::from_str(value).unwrap());
    request
}

fn genuine_signature() -> String {
    event("paid")["headers"][SIGNATURE].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_the_body_is_refused() {
    let bench = Bench::with_code().await;
    let genuine = event("paid")["body"].as_str().unwrap().as_bytes().to_vec();
    for place in 0..genuine.len() {
        let mut body = genuine.clone();
        body[place] ^= 1 << (place % 8);
        let mut forged = paid();
        *forged.body_mut() = Body::Binary(body);
        check_refused(&bench, forged, 401, "invalid signature").await;
    }
    check_nothing_happened(&bench).await;
}

#[tokio::test]
async fn a_body_that_is_cut_or_continued_is_refused() {
    let bench = Bench::with_code().await;
    let genuine = event("paid")["body"].as_str().unwrap().to_owned();
    let shortened = (0..genuine.len()).map(|length| genuine[..length].to_owned());
    let continued = ["\n", " ", "\0", "{}"].map(|end| format!("{genuine}{end}"));
    for body in shortened.chain(continued) {
        let mut forged = paid();
        *forged.body_mut() = Body::Text(body);
        check_refused(&bench, forged, 401, "invalid signature").await;
    }
    check_nothing_happened(&bench).await;
}

#[tokio::test]
async fn a_signature_that_is_not_exactly_the_bodys_is_refused() {
    let bench = Bench::with_code().await;
    let genuine = genuine_signature();
    let wrong_digits = (0..genuine.len()).map(|place| {
        let other = if genuine.as_bytes()[place] == b'0' { "1" } else { "0" };
        format!("{}{other}{}", &genuine[..place], &genuine[place + 1..])
    });
    let of_another_key =
        signature(PRODUCTION.private_key, event("paid")["body"].as_str().unwrap().as_bytes());
    let malformed = [
        String::new(),
        genuine[..62].to_owned(),
        format!("{genuine}00"),
        genuine.to_uppercase(),
        format!("sha256={genuine}"),
        format!("{genuine},{genuine}"),
        format!("{genuine}, {genuine}"),
        of_another_key,
    ];
    for wrong in wrong_digits.chain(malformed) {
        check_refused(&bench, paid_with(SIGNATURE, &wrong), 401, "invalid signature").await;
    }
    check_nothing_happened(&bench).await;
}

#[tokio::test]
async fn there_is_exactly_one_signature_and_one_event() {
    let bench = Bench::with_code().await;
    let mut unsigned = paid();
    unsigned.headers_mut().remove(SIGNATURE);
    let mut doubled = paid();
    doubled.headers_mut().append(SIGNATURE, HeaderValue::from_str(&genuine_signature()).unwrap());
    for request in [unsigned, doubled] {
        check_refused(&bench, request, 401, "there must be exactly one X-Callback-Signature").await;
    }

    let mut without_event = paid();
    without_event.headers_mut().remove(EVENT);
    let mut two_events = paid();
    two_events.headers_mut().append(EVENT, HeaderValue::from_static("payment_status"));
    let others = ["", "Payment_status", "payment_status ", "payment_status,payment_status", "open_payment"];
    let others = others.map(|other| paid_with(EVENT, other));
    for request in others.into_iter().chain([without_event, two_events]) {
        check_refused(&bench, request, 400, "unknown X-Callback-Event").await;
    }
    check_nothing_happened(&bench).await;
}

/// The documented body: PHP escapes slashes and letters, and parsing it and writing it anew does not.
#[tokio::test]
async fn a_body_is_proved_as_it_came_and_not_as_it_reads() {
    let bench = Bench::start().await;
    bench.aws.secrets.set(SECRET, &credentials("sandbox-private-key-for-tests"));
    let app = bench.another_app().await;
    let as_it_came = r#"{"reference":"DEV-T9999100001AB3DE","merchant_ref":"INV-20261121-A1B2C3","payment_method":"QRIS by ShopeePay","payment_method_code":"QRIS","total_amount":150000,"fee_merchant":1800,"fee_customer":0,"total_fee":1800,"amount_received":148200,"is_closed_payment":1,"status":"PAID","paid_at":1795226400,"note":"uji coba \/ caf\u00e9"}"#;
    let written_anew = serde_json::from_str::<serde_json::Value>(as_it_came).unwrap().to_string();
    let mut event = event("paid");
    event["headers"][SIGNATURE] = "f2593f89b2699598e442524110c1526fd5b94c661d288afcc0292f11f3aa134b".into();
    for (body, status) in [(written_anew.as_str(), 401), (as_it_came, 200)] {
        event["body"] = body.into();
        let answer = crate::handler::handle(&app, request(&event)).await;
        assert_eq!(answer.status().as_u16(), status);
    }
    let kept: Vec<String> = bench.unmatched().await.into_iter().map(|report| report.raw).collect();
    assert_eq!(kept, [as_it_came]);
}

#[tokio::test]
async fn a_body_longer_than_any_real_one_is_not_even_hashed() {
    let bench = Bench::with_code().await;
    let genuine = event("paid")["body"].as_str().unwrap().to_owned();
    let padded = |length: usize| format!("{genuine}{}", " ".repeat(length - genuine.len()));
    let too_long = request(&signed(&padded((64 << 10) + 1)));
    check_refused(&bench, too_long, 413, "the body is too long").await;
    check_nothing_happened(&bench).await;
    assert_eq!(bench.send(request(&signed(&padded(64 << 10)))).await, acknowledged());
}

#[tokio::test]
async fn callbacks_come_from_listed_addresses_only_where_there_is_a_list() {
    let tripay: Vec<IpAddr> = ["95.111.200.230", "2a04:3543:1000:2310:ac92:4cff:fe87:63f9"]
        .map(|address| address.parse().unwrap())
        .into();
    let bench = Bench::allowing(tripay).await;
    bench.store(invoice_with_code()).await;
    let from = |address: serde_json::Value| {
        let mut event = event("paid");
        event["requestContext"]["http"]["sourceIp"] = address;
        request(&event)
    };
    // The header is the caller's own claim; only the gateway's word counts.
    for address in ["192.0.2.1".into(), "95.111.200.231".into(), "unknown".into(), serde_json::Value::Null] {
        check_refused(&bench, from(address), 403, "the source address is not allowed").await;
    }
    check_nothing_happened(&bench).await;
    let listed = from("2a04:3543:1000:2310:ac92:4cff:fe87:63f9".into());
    assert_eq!(bench.send(listed).await, acknowledged());
    assert_eq!(bench.item()["gsi2pk"]["S"], "STATE#PAID");
}

#[tokio::test]
async fn a_proved_body_that_is_no_report_is_refused_without_a_trace() {
    let bench = Bench::with_code().await;
    let genuine = event("paid")["body"].as_str().unwrap().to_owned();
    let unreadable = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        genuine.replace("\"PAID\"", "\"MAYBE\""),
        genuine.replace("150000", "\"150000\""),
        genuine.replace("150000", "150000.5"),
        genuine.replace("150000", "99999999999999999999"),
        genuine.replace("\"fee_customer\":0", "\"fee_customer\":-9223372036854775808"),
        format!("{genuine}{genuine}"),
    ];
    for body in unreadable {
        check_refused(&bench, request(&signed(&body)), 400, "the body is not a payment report").await;
    }
    check_nothing_happened(&bench).await;
}
