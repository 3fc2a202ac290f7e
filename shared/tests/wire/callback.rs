//! Tripay's callbacks: what proves them, and what they then say.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use secrecy::SecretString;
use shared::domain::money::Money;
use shared::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};
use shared::providers::tripay::callback::{
    Callback, CallbackError, Callbacks, ForeignReport, MAX_BODY_BYTES,
};

use crate::setup::{MERCHANT_REF, PRIVATE_KEY, at, merchant_ref, sign};

const B1: &str = include_str!("../fixtures/tripay/callback_b1.json");
const B2: &str = include_str!("../fixtures/tripay/callback_b2.json");
const B3: &str = include_str!("../fixtures/tripay/callback_b3.json");
const B4: &str = include_str!("../fixtures/tripay/callback_b4.json");
const B5: &str = include_str!("../fixtures/tripay/callback_b5.json");
const B1_SIGNATURE: &str = "66f8b05e8d49ec78578291f1ec96c45c59d94937fa686978de8ed4f725df9f73";
const B2_SIGNATURE: &str = "f2593f89b2699598e442524110c1526fd5b94c661d288afcc0292f11f3aa134b";

fn callbacks(keys: &[&str]) -> Callbacks {
    let private_keys = keys.iter().map(|key| SecretString::from((*key).to_owned())).collect();
    Callbacks { private_keys, source_addresses: Vec::new() }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect::<Vec<_>>().into_iter().fold(HeaderMap::new(), |mut map, (name, value)| {
        map.append(name, value);
        map
    })
}

fn signed_as(signature: &str) -> HeaderMap {
    headers(&[("x-callback-signature", signature), ("x-callback-event", "payment_status")])
}

fn open(body: &str, signature: &str) -> Result<Callback, CallbackError> {
    callbacks(&[PRIVATE_KEY]).open(&signed_as(signature), None, body.as_bytes())
}

fn opened(body: &str) -> Result<Callback, CallbackError> {
    open(body, &sign(body.as_bytes()))
}

fn foreign(body: &str, signature: &str) -> ForeignReport {
    match open(body, signature) {
        Ok(Callback::Foreign(report)) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_samples_are_proved_and_read() {
    let report = |reference: &str, merchant_ref: &str, status, amount, raw: &str| ForeignReport {
        reference: reference.to_owned(),
        merchant_ref: merchant_ref.to_owned(),
        status,
        amount: Money::rupiah(amount),
        raw: raw.to_owned(),
    };
    let b1 = report("T0001000023000XXXXX", "INV123456", ReportedStatus::Paid, 200_000, B1);
    assert_eq!(foreign(B1, B1_SIGNATURE), b1);
    let b2 = report("DEV-T9999100001AB3DE", "INV-20261121-A1B2C3", ReportedStatus::Paid, 150_000, B2);
    assert_eq!(foreign(B2, B2_SIGNATURE), b2);
    let b3 = report("DEV-T9999100002ZZ9QW", "INV-20261121-A1B2C3", ReportedStatus::Paid, 0, B3);
    assert_eq!(foreign(B3, "26f8234a143e42a4a27dbc8fa54dbc24dd34e571c38c62e8df9d3f3e110cc059"), b3);
    let b5 = report("DEV-T9999100001AB3DE", "INV-20261121-A1B2C3", ReportedStatus::Expired, 150_000, B5);
    assert_eq!(foreign(B5, "5f8e1f83441ba2ad942ccc6feb1f474bb849be52419af0a334b5a23af20215a5"), b5);
    let b4 = open(B4, "a4ce561cc413e5ac3cb2b7ddb21018773b950741793831174b29f91ba51b6cf5");
    assert_eq!(b4, Ok(Callback::Test));
}

#[test]
fn a_report_without_tripays_reference_is_not_taken_for_a_test() {
    let body = B1.replace("\"T0001000023000XXXXX\"", "null").replace("INV123456", MERCHANT_REF);
    let report = foreign(&body, &sign(body.as_bytes()));
    assert_eq!((report.reference.as_str(), report.merchant_ref.as_str()), ("", MERCHANT_REF));
    assert_eq!(report.amount, Money::rupiah(200_000));
}

#[test]
fn a_callback_about_our_own_reference_is_a_report() {
    let body = B1.replace("INV123456", MERCHANT_REF).replace("\"fee_customer\":0", "\"fee_customer\":2500");
    let report = PaymentReport {
        merchant_ref: merchant_ref(),
        reference: "T0001000023000XXXXX".parse().unwrap(),
        status: ReportedStatus::Paid,
        amount: Money::rupiah(197_500),
        paid_at: Some(at("2020-12-16T15:36:57Z")),
        source: ReportSource::Callback,
        raw: body.clone(),
    };
    assert_eq!(opened(&body), Ok(Callback::Report(report)));
}

#[test]
fn another_key_another_body_and_another_spelling_prove_nothing() {
    let other_key = "09a95b561a57e1e22fc731ae0473d7d6f8c4ee8fedab985c5a831d5510705512";
    assert_eq!(open(B1, other_key), Err(CallbackError::SignatureInvalid));
    assert!(callbacks(&["private_key_anda"]).open(&signed_as(other_key), None, B1.as_bytes()).is_ok());
    let parsed: serde_json::Value = serde_json::from_str(B2).unwrap();
    assert_eq!(open(&parsed.to_string(), B2_SIGNATURE), Err(CallbackError::SignatureInvalid));
    for wrong in ["", "66f8", &B1_SIGNATURE.to_uppercase(), &format!("{B1_SIGNATURE}00"), &"z".repeat(64)] {
        assert_eq!(open(B1, wrong), Err(CallbackError::SignatureInvalid), "{wrong:?}");
    }
    assert_eq!(open(&format!("{B1}\n"), B1_SIGNATURE), Err(CallbackError::SignatureInvalid));
    assert!(callbacks(&[]).open(&signed_as(B1_SIGNATURE), None, B1.as_bytes()).is_err(), "no key proves all");
}

#[test]
fn no_bit_of_the_body_or_the_signature_can_be_flipped() {
    for place in 0..B1.len() * 8 {
        let mut body = B1.as_bytes().to_vec();
        body[place / 8] ^= 1 << (place % 8);
        let opened = callbacks(&[PRIVATE_KEY]).open(&signed_as(B1_SIGNATURE), None, &body);
        assert_eq!(opened, Err(CallbackError::SignatureInvalid), "bit {place} of the body");
    }
    for place in 0..B1_SIGNATURE.len() * 8 {
        let mut signature = B1_SIGNATURE.as_bytes().to_vec();
        signature[place / 8] ^= 1 << (place % 8);
        let Ok(value) = HeaderValue::from_bytes(&signature) else { continue };
        let mut headers = signed_as(B1_SIGNATURE);
        headers.insert("x-callback-signature", value);
        let opened = callbacks(&[PRIVATE_KEY]).open(&headers, None, B1.as_bytes());
        assert_eq!(opened, Err(CallbackError::SignatureInvalid), "bit {place} of the signature");
    }
}

#[test]
fn during_a_rotation_the_key_before_proves_too_and_spaces_around_a_key_do_not_count() {
    for keys in [["new-key", PRIVATE_KEY], [PRIVATE_KEY, "old-key"]] {
        assert!(callbacks(&keys).open(&signed_as(B1_SIGNATURE), None, B1.as_bytes()).is_ok(), "{keys:?}");
    }
    let spaced = format!(" {PRIVATE_KEY}\n");
    assert!(callbacks(&[&spaced]).open(&signed_as(B1_SIGNATURE), None, B1.as_bytes()).is_ok());
}

#[test]
fn there_is_exactly_one_signature_and_exactly_one_event() {
    let (signature, event) = (("x-callback-signature", B1_SIGNATURE), ("x-callback-event", "payment_status"));
    let cases = [
        (vec![event], CallbackError::SignatureMissing),
        (vec![signature, signature, event], CallbackError::SignatureMissing),
        (vec![signature], CallbackError::UnknownEvent),
        (vec![signature, event, event], CallbackError::UnknownEvent),
        (vec![signature, ("x-callback-event", "payment_Status")], CallbackError::UnknownEvent),
        (vec![signature, ("x-callback-event", "open_payment")], CallbackError::UnknownEvent),
    ];
    for (pairs, error) in cases {
        let opened = callbacks(&[PRIVATE_KEY]).open(&headers(&pairs), None, B1.as_bytes());
        assert_eq!(opened, Err(error), "{pairs:?}");
    }
}

#[test]
fn the_proof_comes_before_everything_that_is_read() {
    let forged = headers(&[("x-callback-signature", B2_SIGNATURE), ("x-callback-event", "unknown")]);
    assert_eq!(callbacks(&[PRIVATE_KEY]).open(&forged, None, b"{"), Err(CallbackError::SignatureInvalid));
}

#[test]
fn the_length_is_checked_before_the_signature() {
    let body =
        |length: usize| format!("{}{}", " ".repeat(length - B1.len()), B1.replace("INV123456", "INV12345X"));
    assert_eq!(opened(&body(MAX_BODY_BYTES + 1)), Err(CallbackError::TooLong));
    assert!(matches!(opened(&body(MAX_BODY_BYTES)), Ok(Callback::Foreign(_))));
}

#[test]
fn only_listed_addresses_are_heard_where_there_is_a_list() {
    let listed =
        ["95.111.200.230", "2a04:3543:1000:2310:ac92:4cff:fe87:63f9"].map(|text| text.parse().unwrap());
    let callbacks = Callbacks { source_addresses: listed.to_vec(), ..callbacks(&[PRIVATE_KEY]) };
    let from = |address| callbacks.open(&signed_as(B1_SIGNATURE), address, B1.as_bytes());
    for address in listed {
        assert!(from(Some(address)).is_ok(), "{address}");
    }
    assert_eq!(from(Some("192.0.2.1".parse().unwrap())), Err(CallbackError::ForeignAddress));
    assert_eq!(from(None), Err(CallbackError::ForeignAddress));
}

#[test]
fn every_status_is_read_and_times_come_in_three_forms() {
    for status in ReportedStatus::ALL {
        let body =
            B1.replace("INV123456", MERCHANT_REF).replace("\"PAID\"", &format!("\"{}\"", status.as_str()));
        let Ok(Callback::Report(report)) = opened(&body) else { panic!("{body}") };
        assert_eq!(report.status, status);
    }
    let known: Option<Timestamp> = Some(at("2020-12-16T15:36:57Z"));
    for (form, expected) in [("1608133017", known), ("\"1608133017\"", known), ("null", None), ("\"\"", None)]
    {
        let body = B1.replace("INV123456", MERCHANT_REF).replace("1608133017", form);
        let Ok(Callback::Report(report)) = opened(&body) else { panic!("{body}") };
        assert_eq!(report.paid_at, expected, "{form}");
    }
}

#[test]
fn proved_nonsense_is_unreadable() {
    let nonsense = [
        String::new(),
        "[]".to_owned(),
        "{}".to_owned(),
        B1.replace("PAID", "SETTLED"),
        B1.replace("200000", "\"200000\""),
        B1.replace("200000", "200000.5"),
        B1.replace("\"total_amount\":200000,", ""),
        B1.replace("\"fee_customer\":0", "\"fee_customer\":-9223372036854775808"),
        format!("{B1}{B1}"),
    ];
    for body in nonsense {
        assert_eq!(opened(&body), Err(CallbackError::Unreadable), "{body}");
    }
    let latin = b"{\"reference\":\"\xe9\"}";
    let signature = sign(latin);
    let opened = callbacks(&[PRIVATE_KEY]).open(&signed_as(&signature), None, latin);
    assert_eq!(opened, Err(CallbackError::Unreadable));
}
