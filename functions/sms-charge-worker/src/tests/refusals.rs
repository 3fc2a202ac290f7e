//! The switch says no: kept with its words, tried again on the schedule, and given up after the last try.

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::deciding::Decided;

use super::bench::{Bench, USER, of_bill, paying};
use super::switch::USD;

/// A user whose five dollars of yesterday the switch refuses so often.
async fn refused(times: u32) -> Bench {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    let words = json!({
        "operation": "accountDebit", "fault": "refuse", "times": times, "message": "Customer's <limit> & more",
    });
    bench.fault(words).await;
    bench.run(USER).await;
    bench
}

#[tokio::test]
async fn a_refusal_is_kept_with_the_switch_s_words_and_tried_again_in_an_hour() {
    let bench = refused(1).await;
    let bill = bench.bill();
    assert_eq!(bill["standing"]["state"], "FAILED");
    assert_eq!(bill["standing"]["reason"], "Customer's <limit> & more");
    assert_eq!((bill["attempts"].clone(), bill["refusals"].clone()), (json!(1), json!(1)));
    assert_eq!(bench.told(), ["sms_bill.charge_failed"]);
    // Not before its time, whatever comes.
    bench.plan(USER);
    bench.put(&of_bill(bill["number"].as_str().unwrap()));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.pass(SignedDuration::from_mins(59));
    assert_eq!((bench.watch().await, bench.bill()["attempts"].clone()), (0, json!(1)));
    bench.pass(SignedDuration::from_mins(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
    assert_eq!(bench.told(), ["sms_bill.paid"]);
}

#[tokio::test]
async fn a_bill_that_is_refused_five_times_is_given_up_and_told_twice() {
    let bench = refused(5).await;
    let mut told = bench.told();
    for hours in [1, 6, 24, 72] {
        assert_eq!(bench.state(), "FAILED", "before {hours} h");
        bench.pass(SignedDuration::from_hours(hours) - SignedDuration::from_mins(1));
        assert_eq!(bench.watch().await, 0, "{hours} h");
        bench.pass(SignedDuration::from_mins(1));
        bench.watch_and_deliver().await;
        told.extend(bench.told());
    }
    assert_eq!((bench.state().as_str(), bench.bill()["attempts"].clone()), ("GIVEN_UP", json!(5)));
    assert_eq!(told, ["sms_bill.charge_failed"; 2]);
    bench.pass(SignedDuration::from_hours(24 * 365));
    assert_eq!((bench.watch().await, bench.taken(USD).await.len()), (0, 0));
    // A person has it charged after all.
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    let again = |bill: &mut SmsBill| -> Decided { bill.process("admin-1", jiff::Timestamp::now()) };
    bench.decide(&number, again).await;
    bench.put(&of_bill(&number));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.bill()["processed_by"].clone()), ("PAID", json!("admin-1")));
    assert_eq!(bench.taken(USD).await, [("5 USD".to_owned(), number)]);
}

#[tokio::test]
async fn a_blocked_account_is_a_refusal_and_the_bill_is_paid_when_it_is_open_again() {
    let bench = Bench::start().await;
    bench.control("PUT", "sippy/accounts/3", &json!({ "blocked": true })).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    assert_eq!(bench.bill()["standing"]["reason"], "Account is blocked");
    bench.control("PUT", "sippy/accounts/3", &json!({ "blocked": false })).await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn an_account_without_funds_is_a_refusal() {
    let bench = Bench::start().await;
    bench.control("PUT", "sippy/accounts/3", &json!({ "balance": 4, "allowNegative": false })).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    assert_eq!(bench.bill()["standing"]["reason"], "Insufficient funds");
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("FAILED", 0));
}

#[tokio::test]
async fn an_account_that_is_not_at_the_switch_is_a_refusal_without_a_debit() {
    let bench = Bench::start().await;
    bench.set(USER, paying(999)).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    assert_eq!(
        (bench.state().as_str(), bench.bill()["standing"]["reason"].clone()),
        ("FAILED", json!("Account not found"))
    );
    assert_eq!(bench.switch_calls(), ["challenge", "getAccountInfo"]);
    assert_eq!(bench.told(), ["sms_bill.charge_failed"]);
}

#[tokio::test]
async fn a_currency_that_paydesk_does_not_know_is_a_refusal_without_a_debit() {
    let bench = Bench::start().await;
    bench.control("PUT", "sippy/accounts/9", &json!({ "username": "hooli", "currency": "CHF" })).await;
    bench.set(USER, paying(9)).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    let bill = bench.bill();
    assert_eq!((bench.state().as_str(), bench.taken(9).await.len()), ("FAILED", 0));
    assert_eq!(bill["standing"]["reason"], "the account's currency is not known here");
}

#[tokio::test]
async fn one_users_refusal_is_in_nobodys_way() {
    let bench = Bench::start().await;
    for user in ["user-1", "user-2", "user-3"] {
        bench.set(user, paying(if user == "user-2" { 999 } else { USD })).await;
        bench.used(user, bench.at(-1, 9), 100, "0.05").await;
        bench.plan(user);
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let states =
        ["user-1", "user-2", "user-3"].map(|user| bench.bills_of(user)[0]["standing"]["state"].clone());
    assert_eq!(states, ["PAID", "FAILED", "PAID"]);
}
