//! `POST /api/admin/sms/billing/process-pending`: in parts, and nothing twice.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::sms::bill::charging::Charged;

use super::bench::{Bench, ago, trigger};
use super::bills::charged;

fn from(cursor: &Value) -> Trigger {
    match cursor.as_str() {
        Some(cursor) => trigger("process-pending").body(&json!({ "cursor": cursor })),
        None => trigger("process-pending"),
    }
}

/// Every part, until there is no more.
async fn all(bench: &Bench) -> (Vec<Value>, Vec<Value>) {
    let (mut answers, mut results, mut cursor) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let answer = bench.send(&from(&cursor)).await.ok(202);
        results.extend(answer["results"].as_array().unwrap().clone());
        cursor = answer["nextCursor"].clone();
        assert_eq!(answer["hasMore"], !cursor.is_null());
        answers.push(answer);
        if cursor.is_null() {
            return (answers, results);
        }
        assert!(answers.len() < 20, "it ends");
    }
}

#[tokio::test]
async fn where_nothing_waits_that_is_said() {
    let bench = Bench::start().await;
    let (answers, results) = all(&bench).await;
    assert_eq!((results.len(), answers.len()), (0, 3), "the three lists");
    assert_eq!(answers[0]["message"], "No pending or failed billings found");
    assert_eq!(answers[0]["processedCount"], 0);
}

#[tokio::test]
async fn what_waits_or_failed_is_charged_and_what_is_on_its_way_is_left_to_it() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "sippyAccountId": 3 })).await;
    bench.set("user-2", json!({ "sippyAccountId": 4, "autoProcessing": false })).await;
    bench.set("user-3", json!({ "autoProcessing": false })).await;
    let ready = bench.bill("user-1", 1_000_000, ago(90), |_| {}).await;
    let waiting = bench.bill("user-2", 2_000_000, ago(80), |_| {}).await;
    let without_account = bench.bill("user-3", 3_000_000, ago(70), |_| {}).await;
    let failed = bench.bill("user-1", 4_000_000, ago(60), charged(Charged::Refused("no".to_owned()))).await;
    let unclear = bench.bill("user-1", 5_000_000, ago(50), charged(Charged::Unclear)).await;
    let (answers, mut results) = all(&bench).await;
    assert_eq!(answers[0]["message"], "Processed 1 of 2 pending billings");
    results.sort_by_key(|result| result["billingId"].as_str().unwrap().to_owned());
    let mut expected = [
        json!({ "billingId": waiting, "status": "processing" }),
        json!({ "billingId": without_account, "status": "skipped", "reason": "User does not have a Sippy account ID" }),
        json!({ "billingId": failed, "status": "processing" }),
    ];
    expected.sort_by_key(|result| result["billingId"].as_str().unwrap().to_owned());
    assert_eq!(results, expected);
    assert!(!results.iter().any(|result| result["billingId"] == ready || result["billingId"] == unclear));
    assert_eq!(bench.told(), ["sms_bill.charge_wanted"; 2]);
    assert_eq!(bench.account("user-2").await.awaiting_approval, 0);
    let (_, again) = all(&bench).await;
    assert_eq!(again.len(), 1, "only who has no account: {again:?}");
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn many_are_done_in_parts() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "sippyAccountId": 3, "autoProcessing": false })).await;
    for number in 0..55 {
        bench.bill("user-1", 1_000_000 + number, ago(1_000 - number), |_| {}).await;
    }
    let (answers, results) = all(&bench).await;
    assert_eq!(answers[0]["processedCount"], 50);
    assert_eq!(results.len(), 55);
    assert!(results.iter().all(|result| result["status"] == "processing"));
    assert_eq!(bench.account("user-1").await.awaiting_approval, 0);
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_is_refused() {
    let bench = Bench::start().await;
    bench.send(&from(&json!("x"))).await.problem(422, "invalid_cursor");
    bench.send(&trigger("process-pending").body(&json!({ "all": true }))).await.problem(422, "invalid_body");
    assert_eq!(bench.wire.calls().len(), 0);
}
