//! What a bonus costs.

use serde_json::Value;
use shared::domain::bonus::report::ReportSource;

use super::bench::{Bench, RECEIPT};
use super::deployed::{Setup, USUAL};
use super::outside::{accepted, paid, report_of};

/// Items that were written, and reads of items, since the story began.
fn requests(bench: &Bench) -> (usize, usize) {
    let calls = bench.wire.calls();
    let written = calls.iter().map(|call| match call.operation().as_str() {
        "PutItem" | "UpdateItem" | "DeleteItem" => 1,
        "TransactWriteItems" => call.request_json()["TransactItems"].as_array().map_or(0, Vec::len),
        _ => 0,
    });
    (written.sum(), bench.wire.count("GetItem"))
}

#[tokio::test]
async fn a_paid_bonus_costs_twelve_writes_and_three_calls() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    // The bonus five times, each exchange twice, and the bill.
    assert_eq!((requests(&bench), bench.calls().len()), ((12, 8), 3));
    assert_eq!(bench.wire.count("TransactWriteItems"), 4);
}

#[tokio::test]
async fn limits_cost_two_reads_and_two_writes_more() {
    let bench = Bench::with(Setup { per_day: Some(10), per_user: Some(1), ..USUAL }).await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!((requests(&bench), bench.calls().len()), ((14, 10), 3));
}

#[tokio::test]
async fn a_message_that_comes_again_costs_two_reads() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.wire.reset();
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!((requests(&bench), bench.wire.calls().len()), ((0, 2), 2));
}

#[tokio::test]
async fn a_report_that_tells_nothing_new_costs_three_reads_and_two_writes() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    bench.wire.reset();
    bench.report_and_deliver(&bill, &report_of(paid(), Some(100), ReportSource::Biller)).await;
    assert_eq!((requests(&bench), bench.calls().len()), ((2, 3), 0));
}

#[tokio::test]
async fn a_watch_without_anything_due_costs_one_question() {
    let bench = Bench::start().await;
    assert_eq!(bench.watch().await, 0);
    let asked: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(asked, ["Query"]);
}

#[tokio::test]
async fn nothing_but_bonuses_is_written_in_one_go() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let calls = bench.wire.calls();
    let commits = calls.iter().filter(|call| call.operation() == "TransactWriteItems");
    let items: Vec<usize> =
        commits.map(|call| call.request_json()["TransactItems"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(items, [2, 4, 3, 2]);
    // No write is without its condition.
    for call in calls.iter().filter(|call| call.operation() == "PutItem") {
        assert_ne!(call.request_json()["ConditionExpression"], Value::Null);
    }
}
