//! What is proved and cannot be read: refused, logged by its bill, counted by itself, and in nobody else's way.

use std::process::Command;

use lambda_http::Request;
use sandbox::testbed::dynamodb::throttled;
use sandbox::testbed::log_lines::Lines;
use serde_json::{Value, json};

use super::bench::{BILL, Bench, TOKEN_HEADER, result, with_body, with_document};

const UNKNOWN: &str = "it has a bill in a state that is not known";

fn bill(id: &str, state: &str) -> String {
    format!(
        "<BILL><BILL_ID>{id}</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT><STATUS>{state}</STATUS>\
         <PAYER><CONTRACT_NUMBER>380671234567</CONTRACT_NUMBER></PAYER></BILL>"
    )
}

/// A registry of three bills, one of which is in this state.
fn registry_with(state: &str) -> Request {
    let bills = [bill("1", "PAYED"), bill("2", state), bill("3", "REJECTED")].concat();
    with_document(&format!("<PAY_ORDERS><PAY_ORDER><BILLS>{bills}</BILLS></PAY_ORDER></PAY_ORDERS>"))
}

fn refused() -> super::bench::Answer {
    result(400, 4, &format!("the notice cannot be read: {UNKNOWN}"))
}

async fn kept(bench: &Bench) -> [usize; 3] {
    let count = async |bill| bench.bill(bill).await.reports.len();
    [count("1").await, count("2").await, count("3").await]
}

#[tokio::test]
async fn one_bill_in_an_unknown_state_leaves_the_others_of_its_notice_kept() {
    let bench = Bench::start().await;
    assert_eq!(bench.send(registry_with("RETURN")).await, refused());
    assert_eq!((kept(&bench).await, bench.wire.count("PutItem")), ([1, 0, 1], 2));
    bench.wire.reset();
    // Portmone sends it again, as it was refused: nothing new.
    assert_eq!(bench.send(registry_with("RETURN")).await, refused());
    assert_eq!(bench.operations(), ["GetItem"; 2]);
    // When it can be read, it is kept.
    assert_eq!(bench.send(registry_with("PAYED")).await, result(200, 0, "OK"));
    assert_eq!(kept(&bench).await, [1, 1, 1]);
}

#[tokio::test]
async fn what_could_not_be_written_is_asked_for_before_anything_is_refused() {
    let bench = Bench::start().await;
    bench.wire.answer_next("PutItem", 6, throttled());
    assert_eq!(bench.send(registry_with("RETURN")).await, result(503, 4, "Technical error"));
    assert_eq!(bench.send(registry_with("RETURN")).await, refused());
    assert_eq!(kept(&bench).await, [1, 0, 1]);
}

#[tokio::test]
async fn bills_that_cannot_be_read_are_one_line_with_their_ids_and_states() {
    let bench = Bench::start().await;
    let lines = Lines::default();
    lines.of(bench.send(registry_with("RETURN"))).await;
    let told: Vec<Value> = lines.read().into_iter().filter(|line| line["level"] == "WARN").collect();
    let [line] = &told[..] else { panic!("{told:?}") };
    for (name, value) in [
        ("message", json!("bills that cannot be read")),
        ("bills", json!("2")),
        ("states", json!("RETURN")),
        ("unread", json!(1)),
        ("error", json!(UNKNOWN)),
    ] {
        assert_eq!(line[name], value, "{line}");
    }
    assert!(!line.to_string().contains("4567"), "{line}");
    let kept = lines.read().into_iter().rfind(|line| line["level"] == "INFO").unwrap();
    assert_eq!((&kept["message"], &kept["bills"]), (&json!("callback"), &json!("1 3")));
}

#[tokio::test]
async fn a_notice_without_a_bill_that_can_be_read_changes_nothing() {
    let bench = Bench::start().await;
    for document in [
        format!("<BILLS>{}</BILLS>", bill(BILL, "CREATED")),
        "<BILLS><BILL/><BILL/></BILLS>".to_owned(),
        "<PAY_ORDERS><PAY_ORDER/></PAY_ORDERS>".to_owned(),
        "<PAY_ORDERS><ORDER/></PAY_ORDERS>".to_owned(),
    ] {
        assert_eq!(bench.send(with_document(&document)).await.status, 400, "{document}");
    }
    bench.check_untouched();
}

#[tokio::test]
async fn a_proved_notice_that_is_garbage_is_refused() {
    let bench = Bench::start().await;
    assert_eq!(bench.send(with_body("<rsp status=\"perhaps\"/>")).await.status, 400);
}

#[tokio::test]
async fn a_forged_notice_that_is_garbage_is_refused() {
    let bench = Bench::start().await;
    let mut forged = with_body("<rsp status=\"perhaps\"/>");
    forged.headers_mut().remove(TOKEN_HEADER);
    assert_eq!(bench.send(forged).await.status, 401);
}

/// How often a story counts each of the metrics that say that something was not taken.
fn counted(story: &str) -> [usize; 3] {
    let program = std::env::current_exe().unwrap();
    let told = Command::new(program).args(["--exact", story, "--nocapture"]).output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(told.status.success() && text.contains("1 passed"), "{story}: {text}");
    ["PortmoneReportNotKept", "WebhookRefused", "RequestFailed"]
        .map(|name| text.lines().filter(|line| line.contains(&format!("\"Name\":\"{name}\""))).count())
}

#[test]
fn what_is_portmones_and_not_kept_is_counted_apart_from_forgeries() {
    for (story, expected) in [
        ("unread::bills_that_cannot_be_read_are_one_line_with_their_ids_and_states", [1, 0, 0]),
        ("unread::a_notice_without_a_bill_that_can_be_read_changes_nothing", [4, 0, 0]),
        ("unread::a_proved_notice_that_is_garbage_is_refused", [1, 0, 0]),
        ("unread::a_forged_notice_that_is_garbage_is_refused", [0, 1, 0]),
        ("keeping::what_a_full_bill_cannot_keep_is_asked_for_again_and_not_lost_in_silence", [1, 0, 1]),
        ("keeping::a_refund_is_no_repeat_of_its_payment", [0, 0, 0]),
    ] {
        assert_eq!(counted(&format!("tests::{story}")), expected, "{story}");
    }
}
