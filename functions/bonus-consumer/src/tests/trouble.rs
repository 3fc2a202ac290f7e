//! Portmone is off, not reached, or says no: before a bill is paid everything is tried again, in its time.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::wire::Call;
use serde_json::json;

use super::bench::{Bench, RECEIPT};
use super::deployed::{RETRIES, Setup, USUAL};
use super::outside::{accepted, operation};

/// What certainly made no bill that anybody pays, with the status where it is not the usual one.
const NOT_DONE: [(&str, Option<u16>); 7] = [
    ("cut_before", None),
    ("cut_after", None),
    ("server_error", None),
    ("server_error", Some(503)),
    ("garbage", None),
    ("garbage", Some(502)),
    ("limit", None),
];

/// What the store answers that may not be asked.
pub fn unavailable() -> (u16, String) {
    (400, json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" }).to_string())
}

impl Bench {
    /// How many minutes a bonus still waits, rounded up.
    fn waits(&self) -> i64 {
        let not_before: Timestamp = self.standing(RECEIPT)["not_before"].as_str().unwrap().parse().unwrap();
        let seconds = not_before.duration_since(Timestamp::now()).as_secs();
        (seconds + 59) / 60
    }
}

#[tokio::test]
async fn with_portmone_off_bonuses_wait_for_it_and_are_paid_by_the_watch() {
    let mut bench = Bench::with(Setup { has_portmone: false, ..USUAL }).await;
    bench.accept(&accepted(RECEIPT)).await;
    for _ in 0..8 {
        let standing = bench.standing(RECEIPT);
        assert_eq!(
            (&standing["state"], &standing["reason"]),
            (&json!("CREATED"), &json!("Portmone is not configured"))
        );
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(59)).await, 0);
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1);
    }
    assert_eq!((bench.calls().len(), bench.told().len(), bench.waiting().len()), (0, 0, 0));
    bench.setup.has_portmone = true;
    let configured = bench.another().await;
    bench.pass(SignedDuration::from_hours(1));
    assert_eq!(bench.watch_by(&configured).await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}

#[tokio::test]
async fn a_portmone_that_makes_no_bill_is_asked_again_less_and_less_often_and_at_last_given_up() {
    for (fault, status) in NOT_DONE {
        let bench = Bench::start().await;
        let wish = json!({ "operation": "bills.create", "fault": fault, "status": status, "times": 6 });
        bench.fault(wish).await;
        bench.accept(&accepted(RECEIPT)).await;
        for minutes in RETRIES {
            assert_eq!((bench.state(RECEIPT).as_str(), bench.waits()), ("CREATED", minutes), "{fault}");
            assert_eq!((bench.told().len(), bench.watch().await), (0, 0), "{fault}");
            bench.pass(SignedDuration::from_mins(minutes) - SignedDuration::from_secs(5));
            assert_eq!(bench.watch().await, 0, "{fault}");
            assert_eq!(bench.pass_and_watch(SignedDuration::from_secs(5)).await, 1, "{fault}");
        }
        let refusal = bench.standing(RECEIPT)["refusal"].clone();
        assert_eq!((&refusal["by"], &refusal["code"]), (&json!("PAYDESK"), &json!("gave_up")), "{fault}");
        assert!(refusal["reason"].as_str().unwrap().contains("bills.create"), "{fault}: {refusal}");
        assert_eq!(
            (bench.told(), bench.calls()),
            (vec!["bonus.failed".to_owned()], vec!["bills.create".to_owned(); 6])
        );
        // A person has it tried again: once more from the beginning, and it is paid.
        bench.retry(RECEIPT).await;
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{fault}");
    }
}

#[tokio::test]
async fn a_portmone_that_asks_for_patience_gets_as_much_as_it_says() {
    for operation in ["bills.create", "bills.pay"] {
        let bench = Bench::start().await;
        bench.fault(json!({ "operation": operation, "fault": "limit", "retryAfter": 1_800 })).await;
        bench.accept(&accepted(RECEIPT)).await;
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(29)).await, 0, "{operation}");
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(1)).await, 1, "{operation}");
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{operation}");
        assert_eq!(bench.told(), ["bonus.initiated", "bonus.succeeded"], "{operation}");
    }
}

#[tokio::test]
async fn a_bill_that_portmone_refuses_to_make_is_its_no_in_its_own_words() {
    let bench = Bench::start().await;
    let words = json!({ "code": "x17", "description": "This number takes no top-ups" });
    bench
        .fault(json!({ "operation": "bills.create", "fault": "refuse", "message": "Declined", "parameters": words }))
        .await;
    bench.accept(&accepted(RECEIPT)).await;
    let standing = bench.standing(RECEIPT);
    let expected = json!({ "by": "PORTMONE", "code": "x17", "reason": "This number takes no top-ups" });
    assert_eq!((&standing["state"], &standing["refusal"]), (&json!("REFUSED"), &expected));
    let events = bench.events();
    assert_eq!((events.len(), &events[0]["event"]), (1, &json!("bonus.failed")));
    assert_eq!((&events[0]["is_by_portmone"], &events[0]["code"]), (&json!(true), &json!("x17")));
    assert_eq!((bench.calls(), bench.watch().await), (vec!["bills.create".to_owned()], 0));
}

#[tokio::test]
async fn a_bill_that_portmone_refuses_to_pay_stays_the_one_that_a_retry_pays() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "bills.pay", "fault": "refuse", "message": "Declined" })).await;
    bench.accept(&accepted(RECEIPT)).await;
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await.len()), ("REFUSED", 0));
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.failed"]);
    bench.retry(RECEIPT).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.calls(), ["bills.create", "bills.pay", "bills.pay", "top-up"]);
    assert_eq!(bench.told(), ["bonus.initiated", "bonus.failed", "bonus.succeeded"]);
}

#[tokio::test]
async fn a_payment_that_was_not_reached_is_tried_again_on_the_same_bill_and_at_last_given_up() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "bills.pay", "fault": "limit", "times": 6, "retryAfter": 1 })).await;
    bench.accept(&accepted(RECEIPT)).await;
    for minutes in RETRIES {
        assert_eq!((bench.state(RECEIPT).as_str(), bench.waits()), ("BILL_MADE", minutes));
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(minutes)).await, 1);
    }
    assert_eq!(bench.standing(RECEIPT)["refusal"]["code"], "gave_up");
    bench.retry(RECEIPT).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
    assert_eq!(bench.bills_there().await.len(), 1);
}

#[tokio::test]
async fn without_the_store_a_receipt_waits_a_minute_and_nobody_is_asked() {
    for operation in ["GetItem", "PutItem"] {
        let bench = Bench::start().await;
        bench.put(&accepted(RECEIPT));
        for _ in 0..3 {
            bench.wire.answer_next(operation, 1, unavailable());
            assert_eq!(bench.deliver().await.len(), 1, "{operation}");
        }
        assert_eq!(bench.waiting()[0].visibility_timeouts, [60; 3], "{operation}");
        assert_eq!((bench.calls().len(), bench.items("BONUS").len()), (0, 0), "{operation}");
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]), "{operation}");
    }
}

#[tokio::test]
async fn nothing_is_asked_that_could_not_be_committed_before() {
    let bench = Bench::start().await;
    // As often as a change is tried.
    bench.wire.answer_next("TransactWriteItems", 3, unavailable());
    bench.put(&accepted(RECEIPT));
    assert_eq!(bench.deliver().await.len(), 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.calls().len()), ("CREATED", 0));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}

#[tokio::test]
async fn an_answer_is_written_down_when_the_store_is_back_in_time() {
    for answered in ["bills.create", "bills.pay", "top-up"] {
        let bench = Bench::start().await;
        bench.accept(&accepted("receipt-0")).await;
        // The write that follows the call: all stories make the same calls.
        let calls = bench.wire.calls();
        let is_asked = |call: &&Call| call.tap != "aws" && operation(call) == answered;
        let asked = calls.iter().find(is_asked).unwrap().number;
        let is_write = |call: &&Call| call.number > asked && call.operation() == "TransactWriteItems";
        let written = calls.iter().find(is_write).unwrap().number;
        bench.wire.reset();
        let (status, body) = unavailable();
        bench.wire.answer(written, status, &body);
        bench.accept(&accepted(RECEIPT)).await;
        assert_eq!(
            (bench.state(RECEIPT).as_str(), bench.payments().await),
            ("DONE", vec![1, 1]),
            "{answered}"
        );
        assert_eq!(bench.calls(), ["bills.create", "bills.pay", "top-up"], "{answered}");
        assert_eq!(bench.told().len(), 4, "{answered}");
    }
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_begun_and_the_watch_goes_on() {
    let bench = Bench::start().await;
    bench.put(&accepted(RECEIPT));
    assert_eq!(bench.deliver_within(std::time::Duration::from_secs(30)).await, Vec::<String>::new());
    assert_eq!((bench.state(RECEIPT).as_str(), bench.calls().len()), ("CREATED", 0));
    assert_eq!(bench.watch().await, 1);
    assert_eq!((bench.state(RECEIPT).as_str(), bench.payments().await), ("DONE", vec![1]));
}
