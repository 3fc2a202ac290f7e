//! What went wrong with money in the system that this takes the place of, by the numbers of that list: each shown
//! not to happen here. What belongs to other functions is shown beside them.

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::sms::bill::SmsBill;
use shared::domain::sms::bill::deciding::Decided;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, USER, limit_of, of_bill, paying, periods};
use super::switch::{EUR, USD};

async fn used_yesterday() -> Bench {
    let bench = Bench::start().await;
    bench.used(USER, bench.at(-1, 9), 100, "0.05").await;
    bench
}

/// `accountDebit` answers `OK` and no id: the original called that a failure, and charged again with each press.
#[tokio::test]
async fn defect_1_a_debit_that_answers_nothing_but_ok_is_paid_and_not_sent_again_by_any_press() {
    let bench = used_yesterday().await;
    bench.run(USER).await;
    let standing = bench.bill()["standing"].clone();
    assert_eq!((&standing["state"], standing.get("payment")), (&json!("PAID"), None));
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let press = |bill: &mut SmsBill| bill.process("admin-1", jiff::Timestamp::now());
        let (id, terms) = (number.parse().unwrap(), bench.terms());
        let cause = shared::stores::invoices::Cause::new("press".to_owned(), jiff::Timestamp::now());
        let pressed = bench.bills.change(&id, &terms, &cause, press).await.unwrap().unwrap();
        assert_eq!(pressed.outcome, Decided::AlreadyDone);
        bench.put(&of_bill(&number));
        assert_eq!(bench.deliver().await, Vec::<String>::new());
    }
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

/// The original called a debit without an answer a failure, and charged it again.
#[tokio::test]
async fn defect_2_a_debit_without_an_answer_is_no_failure_and_is_asked_about_before_anything_is_sent() {
    let bench = used_yesterday().await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "cut_after" })).await;
    bench.run(USER).await;
    assert_eq!((bench.state().as_str(), bench.told()), ("CHARGING", Vec::new()));
    bench.wire.reset();
    bench.settle().await;
    assert_eq!(bench.switch_calls(), ["getPaymentsList"; 2]);
    assert_eq!((bench.state().as_str(), bench.taken(USD).await.len()), ("PAID", 1));
}

/// In the original two runs at once both saw `pending`, and both charged.
#[tokio::test]
async fn defect_3_a_bill_is_claimed_before_it_is_charged_so_that_of_many_at_once_one_does() {
    let bench = used_yesterday().await;
    bench.fault(json!({ "operation": "accountDebit", "fault": "refuse" })).await;
    bench.run(USER).await;
    bench.pass(SignedDuration::from_hours(1));
    let number = bench.bill()["number"].as_str().unwrap().to_owned();
    let others = join_all((0..4).map(|_| bench.another())).await;
    for _ in &others {
        bench.put(&of_bill(&number));
    }
    bench.wire.reset();
    join_all(others.iter().map(|other| bench.deliver_one_to(other))).await;
    let debits = bench.switch_calls().into_iter().filter(|call| call == "accountDebit").count();
    bench.settle().await;
    assert_eq!((debits, bench.state().as_str(), bench.taken(USD).await.len()), (1, "PAID", 1));
}

/// In the original what was billed by a limit was billed again with its day.
#[tokio::test]
async fn defect_4_no_message_is_in_the_bill_of_a_limit_and_in_that_of_its_day() {
    let bench = Bench::start().await;
    let limit = Overrides { frequency: Some(Frequency::Threshold), max_messages: Some(10), ..paying(USD) };
    bench.set_at(USER, limit, bench.at(-1, 1)).await;
    bench.used(USER, bench.at(-1, 2), 10, "0.05").await;
    bench.put(&limit_of(USER));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    bench.set_at(USER, paying(USD), bench.at(-1, 3)).await;
    // Of the time that is billed already, but told late: in the next bill, once.
    bench.used_and_recorded(USER, bench.at(-1, 2), bench.at(-1, 4), 3, "0.05").await;
    for through in [bench.at(0, 0), bench.at(0, 0), bench.at(1, 0)] {
        bench.put(&periods(USER, through));
        assert_eq!(bench.deliver().await, Vec::<String>::new());
    }
    let (open, billed) = bench.counted(USER);
    assert_eq!(open + billed, 13, "{:?}", bench.bills_of(USER));
    let bills = bench.bills_of(USER);
    let overlap = |pair: &[Value]| pair[0]["period_end"].as_str() > pair[1]["period_start"].as_str();
    assert!(!bills.windows(2).any(overlap), "{bills:?}");
}

/// The original's notes named no bill, so that nobody could find its payment.
#[tokio::test]
async fn defect_5_the_notes_of_each_payment_begin_with_the_number_of_its_bill() {
    let bench = Bench::start().await;
    for days in [-3, -2, -1] {
        bench.used(USER, bench.at(days, 9), 10, "0.05").await;
    }
    bench.run(USER).await;
    let numbers: Vec<Value> = bench.bills_of(USER).iter().map(|bill| bill["number"].clone()).collect();
    let noted: Vec<Value> = bench.taken(USD).await.into_iter().map(|(_, number)| number.into()).collect();
    assert_eq!((noted.len(), noted), (3, numbers));
}

/// The original counted in one currency, wrote another into its bills, and debited a third, without conversion.
#[tokio::test]
async fn defect_6_a_bill_is_debited_in_its_own_currency_or_not_at_all() {
    let euros = Overrides { currency: Some("EUR".parse().unwrap()), ..paying(EUR) };
    for (overrides, account, expected) in [
        (euros.clone(), EUR, vec!["5.05 EUR".to_owned()]),
        (paying(USD), USD, vec!["5.05 USD".to_owned()]),
        (paying(EUR), EUR, vec![]),
        (Overrides { switch_account: paying(USD).switch_account, ..euros }, USD, vec![]),
    ] {
        let bench = Bench::start().await;
        bench.set_at(USER, overrides, bench.at(-1, 8)).await;
        bench.used(USER, bench.at(-1, 9), 101, "0.05").await;
        bench.run(USER).await;
        let taken: Vec<String> = bench.taken(account).await.into_iter().map(|(amount, _)| amount).collect();
        assert_eq!(taken, expected);
        assert_eq!(bench.state(), if expected.is_empty() { "FAILED" } else { "PAID" });
        let debits = bench.switch_calls().into_iter().filter(|call| call == "accountDebit").count();
        assert_eq!(debits, expected.len());
    }
    // What the account is paid in says nothing about what it is kept in.
    let bench = used_yesterday().await;
    bench.control("PUT", "sippy/accounts/3", &json!({ "paymentCurrency": "EUR" })).await;
    bench.run(USER).await;
    assert_eq!(bench.taken(USD).await[0].0, "5 USD");
}

/// The original added up prices as floats.
#[tokio::test]
async fn defect_7_prices_add_up_exactly_and_are_rounded_once_half_to_even() {
    // Ten tenths, which as floats are less than one; and halves of a cent, each of which alone would be none.
    for (parts, price, amount) in
        [(10, "0.1", "1"), (3, "0.005", "0.02"), (5, "0.005", "0.02"), (7, "0.005", "0.04")]
    {
        let bench = Bench::start().await;
        for _ in 0..parts {
            bench.used(USER, bench.at(-1, 9), 1, price).await;
        }
        bench.run(USER).await;
        let calls = bench.wire.calls();
        let sent: Vec<String> =
            calls.iter().map(|call| String::from_utf8_lossy(&call.request_body).into_owned()).collect();
        let debit = sent.iter().find(|body| body.contains("<methodName>accountDebit<")).unwrap();
        let number =
            debit.split_once("<double>").and_then(|(_, rest)| rest.split_once("</double>")).unwrap().0;
        let plain = number.trim_end_matches('0').trim_end_matches('.');
        assert_eq!((plain, bench.state().as_str()), (amount, "PAID"), "{parts} of {price}");
    }
}

/// The original called itself over HTTP to charge, without a session, and was always refused.
#[tokio::test]
async fn defect_8_a_bill_is_charged_where_it_is_made_without_calling_ourselves() {
    let bench = used_yesterday().await;
    bench.run(USER).await;
    assert_eq!(bench.state(), "PAID");
    let calls = bench.wire.calls();
    let to_switch = |path: &str| path == "/sippy/xmlapi/xmlapi";
    assert!(
        calls.iter().all(|call| call.target.is_some() || (call.tap == "switch" && to_switch(&call.path)))
    );
}
