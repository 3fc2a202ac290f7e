//! `POST /api/cron/process-sms-billing`: starts runs, and shows what they would do.

use jiff::{Timestamp, ToSpan};
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::rhythm::{date_of, midnight};
use shared::stores::invoices::Cause;

use super::bench::{Bench, TERMS, trigger};

fn run(query: &str) -> Trigger {
    trigger("run").query(query)
}

/// A user whose usage of `cost` millionths ended with yesterday.
async fn used_yesterday(bench: &Bench, user: &str, messages: u64, cost: &str, settings: Value) {
    bench.set(user, settings).await;
    bench.report(&format!("of-{user}"), user, messages, cost).await;
    let today = midnight(date_of(Timestamp::now())).unwrap();
    let yesterday = midnight(date_of(today).yesterday().unwrap()).unwrap();
    let move_back = |account: &mut SmsAccount| {
        for period in &mut account.periods {
            let end = period.end.map(|_| today);
            (period.start, period.end, period.latest) = (yesterday, end, yesterday);
        }
    };
    let cause = Cause::new("test".to_owned(), Timestamp::now());
    bench.accounts.change(&user.parse().unwrap(), &TERMS, &cause, move_back).await.unwrap();
}

#[tokio::test]
async fn a_run_is_sent_to_its_queue_with_the_day_that_ended() {
    let bench = Bench::start().await;
    let answer = bench.send(&trigger("run").header("x-correlation-id", "sample-cron-run")).await.ok(202);
    assert_eq!(
        answer,
        json!({
            "success": true, "message": "SMS billing processing started",
            "period": { "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "type": "daily" },
            "correlationId": "sample-cron-run",
        })
    );
    assert_eq!(
        bench.runs(),
        [json!({
            "version": 1, "run": "daily", "scheduledAt": "2026-11-21T00:00:00Z", "correlationId": "sample-cron-run", "planned": 0,
        })]
    );
}

#[tokio::test]
async fn the_period_is_the_last_whole_one_that_ended_by_then() {
    let bench = Bench::start().await;
    for (query, start, end) in [
        ("type=weekly&date=2026-11-15", "2026-11-09", "2026-11-16"),
        ("type=weekly&date=2026-11-18", "2026-11-09", "2026-11-16"),
        ("type=monthly&date=2026-10-31", "2026-10-01", "2026-11-01"),
        ("type=monthly&date=2026-11-10", "2026-10-01", "2026-11-01"),
        ("type=daily&date=2026-02-28", "2026-02-28", "2026-03-01"),
    ] {
        let period = bench.send(&run(query)).await.ok(202)["period"].clone();
        let expected = [start, end].map(|day| json!(format!("{day}T00:00:00Z")));
        assert_eq!([period["start"].clone(), period["end"].clone()], expected, "{query}");
    }
    bench.send(&run("type=daily")).await.ok(202);
    let today = midnight(date_of(Timestamp::now())).unwrap();
    assert_eq!(bench.runs().last().unwrap()["scheduledAt"], today.to_string());
}

#[tokio::test]
async fn a_day_that_is_not_over_and_a_run_that_there_is_not_are_refused() {
    let bench = Bench::start().await;
    let today = date_of(Timestamp::now());
    for query in [
        "",
        "type=hourly",
        "type=watch",
        "type=threshold",
        &format!("type=daily&date={today}"),
        &format!("type=daily&date={}", today.checked_add(40.days()).unwrap()),
        "type=daily&date=2026-02-30",
        "type=daily&date=2026-11-20T00:00:00Z",
        "type=daily&dryRun=perhaps",
        "type=daily&cursor=x",
        "type=daily&force=true",
    ] {
        bench.send(&run(query)).await.problem(422, "invalid_parameter");
    }
    assert_eq!((bench.runs().len(), bench.wire.calls().len()), (0, 0));
}

#[tokio::test]
async fn under_a_key_a_run_is_started_once_and_another_run_is_another_request() {
    let bench = Bench::start().await;
    let keyed = |query: &str| run(query).keyed("key-1");
    let first = bench.send(&keyed("type=daily&date=2026-11-19")).await.ok(202);
    assert_eq!(bench.send(&keyed("type=daily&date=2026-11-19")).await.ok(202), first);
    assert_eq!(bench.runs().len(), 1);
    bench.send(&keyed("type=weekly&date=2026-11-19")).await.ok(202);
    assert_eq!(bench.runs().len(), 2);
}

#[tokio::test]
async fn a_run_that_the_queue_did_not_take_is_to_be_started_again() {
    let bench = Bench::start().await;
    let denied = json!({ "__type": "com.amazonaws.sqs#AccessDenied", "message": "no" }).to_string();
    bench.wire.answer_next("SendMessage", 1, (400, denied));
    bench.send(&trigger("run")).await.problem(503, "queue_unavailable");
    assert_eq!(bench.runs().len(), 0);
    bench.send(&trigger("run")).await.ok(202);
    assert_eq!(bench.runs().len(), 1);
}

#[tokio::test]
async fn a_dry_run_shows_who_would_be_charged_what_and_changes_nothing() {
    let bench = Bench::start().await;
    used_yesterday(&bench, "user-1", 3, "1.115", json!({ "sippyAccountId": 3 })).await;
    used_yesterday(&bench, "user-2", 1, "2", json!({ "sippyAccountId": 4, "autoProcessing": false })).await;
    used_yesterday(&bench, "user-3", 1, "3", json!({})).await;
    used_yesterday(&bench, "user-4", 1, "0.001", json!({ "sippyAccountId": 5 })).await;
    let by_limit = json!({ "sippyAccountId": 3, "billingFrequency": "threshold", "maxMessages": 4 });
    used_yesterday(&bench, "user-6", 4, "1", by_limit.clone()).await;
    used_yesterday(&bench, "user-7", 3, "1", by_limit).await;
    bench.set("user-5", json!({})).await;
    bench.report("of-today", "user-5", 1, "1").await;
    let before = bench.aws.dynamodb.items(SMS_BILLING);
    let answer = bench.send(&run("type=daily&dryRun=true")).await.ok(200);
    assert_eq!((&answer["dryRun"], &answer["nextCursor"]), (&json!(true), &Value::Null));
    let shown: Vec<Value> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            json!([
                item["userId"],
                item["messages"],
                item["amount"],
                item["currency"],
                item["sippyAccountId"],
                item["wouldCharge"],
                item["reason"],
            ])
        })
        .collect();
    assert_eq!(
        shown,
        [
            json!(["user-1", 3, 3.34, "USD", 3, true, null]),
            json!(["user-2", 1, 2, "USD", 4, false, "awaits_approval"]),
            json!(["user-3", 1, 3, "USD", null, false, "no_switch_account"]),
            json!(["user-4", 1, 0, "USD", 5, false, "nothing_to_pay"]),
            json!(["user-6", 4, 4, "USD", 3, true, null]),
        ]
    );
    let today = midnight(date_of(Timestamp::now())).unwrap();
    assert_eq!(answer["items"][0]["periodEnd"], today.to_string());
    assert_eq!(answer["period"]["end"], today.to_string());
    assert_eq!((bench.aws.dynamodb.items(SMS_BILLING), bench.runs().len()), (before, 0));
    assert_eq!(bench.send(&run("type=weekly&dryRun=true")).await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn a_dry_run_is_shown_in_parts() {
    let bench = Bench::start().await;
    for number in 1..=5 {
        used_yesterday(&bench, &format!("user-{number}"), 1, "1", json!({ "sippyAccountId": 3 })).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&run(&format!("type=daily&dryRun=true&limit=2{cursor}"))).await.ok(200);
        let user = |item: &Value| item["userId"].as_str().unwrap().to_owned();
        seen.extend(page["items"].as_array().unwrap().iter().map(user));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["user-1", "user-2", "user-3", "user-4", "user-5"]);
    bench.send(&run("type=daily&dryRun=true&cursor=x")).await.problem(422, "invalid_cursor");
    bench.send(&run("type=daily&dryRun=true&limit=0")).await.problem(422, "invalid_parameter");
}
