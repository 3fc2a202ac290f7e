//! Secrets: the exact requests, and what every kind of answer becomes.

use aws_credential_types::Credentials;
use sandbox::testbed::aws::Aws;
use serde_json::{Value, json};
use shared::aws_account::AwsAccount;
use shared::http_client::HttpClients;
use shared::lambda::secrets::{SecretBatch, SecretError, SecretReader};

use crate::odd_server::{self, OddServer, Play, html};

/// What must not be told, wherever it stands.
const HIDDEN: &str = "S33d-Passw0rd";

fn reader(url: &str) -> SecretReader {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-to-be-sent", Some("session".into()), None, "test");
    let (region, endpoint_url) = ("eu-central-1".to_owned(), Some(url.to_owned()));
    let account = AwsAccount { credentials, region, endpoint_url };
    SecretReader::new(&HttpClients::new(None).unwrap(), account, "paydesk".to_owned())
}

fn page(values: &[(&str, &str)], next: Option<&str>) -> Play {
    let value = |(name, text): &(&str, &str)| json!({ "Name": name, "SecretString": text, "VersionStages": ["AWSCURRENT"] });
    let values: Vec<Value> = values.iter().map(value).collect();
    odd_server::json(200, &json!({ "SecretValues": values, "Errors": [], "NextToken": next }).to_string())
}

fn held() -> Play {
    page(&[("paydesk/tripay", r#"{"apiKey":"S33d-Passw0rd"}"#)], None)
}

fn named(status: u16, kind: &str) -> Play {
    odd_server::json(status, &json!({ "__type": kind, "message": "not now" }).to_string())
}

/// Plays answers to one batch, and counts the requests.
async fn batch(plays: impl IntoIterator<Item = Play>) -> (Result<SecretBatch, SecretError>, usize) {
    let server = OddServer::start(plays).await;
    let read = reader(server.url()).batch(&["tripay"]).await;
    (read, server.seen().len())
}

fn tripay(batch: &SecretBatch) -> Result<Value, SecretError> {
    batch.get("tripay")
}

/// The reason why nothing was read.
fn reason(read: Result<SecretBatch, SecretError>) -> String {
    match read.expect_err("an error") {
        SecretError::Unavailable(reason) => reason,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_batch_is_one_signed_request() {
    let server = OddServer::start([page(
        &[("paydesk/tripay", r#"{"apiKey":"one"}"#), ("paydesk/internal", r#"{"apiKeys":[]}"#)],
        None,
    )])
    .await;
    let batch = reader(server.url()).batch(&["tripay", "internal"]).await.unwrap();
    assert_eq!(tripay(&batch), Ok(json!({ "apiKey": "one" })));
    assert_eq!(batch.get("internal"), Ok(json!({ "apiKeys": [] })));

    let seen = &server.seen()[..];
    let [seen] = seen else { panic!("{seen:?}") };
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/"));
    assert_eq!(seen.header("x-amz-target"), "secretsmanager.BatchGetSecretValue");
    assert_eq!(seen.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(seen.header("x-amz-security-token"), "session");
    let proof = seen.header("authorization");
    assert!(proof.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{proof}");
    assert!(proof.contains("/eu-central-1/secretsmanager/aws4_request, "), "{proof}");
    let signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ";
    assert!(proof.contains(signed), "{proof}");
    let wanted = json!({ "SecretIdList": ["paydesk/tripay", "paydesk/internal"] });
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), wanted);
    assert!(!format!("{seen:?}").contains("not-to-be-sent"));
}

#[tokio::test]
async fn a_version_before_is_asked_for_by_its_stage() {
    let told = json!({ "Name": "paydesk/tripay", "SecretString": "{\"apiKey\":\"old\"}" }).to_string();
    let server = OddServer::start([odd_server::json(200, &told)]).await;
    let before = reader(server.url()).previous::<Value>("tripay").await;
    assert_eq!(before, Ok(Some(json!({ "apiKey": "old" }))));
    let seen = &server.seen()[0];
    assert_eq!(seen.header("x-amz-target"), "secretsmanager.GetSecretValue");
    let wanted = json!({ "SecretId": "paydesk/tripay", "VersionStage": "AWSPREVIOUS" });
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), wanted);
}

#[tokio::test]
async fn a_secret_that_is_read_is_what_was_set_last_and_the_one_before_stays_readable() {
    let aws = Aws::start().await;
    let reader = reader(&aws.url());
    for key in ["first", "second"] {
        aws.secrets.set("paydesk/tripay", &json!({ "apiKey": key }));
    }
    assert_eq!(tripay(&reader.batch(&["tripay"]).await.unwrap()), Ok(json!({ "apiKey": "second" })));
    assert_eq!(reader.previous::<Value>("tripay").await, Ok(Some(json!({ "apiKey": "first" }))));
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_missing_by_name() {
    let aws = Aws::start().await;
    aws.secrets.set("paydesk/tripay", &json!({}));
    let missing = reader(&aws.url()).batch(&["tripay", "telegram"]).await.unwrap_err();
    assert_eq!(missing, SecretError::Missing("paydesk/telegram".to_owned()));
    // Not among the values and not among the errors, or without text.
    let empty = json!({ "SecretValues": [{ "Name": "paydesk/tripay", "SecretBinary": "AA==" }] }).to_string();
    for play in [page(&[], None), odd_server::json(200, &empty), odd_server::json(200, "{}")] {
        let read = batch([play]).await.0.unwrap();
        assert_eq!(tripay(&read), Err(SecretError::Missing("tripay".to_owned())));
    }
}

#[tokio::test]
async fn a_secret_of_another_stack_is_not_taken_for_ours() {
    let read = batch([page(&[("paydesk-two/tripay", "{}"), ("tripay", "{}")], None)]).await.0.unwrap();
    assert_eq!(tripay(&read), Err(SecretError::Missing("tripay".to_owned())));
}

#[tokio::test]
async fn a_malformed_secret_is_told_by_its_place_alone() {
    let text = format!("{{\n\"apiKey\": {HIDDEN}");
    let read = batch([page(&[("paydesk/tripay", &text)], None)]).await.0.unwrap();
    let error = tripay(&read).unwrap_err();
    assert_eq!(error.to_string(), "the secret tripay is malformed at line 2, column 11: Syntax");
    assert!(!format!("{read:?} {error:?}").contains(HIDDEN));
}

#[tokio::test]
async fn a_batch_is_read_to_its_last_page() {
    let first = page(&[("paydesk/tripay", r#"{"apiKey":"one"}"#)], Some("page-2"));
    let server =
        OddServer::start([first, page(&[], Some("page-3")), page(&[("paydesk/api", "{}")], None)]).await;
    let batch = reader(server.url()).batch(&["tripay", "api"]).await.unwrap();
    assert_eq!((tripay(&batch), batch.get("api")), (Ok(json!({ "apiKey": "one" })), Ok(json!({}))));
    let asked: Vec<Value> =
        server.seen().iter().map(|seen| serde_json::from_str(&seen.body).unwrap()).collect();
    let names = json!(["paydesk/tripay", "paydesk/api"]);
    let wanted = [
        json!({ "SecretIdList": names }),
        json!({ "SecretIdList": names, "NextToken": "page-2" }),
        json!({ "SecretIdList": names, "NextToken": "page-3" }),
    ];
    assert_eq!(asked, wanted);
}

#[tokio::test]
async fn pages_without_end_are_given_up() {
    let (read, requests) = batch(vec![page(&[], Some("again")); 30]).await;
    assert_eq!((reason(read).as_str(), requests), ("the answer has no last page", 20));
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for play in [
        named(400, "ThrottlingException"),
        named(400, "com.amazonaws.secretsmanager#ThrottlingException"),
        html(429),
        named(500, "InternalServiceError"),
        html(503),
        Play::CutBefore,
        Play::CutAfter,
        Play::CutInside,
        html(200),
    ] {
        let (read, _) = batch([play.clone(), play.clone(), held()]).await;
        let read = read.unwrap_or_else(|error| panic!("{play:?}: {error}"));
        assert_eq!(tripay(&read), Ok(json!({ "apiKey": HIDDEN })), "{play:?}");
    }
}

#[tokio::test]
async fn three_tries_are_all() {
    let limited = named(400, "ThrottlingException");
    let (read, requests) = batch([limited.clone(), limited.clone(), limited, held()]).await;
    assert_eq!((reason(read).as_str(), requests), ("ThrottlingException: not now", 3));
}

#[tokio::test]
async fn a_refusal_is_not_asked_again() {
    for (status, kind) in
        [(400, "AccessDeniedException"), (403, "ExpiredTokenException"), (400, "SomethingNew")]
    {
        let (read, requests) = batch([named(status, kind), held()]).await;
        assert_eq!((reason(read), requests), (format!("{kind}: not now"), 1));
    }
    // Of one secret among them.
    let refused = json!({ "Errors": [{
        "SecretId": "paydesk/tripay", "ErrorCode": "DecryptionFailure", "Message": "no key",
    }] });
    let (read, requests) = batch([odd_server::json(200, &refused.to_string()), held()]).await;
    assert_eq!((reason(read).as_str(), requests), ("paydesk/tripay: DecryptionFailure: no key", 1));
}

#[tokio::test]
async fn the_header_that_names_an_error_is_believed_first() {
    let headers = vec![("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/x/".to_owned())];
    let limited = Play::Answer { status: 400, headers, body: "{}".to_owned() };
    let (read, requests) = batch([limited, held()]).await;
    assert_eq!((tripay(&read.unwrap()), requests), (Ok(json!({ "apiKey": HIDDEN })), 2));
}

#[tokio::test]
async fn without_an_answer_secrets_are_unavailable() {
    let cut = batch([Play::CutAfter, Play::CutAfter, Play::CutAfter]).await;
    assert_eq!(cut.1, 3);
    assert!(reason(cut.0).starts_with("no answer: "));
    // Nobody listens there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(reason(reader(&url).batch(&["tripay"]).await).starts_with("not sent: "));
}

#[tokio::test]
async fn an_unreadable_answer_is_not_quoted() {
    for body in [
        format!(r#"{{"SecretValues":"{HIDDEN}"}}"#),
        format!(r#"{{"SecretValues":[{{"Name":"paydesk/tripay","SecretString":["{HIDDEN}"]}}]}}"#),
        format!(r#"{{"SecretValues":[{{"Name":"paydesk/tripay","SecretString":"{HIDDEN}""#),
        format!(r#""{HIDDEN}""#),
    ] {
        let play = odd_server::json(200, &body);
        let (read, requests) = batch([play.clone(), play.clone(), play]).await;
        let reason = reason(read);
        assert_eq!(requests, 3, "{body}");
        assert!(reason.starts_with("unreadable answer: ") && !reason.contains(HIDDEN), "{body}: {reason}");
    }
}

#[tokio::test]
async fn an_answer_without_measure_is_not_read() {
    let endless = odd_server::json(200, &" ".repeat((1 << 20) + 1));
    let (read, _) = batch([endless.clone(), endless.clone(), endless]).await;
    assert_eq!(reason(read), "the answer is too long");
}

#[tokio::test]
async fn a_secret_that_was_never_rotated_or_is_unusable_has_no_version_before() {
    for play in [
        named(400, "ResourceNotFoundException"),
        odd_server::json(400, r#"{"Message":"-","__type":"ResourceNotFoundException","message":"-"}"#),
        odd_server::json(200, r#"{"Name":"paydesk/tripay"}"#),
        odd_server::json(200, r#"{"Name":"paydesk/tripay","SecretString":"not JSON"}"#),
    ] {
        let server = OddServer::start([play.clone()]).await;
        assert_eq!(reader(server.url()).previous::<Value>("tripay").await, Ok(None), "{play:?}");
        assert_eq!(server.seen().len(), 1, "{play:?}");
    }
    let server = OddServer::start([named(400, "AccessDeniedException")]).await;
    let refused = reader(server.url()).previous::<Value>("tripay").await;
    assert_eq!(refused, Err(SecretError::Unavailable("AccessDeniedException: not now".to_owned())));
}
