//! What SES tells about emails, in its own words, and what is read off them.

use serde_json::{Value, json};
use shared::providers::mail::feedback::{MailFate, MailFeedback};

/// An event as SES publishes it, shortened only where nothing is read.
fn event(kind: &str, name: &str, told: Value) -> Value {
    let mut event = json!({
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-21T08:04:00.000Z",
            "source": "Shop <billing@example.com>",
            "sourceArn": "arn:aws:ses:ap-southeast-3:000000000000:identity/example.com",
            "sendingAccountId": "000000000000",
            "messageId": "0100000000000001-00000000-0000-4000-8000-000000000000-000000",
            "destination": ["user-1@example.com"],
            "headersTruncated": false,
            "headers": [{ "name": "Subject", "value": "Paid" }],
            "commonHeaders": { "to": ["user-1@example.com"], "subject": "Paid" },
            "tags": {
                "ses:configuration-set": ["paydesk"],
                "delivery": ["INV-20261121-7K3M9QZX_2e4_2e0_2eemail"],
            },
        },
    });
    event[name] = told;
    event
}

fn bounce(kind: &str, sub_type: &str) -> Value {
    event(
        "Bounce",
        "bounce",
        json!({
            "feedbackId": "0100-1",
            "bounceType": kind,
            "bounceSubType": sub_type,
            "bouncedRecipients": [{
                "emailAddress": "user-1@example.com",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user-1@example.com: no such user",
            }],
            "timestamp": "2026-11-21T08:04:05.000Z",
            "reportingMTA": "dsn; mx.example.com",
        }),
    )
}

fn read(event: &Value) -> MailFeedback {
    serde_json::from_str(&event.to_string()).unwrap()
}

#[test]
fn a_bounce_says_whether_the_address_is_dead() {
    for (kind, sub_type, fate) in [
        ("Permanent", "General", MailFate::AddressDead),
        ("Permanent", "NoEmail", MailFate::AddressDead),
        ("Permanent", "OnAccountSuppressionList", MailFate::AddressDead),
        ("Transient", "MailboxFull", MailFate::CameBack),
        ("Undetermined", "Undetermined", MailFate::CameBack),
    ] {
        let told = read(&bounce(kind, sub_type));
        assert_eq!(told.fate, fate, "{kind}");
        assert_eq!(told.delivery, Some("INV-20261121-7K3M9QZX.4.0.email".parse().unwrap()));
        assert_eq!(told.addresses, ["user-1@example.com"]);
        assert_eq!(told.reason, format!("bounced: {kind} {sub_type}"));
    }
}

#[test]
fn a_complaint_names_who_complained() {
    let told = json!({
        "feedbackId": "0100-2",
        "complaintSubType": null,
        "complainedRecipients": [{ "emailAddress": "user-1@example.com" }],
        "timestamp": "2026-11-21T09:00:00.000Z",
        "userAgent": "Yahoo!-Mail-Feedback/2.0",
        "complaintFeedbackType": "abuse",
    });
    let told = read(&event("Complaint", "complaint", told));
    assert_eq!((told.fate, told.reason.as_str()), (MailFate::Complained, "complaint: abuse"));
    assert_eq!(told.addresses, ["user-1@example.com"]);
    let silent = read(&event("Complaint", "complaint", json!({ "complainedRecipients": [] })));
    assert_eq!((silent.fate, silent.reason.as_str()), (MailFate::Complained, "complaint: unspecified"));
}

#[test]
fn a_rejection_says_nothing_about_the_address() {
    let told = read(&event("Reject", "reject", json!({ "reason": "Bad content" })));
    assert_eq!((told.fate, told.reason.as_str()), (MailFate::NotSent, "rejected by SES: Bad content"));
    assert_eq!(told.addresses, Vec::<String>::new());
}

#[test]
fn any_other_event_is_of_no_consequence() {
    for (kind, name) in [("Delivery", "delivery"), ("Send", "send"), ("DeliveryDelay", "deliveryDelay")] {
        let told = read(&event(kind, name, json!({})));
        assert_eq!((told.fate, told.addresses.len()), (MailFate::Other, 0), "{kind}");
    }
}

#[test]
fn the_words_of_an_identitys_own_topic_are_read_too() {
    let mut told = bounce("Permanent", "General");
    told["notificationType"] = told["eventType"].take();
    told.as_object_mut().unwrap().remove("eventType");
    assert_eq!(read(&told).fate, MailFate::AddressDead);
}

#[test]
fn what_we_did_not_tag_names_no_delivery() {
    for tags in [
        json!({}),
        json!({ "delivery": [] }),
        json!({ "delivery": ["somebody's own"] }),
        json!({ "delivery": ["INV-1_2e4_2e0_2etelex"] }),
    ] {
        let mut told = bounce("Permanent", "General");
        told["mail"]["tags"] = tags.clone();
        let told = read(&told);
        assert_eq!((told.delivery, told.fate), (None, MailFate::AddressDead), "{tags}");
        assert_eq!(told.addresses, ["user-1@example.com"]);
    }
    let mut told = bounce("Permanent", "General");
    told["mail"].as_object_mut().unwrap().remove("tags");
    assert_eq!(read(&told).delivery, None);
}

#[test]
fn what_is_no_event_is_an_error() {
    for text in ["", "null", "{}", r#"{"eventType":"Bounce"}"#, r#"{"eventType":"Bounce","mail":7}"#] {
        assert!(serde_json::from_str::<MailFeedback>(text).is_err(), "{text}");
    }
}
