//! Each report is kept once, however often and in whatever order it comes.

use futures::future::join_all;
use sandbox::testbed::event_files::event;
use shared::domain::bonus::report::MAX_REPORTS;

use super::bench::{BILL, Bench, answer, registry, request, result, taken, with_document};
use crate::handler::handle;

#[tokio::test]
async fn a_report_costs_one_read_and_one_write_and_a_repeated_one_a_read() {
    for case in ["rsp-ok", "rsp-fail", "bills-paid", "json"] {
        let bench = Bench::start().await;
        let first = bench.deliver(case).await;
        assert_eq!(bench.operations(), ["GetItem", "PutItem"], "{case}");
        bench.wire.reset();
        let stored = bench.item(BILL);
        let again = bench.deliver(case).await;
        assert_eq!((again.status, again.content_type), (first.status, first.content_type), "{case}");
        assert_eq!(bench.operations(), ["GetItem"], "{case}");
        assert_eq!(bench.item(BILL), stored, "{case}");
        assert_eq!(bench.new_events(), ["523.1.0 portmone_bill.reported"], "{case}");
    }
}

#[tokio::test]
async fn a_refund_is_no_repeat_of_its_payment() {
    let bench = Bench::start().await;
    for case in ["bills-paid", "bills-refunded", "bills-refunded", "bills-paid"] {
        assert_eq!(bench.deliver(case).await, result(200, 0, "OK"), "{case}");
    }
    assert_eq!(bench.outcomes().await, ["paid", "refunded"]);
    let told = ["523.1.0 portmone_bill.reported", "523.2.0 portmone_bill.reported"];
    assert_eq!(bench.new_events(), told);
}

#[tokio::test]
async fn whatever_came_before_another_outcome_is_kept_beside_it() {
    let bench = Bench::start().await;
    for case in ["rsp-fail", "rsp-ok", "bills-rejected", "rsp-fail"] {
        assert_eq!(bench.deliver(case).await.status, 200, "{case}");
    }
    assert_eq!(bench.outcomes().await, ["failed", "paid", "failed"]);
}

#[tokio::test]
async fn a_payment_to_another_account_is_no_repeat_of_one_to_ours() {
    let bench = Bench::start().await;
    let paid = |account: &str| {
        with_document(&format!(
            "<BILLS><BILL><BILL_ID>523</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT>\
             <PAYER><CONTRACT_NUMBER>{account}</CONTRACT_NUMBER></PAYER></BILL></BILLS>"
        ))
    };
    for account in ["380671234599", "380671234567", "380671234599"] {
        assert_eq!(bench.send(paid(account)).await, result(200, 0, "OK"), "{account}");
    }
    let kept = bench.reports().await.into_iter().map(|report| report.recipient.unwrap());
    assert_eq!(kept.collect::<Vec<_>>(), ["+**********99", "+**********67"]);
}

#[tokio::test]
async fn a_registry_that_follows_its_notices_tells_nothing_new() {
    let bench = Bench::start().await;
    let notice = "<BILLS><BILL><BILL_ID>7</BILL_ID><PAYED_AMOUNT>1.00</PAYED_AMOUNT></BILL></BILLS>";
    assert_eq!(bench.send(with_document(notice)).await, result(200, 0, "OK"));
    bench.wire.reset();
    assert_eq!(bench.send(registry(&["7"])).await, result(200, 0, "OK"));
    assert_eq!(bench.operations(), ["GetItem"]);
    assert_eq!(bench.bill("7").await.reports.len(), 1);
}

#[tokio::test]
async fn equal_callbacks_at_many_instances_are_one_report() {
    let bench = Bench::start().await;
    let apps = join_all((0..5).map(|_| bench.another_app())).await;
    let event = event("rsp-ok");
    let answers = join_all(apps.iter().map(|app| handle(app, request(&event)))).await;
    assert!(answers.into_iter().all(|response| answer(response) == taken()));
    assert_eq!(bench.outcomes().await, ["paid"]);
    assert_eq!(bench.new_events(), ["523.1.0 portmone_bill.reported"]);
}

#[tokio::test]
async fn a_long_registry_is_written_sixteen_bills_at_a_time() {
    let bench = Bench::start().await;
    let bills: Vec<String> = (1..=40).map(|bill| bill.to_string()).collect();
    let names: Vec<&str> = bills.iter().map(String::as_str).collect();
    let held: Vec<_> = (1..=16).map(|number| bench.wire.hold_answer_of(number)).collect();
    let watched = async {
        for answer in &held {
            answer.reached().await;
        }
        assert_eq!(bench.operations(), ["GetItem"; 16], "the others wait");
        held.into_iter().for_each(|answer| answer.release());
    };
    let (answer, ()) = tokio::join!(bench.send(registry(&names)), watched);
    assert_eq!(answer, result(200, 0, "OK"));
    assert_eq!((bench.wire.count("GetItem"), bench.wire.count("PutItem")), (40, 40));
    for bill in names {
        assert_eq!(bench.bill(bill).await.reports.len(), 1, "{bill}");
    }
}

#[tokio::test]
async fn a_bill_that_stands_often_in_a_registry_is_in_nobodys_way() {
    let bench = Bench::start().await;
    let bill =
        |minor: usize| format!("<BILL><BILL_ID>7</BILL_ID><PAYED_AMOUNT>0.{minor}</PAYED_AMOUNT></BILL>");
    let bills: String = (10..20).chain([10]).map(bill).collect();
    assert_eq!(bench.send(with_document(&format!("<BILLS>{bills}</BILLS>"))).await, result(200, 0, "OK"));
    let amounts = bench.bill("7").await.reports.into_iter().map(|report| report.amount.unwrap().minor());
    assert_eq!(amounts.collect::<Vec<i64>>(), (10..20).collect::<Vec<i64>>(), "in their order");
    assert_eq!(bench.wire.count("PutItem"), 10);
}

#[tokio::test]
async fn what_a_full_bill_cannot_keep_is_asked_for_again_and_not_lost_in_silence() {
    let bench = Bench::start().await;
    let paid = |minor: usize| {
        let amount = format!("{}.{:02}", minor / 100, minor % 100);
        with_document(&format!(
            "<BILLS><BILL><BILL_ID>523</BILL_ID><PAYED_AMOUNT>{amount}</PAYED_AMOUNT></BILL></BILLS>"
        ))
    };
    for minor in 1..=MAX_REPORTS {
        assert_eq!(bench.send(paid(minor)).await, result(200, 0, "OK"));
    }
    let stored = bench.item(BILL);
    let lines = sandbox::testbed::log_lines::Lines::default();
    let answer = lines.of(bench.send(paid(5_000))).await;
    assert_eq!(answer, result(503, 4, "Technical error"));
    assert_eq!(bench.item(BILL), stored);
    let told = lines.read().into_iter().rfind(|line| line["level"] == "ERROR").unwrap();
    assert_eq!((&told["bill"], &told["message"]), (&BILL.into(), &"callback not stored".into()));
    assert_eq!(bench.send(paid(1)).await, result(200, 0, "OK"), "what is known is known");
}

#[tokio::test]
async fn a_report_takes_the_callers_correlation_id_on_its_way() {
    let bench = Bench::start().await;
    let mut event = event("rsp-ok");
    event["headers"]["x-correlation-id"] = "portmone-4711".into();
    assert_eq!(bench.send(request(&event)).await, taken());
    let told = &bench.item(BILL)["outbox"]["L"][0]["M"];
    assert_eq!((&told["correlation_id"]["S"], &told["bill"]["S"]), (&"portmone-4711".into(), &BILL.into()));
}
