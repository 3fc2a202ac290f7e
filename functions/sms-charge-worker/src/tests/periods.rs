//! Periods end and become bills: one for each user and period, charged once.

use futures::future::join;
use serde_json::{Value, json};
use shared::domain::sms::bill::deciding::Decided;
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, USER, of_bill, paying, periods};
use super::switch::{EUR, USD};

const DEBITED: [&str; 3] = ["challenge", "getAccountInfo", "accountDebit"];

#[tokio::test]
async fn a_day_that_ended_becomes_one_bill_and_one_debit_with_its_number_first() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 200, "0.05").await;
    bench.used(USER, bench.at(-1, 23), 47, "0.05").await;
    bench.run(USER).await;
    let bill = bench.bill();
    let number = bill["number"].as_str().unwrap();
    assert_eq!(bench.taken(USD).await, [("12.35 USD".to_owned(), number.to_owned())]);
    let notes = bench.debits(USD).await[0]["notes"].as_str().unwrap().to_owned();
    let day = bench.at(-1, 0).to_string()[..10].to_owned();
    let today = bench.today.to_string()[..10].to_owned();
    assert_eq!(notes, format!("{number} SMS usage billing: 247 messages ({day} to {today})"));
    assert_eq!((&bill["amount_minor"], &bill["currency"]), (&json!(1235), &json!("USD")));
    assert_eq!(bill["period_start"], json!(bench.at(-1, 0)));
    assert_eq!(bill["period_end"], json!(bench.at(0, 0)));
    assert_eq!(bill["usage"]["lines"].as_array().unwrap().len(), 1);
    assert_eq!((&bill["standing"]["state"], &bill["standing"]["word"]), (&json!("PAID"), &json!("SWITCH")));
    assert_eq!(bench.counted(USER), (0, 247));
    assert_eq!(bench.account(USER)["billed_through"], json!(bench.at(0, 0)));
    assert_eq!(bench.switch_calls(), DEBITED);
    assert_eq!(bench.told(), ["sms_bill.paid"]);
}

#[tokio::test]
async fn the_same_message_twice_makes_one_bill_and_one_debit() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    for _ in 0..2 {
        bench.run(USER).await;
    }
    // Twice in one batch, and once more about the bill itself.
    bench.plan(USER);
    bench.plan(USER);
    bench.put(&of_bill(bench.bill()["number"].as_str().unwrap()));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
    assert_eq!(bench.told(), ["sms_bill.paid"]);
}

#[tokio::test]
async fn two_workers_on_one_user_at_once_make_one_bill_and_one_debit() {
    // Each time one of them is held at another of its first calls while the other does everything.
    for held in 1..=8 {
        let bench = Bench::start().await;
        bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
        bench.used(USER, bench.at(-2, 9), 10, "0.05").await;
        let other = bench.another().await;
        bench.wire.reset();
        bench.plan(USER);
        bench.plan(USER);
        let answer = bench.wire.hold_answer_of(held);
        let first = bench.deliver_one_to(&bench.app);
        let second = async {
            answer.reached().await;
            bench.deliver_one_to(&other).await;
            answer.release();
        };
        join(first, second).await;
        bench.settle().await;
        let bills = bench.bills_of(USER);
        assert_eq!(bills.len(), 2, "{held}: {bills:?}");
        assert!(bills.iter().all(|bill| bill["standing"]["state"] == "PAID"), "{held}: {bills:?}");
        let mut taken = bench.taken(USD).await;
        taken.sort();
        let mut wanted: Vec<_> = [("0.5 USD", &bills[0]), ("5 USD", &bills[1])]
            .map(|(amount, bill)| (amount.to_owned(), bill["number"].as_str().unwrap().to_owned()))
            .to_vec();
        wanted.sort();
        assert_eq!(taken, wanted, "{held}");
        assert_eq!(bench.counted(USER), (0, 110), "{held}");
    }
}

#[tokio::test]
async fn many_workers_at_once_make_one_bill_of_each_user() {
    let bench = Bench::start().await;
    let users = ["user-1", "user-2", "user-3"];
    for user in users {
        bench.set(user, paying(USD)).await;
        bench.used(user, bench.at(-1, 9), 100, "0.05").await;
        for _ in 0..4 {
            bench.plan(user);
        }
    }
    let others = [bench.another().await, bench.another().await, bench.another().await];
    let all: Vec<_> = (0..12).map(|number| bench.deliver_one_to(&others[number % 3])).collect();
    futures::future::join_all(all).await;
    bench.settle().await;
    for user in users {
        let bills = bench.bills_of(user);
        assert_eq!((bills.len(), &bills[0]["standing"]["state"]), (1, &json!("PAID")), "{user}");
    }
    assert_eq!(bench.taken(USD).await.len(), 3);
}

#[tokio::test]
async fn three_days_that_no_run_looked_at_have_a_bill_each() {
    let bench = Bench::start().await;
    for (days, messages) in [(-3, 10), (-2, 20), (-1, 40)] {
        bench.used(USER, bench.at(days, 12), messages, "0.05").await;
    }
    bench.run(USER).await;
    let bills = bench.bills_of(USER);
    let shown = |bill: &Value| {
        (bill["period_start"].clone(), bill["period_end"].clone(), bill["amount_minor"].clone())
    };
    let day = |days, cents: i64| (json!(bench.at(days, 0)), json!(bench.at(days + 1, 0)), json!(cents));
    assert_eq!(bills.iter().map(shown).collect::<Vec<_>>(), [day(-3, 50), day(-2, 100), day(-1, 200)]);
    let numbers: Vec<&str> = bills.iter().map(|bill| bill["number"].as_str().unwrap()).collect();
    let taken = bench.taken(USD).await;
    assert_eq!(taken.iter().map(|(_, number)| number.as_str()).collect::<Vec<_>>(), numbers);
    assert_eq!(bench.told(), ["sms_bill.paid"; 3]);
}

#[tokio::test]
async fn what_is_used_after_midnight_is_not_in_the_bill() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 23), 5, "0.05").await;
    bench.used(USER, bench.at(0, 0), 7, "0.05").await;
    bench.run(USER).await;
    assert_eq!(bench.counted(USER), (7, 5));
    // A message about an instant to come closes nothing that still runs.
    bench.put(&periods(USER, bench.at(9, 0)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.counted(USER), bench.bill()["amount_minor"].clone()), ((7, 5), json!(25)));
}

#[tokio::test]
async fn what_comes_late_is_in_the_next_bill() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-2, 12), 10, "0.05").await;
    bench.put(&periods(USER, bench.at(-1, 2)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.used_and_recorded(USER, bench.at(-2, 23), bench.at(-1, 3), 1, "0.05").await;
    bench.used(USER, bench.at(-1, 12), 20, "0.05").await;
    bench.run(USER).await;
    let amounts: Vec<Value> = bench.bills_of(USER).iter().map(|bill| bill["amount_minor"].clone()).collect();
    assert_eq!((amounts, bench.counted(USER)), (vec![json!(50), json!(105)], (0, 31)));
}

#[tokio::test]
async fn what_costs_nothing_is_paid_without_a_call() {
    for price in ["0", "0.000049"] {
        let bench = Bench::start().await;
        bench.used(USER, bench.at(-1, 9), 100, price).await;
        bench.run(USER).await;
        let bill = bench.bill();
        assert_eq!(
            (&bill["standing"]["state"], &bill["standing"]["word"]),
            (&json!("PAID"), &json!("NOTHING"))
        );
        assert_eq!(bill["amount_minor"], 0, "{price}");
        assert_eq!((bench.switch_calls(), bench.told()), (Vec::new(), Vec::new()), "{price}");
    }
}

#[tokio::test]
async fn a_user_without_an_account_has_a_bill_that_waits_for_one() {
    let bench = Bench::start().await;
    bench.used("user-2", bench.at(-1, 9), 100, "0.05").await;
    bench.run("user-2").await;
    let bill = bench.bill();
    assert_eq!(bill["standing"]["state"], "READY");
    assert_eq!(bill["standing"]["reason"], "the user has no account at the switch");
    assert_eq!(bench.switch_calls(), Vec::<String>::new());
    assert_eq!(bench.watch().await, 0);
    bench.pass(jiff::SignedDuration::from_hours(24));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.switch_calls().len()), ("READY", 0));
    bench.set("user-2", paying(USD)).await;
    bench.pass(jiff::SignedDuration::from_hours(24));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_bill_that_needs_approval_waits_and_counts_and_is_charged_after_it() {
    let bench = Bench::start().await;
    bench.set(USER, Overrides { auto_processing: Some(false), ..paying(USD) }).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    assert_eq!(
        (bench.state().as_str(), &bench.account(USER)["awaiting_approval"]),
        ("AWAITING_APPROVAL", &json!(1))
    );
    // Nobody but a person moves it.
    bench.put(&of_bill(&number));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.pass(jiff::SignedDuration::from_hours(24 * 30));
    assert_eq!((bench.watch().await, bench.state().as_str()), (0, "AWAITING_APPROVAL"));
    assert_eq!(bench.switch_calls(), Vec::<String>::new());
    let approve = |bill: &mut shared::domain::sms::bill::SmsBill| -> Decided {
        bill.process("admin-1", jiff::Timestamp::now())
    };
    bench.decide(&number, approve).await;
    assert_eq!(
        (&bench.account(USER)["awaiting_approval"], bench.told()),
        (&json!(0), vec!["sms_bill.charge_wanted".to_owned()])
    );
    bench.put(&of_bill(&number));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn an_account_in_another_currency_is_not_debited() {
    let bench = Bench::start().await;
    bench.set(USER, paying(EUR)).await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.run(USER).await;
    let bill = bench.bill();
    assert_eq!(bill["standing"]["state"], "FAILED");
    assert_eq!(bill["standing"]["reason"], "the account is kept in EUR, and the bill is in USD");
    assert_eq!((bench.taken(EUR).await.len(), bench.switch_calls().len()), (0, 2));
    assert_eq!(bench.told(), ["sms_bill.charge_failed"]);
    // Its own account, but kept in something else meanwhile.
    bench.set(USER, paying(USD)).await;
    bench.pass(jiff::SignedDuration::from_hours(1));
    bench.watch_and_deliver().await;
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

#[tokio::test]
async fn a_user_who_is_not_billed_keeps_what_they_used_open() {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench.set(USER, Overrides { active: Some(false), ..paying(USD) }).await;
    bench.run(USER).await;
    assert_eq!((bench.counted(USER), bench.switch_calls().len()), ((100, 0), 0));
    bench.set(USER, paying(USD)).await;
    bench.run(USER).await;
    assert_eq!((bench.counted(USER), bench.state().as_str()), ((0, 100), "PAID"));
}

#[tokio::test]
async fn somebody_who_used_nothing_has_no_bill() {
    let bench = Bench::start().await;
    bench.run(USER).await;
    bench.run("nobody").await;
    assert_eq!((bench.all_bills().len(), bench.switch_calls().len()), (0, 0));
}
