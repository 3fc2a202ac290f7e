//! What Portmone reports: before a bill is known, while it is paid, after, and about nobody's.

use futures::future::join;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::bonus::report::{BillReport, Heard, ReportSource, ReportedOutcome};
use shared::domain::money::{Currency, Money};

use super::bench::{Bench, RECEIPT};
use super::deployed::PAYOUTS;
use super::outside::{accepted, failed, field, paid, report_of};

fn direct(outcome: ReportedOutcome) -> BillReport {
    report_of(outcome, None, ReportSource::Direct)
}

/// The number of the call that asks Portmone for a method, in every story.
async fn number_of(method: &str) -> usize {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let is_it = |call: &sandbox::testbed::wire::Call| field(call, "method").as_deref() == Some(method);
    bench.wire.calls().into_iter().find(is_it).unwrap().number
}

#[tokio::test]
async fn a_report_that_comes_before_the_bill_is_written_down_waits_for_it() {
    let asked = number_of("bills.create").await;
    let bench = Bench::start().await;
    let other = bench.another().await;
    bench.wire.reset();
    bench.put(&accepted(RECEIPT));
    let held = bench.wire.hold_answer_of(asked);
    let reported = async {
        held.reached().await;
        let bill = bench.bill_there().await;
        assert_eq!(bench.report(&bill, &direct(paid())).await, Heard::Kept);
        assert_eq!(bench.deliver_to(&other, PAYOUTS, 1).await.len(), 1, "no bonus has it yet");
        assert_eq!(bench.aws.sqs.messages(PAYOUTS)[0].visibility_timeouts, [60]);
        held.release();
    };
    let event = async {
        let event = bench.aws.sqs.deliver_at_most(super::deployed::DECISIONS, 1).unwrap();
        super::bench::handle_by(&bench.app, &event, super::bench::TIME).await
    };
    let (answer, ()) = join(event, reported).await;
    assert_eq!((answer["batchItemFailures"].clone(), bench.state(RECEIPT)), (json!([]), "DONE".to_owned()));
    assert_eq!(bench.bonus(RECEIPT)["reports_heard"], 0);
    assert_eq!(bench.deliver_to(&other, PAYOUTS, 1).await, Vec::<String>::new());
    let bonus = bench.bonus(RECEIPT);
    assert_eq!((&bonus["reports_heard"], &bonus["standing"]["state"]), (&json!(1), &json!("DONE")));
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 1));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"]);
}

#[tokio::test]
async fn a_report_while_it_is_paid_is_believed_and_the_answer_that_comes_then_changes_nothing() {
    let asked = number_of("bills.pay").await;
    let bench = Bench::start().await;
    let other = bench.another().await;
    bench.wire.reset();
    bench.put(&accepted(RECEIPT));
    let held = bench.wire.hold_answer_of(asked);
    let reported = async {
        held.reached().await;
        let bill = bench.bill_there().await;
        bench.report(&bill, &direct(paid())).await;
        assert_eq!(bench.deliver_to(&other, PAYOUTS, 1).await, Vec::<String>::new());
        assert_eq!((bench.state(RECEIPT).as_str(), bench.top_ups().await.len()), ("DONE", 1));
        held.release();
    };
    let (stay, ()) = join(bench.deliver_to(&bench.app, super::deployed::DECISIONS, 1), reported).await;
    assert_eq!((stay.len(), bench.state(RECEIPT).as_str()), (0, "DONE"));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"]);
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"]);
    assert!(bench.exchanges(RECEIPT)[1]["answer"].as_str().unwrap().contains("paid"), "kept all the same");
}

#[tokio::test]
async fn a_failure_that_is_reported_while_it_is_paid_counts_only_without_an_answer() {
    let asked = number_of("bills.pay").await;
    for (fault, state) in [(None, "DONE"), (Some("garbage"), "REFUSED")] {
        let bench = Bench::start().await;
        let other = bench.another().await;
        bench.wire.reset();
        if let Some(fault) = fault {
            bench.fault(json!({ "operation": "bills.pay", "fault": fault })).await;
        }
        bench.put(&accepted(RECEIPT));
        let held = bench.wire.hold_answer_of(asked);
        let reported = async {
            held.reached().await;
            let bill = bench.bill_there().await;
            bench.report(&bill, &direct(failed())).await;
            assert_eq!(bench.deliver_to(&other, PAYOUTS, 1).await, Vec::<String>::new());
            assert_eq!(bench.state(RECEIPT), "PAYING");
            held.release();
        };
        join(bench.deliver_to(&bench.app, super::deployed::DECISIONS, 1), reported).await;
        assert_eq!(bench.state(RECEIPT), state);
        let told = bench.told();
        let last = if fault.is_none() { "bonus.succeeded" } else { "bonus.failed" };
        assert_eq!((told.len(), told[1].as_str()), (2, last));
    }
}

#[tokio::test]
async fn a_report_after_it_changes_nothing_and_is_kept() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    let mut notice = report_of(paid(), Some(100), ReportSource::Biller);
    notice.payee = Some("2065".parse().unwrap());
    notice.recipient = Some("**********67".to_owned());
    bench.report_and_deliver(&bill, &notice).await;
    assert_eq!(bench.report(&bill, &notice).await, Heard::Repeated);
    assert_eq!(
        bench.report(&bill, &report_of(paid(), Some(100), ReportSource::Registry)).await,
        Heard::Repeated
    );
    assert_eq!((bench.waiting().len(), bench.told().len()), (0, 2));
    let bonus = bench.bonus(RECEIPT);
    assert_eq!((&bonus["standing"]["state"], &bonus["reports_heard"]), (&json!("DONE"), &json!(1)));
    let kept = bench.exchanges(RECEIPT).pop().unwrap();
    assert_eq!(
        (&kept["method"], &kept["bill"], &kept["request"]),
        (&json!("report"), &json!(bill), &json!("a notice that it is paid"))
    );
    assert_eq!((bench.payments().await, bench.top_ups().await.len()), (vec![1], 1));
}

#[tokio::test]
async fn a_late_failure_never_undoes_a_success() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    let before = bench.standing(RECEIPT);
    bench.report_and_deliver(&bill, &direct(failed())).await;
    assert_eq!(bench.standing(RECEIPT), before);
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded", "bonus.disagreed"]);
    // The same again, in each order with the success: nobody is told again.
    assert_eq!(bench.report(&bill, &direct(failed())).await, Heard::Repeated);
    bench.report_and_deliver(&bill, &direct(paid())).await;
    assert_eq!((bench.standing(RECEIPT), bench.told().len()), (before, 3));
}

#[tokio::test]
async fn a_payment_that_is_given_back_is_refunded_once() {
    let bench = Bench::start().await;
    bench.accept(&accepted(RECEIPT)).await;
    let bill = bench.bill_there().await;
    bench.report_and_deliver(&bill, &report_of(paid(), Some(100), ReportSource::Biller)).await;
    let refund = report_of(ReportedOutcome::Refunded, Some(100), ReportSource::Biller);
    bench.report_and_deliver(&bill, &refund).await;
    assert_eq!(
        (bench.state(RECEIPT).as_str(), bench.report(&bill, &refund).await),
        ("REFUNDED", Heard::Repeated)
    );
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded", "bonus.refunded"]);
    // That it was paid, or failed, is no news then.
    bench.report_and_deliver(&bill, &direct(failed())).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.told().len()), ("REFUNDED", 3));
}

#[tokio::test]
async fn a_report_that_does_not_fit_is_never_believed() {
    let fits = || report_of(paid(), Some(100), ReportSource::Biller);
    let cases = [
        BillReport { amount: Some(Money::new(200, Currency::Uah)), ..fits() },
        BillReport { amount: Some(Money::new(100, Currency::Usd)), ..fits() },
        BillReport { payee: Some("2066".parse().unwrap()), ..fits() },
        BillReport { recipient: Some("**********99".to_owned()), ..fits() },
    ];
    for report in cases {
        let bench = Bench::start().await;
        let bill = bench.in_doubt("cut_after").await;
        bench.report_and_deliver(&bill, &report).await;
        let standing = bench.standing(RECEIPT);
        assert_eq!((&standing["state"], &standing["question"]), (&json!("NEEDS_REVIEW"), &json!("PAYMENT")));
        assert_eq!(
            (bench.told(), bench.top_ups().await.len()),
            (vec!["bonus.initiated".to_owned(), "bonus.review_opened".to_owned()], 0)
        );
        // After it is done, such a one is told to people and changes nothing.
        let bench = Bench::start().await;
        bench.accept(&accepted(RECEIPT)).await;
        bench.report_and_deliver(&bench.bill_there().await, &report).await;
        assert_eq!(
            (bench.state(RECEIPT).as_str(), bench.told().last().unwrap().as_str()),
            ("DONE", "bonus.disagreed")
        );
    }
}

#[tokio::test]
async fn reports_in_one_go_are_heard_in_their_order_and_each_once() {
    let bench = Bench::start().await;
    let bill = bench.in_doubt("cut_after").await;
    for outcome in [paid(), failed(), ReportedOutcome::Refunded] {
        bench.report(&bill, &report_of(outcome, None, ReportSource::Direct)).await;
    }
    let other = bench.another().await;
    bench.wire.reset();
    // Three messages about one bill, two of them at once.
    join(bench.deliver_to(&bench.app, PAYOUTS, 1), bench.deliver_to(&other, PAYOUTS, 1)).await;
    while !bench.waiting().is_empty() {
        bench.deliver().await;
    }
    let bonus = bench.bonus(RECEIPT);
    assert_eq!((&bonus["reports_heard"], &bonus["standing"]["state"]), (&json!(3), &json!("REFUNDED")));
    let reports = bench.exchanges(RECEIPT).into_iter().filter(|kept| kept["method"] == "report");
    let said: Vec<Value> = reports.map(|kept| kept["request"].clone()).collect();
    assert_eq!(said, ["paid", "failed", "refunded"].map(|what| json!(format!("a notice that it is {what}"))));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.disagreed", "bonus.refunded"]);
}

#[tokio::test]
async fn a_report_about_nobodys_bill_waits_a_quarter_of_an_hour_and_is_a_person_s_then() {
    let bench = Bench::start().await;
    bench.report("987654", &direct(paid())).await;
    for _ in 0..9 {
        assert_eq!(bench.deliver().await.len(), 1, "however often it comes");
    }
    bench.pass(SignedDuration::from_secs(14 * 60 + 55));
    assert_eq!(bench.deliver().await.len(), 1);
    bench.pass(SignedDuration::from_secs(5));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.buried().len(), bench.items("BONUS").len(), bench.calls().len()), (0, 0, 0));
    let (bills, _) = bench.bills.unmatched(None, 10).await.unwrap();
    assert_eq!((bills.len(), bills[0].id.as_str(), bills[0].reports.len()), (1, "987654", 1));
}
