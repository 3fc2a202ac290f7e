//! The mail that the emulated SES was given: as JSON for tests, and as pages.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::Router;
use axum::routing::get;
use sandbox::options::Options;
use sandbox::server::{Running, Sandbox};
use serde_json::{Value, json};
use support::{control, http, start};

/// What ministack 1.5 answers at `/_ministack/ses/messages`.
fn kept() -> Value {
    let message = |id: &str, to: &str, subject: &str, at: &str| {
        json!({
            "MessageId": id, "Source": "WeBrana Cloud <noreply@example.com>", "To": [to], "CC": [], "BCC": [],
            "Subject": subject, "BodyText": "Rp150.000 </pre><script>",
            "BodyHtml": "<p style=\"color:red\">Rp150.000</p><script>alert(1)</script>",
            "Timestamp": serde_json::from_str::<Value>(at).unwrap(), "Type": "v2.SendEmail",
        })
    };
    json!({ "messages": { "000000000000": [
        message("b@email.amazonses.com", "Budi <User-1@example.com>", "<script>second", "1795226401.75"),
        message("a@email.amazonses.com", "user-2@example.com", "first", "1795226400.5"),
    ] } })
}

async fn with_aws(answer: Value) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().route("/_ministack/ses/messages", get(async move || answer.to_string()));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Sandbox::start(Options { aws_endpoint: Some(endpoint), ..Options::default() }).await.unwrap()
}

async fn page(running: &Running, path: &str) -> (u16, String) {
    let response = http().get(format!("{}{path}", running.url())).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn tests_get_the_mails_oldest_first_and_by_address() {
    let running = with_aws(kept()).await;
    let all = control(&running, "GET", "/_control/mail/messages", Value::Null).await;
    let subjects: Vec<&Value> =
        all["items"].as_array().unwrap().iter().map(|mail| &mail["subject"]).collect();
    assert_eq!(subjects, ["first", "<script>second"]);
    let budis = control(&running, "GET", "/_control/mail/messages?to=user-1@example.com", Value::Null).await;
    assert_eq!(
        budis["items"],
        json!([{
            "id": "b@email.amazonses.com",
            "sentAt": "2026-11-21T02:00:01Z",
            "from": "WeBrana Cloud <noreply@example.com>",
            "to": ["Budi <User-1@example.com>"],
            "subject": "<script>second",
            "html": "<p style=\"color:red\">Rp150.000</p><script>alert(1)</script>",
            "text": "Rp150.000 </pre><script>",
        }])
    );
    let (status, problem) =
        running.control("GET", "/_control/mail/messages?from=x", &Value::Null).await.unwrap();
    assert_eq!((status, &problem["code"]), (400, &json!("bad_request")));
}

#[tokio::test]
async fn a_mail_is_shown_in_a_frame_that_may_do_nothing() {
    let running = with_aws(kept()).await;
    for path in ["/", "/mail"] {
        let (status, list) = page(&running, path).await;
        assert_eq!(status, 200);
        assert!(list.contains("&lt;script&gt;second") && !list.contains("<script"), "{list}");
        let (newest, oldest) = (list.find("second").unwrap(), list.find("first").unwrap());
        assert!(newest < oldest, "newest first");
    }
    let (status, mail) = page(&running, "/mail/b%40email.amazonses.com").await;
    assert_eq!(status, 200);
    assert!(mail.contains("sandbox=\"\""), "{mail}");
    assert!(mail.contains("srcdoc=\"&lt;p style=&quot;color:red&quot;&gt;Rp150.000&lt;/p&gt;"), "{mail}");
    assert!(mail.contains("<pre>Rp150.000 &lt;/pre&gt;&lt;script&gt;</pre>"), "{mail}");
    assert!(!mail.contains("<script"), "{mail}");
    assert_eq!(page(&running, "/mail/none").await.0, 404);
}

#[tokio::test]
async fn without_an_aws_it_is_said_so() {
    let running = start().await;
    let words = "there is no AWS to read mail from";
    for path in ["/", "/mail"] {
        let (status, list) = page(&running, path).await;
        assert!(status == 200 && list.contains(words), "{list}");
    }
    let (status, problem) = running.control("GET", "/_control/mail/messages", &Value::Null).await.unwrap();
    assert_eq!((status, &problem["code"]), (503, &json!("no_aws_endpoint")));

    let garbled = with_aws(json!({ "reset": "ok" })).await;
    let (status, problem) = garbled.control("GET", "/_control/mail/messages", &Value::Null).await.unwrap();
    assert_eq!((status, &problem["code"]), (502, &json!("aws_unreadable")));
    let options = Options { aws_endpoint: Some("http://127.0.0.1:1".to_owned()), ..Options::default() };
    let away = Sandbox::start(options).await.unwrap();
    let (status, list) = page(&away, "/mail").await;
    assert!(status == 200 && list.contains("cannot read mail from http://127.0.0.1:1"), "{list}");
}
