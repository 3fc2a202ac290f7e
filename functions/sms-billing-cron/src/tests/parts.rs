//! Who is planned by which run, and how a run is done in parts.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::sms::rhythm::{DayOfWeek, Frequency};
use shared::domain::sms::settings::Overrides;

use super::bench::{Bench, HARDLY_ANY, RUNS, TIME, instant, periods, scheduled};

fn every(frequency: Frequency) -> Overrides {
    Overrides { frequency: Some(frequency), ..Overrides::default() }
}

/// Of those, whom the daily run looks at: whose day is over, and, because settings may have changed, also those whose
/// periods no calendar ends and those who are not billed.
const LOOKED_AT_DAILY: [&str; 4] = ["by-limit", "daily", "not-billed", "thursdays"];

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
    assert_eq!(bench.fire("daily", "2025-10-16T02:00:00Z").await, json!({ "planned": 4, "complete": true }));
    assert_eq!(bench.users(), LOOKED_AT_DAILY);
    assert!(bench.planned().contains(&periods("daily", "2025-10-16T02:00:00Z")));
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
    assert_eq!(ids[..4], ["run-4711"; 4]);
    assert!(ids[4..] == [ids[4]; 4] && ids[4].len() == 36, "a run without one gets one of its own: {ids:?}");
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
    assert_eq!(bench.users(), LOOKED_AT_DAILY);
}

#[tokio::test]
async fn whom_the_weekly_and_the_monthly_run_missed_the_daily_run_plans_a_day_later() {
    for (user, ended) in [("weekly", "2025-10-20"), ("monthly", "2025-11-01")] {
        let bench = one_of_each().await;
        bench.fire("daily", &format!("{ended}T02:00:00Z")).await;
        bench.go_on(TIME).await;
        assert!(!bench.users().contains(&user.to_owned()), "{user} is for the run of that day");
        let a_day_later = instant(&format!("{ended}T02:00:00Z")).checked_add(SignedDuration::from_hours(24));
        bench.fire("daily", &a_day_later.unwrap().to_string()).await;
        bench.go_on(TIME).await;
        assert!(bench.planned().contains(&periods(user, &format!("{ended}T02:00:00Z"))), "{user}");
        assert_eq!((bench.waiting(), bench.buried()), (Vec::new(), Vec::new()));
    }
}
