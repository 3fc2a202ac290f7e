//! The way to the switch: credentials that are refused, rotated or not there.

use std::time::Duration;

use jiff::SignedDuration;
use sandbox::sippy::PASSWORD;
use serde_json::json;

use super::bench::{Bench, TIME, USER, of_bill};
use super::deployed::{Setup, USUAL};
use super::switch::USD;

const WRONG: &str = "a password of yesterday";

async fn clock_moves(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn with_the_switch_off_bills_are_made_and_wait_for_it_and_nobody_hears_of_it() {
    let cases = [
        (Setup { has_address: false, ..USUAL }, "the switch has no address (SIPPY_URL)"),
        (
            Setup { password: "", ..USUAL },
            "the switch's address or credentials are not complete (SIPPY_URL, the secret sippy)",
        ),
    ];
    for (setup, words) in cases {
        let bench = Bench::with(setup).await;
        bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
        bench.run(USER).await;
        for _ in 0..3 {
            let bill = bench.bill();
            assert_eq!((&bill["standing"]["state"], &bill["refusals"]), (&json!("READY"), &json!(0)));
            assert_eq!(bill["standing"]["reason"], words);
            bench.pass(SignedDuration::from_mins(59));
            assert_eq!(bench.watch().await, 0, "{words}");
            bench.pass(SignedDuration::from_mins(1));
            bench.watch_and_deliver().await;
        }
        assert_eq!(
            (bench.counted(USER), bench.told(), bench.switch_calls().len()),
            ((0, 100), Vec::new(), 0)
        );
        assert_eq!((bench.waiting().len(), bench.buried().len()), (0, 0));
    }
}

#[tokio::test]
async fn with_the_switch_off_a_debit_in_doubt_stays_in_doubt() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "cut_after" })).await;
    bench.run(USER).await;
    bench.rotate("");
    clock_moves(Duration::from_secs(301)).await;
    bench.pass(SignedDuration::from_mins(20));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.told()), ("CHARGING", Vec::new()));
    bench.rotate(PASSWORD);
    clock_moves(Duration::from_secs(301)).await;
    bench.pass(SignedDuration::from_mins(20));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_switch_that_is_given_credentials_later_is_used_then() {
    let bench = Bench::with(Setup { password: "", ..USUAL }).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    bench.rotate(PASSWORD);
    clock_moves(Duration::from_secs(301)).await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn refused_credentials_are_nobodys_refusal_and_the_bill_is_paid_with_new_ones() {
    let bench = Bench::with(Setup { password: WRONG, ..USUAL }).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    let bill = bench.bill();
    assert_eq!((&bill["standing"]["state"], &bill["refusals"]), (&json!("READY"), &json!(0)));
    assert_eq!(bill["standing"]["reason"], "the switch does not accept the user or the API password");
    assert_eq!((bench.told(), bench.taken(USD).await.len()), (Vec::new(), 0));
    bench.rotate(PASSWORD);
    clock_moves(Duration::from_secs(61)).await;
    bench.pass(SignedDuration::from_mins(5));
    // The refusal makes them be read again, for the next message.
    bench.watch_and_deliver().await;
    assert_eq!(bench.state(), "READY");
    bench.pass(SignedDuration::from_mins(5));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn credentials_that_are_refused_to_a_question_are_read_again_too() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "cut_after" })).await;
    bench.run(USER).await;
    bench.rotate(WRONG);
    clock_moves(Duration::from_secs(301)).await;
    bench.pass(SignedDuration::from_mins(2));
    bench.watch_and_deliver().await;
    assert_eq!(bench.state(), "CHARGING");
    bench.rotate(PASSWORD);
    clock_moves(Duration::from_secs(61)).await;
    for _ in 0..2 {
        bench.pass(SignedDuration::from_mins(5));
        bench.watch_and_deliver().await;
    }
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_challenge_that_ended_is_answered_anew_without_a_second_debit() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-2, 9), 100, "0.05").await;
    bench.run(USER).await;
    bench.used(USER, bench.at(-1, 9), 10, "0.05").await;
    bench.control("POST", "sippy/nonces/expire", &json!({})).await;
    bench.wire.reset();
    bench.run(USER).await;
    assert_eq!(bench.switch_calls(), ["accountDebit"; 2]);
    assert_eq!(bench.taken(USD).await.len(), 2);
    assert!(bench.bills_of(USER).iter().all(|bill| bill["standing"]["state"] == "PAID"));
}

#[tokio::test]
async fn nothing_is_sent_to_the_switch_unauthenticated_but_an_empty_body() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    for call in bench.wire.calls().iter().filter(|call| call.tap == "switch") {
        let is_proven = call.headers.get("authorization").is_some_and(|proof| {
            proof.to_str().unwrap().starts_with("Digest ") && !proof.to_str().unwrap().contains(PASSWORD)
        });
        assert!(is_proven || call.request_body.is_empty(), "{call:?}");
    }
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_claimed_and_the_message_comes_again() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.plan(USER);
    assert_eq!(bench.deliver_within(Duration::from_secs(60)).await.len(), 1);
    assert_eq!((bench.counted(USER), bench.switch_calls().len()), ((100, 0), 0));
    // Neither is a question begun that cannot be ended.
    bench.fault(json!({ "operation": "accountDebit", "fault": "cut_after" })).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.pass(SignedDuration::from_mins(2));
    bench.wire.reset();
    bench.put(&of_bill(bench.bill()["number"].as_str().unwrap()));
    assert_eq!(bench.deliver_within(Duration::from_secs(60)).await.len(), 1);
    assert_eq!((bench.state().as_str(), bench.switch_calls().len()), ("CHARGING", 0));
    assert_eq!(bench.deliver_within(TIME).await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}
