//! The gateway's own notices prove nothing: the gateway is asked.

use serde_json::json;
use shared::domain::bonus::report::{BillReport, Heard, ReportSource};

use super::bench::{Bench, RECEIPT};
use super::deployed::{Setup, USUAL};
use super::outside::{accepted, paid, report_of};

fn notice() -> BillReport {
    report_of(paid(), None, ReportSource::Gateway)
}

#[tokio::test]
async fn a_notice_that_the_gateway_confirms_settles_a_payment() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.report_and_deliver(&bill, &notice()).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "gateway.result", "top-up"]);
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"]);
}

#[tokio::test]
async fn a_notice_that_the_gateway_does_not_confirm_changes_nothing_and_is_told() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_before").await;
    bench.report_and_deliver(&bill, &notice()).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await.len()), ("PAYING", 0));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.disagreed"]);
    assert_eq!(bench.calls().last().unwrap(), "gateway.result");
}

#[tokio::test]
async fn a_gateway_that_knows_another_amount_or_bill_confirms_nothing() {
    for (place, value) in [("billAmount", "2.00"), ("shopBillId", "1"), ("status", "CREATED")] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        let mut order =
            json!({ "shopBillId": bill, "status": "PAYED", "billAmount": "1.00", "payee_id": "1185" });
        order[place] = json!(value);
        bench.wire.answer_next("/portmone/gateway/", 1, (200, json!([order]).to_string()));
        bench.report_and_deliver(&bill, &notice()).await;
        assert_eq!(bench.state(RECEIPT), "PAYING", "{place}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.disagreed"], "{place}");
    }
}

#[tokio::test]
async fn without_the_gateway_its_notice_is_kept_and_something_better_settles_the_payment() {
    let bench = Bench::with(Setup { has_gateway: false, ..USUAL }).await;
    let bill = bench.in_doubt("cut_after").await;
    bench.report_and_deliver(&bill, &notice()).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("PAYING", 1));
    assert_eq!(bench.bonus(RECEIPT)["reports_heard"], 1);
    bench.report_and_deliver(&bill, &report_of(paid(), Some(100), ReportSource::Registry)).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"]);
}

#[tokio::test]
async fn a_gateway_that_is_not_reached_is_asked_again_by_the_queue() {
    for fault in ["cut_before", "cut_after", "server_error", "garbage", "limit", "refuse"] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.fault(json!({ "operation": "gateway.result", "fault": fault, "times": 2 })).await;
        assert_eq!(bench.report(&bill, &notice()).await, Heard::Kept);
        for _ in 0..2 {
            assert_eq!(bench.deliver().await.len(), 1, "{fault}");
            let bonus = bench.bonus(RECEIPT);
            assert_eq!(
                (&bonus["standing"]["state"], &bonus["reports_heard"]),
                (&json!("PAYING"), &json!(0)),
                "{fault}"
            );
        }
        assert_eq!(bench.waiting()[0].visibility_timeouts, [5, 60], "{fault}");
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{fault}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{fault}");
    }
}

#[tokio::test]
async fn the_gateway_is_asked_once_about_what_was_heard() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    bench.report_and_deliver(&bill, &notice()).await;
    bench.report_and_deliver(&bill, &report_of(paid(), None, ReportSource::Direct)).await;
    assert_eq!(bench.calls().iter().filter(|call| *call == "gateway.result").count(), 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("DONE", 2));
}
