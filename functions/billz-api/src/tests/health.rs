//! `GET /internal/billz/health`.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::billz::job::BillzJob;
use shared::stores::pulses::{KindCounts, Pulse};

use super::bench::{Bench, OPERATIONS_QUEUE, PAYMENTS_QUEUE, ago, later};

const MINUTE_MS: u64 = 60_000;

fn pulse(oldest_waited_ms: u64, calls: u64, failed_calls: u64) -> Pulse {
    Pulse {
        at: ago(5),
        oldest_waited_ms,
        calls,
        failed_calls,
        call_ms: calls * 250 + 1,
        not_let_in: false,
        succeeded: KindCounts::new(),
        refused: KindCounts::new(),
        needs_review: KindCounts::new(),
        dead: KindCounts::new(),
    }
}

fn of_kinds(counts: &[(&str, u64)]) -> KindCounts {
    counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

async fn health(bench: &Bench) -> Value {
    bench.send(&Trigger::of("health")).await.ok(200)
}

#[tokio::test]
async fn before_any_job_all_is_well_and_three_reads_and_two_questions_say_so() {
    let bench = Bench::start().await;
    let mut found = health(&bench).await;
    assert!(found["checkedAt"].take().is_string());
    let nothing = json!({ "messages": { "waiting": 0, "inFlight": 0, "delayed": 0 }, "lastBatch": null });
    let expected = json!({
        "status": "ok", "checkedAt": null, "payments": nothing, "operations": nothing,
        "needsReview": 0, "moreNeedReview": false,
    });
    assert_eq!(found, expected);
    let calls = ["GetQueueAttributes", "GetItem", "Query"].map(|call| bench.wire.count(call));
    assert_eq!((calls, bench.wire.calls().len()), ([2, 2, 1], 5));
}

#[tokio::test]
async fn how_much_waits_and_how_the_last_batch_fared_is_told_of_each_queue() {
    let bench = Bench::start().await;
    for _ in 0..3 {
        bench.aws.sqs.put(PAYMENTS_QUEUE, "{}");
    }
    drop(bench.aws.sqs.deliver_at_most(PAYMENTS_QUEUE, 1));
    bench.aws.sqs.put(OPERATIONS_QUEUE, "{}");
    let (payments, operations) = (pulse(1_200, 4, 1), pulse(90_000, 0, 0));
    bench.app.pulses.keep(PAYMENTS_QUEUE, &payments).await.unwrap();
    bench.app.pulses.keep(OPERATIONS_QUEUE, &operations).await.unwrap();
    let found = health(&bench).await;
    let batch = |pulse: &Pulse, mean: Value| {
        json!({
            "at": pulse.at.to_string(), "oldestWaitedMs": pulse.oldest_waited_ms, "calls": pulse.calls,
            "failedCalls": pulse.failed_calls, "meanCallMs": mean, "notLetIn": false,
            "jobs": { "succeeded": {}, "refused": {}, "needsReview": {}, "dead": {} },
        })
    };
    let told = |waiting: u64, in_flight: u64, batch: Value| json!({ "messages": { "waiting": waiting, "inFlight": in_flight, "delayed": 0 }, "lastBatch": batch });
    assert_eq!(found["payments"], told(2, 1, batch(&payments, json!(250))));
    assert_eq!(found["operations"], told(1, 0, batch(&operations, Value::Null)));
    assert_eq!(found["status"], "ok");
}

#[tokio::test]
async fn the_status_says_what_is_worst() {
    for (payments, operations, is_empty, status) in [
        (pulse(5 * MINUTE_MS, 4, 2), pulse(60 * MINUTE_MS, 1, 1), false, "ok"),
        (pulse(0, 4, 3), pulse(0, 4, 0), true, "failing"),
        (pulse(0, 4, 0), pulse(0, 2, 2), true, "failing"),
        (pulse(0, u64::MAX / 300, u64::MAX / 300), pulse(0, 0, 0), true, "failing"),
        (pulse(0, 1, 1), pulse(0, 0, 0), false, "ok"),
        (pulse(5 * MINUTE_MS + 1, 4, 0), pulse(0, 0, 0), false, "late"),
        (pulse(0, 4, 0), pulse(60 * MINUTE_MS + 1, 4, 0), false, "late"),
        (pulse(0, 4, 0), pulse(59 * MINUTE_MS, 4, 0), false, "ok"),
        (pulse(600 * MINUTE_MS, 4, 0), pulse(600 * MINUTE_MS, 4, 0), true, "ok"),
        (pulse(600 * MINUTE_MS, 4, 4), pulse(0, 0, 0), false, "failing"),
    ] {
        let bench = Bench::start().await;
        for (queue, pulse) in [(PAYMENTS_QUEUE, &payments), (OPERATIONS_QUEUE, &operations)] {
            bench.app.pulses.keep(queue, pulse).await.unwrap();
            if !is_empty {
                bench.aws.sqs.put(queue, "{}");
            }
        }
        assert_eq!(health(&bench).await["status"], status, "{payments:?} {operations:?}");
    }
}

#[tokio::test]
async fn what_became_of_the_last_batchs_jobs_is_told_by_their_type() {
    let bench = Bench::start().await;
    let fared = Pulse {
        succeeded: of_kinds(&[("PLACE_ORDER", 2), ("ADD_ITEM", 1)]),
        refused: of_kinds(&[("PLACE_ORDER", 1)]),
        needs_review: of_kinds(&[("DELETE_ORDER", 3)]),
        dead: of_kinds(&[("unknown", 4)]),
        ..pulse(0, 9, 0)
    };
    bench.app.pulses.keep(OPERATIONS_QUEUE, &fared).await.unwrap();
    let found = health(&bench).await;
    let expected = json!({
        "succeeded": { "ADD_ITEM": 1, "PLACE_ORDER": 2 }, "refused": { "PLACE_ORDER": 1 },
        "needsReview": { "DELETE_ORDER": 3 }, "dead": { "unknown": 4 },
    });
    assert_eq!(found["operations"]["lastBatch"]["jobs"], expected);
    assert_eq!((&found["payments"]["lastBatch"], &found["status"]), (&Value::Null, &json!("ok")));
}

#[tokio::test]
async fn it_is_failing_while_billz_does_not_let_us_in_however_few_calls_that_were() {
    for queue in [PAYMENTS_QUEUE, OPERATIONS_QUEUE] {
        let bench = Bench::start().await;
        let shut_out = Pulse { not_let_in: true, ..pulse(0, 1, 1) };
        bench.app.pulses.keep(queue, &shut_out).await.unwrap();
        let found = health(&bench).await;
        let told = ["payments", "operations"].map(|one| found[one]["lastBatch"]["notLetIn"] == json!(true));
        assert_eq!(told, [queue == PAYMENTS_QUEUE, queue == OPERATIONS_QUEUE]);
        assert_eq!(found["status"], "failing", "{queue}");
        bench.app.pulses.keep(queue, &pulse(0, 1, 0)).await.unwrap();
        assert_eq!(health(&bench).await["status"], "ok", "{queue}");
    }
}

#[tokio::test]
async fn it_is_late_when_jobs_wait_and_nobody_takes_them() {
    for (queue, last_batch_ago, is_taken, status) in [
        (PAYMENTS_QUEUE, None, false, "late"),
        (PAYMENTS_QUEUE, None, true, "ok"),
        (PAYMENTS_QUEUE, Some(4 * 60), false, "ok"),
        (PAYMENTS_QUEUE, Some(5 * 60 + 1), false, "late"),
        (PAYMENTS_QUEUE, Some(24 * 60 * 60), true, "ok"),
        (OPERATIONS_QUEUE, None, false, "late"),
        (OPERATIONS_QUEUE, Some(59 * 60), false, "ok"),
        (OPERATIONS_QUEUE, Some(60 * 60 + 1), false, "late"),
        (OPERATIONS_QUEUE, Some(-60), false, "ok"),
    ] {
        let bench = Bench::start().await;
        bench.aws.sqs.put(queue, "{}");
        if is_taken {
            drop(bench.aws.sqs.deliver_at_most(queue, 1));
        }
        if let Some(seconds) = last_batch_ago {
            let last = Pulse { at: ago(seconds), ..pulse(0, 4, 0) };
            bench.app.pulses.keep(queue, &last).await.unwrap();
        }
        let case = format!("{queue} {last_batch_ago:?} {is_taken}");
        assert_eq!(health(&bench).await["status"], status, "{case}");
    }
}

#[tokio::test]
async fn where_billz_is_off_it_is_said_and_jobs_can_be_read_all_the_same() {
    let bench = Bench::of_billz(false).await;
    bench.payment_in_doubt(ago(120)).await;
    bench.aws.sqs.put(PAYMENTS_QUEUE, "{}");
    bench.app.pulses.keep(PAYMENTS_QUEUE, &pulse(0, 9, 9)).await.unwrap();
    let found = health(&bench).await;
    assert_eq!(
        (&found["status"], &found["payments"]["messages"]["waiting"]),
        (&json!("disabled"), &json!(1))
    );
    for case in ["job", "jobs", "cards", "admin-jobs"] {
        bench.send(&Trigger::of(case)).await.ok(200);
    }
}

#[tokio::test]
async fn jobs_that_wait_for_a_person_are_counted_up_to_twenty() {
    for (number, counted, are_more) in [(3, 3, false), (20, 20, false), (21, 20, true)] {
        let bench = Bench::start().await;
        for job in 0..number {
            let at = later(ago(600), job);
            let doubt = |job: &mut BillzJob| job.review("nobody knows".to_owned(), at);
            bench.job("delete-order", &format!("job-{job}"), at, doubt).await;
        }
        let found = health(&bench).await;
        assert_eq!((&found["needsReview"], &found["moreNeedReview"]), (&json!(counted), &json!(are_more)));
    }
}

#[tokio::test]
async fn what_cannot_be_found_is_to_be_asked_again() {
    let denied = || (400, json!({ "__type": "com.amazonaws.sqs#AccessDenied", "message": "no" }).to_string());
    let bench = Bench::start().await;
    bench.wire.answer_next("GetQueueAttributes", 1, denied());
    bench.send(&Trigger::of("health")).await.problem(503, "queue_unavailable");
    bench.wire.answer_next("GetQueueAttributes", 1, (200, "{}".to_owned()));
    bench.send(&Trigger::of("health")).await.problem(503, "queue_unavailable");
    let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "message": "no" });
    bench.wire.answer_next("GetItem", 1, (400, denied.to_string()));
    bench.send(&Trigger::of("health")).await.problem(503, "store_unavailable");
    assert_eq!(health(&bench).await["status"], "ok");
}
