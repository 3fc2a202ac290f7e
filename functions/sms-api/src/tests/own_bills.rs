//! `/api/user/billing-summary` and `/api/user/billing-history`.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::sms::bill::charging::Charged;
use shared::domain::sms::rhythm::{date_of, midnight};

use super::bench::{Bench, ago, trigger};
use super::bills::charged;

async fn summary(bench: &Bench) -> Value {
    bench.send(&trigger("summary")).await.ok(200)["summary"].clone()
}

#[tokio::test]
async fn a_summary_shows_usage_against_limits_and_may_be_held_by_its_reader_alone() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "maxAmount": 20, "maxMessages": 40 })).await;
    let billed_until = ago(100);
    bench.bill("user-1", 1_000_000, billed_until, |_| {}).await;
    bench.bill("user-1", 1_000_000, ago(90), charged(Charged::Done)).await;
    bench.report("e-1", "user-1", 5, "1.5").await;
    let answer = bench.send(&trigger("summary")).await;
    assert_eq!(answer.header("cache-control"), "private, max-age=300");
    assert_eq!(answer.header("vary"), "authorization");
    let tomorrow = midnight(date_of(Timestamp::now()).tomorrow().unwrap()).unwrap();
    let summary = answer.ok(200)["summary"].clone();
    assert_eq!(
        summary,
        json!({
            "currentUsage": { "totalCost": 7.5, "totalMessages": 5, "failedMessages": 0, "pendingBillings": 1 },
            "pendingBillings": 1,
            "lastBillingDate": summary["lastBillingDate"],
            "nextBillingDate": tomorrow.to_string(),
            "usagePercent": { "cost": 37, "messages": 12 },
            "currency": "USD",
            "settings": { "billingFrequency": "daily", "maxAmount": 20, "maxMessages": 40, "notificationThreshold": 50, "autoProcessing": true },
        })
    );
    assert!(summary["lastBillingDate"].as_str().unwrap() > billed_until.to_string().as_str());
}

#[tokio::test]
async fn after_a_change_the_summary_is_exact() {
    let bench = Bench::start().await;
    assert_eq!(summary(&bench).await["currentUsage"]["totalMessages"], 0);
    bench.report("e-1", "user-1", 3, "1").await;
    assert_eq!(summary(&bench).await["currentUsage"]["totalMessages"], 3);
    bench.set("user-1", json!({ "maxMessages": 3 })).await;
    assert_eq!(summary(&bench).await["usagePercent"]["messages"], 100);
}

#[tokio::test]
async fn where_limits_end_periods_there_is_no_next_date() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "billingFrequency": "threshold", "maxAmount": 0 })).await;
    let shown = summary(&bench).await;
    assert_eq!((&shown["nextBillingDate"], &shown["lastBillingDate"]), (&Value::Null, &Value::Null));
    assert_eq!(shown["usagePercent"]["cost"], 100, "there is no room at all");
    bench.set("user-1", json!({ "billingFrequency": "monthly", "billingDayOfMonth": 28 })).await;
    assert!(summary(&bench).await["nextBillingDate"].as_str().unwrap().contains("-28T00:00:00Z"));
    bench.set("user-1", json!({ "active": false })).await;
    assert_eq!(summary(&bench).await["nextBillingDate"], Value::Null);
}

#[tokio::test]
async fn the_history_has_own_bills_in_parts_without_what_the_company_did() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "sippyAccountId": 3 })).await;
    let mut made = Vec::new();
    for number in 0..3 {
        made.insert(0, bench.bill("user-1", 1_000_000 + number, ago(500 - number), |_| {}).await);
    }
    bench.bill("user-2", 1_000_000, ago(100), |_| {}).await;
    let process = trigger("bill-process").body(&json!({ "billingId": made[0] }));
    bench.send(&process).await.ok(202);
    let first = bench.send(&trigger("history").query("limit=2")).await.ok(200);
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = bench.send(&trigger("history").query(&format!("limit=2&cursor={cursor}"))).await.ok(200);
    let items =
        [first["items"].as_array().unwrap().clone(), second["items"].as_array().unwrap().clone()].concat();
    let ids: Vec<&str> = items.iter().map(|item| item["_id"].as_str().unwrap()).collect();
    assert_eq!(ids, made);
    assert!(items.iter().all(|item| item["processedBy"].is_null()));
    assert_eq!(second["nextCursor"], Value::Null);
    let other = trigger("history").query(&format!("limit=2&cursor={cursor}")).by("user-2");
    bench.send(&other).await.problem(422, "invalid_cursor");
}

#[tokio::test]
async fn a_summary_that_cannot_be_made_is_not_to_be_held() {
    let bench = Bench::start().await;
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("GetItem", 1, (400, denied.to_string()));
    let answer = bench.send(&trigger("summary")).await.problem(503, "store_unavailable");
    assert_eq!(answer.header("cache-control"), "no-store");
}
