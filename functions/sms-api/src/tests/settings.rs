//! `/api/admin/sms/billing-settings`: what is set, what counts, and what a change does to what is open.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::log_lines::kept;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::sms::rhythm::{date_of, midnight};

use super::bench::{Bench, ago, trigger};

fn of(user: &str) -> Trigger {
    trigger("settings").query(&format!("userId={user}"))
}

async fn shown(bench: &Bench, user: &str) -> Value {
    bench.send(&of(user)).await.ok(200)["settings"][0].clone()
}

#[tokio::test]
async fn where_nobody_set_anything_the_defaults_count() {
    let bench = Bench::start().await;
    let all = bench.send(&trigger("settings")).await.ok(200);
    assert_eq!(all["total"], 1);
    let global = &all["settings"][0];
    assert_eq!(global["user"], Value::Null);
    for (field, value) in [
        ("billingFrequency", json!("daily")),
        ("maxAmount", json!(100)),
        ("maxMessages", json!(1000)),
        ("billingDayOfWeek", json!(1)),
        ("billingDayOfMonth", json!(1)),
        ("autoProcessing", json!(true)),
        ("notificationEnabled", json!(true)),
        ("notificationThreshold", json!(50)),
        ("currency", json!("USD")),
        ("sippyAccountId", Value::Null),
        ("rateDeckId", Value::Null),
        ("active", json!(true)),
    ] {
        assert_eq!((&global[field], &global["source"][field]), (&value, &json!("default")), "{field}");
    }
}

#[tokio::test]
async fn every_value_that_counts_says_where_it_comes_from() {
    let bench = Bench::start().await;
    let everybody = json!({ "billingFrequency": "monthly", "maxAmount": 250.5, "autoProcessing": false });
    let answer = bench.send(&trigger("settings-put").body(&everybody)).await.ok(200);
    assert_eq!(answer["message"], "SMS billing settings updated successfully");
    assert_eq!(answer["settings"]["user"], Value::Null);
    let answer = bench.send(&trigger("settings-put")).await.ok(200);
    let (set, source) = (&answer["settings"], &answer["settings"]["source"]);
    assert_eq!((&set["billingFrequency"], &source["billingFrequency"]), (&json!("weekly"), &json!("user")));
    assert_eq!((&set["maxAmount"], &source["maxAmount"]), (&json!(500), &json!("user")));
    assert_eq!((&set["autoProcessing"], &source["autoProcessing"]), (&json!(false), &json!("global")));
    assert_eq!(
        (&set["notificationEnabled"], &source["notificationEnabled"]),
        (&json!(true), &json!("default"))
    );
    assert_eq!((&set["sippyAccountId"], &source["sippyAccountId"]), (&json!(3), &json!("user")));
    let both = bench.send(&trigger("settings-of-user")).await.ok(200);
    assert_eq!(both["total"], 2);
    assert_eq!(both["settings"][0], *set);
    assert_eq!(both["settings"][1]["maxAmount"], json!(250.5));
    let one = bench.send(&of("user-1")).await.ok(200);
    assert_eq!(one["total"], 1);
    assert!(
        kept().contains(r#""of":"user-1","by":"admin-1""#),
        "whoever asks who set it finds it in the log"
    );
}

#[tokio::test]
async fn what_is_put_replaces_all_that_was_set() {
    let bench = Bench::start().await;
    bench.send(&trigger("settings-put")).await.ok(200);
    bench.set("user-1", json!({ "maxMessages": 7, "maxAmount": null })).await;
    let set = shown(&bench, "user-1").await;
    assert_eq!((&set["maxMessages"], &set["source"]["maxMessages"]), (&json!(7), &json!("user")));
    assert_eq!((&set["maxAmount"], &set["source"]["maxAmount"]), (&json!(100), &json!("default")));
    assert_eq!(set["sippyAccountId"], Value::Null);
}

#[tokio::test]
async fn what_was_removed_is_not_set_any_more_and_removing_twice_is_removing_once() {
    let bench = Bench::start().await;
    bench.send(&trigger("settings-put")).await.ok(200);
    bench.send(&trigger("settings-put").body(&json!({ "maxMessages": 5 }))).await.ok(200);
    for _ in 0..2 {
        let answer = bench.send(&trigger("settings-remove")).await.ok(200);
        assert_eq!(answer["message"], "SMS billing settings removed successfully");
        assert_eq!(answer["settings"]["source"]["maxMessages"], "global");
        assert_eq!(answer["settings"]["sippyAccountId"], Value::Null);
    }
    bench.send(&trigger("settings-remove").query("")).await.ok(200);
    assert_eq!(shown(&bench, "user-1").await["source"]["maxMessages"], "default");
}

#[tokio::test]
async fn a_new_frequency_ends_the_open_period_where_the_next_would_begin() {
    let bench = Bench::start().await;
    bench.set("user-1", json!({ "billingFrequency": "threshold" })).await;
    bench.report("e-1", "user-1", 1, "1").await;
    assert_eq!(bench.account("user-1").await.periods[0].end, None);
    let before = bench.account("user-1").await.periods[0].start;
    bench.set("user-1", json!({ "billingFrequency": "daily" })).await;
    let account = bench.account("user-1").await;
    let tomorrow = midnight(date_of(ago(0)).tomorrow().unwrap());
    assert_eq!((account.periods[0].start, account.periods[0].end), (before, tomorrow));
    let stored = bench.aws.dynamodb.item(SMS_BILLING, "SMS_ACCOUNT#user-1", "SMS_ACCOUNT").unwrap();
    assert_eq!(stored["gsi3pk"]["S"].as_str().map(|pk| pk.contains("daily")), Some(true), "{stored}");
}

#[tokio::test]
async fn a_limit_that_was_reached_by_the_new_settings_is_told_at_once() {
    let bench = Bench::start().await;
    bench.report("e-1", "user-1", 10, "1").await;
    drop(bench.told());
    let limits = json!({ "billingFrequency": "threshold", "maxAmount": 10, "notificationThreshold": 1000 });
    bench.set("user-1", limits.clone()).await;
    assert_eq!(bench.told(), ["sms_usage.limit_reached"]);
    bench.set("user-1", limits).await;
    assert_eq!(bench.told(), Vec::<String>::new());
}

#[tokio::test]
async fn where_the_currency_changes_what_was_used_stays_in_the_one_before() {
    let bench = Bench::start().await;
    bench.report("e-1", "user-1", 2, "1").await;
    bench.set("user-1", json!({ "currency": "EUR" })).await;
    let account = bench.account("user-1").await;
    assert_eq!(account.periods.len(), 1);
    let soon = Timestamp::now() + SignedDuration::from_mins(5);
    assert!(account.periods[0].end.unwrap() <= soon, "its period ended with the change");
    let check = trigger("check").body(&json!({ "userId": "user-1", "totalCost": 1 }));
    let usage = bench.send(&check).await.ok(200)["currentUsage"].clone();
    assert_eq!(usage, json!({ "totalCost": 0, "totalMessages": 0, "currency": "EUR" }));
    assert_eq!(bench.report("e-2", "user-1", 3, "5").await["counted"], 1);
    let account = bench.account("user-1").await;
    let counted: Vec<_> = account
        .periods
        .iter()
        .map(|period| (period.currency.code(), period.usage.totals().unwrap().messages))
        .collect();
    assert_eq!(counted, [("USD", 2), ("EUR", 3)]);
    let summary = bench.send(&trigger("summary")).await.ok(200)["summary"].clone();
    assert_eq!((&summary["currency"], &summary["currentUsage"]["totalCost"]), (&json!("EUR"), &json!(15)));
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_by_its_field() {
    let bench = Bench::start().await;
    bench.send(&trigger("deck-put")).await.ok(200);
    bench.wire.reset();
    for (field, wish) in [
        ("userId", json!({ "userId": "a b" })),
        ("billingFrequency", json!({ "billingFrequency": "hourly" })),
        ("maxAmount", json!({ "maxAmount": -1 })),
        ("maxAmount", json!({ "maxAmount": 0.0000001 })),
        ("billingDayOfWeek", json!({ "billingDayOfWeek": 7 })),
        ("billingDayOfMonth", json!({ "billingDayOfMonth": 29 })),
        ("billingDayOfMonth", json!({ "billingDayOfMonth": 0 })),
        ("notificationThreshold", json!({ "notificationThreshold": -5 })),
        ("currency", json!({ "currency": "usd" })),
        ("sippyAccountId", json!({ "userId": "user-1", "sippyAccountId": 0 })),
        ("sippyAccountId", json!({ "sippyAccountId": 3 })),
        ("rateDeckId", json!({ "rateDeckId": "a b" })),
    ] {
        let refused = bench.send(&trigger("settings-put").body(&wish)).await.problem(422, "invalid_body");
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{field}: ")), "{detail}");
    }
    bench.send(&trigger("settings-put-unknown-field")).await.problem(422, "invalid_body");
    bench.send(&trigger("settings-put").text("")).await.problem(400, "not_json");
    bench.send(&trigger("settings").query("id=1")).await.problem(422, "invalid_parameter");
    bench.send(&trigger("settings").query("userId=a%20b")).await.problem(422, "invalid_parameter");
    assert_eq!(bench.wire.calls().len(), 0);
    let unknown = json!({ "userId": "user-1", "rateDeckId": "other" });
    bench.send(&trigger("settings-put").body(&unknown)).await.problem(422, "no_such_deck");
    let torn = json!({ "userId": "user-1", "rateDeckId": "standard", "currency": "EUR" });
    bench.send(&trigger("settings-put").body(&torn)).await.problem(422, "other_currency");
    assert_eq!(bench.aws.dynamodb.items(SMS_BILLING).len(), 1, "the deck alone");
}
