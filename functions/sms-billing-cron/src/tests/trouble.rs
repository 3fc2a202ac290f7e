//! Runs that are none, and runs that get stuck.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::log_lines::kept;
use serde_json::{Value, json};

use super::bench::{Bench, RUNS, TIME, scheduled};

fn down() -> (u16, String) {
    (500, json!({ "__type": "InternalFailure", "message": "down" }).to_string())
}

/// What SQS answers when it takes none of a batch of ten.
fn refuses_all() -> (u16, String) {
    let failed = |id: usize| json!({ "Id": id.to_string(), "SenderFault": false, "Code": "InternalError" });
    let failed: Vec<Value> = (0..10).map(failed).collect();
    (200, json!({ "Successful": [], "Failed": failed }).to_string())
}

async fn with_users(users: usize) -> Bench {
    let bench = Bench::start().await;
    bench.many_used(users, "2025-10-15T12:00:00Z").await;
    bench
}

fn spoiled() -> Vec<(Value, &'static str)> {
    let with = |field: &str, value: Value| {
        let mut run = scheduled("daily", "2025-10-16T02:00:00Z");
        run[field] = value;
        run
    };
    let soon = Timestamp::now().checked_add(SignedDuration::from_mins(65)).unwrap();
    vec![
        (with("version", 2.into()), "version 2 is unknown"),
        (with("run", "hourly".into()), "run is none of daily, weekly, monthly, watch"),
        (with("run", "Daily".into()), "run is none of daily, weekly, monthly, watch"),
        (with("scheduledAt", soon.to_string().into()), "it is scheduled for "),
        (with("scheduledAt", "yesterday".into()), "malformed "),
        (with("more", true.into()), "malformed "),
        (json!({ "version": 1 }), "malformed "),
    ]
}

#[tokio::test]
async fn what_is_no_run_is_an_error_to_who_calls_and_buried_from_the_queue() {
    for (run, expected) in spoiled() {
        let bench = with_users(1).await;
        let error = bench.hand(&run, TIME).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{run}: {error}");
        bench.aws.sqs.put(RUNS, &run.to_string());
        bench.go_on(TIME).await;
        let buried = bench.buried();
        assert!(buried.len() == 1 && buried[0].starts_with(expected), "{run}: {buried:?}");
        assert_eq!((bench.planned(), bench.waiting()), (Vec::new(), Vec::new()), "{run}");
        assert_eq!(bench.wire.calls().len(), 1, "{run}: only the burial");
    }
}

#[tokio::test]
async fn a_run_that_is_a_little_early_is_done() {
    let bench = with_users(1).await;
    let soon = Timestamp::now().checked_add(SignedDuration::from_mins(30)).unwrap();
    assert_eq!(bench.fire("daily", &soon.to_string()).await["planned"], 1);
}

#[tokio::test]
async fn a_malformed_run_among_others_delays_none() {
    let bench = with_users(3).await;
    bench.aws.sqs.put(RUNS, "not JSON");
    bench.aws.sqs.put(RUNS, &scheduled("daily", "2025-10-16T02:00:00Z").to_string());
    bench.go_on(TIME).await;
    assert_eq!(bench.users().len(), 3);
    assert_eq!(bench.buried().len(), 1);
}

#[tokio::test]
async fn what_the_queue_did_not_take_is_sent_again() {
    let bench = with_users(25).await;
    bench.wire.answer_next("SendMessageBatch", 1, refuses_all());
    assert_eq!(bench.fire("daily", "2025-10-16T02:00:00Z").await, json!({ "planned": 25, "complete": true }));
    assert_eq!((bench.planned().len(), bench.users().len()), (25, 25));
    assert!(bench.waiting().iter().all(|run| run["run"] != "daily"), "nothing of it is left");
}

#[tokio::test]
async fn a_run_that_gets_stuck_is_gone_on_with_from_the_page_before() {
    let bench = with_users(130).await;
    // Of the first page, all is taken; of the second, nothing is, however often.
    for number in 13..=18 {
        bench.wire.answer(number, 200, &refuses_all().1);
    }
    bench.hand(&scheduled("daily", "2025-10-16T02:00:00Z"), TIME).await.unwrap();
    assert_eq!(bench.users().len(), 100);
    let waiting = bench.waiting();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["after"], "2025-10-16T00:00:00.000Z#user-00099");
    assert_eq!(waiting[0]["planned"], 100);
    bench.wire.reset();
    bench.go_on(TIME).await;
    assert_eq!((bench.planned().len(), bench.users().len()), (130, 130));
}

#[tokio::test]
async fn a_run_that_gets_nowhere_waits_in_its_queue_and_ends_among_the_dead() {
    let bench = with_users(3).await;
    bench.wire.answer_next("Query", 1_000, down());
    let answer = bench.hand(&scheduled("daily", "2025-10-16T02:00:00Z"), TIME).await.unwrap();
    assert_eq!(answer, json!({ "planned": 0, "complete": false }), "its queue goes on with it");
    bench.go_on(TIME).await;
    let buried = bench.buried();
    assert!(
        buried.len() == 1 && buried[0].starts_with("given up after 8 tries: the store is unavailable"),
        "{buried:?}"
    );
    assert_eq!(bench.planned(), Vec::<Value>::new());
}

#[tokio::test]
async fn who_calls_hears_of_a_run_that_nobody_goes_on_with() {
    let bench = with_users(3).await;
    bench.wire.answer_next("SendMessageBatch", 6, down());
    bench.wire.answer_next("SendMessage", 3, down());
    let error = bench.hand(&scheduled("daily", "2025-10-16T02:00:00Z"), TIME).await.unwrap_err().to_string();
    assert!(error.starts_with("the rest of the run is not on its queue: "), "{error}");
    bench.wire.reset();
    assert_eq!(bench.fire("daily", "2025-10-16T02:00:00Z").await, json!({ "planned": 3, "complete": true }));
    assert_eq!(bench.users().len(), 3);
}

#[tokio::test]
async fn a_run_says_when_it_begins_how_it_ends_and_what_went_wrong() {
    let bench = with_users(3).await;
    let mut run = scheduled("daily", "2025-10-16T02:00:00Z");
    run["correlationId"] = "run-that-is-told-1".into();
    bench.hand(&run, TIME).await.unwrap();
    let told = told_of("run-that-is-told-1");
    let [begun, ended] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&begun["message"], &begun["run"]), (&json!("Processing SMS billing"), &json!("daily")));
    assert_eq!(ended["message"], "SMS Billing Process Summary");
    assert_eq!((&ended["planned"], &ended["complete"]), (&json!(3), &json!(true)));

    run["correlationId"] = "run-that-is-told-2".into();
    run["version"] = 2.into();
    bench.hand(&run, TIME).await.unwrap_err();
    let told = told_of("run-that-is-told-2");
    let failed = told.last().unwrap();
    assert_eq!(
        (&failed["message"], &failed["level"]),
        (&json!("Failed to process SMS billing"), &json!("ERROR"))
    );
    assert_eq!(failed["error"], "version 2 is unknown");
    assert!(!kept().contains("user-00000"), "who is billed is nobody's business");
}

fn told_of(correlation_id: &str) -> Vec<Value> {
    let lines = kept();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["correlationId"] == correlation_id).collect()
}
