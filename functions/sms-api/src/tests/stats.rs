//! `GET /api/admin/sms/billing-stats`: sums by state, window and currency.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shared::domain::sms::bill::charging::Charged;
use shared::domain::sms::rhythm::{date_of, midnight};

use super::bench::{Bench, ago, later, trigger};
use super::bills::charged;

async fn stats(bench: &Bench) -> Value {
    bench.send(&trigger("stats")).await.ok(200)
}

#[tokio::test]
async fn bills_are_added_up_by_state_and_never_across_currencies() {
    let bench = Bench::start().await;
    bench.set("user-2", json!({ "currency": "EUR" })).await;
    bench.bill("user-1", 10_000_000, ago(9), charged(Charged::Done)).await;
    bench.bill("user-1", 2_345_000, ago(8), charged(Charged::Done)).await;
    bench.bill("user-2", 5_000_000, ago(7), charged(Charged::Done)).await;
    bench.bill("user-1", 1_000_000, ago(6), charged(Charged::Unclear)).await;
    bench.bill("user-1", 3_000_000, ago(5), charged(Charged::Refused("no".to_owned()))).await;
    let found = stats(&bench).await;
    assert_eq!(
        found["stats"],
        json!({
            "pending": { "count": 1, "totalCost": { "USD": 1 }, "totalMessages": 3 },
            "paid": { "count": 3, "totalCost": { "EUR": 5, "USD": 12.34 }, "totalMessages": 9 },
            "failed": { "count": 1, "totalCost": { "USD": 3 }, "totalMessages": 3 },
            "cancelled": { "count": 0, "totalCost": {}, "totalMessages": 0 },
        })
    );
    assert_eq!(
        found["summary"],
        json!({
            "totalBillings": 5, "totalRevenue": { "EUR": 5, "USD": 12.34 }, "totalPending": { "USD": 1 },
            "totalMessages": 12, "successRate": 75,
        })
    );
    assert_eq!(found["isComplete"], true);
}

#[tokio::test]
async fn today_begins_at_midnight_whatever_day_the_week_began_with() {
    let bench = Bench::start().await;
    let now = Timestamp::now();
    let today = midnight(date_of(now)).unwrap();
    let since_sunday = i64::from(date_of(now).weekday().to_sunday_zero_offset());
    let day_of_month = i64::from(date_of(now).day());
    bench.bill("user-1", 1_000_000, ago(1), charged(Charged::Done)).await;
    for (number, days) in [1, since_sunday + 1, day_of_month, 33].into_iter().enumerate() {
        let cost = 10_000_000 * (i64::try_from(number).unwrap() + 1);
        bench.bill("user-2", cost, later(today, -86_400 * days + 60), charged(Charged::Done)).await;
    }
    let found = stats(&bench).await;
    let count = |window: &str| found[window]["paid"]["count"].as_i64().unwrap();
    assert_eq!(count("dailyStats"), i64::from(now.to_zoned(TimeZone::UTC).date() == date_of(ago(1))));
    let ages = [1, since_sunday + 1, day_of_month, 33];
    let within = |days: i64| 1 + i64::try_from(ages.iter().filter(|age| **age <= days).count()).unwrap();
    assert_eq!(count("weeklyStats"), within(since_sunday));
    assert_eq!(count("monthlyStats"), within(day_of_month - 1));
    assert_eq!(count("stats"), within(31));
}

#[tokio::test]
async fn those_who_paid_most_come_first_in_each_currency() {
    let bench = Bench::start().await;
    bench.set("euro-1", json!({ "currency": "EUR" })).await;
    for number in 1..=12_i64 {
        let user = format!("user-{number}");
        bench.bill(&user, 1_000_000 * number, ago(100 - number), charged(Charged::Done)).await;
    }
    bench.bill("user-1", 20_000_000, ago(50), charged(Charged::Done)).await;
    bench.bill("euro-1", 500_000, ago(40), charged(Charged::Done)).await;
    bench.bill("user-2", 99_000_000, ago(30), charged(Charged::Unclear)).await;
    let found = stats(&bench).await;
    let top = found["topUsers"].as_array().unwrap();
    let names: Vec<&str> = top.iter().map(|user| user["_id"].as_str().unwrap()).collect();
    let dollars = [
        "user-1", "user-12", "user-11", "user-10", "user-9", "user-8", "user-7", "user-6", "user-5", "user-4",
    ];
    assert_eq!(names, [&["euro-1"][..], &dollars].concat());
    assert_eq!(
        top[1],
        json!({ "_id": "user-1", "totalCost": 21, "currency": "USD", "totalMessages": 6, "billingCount": 2 })
    );
}

#[tokio::test]
async fn the_answer_is_held_for_five_minutes_and_the_reads_are_bounded() {
    let bench = Bench::start().await;
    for number in 0..120 {
        bench.bill("user-1", 1_000_000, ago(1_000 - number), |_| {}).await;
    }
    bench.wire.reset();
    let first = stats(&bench).await;
    assert_eq!(first["stats"]["pending"]["count"], 120);
    assert!(bench.wire.count("Query") <= 8 + 26, "{}", bench.wire.count("Query"));
    bench.bill("user-1", 1_000_000, ago(1), |_| {}).await;
    bench.wire.reset();
    assert_eq!(stats(&bench).await, first);
    assert_eq!(bench.wire.calls().len(), 0);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(301)).await;
    tokio::time::resume();
    assert_eq!(stats(&bench).await["stats"]["pending"]["count"], 121);
}

#[tokio::test]
async fn where_there_is_nothing_nothing_is_added_up() {
    let bench = Bench::start().await;
    let found = stats(&bench).await;
    assert_eq!(
        found["summary"],
        json!({
            "totalBillings": 0, "totalRevenue": {}, "totalPending": {}, "totalMessages": 0, "successRate": 0,
        })
    );
    assert_eq!(found["topUsers"], json!([]));
}
