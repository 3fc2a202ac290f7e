//! Who is planned by which run, and how a run is done in parts.

use serde_json::{Value, json};
use shared::domain::sms::rhythm::{DayOfWeek, Frequency};
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, HARDLY_ANY, RUNS, TIME, periods, scheduled};

fn every(frequency: Frequency) -> Overrides {
    Overrides { frequency: Some(frequency), ..Overrides::default() }
}

/// One user of each kind, who all sent a message on Wednesday 2025-10-15.
async fn one_of_each() -> Bench {
    let bench = Bench::start().await;
    let own_day = Overrides { day_of_week: DayOfWeek::new(4), ..every(Frequency::Weekly) };
    let idle = Overrides { active: Some(false), ..Overrides::default() };
    let at = "2025-10-15T12:00:00Z";
    bench.used("daily", Overrides::default(), at).await;
    bench.used("weekly", every(Frequency::Weekly), at).await;
    bench.used("thursdays", own_day, at).await;
    bench.used("monthly", every(Frequency::Monthly), at).await;
    bench.used("by-limit", every(Frequency::Threshold), at).await;
    bench.used("not-billed", idle, at).await;
    bench
}

#[tokio::test]
async fn each_run_plans_those_whose_period_it_ends() {
    let bench = one_of_each().await;
    assert_eq!(bench.fire("daily", "2025-10-15T02:00:00Z").await, json!({ "planned": 0, "complete": true }));
    assert_eq!(bench.planned(), Vec::<Value>::new(), "the day is not over");
    assert_eq!(bench.fire("daily", "2025-10-16T02:00:00Z").await, json!({ "planned": 2, "complete": true }));
    assert_eq!(bench.users(), ["daily", "thursdays"]);
    assert_eq!(bench.planned()[0], periods("daily", "2025-10-16T02:00:00Z"));
    bench.clear_charges();
    assert_eq!(bench.fire("weekly", "2025-10-20T03:00:00Z").await["planned"], 1);
    assert_eq!(bench.planned(), [periods("weekly", "2025-10-20T03:00:00Z")]);
    bench.clear_charges();
    assert_eq!(bench.fire("monthly", "2025-10-01T04:00:00Z").await["planned"], 0);
    assert_eq!(bench.fire("monthly", "2025-11-01T04:00:00Z").await["planned"], 1);
    assert_eq!(bench.planned(), [periods("monthly", "2025-11-01T04:00:00Z")]);
}

#[tokio::test]
async fn all_messages_of_a_run_carry_its_correlation_id() {
    let bench = one_of_each().await;
    let mut run = scheduled("daily", "2025-10-16T02:00:00Z");
    run["correlationId"] = "run-4711".into();
    bench.hand(&run, TIME).await.unwrap();
    bench.fire("daily", "2025-10-16T02:00:00Z").await;
    let bodies: Vec<Value> = bench
        .aws
        .sqs
        .messages(super::bench::CHARGES)
        .iter()
        .map(|message| serde_json::from_str(&message.body).unwrap())
        .collect();
    let ids: Vec<&str> = bodies.iter().map(|body| body["correlationId"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], ["run-4711", "run-4711"]);
    assert!(ids[2] == ids[3] && ids[2].len() == 36, "a run without one gets one of its own: {ids:?}");
}

#[tokio::test]
async fn a_run_without_time_left_goes_on_where_it_got_to_and_plans_each_user_once() {
    let bench = Bench::start().await;
    bench.many_used(230, "2025-10-15T12:00:00Z").await;
    let first = bench.hand(&scheduled("daily", "2025-10-16T02:00:00Z"), HARDLY_ANY).await.unwrap();
    assert_eq!(first, json!({ "planned": 100, "complete": false }));
    let waiting = bench.waiting();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        waiting[0],
        json!({
            "version": 1,
            "run": "daily",
            "scheduledAt": "2025-10-16T02:00:00Z",
            "correlationId": waiting[0]["correlationId"],
            "after": "2025-10-16T00:00:00.000Z#user-00099",
            "planned": 100,
        })
    );
    bench.go_on(HARDLY_ANY).await;
    assert_eq!((bench.planned().len(), bench.users().len()), (230, 230));
    assert_eq!((bench.waiting(), bench.buried()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_run_that_the_api_started_is_done_from_its_queue() {
    let bench = one_of_each().await;
    bench.aws.sqs.put(RUNS, &scheduled("daily", "2025-10-16T02:00:00Z").to_string());
    bench.go_on(TIME).await;
    assert_eq!(bench.users(), ["daily", "thursdays"]);
}
