//! The switch is not reached, or the store fails: before a debit everything is tried again, after it nothing is.

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::deciding::Decided;

use super::bench::{Bench, USER, of_bill};
use super::switch::USD;

/// A switch that says how long to wait, or is not there at all.
const NOT_DONE: [(&str, &str); 2] = [("getAccountInfo", "cut_before"), ("accountDebit", "limit")];

fn unavailable() -> (u16, String) {
    (400, json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" }).to_string())
}

async fn used_yesterday() -> Bench {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench
}

#[tokio::test]
async fn a_switch_that_certainly_did_nothing_is_asked_again_in_five_minutes_without_a_word() {
    for (operation, fault) in NOT_DONE {
        let bench = used_yesterday().await;
        bench.fault(json!({ "operation": operation, "fault": fault })).await;
        bench.run(USER).await;
        let bill = bench.bill();
        assert_eq!(
            (&bill["standing"]["state"], &bill["refusals"]),
            (&json!("READY"), &json!(0)),
            "{operation}"
        );
        assert!(bill["standing"]["reason"].as_str().unwrap().contains(operation), "{bill}");
        assert_eq!((bench.told(), bench.taken(USD).await.len()), (Vec::new(), 0), "{operation}");
        bench.pass(SignedDuration::from_mins(4));
        assert_eq!(bench.watch().await, 0, "{operation}");
        bench.pass(SignedDuration::from_mins(1));
        bench.watch_and_deliver().await;
        assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1), "{operation}");
    }
}

#[tokio::test]
async fn a_switch_that_asks_for_patience_gets_as_much_as_it_says() {
    let bench = used_yesterday().await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "limit", "retryAfter": 1_800 })).await;
    bench.run(USER).await;
    bench.pass(SignedDuration::from_mins(29));
    assert_eq!((bench.state().as_str(), bench.watch().await), ("READY", 0));
    bench.pass(SignedDuration::from_mins(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn without_the_store_a_message_waits_a_minute_and_the_switch_is_not_asked() {
    for operation in ["GetItem", "TransactWriteItems"] {
        let bench = used_yesterday().await;
        bench.plan(USER);
        for _ in 0..8 {
            bench.wire.answer_next(operation, 1, unavailable());
            assert_eq!(bench.deliver().await.len(), 1, "{operation}");
        }
        assert_eq!(bench.waiting()[0].visibility_timeouts, [60; 8]);
        assert_eq!((bench.counted(USER), bench.buried().len()), ((100, 0), 0), "{operation}");
        assert!(!bench.switch_calls().contains(&"accountDebit".to_owned()), "{operation}");
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1), "{operation}");
    }
}

#[tokio::test]
async fn the_switch_s_word_is_written_down_when_the_store_is_back_in_time() {
    let bench = used_yesterday().await;
    bench.wire.answer_next("PutItem", 2, unavailable());
    bench.run(USER).await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
    assert!(!bench.switch_calls().contains(&"getPaymentsList".to_owned()));
}

#[tokio::test]
async fn a_word_that_cannot_be_written_down_is_asked_for_when_the_lease_is_over() {
    let bench = used_yesterday().await;
    bench.wire.answer_next("PutItem", 4, unavailable());
    bench.run(USER).await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("CHARGING", 1));
    assert_eq!((bench.told(), bench.watch().await), (Vec::new(), 0));
    bench.pass(SignedDuration::from_secs(150));
    bench.watch_and_deliver().await;
    assert_eq!(bench.bill()["standing"]["word"], "FOUND");
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_refusal_that_cannot_be_written_down_is_asked_about_and_charged_after_the_switch_had_its_time() {
    let bench = used_yesterday().await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "refuse" })).await;
    bench.wire.answer_next("PutItem", 4, unavailable());
    bench.run(USER).await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("CHARGING", 0));
    bench.settle().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_bill_that_was_cancelled_is_not_charged() {
    let bench = used_yesterday().await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "refuse" })).await;
    bench.run(USER).await;
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    let cancel = |bill: &mut SmsBill| -> Decided { bill.cancel("sent by mistake", jiff::Timestamp::now()) };
    bench.decide(&number, cancel).await;
    bench.pass(SignedDuration::from_hours(2));
    bench.put(&of_bill(&number));
    bench.plan(USER);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(
        (bench.watch().await, bench.state().as_str(), bench.taken(USD).await.len()),
        (0, "CANCELLED", 0)
    );
}
