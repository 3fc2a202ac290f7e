//! The answer to a debit is lost: it is asked about, never sent again while it may have happened.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::deciding::{Decided, Decision};

use super::bench::{Bench, USER, of_bill, paying};
use super::deployed::SETTLE;
use super::switch::USD;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A user's five dollars of yesterday were charged, with this fault.
async fn charged_with(fault: Value) -> Bench {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    let mut wish = json!({ "operation": "accountDebit" });
    wish.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
    bench.fault(wish).await;
    bench.run(USER).await;
    bench
}

fn number(bench: &Bench) -> String {
    bench.bill()["number"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_debit_whose_answer_is_lost_is_found_and_paid_with_the_switch_s_number() {
    for fault in [json!({ "fault": "cut_after" }), json!({ "fault": "garbage" })] {
        let bench = charged_with(fault).await;
        assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("CHARGING", 1));
        assert_eq!((bench.watch().await, bench.told()), (0, Vec::new()));
        bench.pass(MINUTE);
        bench.wire.reset();
        bench.watch_and_deliver().await;
        let standing = bench.bill()["standing"].clone();
        assert_eq!((&standing["state"], &standing["word"]), (&json!("PAID"), &json!("FOUND")));
        assert_eq!(standing["payment"], bench.debits(USD).await[0]["iPayment"]);
        // A page with the payment, and one that says that there is no more.
        assert_eq!(bench.switch_calls(), ["getPaymentsList"; 2]);
        assert_eq!((bench.taken(USD).await.len(), bench.told()), (1, vec!["sms_bill.paid".to_owned()]));
    }
}

#[tokio::test]
async fn a_debit_that_is_shown_late_is_never_sent_again_while_the_switch_has_its_time() {
    let bench = Bench::start().await;
    bench.control("PUT", "sippy/settings/visibility", &json!({ "delayMs": 3_600_000 })).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "cut_after" })).await;
    bench.run(USER).await;
    let mut asked = 0;
    for minute in 1..15 {
        bench.pass(MINUTE);
        asked += bench.watch().await;
        // Whoever else comes has no other effect.
        bench.plan(USER);
        bench.put(&of_bill(&number(&bench)));
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!(
            (bench.state().as_str(), bench.taken(USD).await.len()),
            ("CHARGING", 1),
            "minute {minute}"
        );
    }
    assert!((3..=5).contains(&asked), "asked {asked} times at growing distances");
    bench.control("PUT", "sippy/settings/visibility", &json!({ "delayMs": 0 })).await;
    bench.pass(MINUTE);
    bench.watch_and_deliver().await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!((&standing["state"], &standing["word"]), (&json!("PAID"), &json!("FOUND")));
    assert_eq!(bench.taken(USD).await.len(), 1);
}

#[tokio::test]
async fn a_debit_that_is_absent_when_the_switch_had_its_time_is_sent_again_with_the_same_number() {
    let faults = [
        json!({ "fault": "cut_before" }),
        json!({ "fault": "server_error" }),
        json!({ "fault": "garbage", "acts": false, "status": 502 }),
    ];
    for fault in faults {
        let bench = charged_with(fault.clone()).await;
        assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("CHARGING", 0), "{fault}");
        bench.pass(MINUTE);
        bench.watch_and_deliver().await;
        assert_eq!(bench.state(), "CHARGING", "{fault}");
        bench.pass(SETTLE);
        bench.watch_and_deliver().await;
        let bill = bench.bill();
        assert_eq!(bill["standing"]["state"], "READY", "{fault}");
        assert_eq!(bill["standing"]["reason"], "the switch shows no payment of an earlier try");
        assert_eq!(bench.taken(USD).await.len(), 0, "{fault}");
        bench.watch_and_deliver().await;
        assert_eq!((bench.state().as_str(), bench.bill()["attempts"].clone()), ("PAID", json!(2)), "{fault}");
        assert_eq!(bench.taken(USD).await, [("5 USD".to_owned(), number(&bench))], "{fault}");
    }
}

#[tokio::test]
async fn a_payment_of_another_amount_is_left_to_a_person() {
    let bench = charged_with(json!({ "fault": "cut_before" })).await;
    // Somebody booked it by hand, and not all of it.
    book(&bench, "4.5", &format!("{} by hand", number(&bench))).await;
    bench.pass(MINUTE);
    bench.watch_and_deliver().await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!(standing["state"], "NEEDS_REVIEW");
    let evidence = standing["reason"].as_str().unwrap();
    assert!(evidence.contains("991") && evidence.contains("4.5"), "{evidence}");
    assert_eq!(bench.told(), ["sms_bill.review_opened"]);
    bench.pass(SignedDuration::from_hours(24 * 30));
    bench.put(&of_bill(&number(&bench)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(
        (bench.watch().await, bench.state().as_str(), bench.taken(USD).await.len()),
        (0, "NEEDS_REVIEW", 1)
    );
}

#[tokio::test]
async fn two_payments_of_one_bill_are_left_to_a_person() {
    let bench = charged_with(json!({ "fault": "cut_after" })).await;
    book(&bench, "5.0", &number(&bench)).await;
    bench.pass(MINUTE);
    bench.watch_and_deliver().await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!(standing["state"], "NEEDS_REVIEW");
    assert_eq!(standing["reason"], "more than one payment names the bill: 992, 991");
}

#[tokio::test]
async fn a_payment_of_another_bill_is_nobodys_proof() {
    let bench = charged_with(json!({ "fault": "cut_before" })).await;
    book(&bench, "5.0", "SMS-20260101-7K3M9QZX SMS usage billing").await;
    book(&bench, "5.0", &format!("{}0", number(&bench))).await;
    bench.pass(MINUTE);
    bench.watch_and_deliver().await;
    assert_eq!(bench.state(), "CHARGING");
}

#[tokio::test]
async fn a_switch_that_cannot_tell_for_a_day_leaves_it_to_a_person() {
    let bench = charged_with(json!({ "fault": "cut_after" })).await;
    bench.fault(json!({ "operation": "getPaymentsList", "fault": "server_error", "times": 100 })).await;
    let mut rounds = 0;
    while bench.state() == "CHARGING" {
        bench.pass(SignedDuration::from_hours(1));
        bench.watch_and_deliver().await;
        rounds += 1;
        assert!(rounds < 30, "it is asked for ever");
    }
    assert_eq!((rounds, bench.state().as_str(), bench.taken(USD).await.len()), (24, "NEEDS_REVIEW", 1));
    assert_eq!(bench.told(), ["sms_bill.review_opened"]);
}

#[tokio::test]
async fn whoever_charges_is_left_alone_until_their_time_is_over() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.plan(USER);
    // It dies before it calls: terms, account, challenge, account at the switch, bill.
    assert!(bench.deliver_to_a_mortal(5).await);
    assert_eq!(bench.state(), "CHARGING");
    bench.wire.reset();
    bench.pass(SignedDuration::from_secs(120));
    bench.put(&of_bill(&number(&bench)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.switch_calls()), ("CHARGING", Vec::new()));
    bench.settle().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

/// Another account in dollars at the switch.
const NEW: u32 = 9;

/// The switch refuses five dollars of yesterday, and the user pays by another account from then on.
async fn refused_and_moved(words: &str) -> Bench {
    let bench = charged_with(json!({ "fault": "refuse", "message": words })).await;
    bench
        .control("PUT", &format!("sippy/accounts/{NEW}"), &json!({ "username": "acme-2", "currency": "USD" }))
        .await;
    bench.set(USER, paying(NEW)).await;
    assert_eq!(bench.state(), "FAILED");
    bench
}

#[tokio::test]
async fn a_debit_that_was_refused_and_booked_all_the_same_is_found_on_the_account_that_was_charged_then() {
    let bench = refused_and_moved("internal error").await;
    book(&bench, "5.0", &number(&bench)).await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!((&standing["state"], &standing["word"]), (&json!("PAID"), &json!("FOUND")));
    assert_eq!((bench.taken(USD).await.len(), bench.taken(NEW).await.len()), (1, 0));
}

#[tokio::test]
async fn every_account_that_was_charged_is_asked_before_another_is() {
    let bench = refused_and_moved("no money").await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "refuse" })).await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    assert_eq!(bench.bill()["tried_accounts"], json!([USD, NEW]));
    bench.set(USER, paying(USD)).await;
    bench.pass(SignedDuration::from_hours(6));
    bench.wire.reset();
    bench.watch_and_deliver().await;
    assert_eq!(
        bench.switch_calls(),
        ["getPaymentsList", "getPaymentsList", "getAccountInfo", "accountDebit"]
    );
    assert_eq!(
        (bench.state().as_str(), bench.taken(USD).await.len(), bench.taken(NEW).await.len()),
        ("PAID", 1, 0)
    );
}

#[tokio::test]
async fn an_account_that_was_charged_and_cannot_be_asked_any_more_is_a_persons_question() {
    let bench = refused_and_moved("no money").await;
    bench
        .fault(json!({ "operation": "getPaymentsList", "fault": "refuse", "message": "Account not found" }))
        .await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!(standing["state"], "NEEDS_REVIEW");
    assert_eq!(standing["reason"], "account 3, which was charged before, cannot be asked: Account not found");
    assert_eq!((bench.taken(USD).await.len(), bench.taken(NEW).await.len()), (0, 0));
    // They looked, and nothing is there: that account is not asked again.
    let looked = |bill: &mut SmsBill| -> Decided {
        bill.resolve(bill.attempts, Decision::NotPaid, "admin-1", Timestamp::now())
    };
    bench.decide(&number(&bench), looked).await;
    bench.wire.reset();
    bench.put(&of_bill(&number(&bench)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.taken(NEW).await.len()), ("PAID", 1));
    assert_eq!(bench.switch_calls(), ["getPaymentsList", "getAccountInfo", "accountDebit"]);
}

#[tokio::test]
async fn an_account_that_was_not_charged_because_it_does_not_fit_is_not_asked() {
    let bench = Bench::start().await;
    bench.set(USER, paying(999)).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    assert_eq!((bench.state().as_str(), bench.bill().get("tried_accounts")), ("FAILED", None));
    bench.set(USER, paying(USD)).await;
    bench.pass(SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

/// Somebody debits the account at the switch by hand.
async fn book(bench: &Bench, amount: &str, notes: &str) {
    use shared::domain::money::{Currency, Money};
    use shared::providers::sippy::ledger::Debit;
    let crate::access::SwitchAccess::On(sippy) = bench.app.switch.get() else { panic!("it is on") };
    let (reference, words) = notes.split_once(' ').unwrap_or((notes, ""));
    let whole = amount.parse::<shared::domain::sms::micros::Micros>().unwrap().rounded(Currency::Usd);
    let amount = Money::new(whole.minor(), Currency::Usd);
    let account = shared::domain::sms::switch_account::SwitchAccount::new(USD).unwrap();
    sippy.debit(&Debit { account, amount, reference, words }).await.unwrap();
}
