//! Mail in the testbed: SES at the wire.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::testbed::aws::Aws;
use sandbox::testbed::ses::{self, OUTBOUND_EMAILS};
use sandbox::testbed::wire::Wire;
use serde_json::{Value, json};
use support::http;

fn mail() -> Value {
    json!({
        "FromEmailAddress": "WeBrana Cloud <noreply@example.com>",
        "Destination": { "ToAddresses": ["user-1@example.com"] },
        "Content": { "Simple": {
            "Subject": { "Data": "Pembayaran diterima", "Charset": "UTF-8" },
            "Body": {
                "Html": { "Data": "<p>Rp150.000</p>", "Charset": "UTF-8" },
                "Text": { "Data": "Rp150.000", "Charset": "UTF-8" },
            },
            "Headers": [{ "Name": "Auto-Submitted", "Value": "auto-generated" }],
        } },
        "ConfigurationSetName": "paydesk",
        "EmailTags": [{ "Name": "delivery", "Value": "d-1" }],
    })
}

async fn send(url: &str, mail: &Value) -> (u16, Option<String>, Value) {
    let response = http().post(format!("{url}{OUTBOUND_EMAILS}")).json(mail).send().await.unwrap();
    let kind = response.headers().get("x-amzn-errortype").map(|kind| kind.to_str().unwrap().to_owned());
    (response.status().as_u16(), kind, response.json().await.unwrap())
}

#[tokio::test]
async fn ses_keeps_what_it_was_given() {
    let aws = Aws::start().await;
    let (status, _, answer) = send(&aws.url(), &mail()).await;
    assert_eq!(status, 200);
    let mails = aws.ses.mails();
    assert_eq!(mails.len(), 1);
    let kept = &mails[0];
    assert_eq!(answer, json!({ "MessageId": kept.id }));
    assert_eq!(
        (kept.from.as_str(), kept.subject.as_str()),
        ("WeBrana Cloud <noreply@example.com>", "Pembayaran diterima")
    );
    assert_eq!(kept.to, ["user-1@example.com"]);
    assert_eq!((kept.html.as_deref(), kept.text.as_deref()), (Some("<p>Rp150.000</p>"), Some("Rp150.000")));
    assert_eq!(kept.headers, [("Auto-Submitted".to_owned(), "auto-generated".to_owned())]);
    assert_eq!((kept.configuration_set.as_deref(), kept.tags["delivery"].as_str()), (Some("paydesk"), "d-1"));
}

#[tokio::test]
async fn ses_refuses_what_it_cannot_send() {
    let aws = Aws::start().await;
    let changed = |pointer: &str, value: Value| {
        let mut mail = mail();
        *mail.pointer_mut(pointer).unwrap() = value;
        mail
    };
    let refused = [
        changed("/FromEmailAddress", json!("nobody")),
        changed("/Destination/ToAddresses", json!([])),
        changed("/Destination/ToAddresses", json!(["user-1"])),
        changed("/Destination/ToAddresses", json!(["a@example.com\r\nBcc: b@example.com"])),
        changed("/Content/Simple/Body", json!({})),
        changed("/Content/Simple/Subject/Data", json!("a\nb")),
        changed("/EmailTags/0/Value", json!("payment confirmed")),
        json!({}),
    ];
    for mail in refused {
        let (status, kind, answer) = send(&aws.url(), &mail).await;
        assert_eq!((status, kind.as_deref()), (400, Some("BadRequestException")), "{mail}");
        assert!(!answer["message"].as_str().unwrap().is_empty());
    }
    assert!(aws.ses.mails().is_empty());
}

#[tokio::test]
async fn ses_fails_as_the_wire_is_told() {
    let aws = Aws::start().await;
    let wire = Wire::new();
    let url = wire.tap("aws", &aws.url()).await;
    let failures = [
        (ses::message_rejected(), 400, "MessageRejected"),
        (ses::too_many_requests(), 429, "TooManyRequestsException"),
        (ses::sending_paused(), 400, "SendingPausedException"),
        (ses::internal_failure(), 500, "InternalFailure"),
    ];
    for (failure, status, kind) in failures {
        wire.answer_next(OUTBOUND_EMAILS, 1, failure);
        let (answered, named, body) = send(&url, &mail()).await;
        assert_eq!((answered, named.as_deref(), &body["__type"]), (status, Some(kind), &json!(kind)));
    }
    assert!(aws.ses.mails().is_empty());
    assert_eq!(send(&url, &mail()).await.0, 200);
    assert_eq!(wire.count("POST /v2/email/outbound-emails"), 5);
}
