//! What a billed user costs.

use jiff::SignedDuration;
use serde_json::Value;
use shared::domain::sms::account::SmsAccount;

use super::bench::{Bench, USER, paying};
use super::switch::USD;

/// Items that were written, and reads of items, since the story began.
fn requests(bench: &Bench) -> (usize, usize) {
    let calls = bench.wire.calls();
    let written = calls.iter().map(|call| match call.operation().as_str() {
        "PutItem" | "UpdateItem" | "DeleteItem" => 1,
        "TransactWriteItems" => call.request_json()["TransactItems"].as_array().map_or(0, Vec::len),
        _ => 0,
    });
    (written.sum(), bench.wire.count("GetItem"))
}

/// A user whose account at the switch was looked at, and who used something yesterday.
async fn looked_at(bench: &Bench, user: &str) {
    bench.set(user, paying(USD)).await;
    bench.used(user, bench.at(-2, 9), 1, "0.05").await;
    bench.run(user).await;
    bench.used(user, bench.at(-1, 9), 100, "0.05").await;
}

#[tokio::test]
async fn a_billed_user_costs_three_writes_and_one_call_to_the_switch() {
    let bench = Bench::start().await;
    looked_at(&bench, USER).await;
    bench.wire.reset();
    bench.run(USER).await;
    assert_eq!(bench.switch_calls(), ["accountDebit"]);
    // The account before and after, and the bill before its result is written.
    assert_eq!(requests(&bench), (3, 3));
    assert_eq!((bench.bills_of(USER).len(), bench.taken(USD).await.len()), (2, 2));
}

#[tokio::test]
async fn each_user_of_a_batch_costs_as_much_as_one() {
    let bench = Bench::start().await;
    let users: Vec<String> = (1..=5).map(|number| format!("user-{number}")).collect();
    for user in &users {
        looked_at(&bench, user).await;
    }
    bench.wire.reset();
    for user in &users {
        bench.plan(user);
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.switch_calls(), ["accountDebit"; 5]);
    assert_eq!(requests(&bench), (15, 15));
}

#[tokio::test]
async fn a_message_that_comes_again_costs_one_read() {
    let bench = Bench::start().await;
    looked_at(&bench, USER).await;
    bench.run(USER).await;
    bench.wire.reset();
    bench.run(USER).await;
    assert_eq!((requests(&bench), bench.switch_calls().len()), ((0, 1), 0));
}

#[tokio::test]
async fn an_account_at_the_switch_is_looked_at_once_in_thirty_days() {
    let bench = Bench::start().await;
    for day in [-4, -3, -2] {
        bench.used(USER, bench.at(day, 9), 10, "0.05").await;
    }
    bench.run(USER).await;
    bench.used(USER, bench.at(-1, 9), 10, "0.05").await;
    bench.run(USER).await;
    let looked = |bench: &Bench| bench.switch_calls().iter().filter(|call| *call == "getAccountInfo").count();
    assert_eq!((looked(&bench), bench.taken(USD).await.len()), (1, 4));
    // Looked at longer ago than that.
    let seen = |account: &mut SmsAccount| {
        let seen = account.seen_at_switch.as_mut().unwrap();
        seen.at = seen.at.checked_sub(SignedDuration::from_hours(24 * 30)).unwrap();
    };
    let at = bench.at(0, 0);
    let cause = shared::stores::invoices::Cause { correlation_id: "bench".to_owned(), now: at };
    bench.accounts.change(&USER.parse().unwrap(), &bench.terms(), &cause, seen).await.unwrap();
    bench.used(USER, bench.at(0, 0), 10, "0.05").await;
    let mut account = bench.aws.dynamodb.item("sms-billing", "SMS_ACCOUNT#user-1", "SMS_ACCOUNT").unwrap();
    account["periods"]["L"][0]["M"]["end"]["S"] = Value::from(jiff::Timestamp::now().to_string());
    bench.aws.dynamodb.put("sms-billing", &account);
    bench.put(&super::bench::periods(USER, jiff::Timestamp::now()));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((looked(&bench), bench.taken(USD).await.len()), (2, 5));
}

#[tokio::test]
async fn another_account_at_the_switch_is_looked_at_for_itself() {
    let bench = Bench::start().await;
    looked_at(&bench, USER).await;
    bench.set(USER, paying(4)).await;
    bench.run(USER).await;
    let looked = bench.switch_calls().into_iter().filter(|call| call == "getAccountInfo").count();
    assert_eq!((looked, bench.taken(USD).await.len(), bench.taken(4).await.len()), (2, 1, 1));
}
