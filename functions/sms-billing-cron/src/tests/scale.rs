//! What a user costs does not depend on how many there are.
//!
//! `SMS_PLAN_USERS=100000 cargo test -p sms-billing-cron scale -- --nocapture` prints it for as many.

use std::sync::mpsc;
use std::thread;

use aws_sdk_dynamodb::types::StreamSpecification;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::SMS_BILLING;
use sandbox::testbed::wire::Wire;
use shared::domain::sms::settings::Overrides;
use shared::lambda::deadline::Deadline;

use super::bench::{Bench, TIME, client, many_like_the_first, scheduled, start_app};
use crate::handler::handle;

const USERS: usize = 2_000;

/// What a run cost.
struct Cost {
    users: usize,
    requests: usize,
    cpu_micros: u64,
}

/// As many users as the environment says.
fn users() -> usize {
    std::env::var("SMS_PLAN_USERS").map_or(USERS, |text| text.parse().expect("SMS_PLAN_USERS is a number"))
}

/// The CPU time of this thread so far, in microseconds: the first number, in nanoseconds.
fn cpu_micros() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000
}

/// A run over so many users. The AWS and the wire run in a thread of their own: this one's time is the function's.
async fn run_over(users: usize) -> Cost {
    let (ready, started) = mpsc::channel();
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    let around = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (bench, wire) = (Bench::start().await, Wire::new());
            bench.used("user-00000", Overrides::default(), "2025-10-15T12:00:00Z").await;
            without_stream(&bench.aws).await;
            many_like_the_first(&bench.aws, users);
            let url = wire.tap("aws", &bench.aws.url()).await;
            ready.send((start_app(&bench.aws, &url), wire)).unwrap();
            ended.await.unwrap();
            assert_eq!(bench.users().len(), users);
        });
    });
    let (app, wire) = started.recv().unwrap();
    let before = cpu_micros();
    let mut event = scheduled("daily", "2025-10-16T02:00:00Z");
    event["correlationId"] = "run-of-scale".into();
    let answer = handle(&app, event, Deadline::after(TIME * 100)).await.unwrap();
    let cpu_micros = cpu_micros() - before;
    assert_eq!(answer["planned"], users);
    one_page_at_a_time(&wire);
    let requests = wire.calls().len();
    done.send(()).unwrap();
    around.join().unwrap();
    Cost { users, requests, cpu_micros }
}

/// Ends the table's stream, in which the in-process DynamoDB looks through all records at each write.
async fn without_stream(aws: &Aws) {
    let no_stream = StreamSpecification::builder().stream_enabled(false).build().unwrap();
    let update = client(&aws.url()).update_table().table_name(SMS_BILLING);
    update.stream_specification(no_stream).send().await.unwrap();
}

/// A page is read when all of the one before is on the queue: no more than one is ever held.
fn one_page_at_a_time(wire: &Wire) {
    let mut sent_since = 0;
    for call in wire.calls() {
        match call.operation().as_str() {
            "Query" => sent_since = 0,
            "SendMessageBatch" => sent_since += 1,
            // What the weekly and the monthly run missed, at the end.
            "SendMessage" => {}
            other => panic!("{other}"),
        }
        assert!(sent_since <= 10, "call {}", call.number);
    }
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the benchmark's result")]
async fn requests_and_time_for_a_user_do_not_grow_with_their_number() {
    let all = users();
    for users in [all / 10, all] {
        let Cost { users, requests, cpu_micros } = run_over(users).await;
        let pages = users / 100 + 1;
        let expected = pages + users.div_ceil(10) + 2;
        assert_eq!(
            requests, expected,
            "a query for each hundred, a request for each ten, and two for the run"
        );
        let each = |total: usize| total * 1_000 / users;
        println!(
            "{users} users: {requests} requests ({} for 1000 users), {cpu_micros} µs of CPU ({} ns for a user)",
            each(requests),
            cpu_micros * 1_000 / users as u64
        );
    }
}

#[tokio::test]
async fn who_is_not_due_costs_nothing() {
    let bench = Bench::start().await;
    bench.many_used(500, "2025-10-15T12:00:00Z").await;
    bench.fire("daily", "2025-10-15T02:00:00Z").await;
    bench.fire("weekly", "2025-10-20T03:00:00Z").await;
    let calls: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(calls, ["Query", "SendMessage", "SendMessage", "Query"]);
    let read: usize = bench
        .wire
        .calls()
        .iter()
        .map(|call| call.response_json()["ScannedCount"].as_u64().unwrap_or(0) as usize)
        .sum();
    assert_eq!(read, 0, "nobody's item is read");
}
