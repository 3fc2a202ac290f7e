//! The gateway's own notices prove nothing: the gateway is asked. It holds up nobody else's report.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::domain::bonus::report::{BillReport, Heard, ReportSource};
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, RECEIPT};
use super::deployed::{Setup, USUAL};
use super::outside::{accepted, paid, report_of};
use crate::app::DELAYS;

fn notice() -> BillReport {
    report_of(paid(), None, ReportSource::Gateway)
}

/// One that the gateway had time enough to show.
fn old_notice() -> BillReport {
    let received_at = Timestamp::now().checked_sub(SignedDuration::from_mins(10)).unwrap();
    BillReport { received_at, ..notice() }
}

impl Bench {
    /// The gateway misbehaves for so many calls.
    async fn gateway_fault(&self, fault: &str, times: usize) {
        self.fault(json!({ "operation": "gateway.result", "fault": fault, "times": times })).await;
    }

    fn times_asked(&self) -> usize {
        self.calls().iter().filter(|call| *call == "gateway.result").count()
    }

    fn reports_heard(&self) -> u64 {
        self.bonus(RECEIPT)["reports_heard"].as_u64().unwrap()
    }
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
    bench.pass(SignedDuration::from_mins(11));
    bench.report_and_deliver(&bill, &old_notice()).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await.len()), ("PAYING", 0));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.disagreed"]);
    assert_eq!(bench.calls().last().unwrap(), "gateway.result");
}

#[tokio::test]
async fn a_gateway_that_knows_another_amount_or_bill_confirms_nothing() {
    for (place, value) in [("billAmount", "2.00"), ("shopBillId", "1"), ("status", "CREATED")] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.pass(SignedDuration::from_mins(11));
        let mut order =
            json!({ "shopBillId": bill, "status": "PAYED", "billAmount": "1.00", "payee_id": "1185" });
        order[place] = json!(value);
        bench.wire.answer_next("/portmone/gateway/", 1, (200, json!([order]).to_string()));
        bench.report_and_deliver(&bill, &old_notice()).await;
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
    for fault in ["cut_before", "cut_after", "server_error", "garbage", "limit"] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.gateway_fault(fault, 2).await;
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
    let bill = bench.in_doubt("cut_after").await;
    bench.report_and_deliver(&bill, &notice()).await;
    bench.report_and_deliver(&bill, &report_of(paid(), None, ReportSource::Direct)).await;
    assert_eq!((bench.times_asked(), bench.reports_heard()), (1, 2));
    assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("DONE", 2));
}

#[tokio::test]
async fn a_gateway_that_does_not_let_us_in_is_asked_again_and_keeps_nobody_waiting() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.gateway_fault("refuse", 1).await;
    assert_eq!(bench.report(&bill, &notice()).await, Heard::Kept);
    assert_eq!((bench.deliver().await.len(), bench.reports_heard()), (1, 0), "the login may be rotated");
    assert_eq!(bench.told(), ["bonus.initiated"], "what was refused to us is no word about the bill");
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.reports_heard()), ("DONE", 1));

    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.gateway_fault("refuse", 9).await;
    assert_eq!(bench.report(&bill, &notice()).await, Heard::Kept);
    assert_eq!(bench.deliver().await.len(), 1);
    assert_eq!(bench.report(&bill, &report_of(paid(), None, ReportSource::Direct)).await, Heard::Kept);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.reports_heard()), ("DONE", 2));
}

#[tokio::test]
async fn a_report_behind_a_notice_that_nobody_confirms_is_heard_at_once() {
    for source in [ReportSource::Direct, ReportSource::Biller, ReportSource::Registry] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.gateway_fault("server_error", 9).await;
        assert_eq!(bench.report(&bill, &notice()).await, Heard::Kept);
        assert_eq!((bench.deliver().await.len(), bench.reports_heard()), (1, 0), "{source:?}");
        assert_eq!(bench.report(&bill, &report_of(paid(), None, source)).await, Heard::Kept);
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{source:?}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.reports_heard()), ("DONE", 2), "{source:?}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{source:?}");
        let reports = bench.exchanges(RECEIPT).into_iter().filter(|kept| kept["method"] == "report");
        assert_eq!(reports.count(), 2, "{source:?}");
    }
}

#[tokio::test]
async fn a_report_before_a_notice_that_nobody_confirms_is_heard_at_once() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.gateway_fault("server_error", 9).await;
    bench.report(&bill, &report_of(paid(), Some(200), ReportSource::Direct)).await;
    let more = BillReport { amount: Some(Money::new(100, Currency::Uah)), ..notice() };
    assert_eq!(bench.report(&bill, &more).await, Heard::Kept);
    assert_eq!(bench.deliver().await.len(), 2);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.reports_heard()), ("NEEDS_REVIEW", 1));
    bench.report(&bill, &report_of(paid(), Some(100), ReportSource::Registry)).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.reports_heard()), ("DONE", 3));
}

#[tokio::test]
async fn nobody_asks_about_a_bill_that_is_known_to_be_paid() {
    let bench = Bench::start().await;
    bench.gateway_fault("server_error", 9).await;
    bench.accept(&accepted(RECEIPT)).await;
    bench.report_and_deliver(&bench.bill_there().await, &notice()).await;
    assert_eq!((bench.times_asked(), bench.reports_heard()), (0, 1));
    assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("DONE", 2));
}

#[tokio::test]
async fn a_notice_that_nobody_confirms_is_heard_as_such_in_the_end_and_a_person_is_asked() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.gateway_fault("server_error", DELAYS.len() + 1).await;
    bench.report(&bill, &notice()).await;
    for delay in 1..=DELAYS.len() {
        assert_eq!((bench.deliver().await.len(), bench.reports_heard()), (1, 0), "{delay}");
    }
    assert_eq!((bench.deliver().await.len(), bench.buried().len(), bench.reports_heard()), (0, 0, 1));
    assert_eq!(bench.state(RECEIPT), "PAYING");
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(15)).await, 1);
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.timed_out", "bonus.review_opened"]);
}

#[tokio::test]
async fn a_gateway_that_shows_a_payment_late_is_asked_again_for_ten_minutes() {
    for late in [json!([]), json!([{ "shopBillId": "", "status": "CREATED", "billAmount": "1.00" }])] {
        for minutes in [0, 10] {
            let bench = Bench::start().await;
            let bill = bench.in_doubt("cut_after").await;
            let mut late = late.clone();
            if let Some(order) = late.get_mut(0) {
                order["shopBillId"] = json!(bill);
            }
            bench.wire.answer_next("/portmone/gateway/", 2, (200, late.to_string()));
            bench.report(&bill, &notice()).await;
            assert_eq!((bench.deliver().await.len(), bench.reports_heard()), (1, 0), "{late}");
            bench.pass(SignedDuration::from_mins(minutes));
            let stay = bench.deliver().await.len();
            assert_eq!((stay, bench.reports_heard()), if minutes == 0 { (1, 0) } else { (0, 1) }, "{late}");
            if minutes == 0 {
                assert_eq!(bench.deliver().await, Vec::<String>::new(), "{late}");
                assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{late}");
            } else {
                assert_eq!(bench.told(), ["bonus.initiated", "bonus.disagreed"], "{late}");
            }
        }
    }
}

#[tokio::test]
async fn the_gateway_is_asked_once_for_all_notices_and_only_while_there_is_time() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.report(&bill, &notice()).await;
    for minor in [200, 300, 100] {
        let more = BillReport { amount: Some(Money::new(minor, Currency::Uah)), ..notice() };
        assert_eq!(bench.report(&bill, &more).await, Heard::Kept);
    }
    assert_eq!(bench.deliver_within(Duration::from_secs(20)).await.len(), 4);
    assert_eq!((bench.times_asked(), bench.reports_heard()), (0, 0));
    let other = bench.another().await;
    assert_eq!(bench.deliver_to(&other, super::deployed::PAYOUTS, 1).await, Vec::<String>::new());
    assert_eq!((bench.times_asked(), bench.reports_heard()), (1, 4));
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}
