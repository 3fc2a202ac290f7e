//! A notice is what it says, or it is refused without repeating what it said.

use serde_json::{Value, json};
use shared::notices::about::Audience;
use shared::notices::field::Form;
use shared::notices::{Notice, NoticeError, NoticeKind};

use crate::setup::{all, bare, fields};

fn refused(event: &str, fields: Value) -> String {
    let error = Notice::read(event, fields.clone()).unwrap_err();
    let message = serde_json::to_string(&json!({ "event": event, "data": fields })).unwrap();
    let from_queue = serde_json::from_str::<Notice>(&message).unwrap_err().to_string();
    assert!(from_queue.starts_with(&error.to_string()), "{from_queue} is not {error}");
    error.to_string()
}

fn with(kind: NoticeKind, field: &str, value: Value) -> Value {
    let mut fields = fields(kind);
    fields[field] = value;
    fields
}

#[test]
fn every_notice_survives_a_queue() {
    for kind in NoticeKind::ALL {
        for notice in [kind.sample(), bare(*kind)] {
            let message = serde_json::to_string(&notice).unwrap();
            assert_eq!(serde_json::from_str::<Notice>(&message).unwrap(), notice);
            assert!(message.starts_with(&format!("{{\"event\":\"{kind}\",\"data\":{{")), "{message}");
            assert_eq!((notice.kind(), kind.name().parse()), (*kind, Ok(*kind)));
        }
    }
}

#[test]
fn an_event_that_nobody_knows_is_refused() {
    for event in ["", "payment", "payment.confirmed ", "PaymentConfirmed", "../letter"] {
        assert_eq!(Notice::read(event, json!({})), Err(NoticeError::UnknownEvent), "{event}");
    }
}

#[test]
fn every_field_of_the_wrong_form_is_named_and_never_repeated() {
    for kind in NoticeKind::ALL {
        for field in kind.fields() {
            for wrong in
                [json!({ "zebra": "zebra" }), json!(["zebra", 1]), json!("javascript:zebra\n"), json!(-77)]
            {
                let is_right = match field.form {
                    Form::Id | Form::Text | Form::Choice => wrong.is_string(),
                    _ => false,
                };
                if is_right {
                    continue;
                }
                let reason = refused(kind.name(), with(*kind, field.name, wrong));
                assert_eq!(reason, format!("{} is not {}", field.name, field.form.expected()), "{kind}");
            }
        }
    }
}

#[test]
fn missing_and_unknown_fields_are_refused() {
    assert_eq!(refused("payment.confirmed", json!({})), "invoice is missing");
    assert_eq!(refused("payment.confirmed", json!([1])), "the fields are not an object");
    let unknown = refused("bonus.paid", with(NoticeKind::BonusPaid, "zebra", json!(1)));
    assert_eq!(unknown, "an unknown field; bonus.paid has bonusId, amount, currency, recipient, bill");
}

#[test]
fn amounts_are_whole_known_and_not_negative() {
    let kind = NoticeKind::PaymentConfirmed;
    for (field, wrong) in [
        ("amount", json!(-1)),
        ("amount", json!("150000")),
        ("amount", json!(1.5)),
        ("amount", json!(u64::MAX)),
        ("currency", json!("GBP")),
        ("currency", json!("idr")),
    ] {
        assert!(refused(kind.name(), with(kind, field, wrong.clone())).starts_with(field), "{wrong}");
    }
    assert!(Notice::read(kind.name(), with(kind, "amount", json!(0))).is_ok());
}

#[test]
fn only_addresses_of_the_web_are_taken() {
    for wrong in [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example",
        "//x.example",
        "/pay",
        "",
        "https://",
        "https://user:pass@x.example/",
        "https://bank.example@evil.example/",
        &format!("https://x.example/{}", "x".repeat(1000)),
    ] {
        let reason = refused("order.created", with(NoticeKind::OrderCreated, "payUrl", json!(wrong)));
        assert!(reason.starts_with("payUrl is not an address"), "{wrong}: {reason}");
    }
    for right in ["http://127.0.0.1:4570/pay", "https://tripay.co.id/checkout/T1?a=b&c=d#e"] {
        let fields = with(NoticeKind::OrderCreated, "payUrl", json!(right));
        let Notice::OrderCreated(read) = Notice::read("order.created", fields).unwrap() else { panic!() };
        assert_eq!(read.pay_url.unwrap().as_str(), right);
    }
}

#[test]
fn a_credential_shows_in_no_debug_output_and_no_refusal() {
    let fields = with(NoticeKind::VpsActive, "password", json!("Zebra-77"));
    let notice = Notice::read("vps.active", fields).unwrap();
    let shown = format!("{notice:?} {notice:#?}");
    assert!(!shown.contains("Zebra-77") && shown.contains("[REDACTED]"), "{shown}");
    assert!(serde_json::to_string(&notice).unwrap().contains("Zebra-77"));
    for wrong in [
        json!(""),
        json!("Zebra-77\n"),
        json!("Zebra-77\u{2028}"),
        json!("\u{202e}Zebra-77"),
        json!("Zebra-77".repeat(30)),
        json!(7777),
        json!(["Zebra-77"]),
    ] {
        let reason = refused("vps.active", with(NoticeKind::VpsActive, "password", wrong));
        assert!(reason.starts_with("password is not") && !reason.contains("77"), "{reason}");
    }
}

#[test]
fn operators_and_staff_are_told_at_once_and_customers_by_the_event() {
    let customers_at_once = [
        "payment.confirmed",
        "payment.expiring",
        "vps.active",
        "vps.provisioning_failed",
        "sms.charge_failed",
    ];
    for kind in NoticeKind::ALL {
        let expected = match kind.audience() {
            Audience::Customer => customers_at_once.contains(&kind.name()),
            Audience::Staff | Audience::Operators => true,
        };
        assert_eq!(kind.is_urgent(), expected, "{kind}");
        let audience = match kind.name() {
            "payment.needs_review"
            | "bonus.needs_review"
            | "sms.needs_review"
            | "billz.order_changed"
            | "billz.failed" => Audience::Operators,
            name if name.starts_with("task.") => Audience::Staff,
            _ => Audience::Customer,
        };
        assert_eq!(kind.audience(), audience, "{kind}");
    }
    assert_eq!(all().count(), 110);
}
