//! Bills that have to be charged again or asked about.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::sqs::Message;
use serde_json::{Value, json};
use shared::domain::sms::account::Through;
use shared::domain::sms::bill::{BillState, SmsBill};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::settings::Overrides;
use shared::stores::invoices::Cause;

use super::bench::{Bench, CHARGES, TIME, id, instant, scheduled, terms};

/// A bill of a user of their own, to be charged from `now` on.
async fn with_bill(bench: &Bench, number: u32, now: Timestamp) -> BillNumber {
    let user = format!("user-{number:05}");
    bench.used(&user, Overrides::default(), "2025-10-15T12:00:00Z").await;
    let mut held = bench.past_the_wire.accounts.get(&id(&user)).await.unwrap();
    let settings = terms().of(&held.account.overrides);
    let through = Through::Due(instant("2025-10-16T02:00:00Z"));
    let period = held.account.close(through, &settings).unwrap();
    let number = BillNumber::new(date(2025, 10, 16), number.into());
    let bill = SmsBill::new(number.clone(), id(&user), period, &settings, now).unwrap();
    let cause = Cause::new("prepared".to_owned(), now);
    bench.past_the_wire.accounts.close(&mut held, &bill, &terms(), &cause).await.unwrap();
    number
}

/// So many bills that are due.
pub async fn with_bills(bills: u32) -> Bench {
    let bench = Bench::start().await;
    for number in 0..bills {
        with_bill(&bench, number, instant("2025-10-16T02:00:10Z")).await;
    }
    bench.wire.reset();
    bench
}

#[tokio::test]
async fn a_bill_is_looked_at_when_its_time_has_come() {
    let bench = Bench::start().await;
    let due = with_bill(&bench, 1, instant("2025-10-16T02:00:10Z")).await;
    let soon = Timestamp::now().checked_add(SignedDuration::from_mins(10)).unwrap();
    with_bill(&bench, 2, soon).await;
    let answer = bench.fire("watch", "2025-10-16T02:05:00Z").await;
    assert_eq!(answer, json!({ "planned": 1, "complete": true }));
    assert_eq!(bench.planned(), [json!({ "version": 1, "bill": due.as_str() })]);
}

#[tokio::test]
async fn users_with_bills_are_not_due_for_them() {
    let bench = with_bills(2).await;
    assert_eq!(bench.fire("daily", "2025-10-17T02:00:00Z").await["planned"], 0);
}

#[tokio::test]
async fn nothing_more_is_watched_while_the_queue_has_enough() {
    let bench = with_bills(2).await;
    for _ in 0..10_000 {
        bench.aws.sqs.put(CHARGES, "{}");
    }
    assert_eq!(bench.fire("watch", "2025-10-16T02:05:00Z").await, json!({ "planned": 0, "complete": true }));
    assert_eq!(bench.aws.sqs.messages(CHARGES).len(), 10_000);
    assert_eq!(
        bench.wire.calls().len(),
        2,
        "one look at bills that are pending for long, and one at the queue"
    );
}

#[tokio::test]
async fn bills_are_watched_where_nobody_says_how_much_the_queue_has() {
    let bench = with_bills(2).await;
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("GetQueueAttributes", 3, (403, denied.to_string()));
    let answer = bench.hand(&scheduled("watch", "2025-10-16T02:05:00Z"), TIME).await.unwrap();
    assert_eq!(answer["planned"], 2);
    let bodies: Vec<Value> = bench
        .aws
        .sqs
        .messages(CHARGES)
        .iter()
        .map(|message: &Message| serde_json::from_str(&message.body).unwrap())
        .collect();
    assert!(
        bodies.iter().all(|body| body["bill"].as_str().is_some_and(|bill| bill.starts_with("SMS-20251016-")))
    );
}

/// Whether the function sees a bill that is pending for long.
async fn sees_long_pending(bench: &Bench) -> bool {
    let before = Timestamp::now().checked_sub(SignedDuration::from_hours(48)).unwrap();
    bench.app.bills.is_any_older(BillState::Pending, before).await.unwrap()
}

#[tokio::test]
async fn a_bill_that_is_pending_for_more_than_two_days_is_seen_and_a_younger_one_is_not() {
    let bench = Bench::start().await;
    with_bill(&bench, 1, Timestamp::now().checked_sub(SignedDuration::from_hours(47)).unwrap()).await;
    assert!(!sees_long_pending(&bench).await);
    with_bill(&bench, 2, Timestamp::now().checked_sub(SignedDuration::from_hours(49)).unwrap()).await;
    assert!(sees_long_pending(&bench).await);
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("Query", 1, (400, denied.to_string()));
    let answer = bench.hand(&scheduled("watch", "2025-10-16T02:05:00Z"), TIME).await.unwrap();
    assert_eq!(answer["planned"], 2, "a run does not depend on it");
}
