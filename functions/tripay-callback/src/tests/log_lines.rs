//! What the function logs: enough to follow a callback, never its proof or its payer.

use sandbox::testbed::event_files::event;
use sandbox::testbed::log_lines::Lines;
use sandbox::tripay::credentials::SANDBOX;
use serde_json::Value;

use super::bench::{Bench, NUMBER, REFERENCE, request, signed};

/// The last line of this level.
fn last(lines: &Lines, level: &str) -> Value {
    lines.read().into_iter().rfind(|line| line["level"] == level).unwrap()
}

#[tokio::test]
async fn a_settled_callback_is_one_short_line() {
    let bench = Bench::with_code().await;
    let lines = Lines::default();
    let mut paid = event("paid");
    paid["headers"]["x-correlation-id"] = "checkout-4711".into();
    lines.of(bench.send(request(&paid))).await;
    let line = last(&lines, "INFO");
    assert_eq!(line["message"], "callback");
    assert_eq!(line["correlationId"], "checkout-4711");
    assert_eq!(line["merchantRef"], format!("{NUMBER}-1"));
    assert_eq!(line["reference"], REFERENCE);
    assert_eq!(line["status"], "PAID");
    assert_eq!(line["outcome"], "Decided(Settled)");
    assert!(line.to_string().len() < 300, "{line}");
}

#[tokio::test]
async fn no_line_holds_the_key_a_signature_a_note_or_a_body() {
    let bench = Bench::with_code().await;
    let note = "Budi Santoso 081234567890";
    let body =
        event("paid")["body"].as_str().unwrap().replace("\"note\":null", &format!("\"note\":\"{note}\""));
    let genuine = signed(&body);
    let signature = genuine["headers"]["x-callback-signature"].as_str().unwrap().to_owned();
    let mut forged = genuine.clone();
    forged["headers"]["x-callback-signature"] = format!("0{}", &signature[1..]).into();
    let mut unreadable = signed(&body.replace("PAID", "MAYBE"));
    unreadable["headers"]["x-correlation-id"] = "short".into();
    let foreign = signed(&body.replace(NUMBER, "INV123456"));

    let lines = Lines::default();
    let story = async {
        for event in [&forged, &unreadable, &foreign, &genuine, &genuine] {
            bench.send(request(event)).await;
        }
        bench.another_app().await;
    };
    lines.of(story).await;
    let text = lines.text();
    assert!(text.lines().count() >= 5, "{text}");
    for secret in [SANDBOX.private_key, SANDBOX.api_key] {
        assert!(!text.contains(secret), "not even the SDK's lines hold {secret:?}");
    }
    // The SDK and the HTTP client log below INFO what a function never shows; ours are checked at every level.
    let ours = text.lines().filter(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["level"] != "DEBUG" && line["level"] != "TRACE"
    });
    let ours: Vec<&str> = ours.collect();
    assert!(ours.len() >= 5, "{text}");
    for line in ours {
        for secret in [
            SANDBOX.private_key,
            SANDBOX.api_key,
            &signature,
            &signature[1..],
            note,
            "081234567890",
            "total_amount",
        ] {
            assert!(!line.contains(secret), "{secret:?} in {line}");
        }
    }
}
