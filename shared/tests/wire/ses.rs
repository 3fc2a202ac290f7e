//! Email through SES: the exact request, and what every kind of answer becomes.

use std::time::Duration;

use aws_credential_types::Credentials;
use sandbox::testbed::ses;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::providers::call::Caller;
use shared::providers::mail::ses::Ses;
use shared::providers::mail::{Mail, MailError, Mailer};
use shared::retry::{Failure, Retry, Verdict};

use crate::odd_server::{self, OddServer, Play, html};

const SAFE: Retry = Retry::Safe { after: None };
/// Long enough for anything that is played here.
const PATIENCE: Duration = Duration::from_secs(5);
const TAKEN: &str = r#"{"MessageId":"0100018f-1"}"#;

fn mailer(url: &str, configuration_set: Option<&str>) -> Mailer {
    let credentials = Credentials::new("local", "local", None, None, "test");
    let http = HttpClients::new(None).unwrap();
    let (region, endpoint_url) = ("eu-central-1".to_owned(), Some(url.to_owned()));
    let account = AwsAccount { credentials, region, endpoint_url };
    let ses = Ses::new(Caller::new(http), account, configuration_set.map(str::to_owned));
    Mailer::through_ses(ses, "WeBrana Cloud <noreply@example.com>".parse().unwrap())
}

async fn send(mailer: &Mailer, within: Duration) -> Result<String, MailError> {
    let to = ["user-1@example.com".to_owned()];
    let mail = Mail {
        to: &to,
        subject: "Оплачено: 1 250,00 ₴",
        html: "<p>Оплачено</p>",
        text: "Оплачено",
        delivery: "INV-20261121-7K3M9QZX.4.0.email",
    };
    mailer.send(&mail, within).await
}

/// Plays one answer. It must have been asked for once, and not again.
async fn answer_to(play: Play) -> Result<String, MailError> {
    let server = OddServer::start([play.clone()]).await;
    let answer = send(&mailer(server.url(), None), PATIENCE).await;
    assert_eq!(server.connections(), 1, "{play:?} was repeated");
    assert!(server.seen().len() <= 1, "{play:?} was repeated");
    answer
}

/// SES's refusal in its own form.
fn refusal((status, body): (u16, String)) -> Play {
    let told: Value = serde_json::from_str(&body).unwrap();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-amzn-errortype", told["__type"].as_str().unwrap().to_owned()),
    ];
    Play::Answer { status, headers, body }
}

fn named(status: u16, kind: &str) -> Play {
    refusal((status, json!({ "__type": kind, "message": "no" }).to_string()))
}

async fn assert_failed(play: Play, failure: Failure, retry: Retry) {
    let error = answer_to(play.clone()).await.expect_err("an error");
    assert_eq!((error.failure, error.retry()), (failure, retry), "{play:?}: {error}");
}

#[tokio::test]
async fn an_email_carries_both_texts_its_configuration_set_and_the_deliverys_tag() {
    let server = OddServer::start([odd_server::json(200, TAKEN)]).await;
    assert_eq!(send(&mailer(server.url(), Some("paydesk")), PATIENCE).await, Ok("0100018f-1".to_owned()));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", ses::OUTBOUND_EMAILS));
    let utf8 = |text: &str| json!({ "Data": text, "Charset": "UTF-8" });
    let wanted = json!({
        "FromEmailAddress": "\"WeBrana Cloud\" <noreply@example.com>",
        "Destination": { "ToAddresses": ["user-1@example.com"] },
        "Content": { "Simple": {
            "Subject": utf8("Оплачено: 1 250,00 ₴"),
            "Body": { "Text": utf8("Оплачено"), "Html": utf8("<p>Оплачено</p>") },
        } },
        "EmailTags": [{ "Name": "delivery", "Value": "INV-20261121-7K3M9QZX_2e4_2e0_2eemail" }],
        "ConfigurationSetName": "paydesk",
    });
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), wanted);
}

#[tokio::test]
async fn without_a_configuration_set_none_is_named() {
    let server = OddServer::start([odd_server::json(200, TAKEN)]).await;
    send(&mailer(server.url(), None), PATIENCE).await.unwrap();
    let body: Value = serde_json::from_str(&server.seen()[0].body).unwrap();
    assert_eq!(body.get("ConfigurationSetName"), None);
}

#[tokio::test]
async fn a_refused_email_is_refused_for_good() {
    assert_failed(refusal(ses::message_rejected()), Failure::Refused, Retry::Never).await;
    for kind in ["BadRequestException", "SomethingNew"] {
        assert_failed(named(400, kind), Failure::Refused, Retry::Never).await;
    }
    // Somebody in between may leave out the header.
    let told = json!({ "__type": "com.amazonaws.ses#MessageRejected", "message": "no" }).to_string();
    assert_failed(odd_server::json(400, &told), Failure::Refused, Retry::Never).await;
}

#[tokio::test]
async fn a_limit_may_be_waited_out() {
    assert_failed(refusal(ses::too_many_requests()), Failure::Limited(None), SAFE).await;
    for kind in ["LimitExceededException", "ThrottlingException", "Throttling"] {
        assert_failed(named(400, kind), Failure::Limited(None), SAFE).await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_account_says_nothing_about_the_email() {
    assert_failed(refusal(ses::sending_paused()), Failure::NotReached, SAFE).await;
    for (status, kind) in [
        (400, "AccountSuspendedException"),
        (400, "MailFromDomainNotVerifiedException"),
        (404, "NotFoundException"),
        (403, "AccessDeniedException"),
        (403, "ExpiredTokenException"),
        (403, "UnrecognizedClientException"),
        (403, "SignatureDoesNotMatch"),
    ] {
        assert_failed(named(status, kind), Failure::NotReached, SAFE).await;
    }
}

#[tokio::test]
async fn after_a_server_error_the_email_may_be_on_its_way() {
    assert_failed(refusal(ses::internal_failure()), Failure::ServerError, Retry::AskFirst).await;
    for play in [html(500), html(502), html(503), named(500, "SomethingNew")] {
        assert_failed(play, Failure::ServerError, Retry::AskFirst).await;
    }
}

#[tokio::test]
async fn after_a_lost_answer_the_email_may_be_on_its_way() {
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        let error = answer_to(play.clone()).await.unwrap_err();
        assert_eq!(error.retry(), Retry::AskFirst, "{play:?}: {error}");
    }
}

#[tokio::test]
async fn after_garbage_the_email_may_be_on_its_way() {
    for body in ["", "{}", "null", "[]", r#"{"MessageId":7}"#, r#"{"MessageId":"#] {
        let error = answer_to(odd_server::json(200, body)).await.expect_err(body);
        assert_eq!(error.retry(), Retry::AskFirst, "{body}: {error}");
    }
    assert_eq!(answer_to(html(200)).await.unwrap_err().retry(), Retry::AskFirst);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_none() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let error = send(&mailer(&url, None), Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.failure, error.retry()), (Failure::NoAnswer, Retry::AskFirst));
}

#[tokio::test]
async fn no_address_that_ses_repeats_is_repeated() {
    let words = "Email address is not verified. The following identities failed: user-1@example.com, x@y.z.";
    let told = json!({ "__type": "MessageRejected", "message": words }).to_string();
    let error = answer_to(refusal((400, told))).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains('@') && shown.contains("is not verified"), "{shown}");
}
