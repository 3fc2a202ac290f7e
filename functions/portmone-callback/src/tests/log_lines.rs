//! What the function logs: enough to follow a callback, never its proof, a number or a body.

use sandbox::testbed::event_files::event;
use sandbox::testbed::log_lines::Lines;
use serde_json::Value;

use super::bench::{Bench, TOKEN, registry, request};

/// The last line of this level.
fn last(lines: &Lines, level: &str) -> Value {
    lines.read().into_iter().rfind(|line| line["level"] == level).unwrap()
}

#[tokio::test]
async fn a_kept_callback_is_one_short_line() {
    let bench = Bench::start().await;
    let lines = Lines::default();
    let mut paid = event("bills-paid");
    paid["headers"]["x-correlation-id"] = "portmone-4711".into();
    lines.of(bench.send(request(&paid))).await;
    let line = last(&lines, "INFO");
    for (name, value) in [
        ("message", "callback"),
        ("correlationId", "portmone-4711"),
        ("bills", "523"),
        ("source", "biller"),
        ("outcome", "paid Kept"),
    ] {
        assert_eq!(line[name], value, "{line}");
    }
    assert!(line.to_string().len() < 300, "{line}");
    lines.of(bench.send(request(&paid))).await;
    assert_eq!(last(&lines, "INFO")["outcome"], "paid Repeated");
}

#[tokio::test]
async fn a_long_registry_is_one_line_too_and_not_a_long_one() {
    let bench = Bench::start().await;
    let bills: Vec<String> = (1001..=1100).map(|bill| bill.to_string()).collect();
    let names: Vec<&str> = bills.iter().map(String::as_str).collect();
    let lines = Lines::default();
    lines.of(bench.send(registry(&names))).await;
    let told: Vec<Value> = lines.read().into_iter().filter(|line| line["level"] == "INFO").collect();
    let [line] = &told[..] else { panic!("{told:?}") };
    assert_eq!(line["reports"], 100);
    let named = line["bills"].as_str().unwrap().split(' ').count();
    assert_eq!(named, 50);
}

#[tokio::test]
async fn no_line_holds_a_token_a_number_or_a_body() {
    let bench = Bench::start().await;
    let mut forged = event("bills-paid");
    forged["headers"]["x-portmone-token"] = "somebody-elses-token-0000".into();
    let lines = Lines::default();
    let story = async {
        bench.send(request(&forged)).await;
        for case in
            ["rsp-ok", "rsp-fail", "bills-as-documented", "bills-paid", "bills-refunded", "pay-orders"]
        {
            bench.deliver(case).await;
        }
        for case in ["requests", "json", "doctype", "unknown-root", "rsp-ok"] {
            bench.deliver(case).await;
        }
        bench.wire.answer_next("PutItem", 3, (500, "{}".to_owned()));
        bench.deliver("bills-two").await;
        bench.another_app().await;
    };
    lines.of(story).await;
    let text = lines.text();
    for secret in [TOKEN, "sandbox-portmone-password-0000"] {
        assert!(!text.contains(secret), "not even the SDK's lines hold {secret:?}");
    }
    // The SDK and the HTTP client log below INFO what a function never shows; ours are checked at every level.
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["level"] != "DEBUG" && line["level"] != "TRACE"
        })
        .collect();
    assert!(ours.len() >= 12, "{text}");
    for line in ours {
        for secret in [
            "somebody-elses-token-0000",
            "380991234567",
            "380671234567",
            "380501234567",
            "1234567",
            "08967563",
            "03567892",
            "444433",
            "UA383226690000029243832900000",
            "<rsp",
            "BILL_ID",
            "declined the top-up",
            "/etc/passwd",
        ] {
            assert!(!line.contains(secret), "{secret:?} in {line}");
        }
    }
}
