//! `POST /api/admin/support-tasks/{id}/resolve`: a person decides about a task that was not plainly created.

use jiff::Timestamp;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::Made;

use super::bench::{Bench, TASK, ago, later};

fn failure() -> PanelFailure {
    PanelFailure::new(PanelCode::TaskCreateRequestFailed, "no answer in time")
}

fn resolve(resolution: &str, attempt: u32) -> Trigger {
    Trigger::of("task-resolve").body(&json!({ "resolution": resolution, "attempt": attempt }))
}

/// A task that nobody knows whether it was created.
async fn unclear() -> Bench {
    let bench = Bench::start().await;
    bench.made(TASK, Made::Unclear(failure()), ago(60)).await;
    bench
}

#[track_caller]
fn just_now(time: &Value) {
    let time: Timestamp = time.as_str().unwrap().parse().unwrap();
    assert!((ago(30)..=ago(0)).contains(&time), "{time}");
}

#[tokio::test]
async fn a_task_that_somebody_saw_there_is_created_and_nobody_is_told() {
    let bench = unclear().await;
    let shown = bench.send(&resolve("it_is_there", 1)).await.ok(200);
    assert_eq!((&shown["state"], &shown["attempt"]), (&json!("CREATED"), &json!(1)));
    assert_eq!((&shown["confirmedBy"], &shown["failure"]), (&json!("PERSON"), &Value::Null));
    just_now(&shown["settledAt"]);
    let stored = bench.task(TASK);
    assert_eq!(
        (&stored["gsi1pk"]["S"], &stored["version"]["N"]),
        (&json!("TASK_STATE#CREATED"), &json!("4"))
    );
    assert_eq!(stored["standing"]["M"]["seen_by_person"]["BOOL"], true);
    assert_eq!(bench.told(), Vec::<Value>::new());
    assert_eq!(bench.send(&Trigger::of("task")).await.ok(200), shown);
}

#[tokio::test]
async fn a_task_that_is_to_be_created_again_is_sent_once_with_its_draft() {
    for made in [Made::Unclear(failure()), Made::Failed(failure())] {
        let bench = Bench::start().await;
        bench.made(TASK, made, ago(60)).await;
        let shown = bench.send(&resolve("create_again", 1)).await.ok(200);
        assert_eq!((&shown["state"], &shown["attempt"]), (&json!("PENDING"), &json!(2)));
        assert_eq!(shown["description"], "No light\nsince <noon>");
        assert_eq!((&shown["failure"], &shown["settledAt"]), (&Value::Null, &Value::Null));
        let told = bench.told();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["event"]["S"], "support_task.submitted");
        assert_eq!(told[0]["id"]["S"], format!("{TASK}.4.0"));
        assert_eq!(told[0]["correlation_id"]["S"], "sample-task-resolve");
        assert_eq!(told[0]["attempt"]["N"], "2", "{told:?}");

        assert_eq!(bench.send(&resolve("create_again", 1)).await.ok(200), shown, "pressed twice");
        assert_eq!(bench.told(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_task_that_is_given_up_ends_and_nobody_is_told() {
    for made in [Made::Unclear(failure()), Made::Failed(failure())] {
        let bench = Bench::start().await;
        bench.made(TASK, made, ago(60)).await;
        let shown = bench.send(&resolve("give_up", 1)).await.ok(200);
        assert_eq!((&shown["state"], &shown["failure"]), (&json!("GIVEN_UP"), &Value::Null));
        just_now(&shown["settledAt"]);
        assert_eq!(bench.task(TASK)["gsi1pk"]["S"], "TASK_STATE#GIVEN_UP");
        assert_eq!(bench.told(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn the_same_decision_twice_is_decided_once_and_another_is_too_late() {
    for resolution in ["it_is_there", "create_again", "give_up"] {
        let bench = unclear().await;
        let first = bench.send(&resolve(resolution, 1)).await.ok(200);
        let stored = bench.task(TASK);
        assert_eq!(bench.send(&resolve(resolution, 1).by("admin-2")).await.ok(200), first);
        for other in ["it_is_there", "create_again", "give_up"] {
            if other != resolution {
                bench.send(&resolve(other, 1)).await.problem(409, "not_open");
            }
        }
        assert_eq!(bench.task(TASK), stored, "{resolution}");
    }
}

#[tokio::test]
async fn whoever_looked_at_another_attempt_decides_nothing() {
    let bench = unclear().await;
    let stored = bench.task(TASK);
    for attempt in [0, 2, 3, u32::MAX] {
        for resolution in ["it_is_there", "give_up"] {
            bench.send(&resolve(resolution, attempt)).await.problem(409, "not_open");
        }
    }
    for attempt in [2, 3, u32::MAX] {
        let refused = bench.send(&resolve("create_again", attempt)).await.problem(409, "not_open");
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.ends_with("the task is NEEDS_REVIEW in attempt 1"), "{detail}");
    }
    assert_eq!(bench.task(TASK), stored);
}

#[tokio::test]
async fn a_task_that_is_in_no_doubt_is_not_to_be_decided_about() {
    let bench = Bench::start().await;
    let at = ago(60);
    bench.asked("ready", at).await;
    bench.asked("claimed", at).await;
    bench.claimed("claimed", later(at, 1)).await;
    bench.made("created", Made::Created, at).await;
    bench.made("failed", Made::Failed(failure()), at).await;
    for (id, resolutions) in [
        ("ready", vec!["it_is_there", "create_again", "give_up"]),
        ("claimed", vec!["it_is_there", "create_again", "give_up"]),
        ("created", vec!["create_again", "give_up"]),
        ("failed", vec!["it_is_there"]),
    ] {
        let stored = bench.task(id);
        for resolution in resolutions {
            let wish = resolve(resolution, 1).at(&format!("/api/admin/support-tasks/{id}/resolve"));
            bench.send(&wish).await.problem(409, "not_open");
        }
        assert_eq!(bench.task(id), stored, "{id}");
    }
    assert_eq!(bench.told(), Vec::<Value>::new());
}

#[tokio::test]
async fn two_administrators_at_once_have_it_created_again_once() {
    let bench = unclear().await;
    let wishes = ["admin-1", "admin-2"].map(|admin| resolve("create_again", 1).by(admin));
    let (first, second) = tokio::join!(bench.send(&wishes[0]), bench.send(&wishes[1]));
    assert_eq!((&first.ok(200)["attempt"], &second.ok(200)["attempt"]), (&json!(2), &json!(2)));
    assert_eq!(bench.told().len(), 1);
}

#[tokio::test]
async fn of_two_different_decisions_at_once_one_counts() {
    let bench = unclear().await;
    let (there, again) = (resolve("it_is_there", 1), resolve("create_again", 1).by("admin-2"));
    let (there, again) = tokio::join!(bench.send(&there), bench.send(&again));
    let mut statuses = [there.status, again.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let expected = if again.status == 200 { ("2", 1) } else { ("1", 0) };
    assert_eq!((bench.task(TASK)["attempt"]["N"].as_str().unwrap(), bench.told().len()), expected);
}

#[tokio::test]
async fn what_is_no_decision_is_refused_and_costs_no_request_to_aws() {
    let bench = Bench::start().await;
    for body in [
        json!({}),
        json!({ "resolution": "it_is_there" }),
        json!({ "attempt": 1 }),
        json!({ "resolution": "forget", "attempt": 1 }),
        json!({ "resolution": "ItIsThere", "attempt": 1 }),
        json!({ "resolution": "it_is_there", "attempt": -1 }),
        json!({ "resolution": "it_is_there", "attempt": "1" }),
        json!({ "resolution": "it_is_there", "attempt": 1.5 }),
        json!({ "resolution": "it_is_there", "attempt": 1, "reason": "I saw it" }),
        json!([]),
    ] {
        bench.send(&Trigger::of("task-resolve").body(&body)).await.problem(422, "invalid_body");
    }
    bench.send(&Trigger::of("task-resolve-not-json")).await.problem(400, "not_json");
    assert_eq!(bench.wire.calls().len(), 0);
    bench.send(&Trigger::of("task-resolve")).await.problem(404, "not_found");
    let nobodys = Trigger::of("task-resolve").at("/api/admin/support-tasks/%20/resolve");
    bench.send(&nobodys).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let bench = unclear().await;
    let wish = resolve("create_again", 1).keyed("decision-1");
    let first = bench.send(&wish).await;
    assert_eq!(first.header("idempotent-replay"), "");
    // Meanwhile the panel is asked for the second attempt.
    bench.claimed(TASK, ago(0)).await;
    let again = bench.send(&wish).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.ok(200), first.ok(200));
    let other = resolve("give_up", 1).keyed("decision-1");
    bench.send(&other).await.problem(422, "idempotency_key_reused");
    assert_eq!(bench.told().len(), 1);
}
