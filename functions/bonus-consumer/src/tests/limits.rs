//! How many bonuses a day and a user may have: never one more, however many come at once.

use futures::future::join_all;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::BONUSES;
use serde_json::{Value, json};
use shared::domain::bonus::limits::day_of;

use super::bench::Bench;
use super::deployed::{DECISIONS, Setup, USUAL};
use super::outside::{accepted, accepted_with};

fn of_user(receipt: &str, user: &str) -> Value {
    accepted_with(receipt, &json!({ "user_id": user }))
}

impl Bench {
    /// Until nothing is in the queues: who lost against others comes again.
    async fn deliver_all(&self) {
        for _ in 0..20 {
            if self.waiting().is_empty() {
                return;
            }
            self.deliver().await;
        }
        panic!("it never ends: {:?}", self.waiting());
    }

    /// How many bonuses stand somewhere.
    fn standing_at(&self, state: &str) -> usize {
        self.items("BONUS").iter().filter(|bonus| bonus["standing"]["state"] == state).count()
    }

    /// A day ends: nothing is counted on the new one, and what was counted was counted the day before.
    fn day_ends(&self) {
        self.relay();
        for mut item in self.aws.dynamodb.items(BONUSES) {
            if item["sk"]["S"] == "PAYOUTS" {
                item["payouts"] = json!({ "N": "0" });
                self.aws.dynamodb.put(BONUSES, &item);
            } else if let Some(day) = item["counted_on"]["S"].as_str().map(str::to_owned) {
                let day_before = day.parse::<Date>().unwrap().yesterday().unwrap();
                item["counted_on"] = json!({ "S": day_before.to_string() });
                item.as_object_mut().unwrap().remove("outbox");
                item.as_object_mut().unwrap().remove("outbox_size");
                self.aws.dynamodb.put(BONUSES, &item);
            }
        }
        self.pass(SignedDuration::from_hours(24));
    }
}

#[tokio::test]
async fn a_user_gets_no_more_in_a_day_than_one_may_have() {
    let bench = Bench::with(Setup { per_user: Some(1), ..USUAL }).await;
    for (receipt, user) in [("receipt-1", "user-1"), ("receipt-2", "user-1"), ("receipt-3", "user-2")] {
        bench.accept(&of_user(receipt, user)).await;
    }
    let states = ["receipt-1", "receipt-2", "receipt-3"].map(|receipt| bench.state(receipt));
    assert_eq!(states, ["DONE", "REFUSED", "DONE"]);
    let refusal = &bench.standing("receipt-2")["refusal"];
    assert_eq!((&refusal["by"], &refusal["code"]), (&json!("PAYDESK"), &json!("user_limit")));
    assert_eq!(bench.payments().await, [1, 1]);
    // The same day again, by a person's wish: no. Another day: yes.
    bench.retry("receipt-2").await;
    bench.deliver_all().await;
    assert_eq!(bench.state("receipt-2"), "REFUSED");
    bench.day_ends();
    bench.retry("receipt-2").await;
    bench.deliver_all().await;
    assert_eq!((bench.state("receipt-2").as_str(), bench.payments().await), ("DONE", vec![1, 1, 1]));
}

#[tokio::test]
async fn what_is_too_much_for_a_day_waits_for_the_next() {
    let bench = Bench::with(Setup { per_day: Some(2), ..USUAL }).await;
    for number in 1..=3 {
        bench.accept(&of_user(&format!("receipt-{number}"), &format!("user-{number}"))).await;
    }
    let standing = bench.standing("receipt-3");
    assert_eq!((&standing["state"], bench.payments().await.len()), (&json!("CREATED"), 2));
    assert_eq!(standing["reason"], "as many bonuses as a day may have were paid out today");
    let not_before: Timestamp = standing["not_before"].as_str().unwrap().parse().unwrap();
    assert_eq!(day_of(not_before), day_of(Timestamp::now()).tomorrow().unwrap());
    assert_eq!(bench.watch().await, 0);
    assert_eq!(bench.told().len(), 4, "nobody is told of a bonus that waits");
    bench.day_ends();
    assert_eq!(bench.watch().await, 1);
    assert_eq!((bench.state("receipt-3").as_str(), bench.payments().await.len()), ("DONE", 3));
}

#[tokio::test]
async fn a_batch_of_different_users_is_counted_and_paid_in_one_go() {
    let bench = Bench::with(Setup { per_day: Some(100), per_user: Some(1), ..USUAL }).await;
    for number in 1..=5 {
        bench.put(&of_user(&format!("receipt-{number}"), &format!("user-{number}")));
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.standing_at("DONE"), bench.payments().await), (5, vec![1; 5]));
    let counts = bench.items("PAYOUTS");
    let of_all = counts.iter().find(|count| count["pk"].as_str().unwrap().matches('#').count() == 1).unwrap();
    assert_eq!((counts.len(), &of_all["payouts"]), (6, &json!(5)));
}

#[tokio::test]
async fn instances_that_count_at_once_never_go_beyond_a_limit() {
    let setup = Setup { per_day: Some(3), per_user: Some(2), ..USUAL };
    let bench = Bench::with(setup).await;
    let others = [bench.another().await, bench.another().await, bench.another().await];
    for number in 1..=8 {
        bench.put(&of_user(&format!("receipt-{number}"), &format!("user-{}", number % 4)));
    }
    join_all(others.iter().map(|app| bench.deliver_to(app, DECISIONS, 3))).await;
    bench.deliver_all().await;
    assert_eq!((bench.standing_at("DONE"), bench.payments().await), (3, vec![1; 3]));
    assert_eq!(bench.standing_at("DONE") + bench.standing_at("CREATED") + bench.standing_at("REFUSED"), 8);
}

#[tokio::test]
async fn receipts_of_one_user_that_come_at_once_never_go_beyond_theirs() {
    let bench = Bench::with(Setup { per_user: Some(2), ..USUAL }).await;
    for number in 1..=5 {
        bench.put(&accepted(&format!("receipt-{number}")));
    }
    bench.deliver_all().await;
    assert_eq!((bench.standing_at("DONE"), bench.standing_at("REFUSED")), (2, 3));
    assert_eq!(bench.payments().await, [1, 1]);
}

#[tokio::test]
async fn a_bonus_counts_once_however_often_it_is_tried() {
    let bench = Bench::with(Setup { per_day: Some(1), ..USUAL }).await;
    bench.fault(json!({ "operation": "bills.create", "fault": "server_error", "times": 3 })).await;
    bench.accept(&accepted("receipt-1")).await;
    for minutes in [1, 5, 30] {
        assert_eq!(bench.pass_and_watch(SignedDuration::from_mins(minutes)).await, 1);
    }
    assert_eq!((bench.state("receipt-1").as_str(), bench.payments().await), ("DONE", vec![1]));
    // Where midnight comes in between, it counts for both days.
    let counts = bench.items("PAYOUTS");
    assert!(counts.len() >= 2 && counts.iter().all(|count| count["payouts"] == 1), "{counts:?}");
}

#[tokio::test]
async fn what_was_begun_on_one_day_and_is_paid_on_another_counts_for_the_other() {
    for operation in ["bills.create", "bills.pay"] {
        let bench = Bench::with(Setup { per_day: Some(1), per_user: Some(1), ..USUAL }).await;
        bench.fault(json!({ "operation": operation, "fault": "limit", "times": 1 })).await;
        bench.accept(&accepted("receipt-1")).await;
        bench.day_ends();
        assert_eq!(bench.watch().await, 1, "{operation}");
        assert_eq!((bench.state("receipt-1").as_str(), bench.payments().await), ("DONE", vec![1]));
        // A payment that was begun is one of its day's, whenever it is made.
        let is_counted = u64::from(operation == "bills.create");
        let counts = bench.items("PAYOUTS");
        assert!(counts.iter().all(|count| count["payouts"] == is_counted), "{operation}: {counts:?}");
    }
}
