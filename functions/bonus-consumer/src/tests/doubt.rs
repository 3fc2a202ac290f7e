//! The answer of a payment is lost: nobody pays again before Portmone reported, or a person looked.

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::bonus::Bonus;
use shared::domain::bonus::deciding::{Decided, Decision};
use shared::domain::bonus::report::ReportSource;

use super::bench::{Bench, RECEIPT};
use super::outside::{accepted, failed, paid, report_of};

/// Whether each fault pays.
const UNCLEAR: [(&str, bool); 4] =
    [("cut_after", true), ("cut_before", false), ("server_error", false), ("garbage", true)];

impl Bench {
    /// A bonus whose payment has no answer, and its bill.
    pub async fn in_doubt(&self, fault: &str) -> String {
        self.fault(json!({ "operation": "bills.pay", "fault": fault })).await;
        self.accept(&accepted(RECEIPT)).await;
        let standing = self.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["is_unclear"]),
            (&json!("PAYING"), &json!(true)),
            "{fault}"
        );
        self.bill_there().await
    }
}

#[tokio::test]
async fn a_report_settles_a_payment_without_an_answer() {
    for source in [ReportSource::Direct, ReportSource::Biller, ReportSource::Registry] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(10)).await, 0);
        let amount = (source != ReportSource::Direct).then_some(100);
        bench.report_and_deliver(&bill, &report_of(paid(), amount, source)).await;
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["payment"]["word"]),
            (&json!("DONE"), &json!("REPORT")),
            "{source:?}"
        );
        assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 1), "{source:?}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{source:?}");
        assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"], "{source:?}");
    }
}

#[tokio::test]
async fn a_reported_failure_settles_it_too_and_nothing_is_topped_up() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_before").await;
    bench.report_and_deliver(&bill, &report_of(failed(), None, ReportSource::Direct)).await;
    let refusal = json!({ "by": "PORTMONE", "code": "123", "reason": "The operator declined the top-up" });
    assert_eq!(bench.standing(RECEIPT)["refusal"], refusal);
    assert_eq!(
        (bench.told(), bench.top_ups().await.len()),
        (vec!["bonus.initiated".to_owned(), "bonus.failed".to_owned()], 0)
    );
}

#[tokio::test]
async fn without_a_report_a_person_is_asked_when_portmone_had_its_time() {
    for (fault, _) in UNCLEAR {
        let bench = Bench::start().await;
        bench.in_doubt(fault).await;
        assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(14 * 60 + 55)).await, 0, "{fault}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("PAYING", 1), "{fault}");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(5)).await, 1, "{fault}");
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["question"]),
            (&json!("NEEDS_REVIEW"), &json!("PAYMENT")),
            "{fault}"
        );
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.timed_out", "bonus.review_opened"], "{fault}");
        assert_eq!(bench.calls(), ["bills.create", "bills.pay"], "{fault}");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_hours(24)).await, 0, "{fault}");
    }
}

#[tokio::test]
async fn a_person_s_word_goes_on_with_it_and_each_bill_is_paid_once() {
    for (fault, pays) in UNCLEAR {
        let bench = Bench::start().await;
        bench.in_doubt(fault).await;
        bench.pass_and_watch(SignedDuration::from_mins(15)).await;
        let decision = if pays { Decision::ItHappened } else { Decision::ItDidNotHappen };
        bench.decide(RECEIPT, decision).await;
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        let word = if pays { "PERSON" } else { "ANSWER" };
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["payment"]["word"]),
            (&json!("DONE"), &json!(word)),
            "{fault}"
        );
        assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 1), "{fault}");
        assert_eq!(bench.bills_there().await.len(), 1, "{fault}");
        assert_eq!(bench.told().last().unwrap(), "bonus.succeeded", "{fault}");
        // Whoever decided the same a moment later changes nothing.
        let again = |bonus: &mut Bonus| bonus.decide(bonus.exchanges, decision, jiff::Timestamp::now());
        assert_eq!(bench.decide_by(RECEIPT, again).await, Decided::NotOpen, "{fault}");
    }
}

#[tokio::test]
async fn what_a_person_gives_up_stays_so_and_a_report_that_it_was_paid_asks_again() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    bench.pass_and_watch(SignedDuration::from_mins(15)).await;
    bench.decide(RECEIPT, Decision::GiveUp).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.watch().await), ("CANCELLED", 0));
    bench.report_and_deliver(&bill, &report_of(paid(), None, ReportSource::Direct)).await;
    assert_eq!(bench.standing(RECEIPT)["reason"], "reported as paid, and it was CANCELLED");
    assert_eq!(bench.told().last().unwrap(), "bonus.review_opened");
    assert_eq!(bench.top_ups().await.len(), 0);
}

#[tokio::test]
async fn a_report_that_comes_while_a_person_is_asked_settles_it() {
    for (outcome, state) in [(paid(), "DONE"), (failed(), "REFUSED")] {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.pass_and_watch(SignedDuration::from_mins(15)).await;
        assert_eq!(bench.state(RECEIPT), "NEEDS_REVIEW");
        bench.report_and_deliver(&bill, &report_of(outcome, None, ReportSource::Direct)).await;
        assert_eq!(bench.state(RECEIPT), state);
    }
}

#[tokio::test]
async fn whoever_dies_while_paying_leaves_it_in_doubt_and_nobody_pays_again() {
    let bench = Bench::start().await;
    bench.accept(&accepted("receipt-0")).await;
    let asked = bench
        .wire
        .calls()
        .iter()
        .position(|call| super::outside::field(call, "method").as_deref() == Some("bills.pay"));
    bench.wire.reset();
    bench.put(&accepted(RECEIPT));
    assert!(bench.go_on_until_death(asked.unwrap() + 1).await);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("PAYING", vec![1, 1]));
    // Its message comes again, and others too: whoever pays has the lease.
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.want(RECEIPT);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(160)).await, 0);
    assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(20)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("PAYING", vec![1, 1]));
    assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(12)).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("NEEDS_REVIEW", vec![1, 1]));
}
