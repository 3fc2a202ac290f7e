//! `GET /api/admin/support-tasks` and `GET /api/admin/support-tasks/{id}`.

use sandbox::testbed::dynamodb::CHATS;
use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::Made;

use super::bench::{Bench, TASK, ago, later};

fn failure(code: PanelCode) -> PanelFailure {
    PanelFailure::new(code, "the panel answered 500")
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn list(query: &str) -> Trigger {
    Trigger::of("tasks").query(query)
}

#[tokio::test]
async fn a_task_is_shown_with_everything_that_is_known_of_it() {
    let bench = Bench::start().await;
    let at = ago(60);
    bench.made(TASK, Made::Unclear(failure(PanelCode::TaskCreateRequestFailed)), at).await;
    let shown = bench.send(&Trigger::of("task")).await.ok(200);
    let expected = json!({
        "id": TASK, "state": "NEEDS_REVIEW", "attempt": 1, "kind": "maintenance",
        "description": "No light\nsince <noon>",
        "customer": { "username": "customer123", "name": "Olena Koval" },
        "workers": [{ "id": 13, "name": "Taras" }, { "id": 17, "name": "Ihor" }],
        "whatsapp": true, "askedBy": "user-3", "chatId": "4242", "locale": "uk",
        "createdAt": at.to_string(), "submittingSince": null, "settledAt": later(at, 1).to_string(),
        "confirmedBy": null,
        "failure": { "code": "TASK_CREATE_REQUEST_FAILED", "retryable": true, "detail": "the panel answered 500" },
    });
    assert_eq!(shown, expected);
    let listed = bench.send(&Trigger::of("tasks")).await.ok(200);
    assert_eq!(
        listed,
        json!({ "items": [expected], "nextCursor": null }),
        "what waits for a person comes first"
    );
}

#[tokio::test]
async fn each_standing_is_shown_with_its_time_and_what_belongs_to_it() {
    let bench = Bench::start().await;
    let at = ago(600);
    let settled = later(at, 1).to_string();
    bench.asked("ready", at).await;
    bench.asked("claimed", at).await;
    bench.claimed("claimed", later(at, 5)).await;
    bench.made("created", Made::Created, at).await;
    bench.made("failed", Made::Failed(failure(PanelCode::ServiceDisabled)), at).await;
    let failed =
        json!({ "code": "SERVICE_DISABLED", "retryable": false, "detail": "the panel answered 500" });
    for (id, state, since, settled, confirmed_by, failure) in [
        ("ready", "PENDING", Value::Null, Value::Null, Value::Null, Value::Null),
        ("claimed", "PENDING", json!(later(at, 5).to_string()), Value::Null, Value::Null, Value::Null),
        ("created", "CREATED", Value::Null, json!(settled), json!("PANEL"), Value::Null),
        ("failed", "FAILED", Value::Null, json!(settled), Value::Null, failed),
    ] {
        let shown =
            bench.send(&Trigger::of("task").at(&format!("/api/admin/support-tasks/{id}"))).await.ok(200);
        assert_eq!(
            (&shown["state"], &shown["submittingSince"], &shown["settledAt"]),
            (&json!(state), &since, &settled),
            "{id}"
        );
        assert_eq!((&shown["confirmedBy"], &shown["failure"]), (&confirmed_by, &failure), "{id}");
    }
}

#[tokio::test]
async fn a_list_has_the_tasks_of_one_state_whatever_the_case_it_is_written_in() {
    let bench = Bench::start().await;
    let at = ago(600);
    bench.asked("ready", at).await;
    bench.asked("claimed", later(at, 1)).await;
    bench.claimed("claimed", later(at, 5)).await;
    bench.made("created", Made::Created, at).await;
    bench.made("failed", Made::Failed(failure(PanelCode::AuthHttpError)), at).await;
    bench.made("unclear", Made::Unclear(failure(PanelCode::TaskCreateRequestFailed)), at).await;
    for (query, expected) in [
        ("", vec!["unclear"]),
        ("state=NEEDS_REVIEW", vec!["unclear"]),
        ("state=needs_review", vec!["unclear"]),
        ("state=PENDING", vec!["claimed", "ready"]),
        ("state=Created", vec!["created"]),
        ("state=failed", vec!["failed"]),
        ("state=GIVEN_UP", vec![]),
    ] {
        assert_eq!(ids(&bench.send(&list(query)).await.ok(200)), expected, "{query}");
    }
    let failed = bench.send(&Trigger::of("tasks-failed")).await.ok(200);
    assert_eq!(ids(&failed), ["failed"]);
}

#[tokio::test]
async fn pages_hold_every_task_once_newest_first_while_others_are_asked_for() {
    let bench = Bench::start().await;
    let at = ago(600);
    for number in 0..5 {
        bench.asked(&format!("task-{number}"), later(at, number)).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&list(&format!("state=pending&limit=2{cursor}"))).await.ok(200);
        seen.extend(ids(&page));
        bench.asked(&format!("later-{}", seen.len()), ago(0)).await;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["task-4", "task-3", "task-2", "task-1", "task-0"]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let bench = Bench::start().await;
    for number in 0..3 {
        bench.asked(&format!("task-{number}"), later(ago(60), number)).await;
    }
    let page = bench.send(&list("state=PENDING&limit=1")).await.ok(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for query in [
        format!("cursor={cursor}"),
        format!("state=FAILED&cursor={cursor}"),
        format!("state=PENDING&cursor={}", cursor.replace('A', "B") + "A"),
        "state=PENDING&cursor=".to_owned(),
        "state=PENDING&cursor=TASK".to_owned(),
    ] {
        bench.send(&list(&query)).await.problem(422, "invalid_cursor");
    }
    let next = bench.send(&list(&format!("state=pending&limit=1&cursor={cursor}"))).await.ok(200);
    assert_eq!(ids(&next), ["task-1"]);
}

#[tokio::test]
async fn unknown_and_impossible_parameters_are_refused_and_cost_no_request_to_aws() {
    let bench = Bench::start().await;
    for query in [
        "state=",
        "state=ready",
        "state=PENDING,FAILED",
        "limit=0",
        "limit=101",
        "limit=x",
        "page=2",
        "state=FAILED&state=PENDING",
    ] {
        bench.send(&list(query)).await.problem(422, "invalid_parameter");
    }
    let refused = bench.send(&list("state=open")).await.problem(422, "invalid_parameter");
    assert_eq!(refused.body["detail"], "the states are PENDING, CREATED, FAILED, NEEDS_REVIEW, GIVEN_UP");
    assert_eq!(bench.wire.calls().len(), 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_corrupt_is_an_error() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("task")).await.problem(404, "not_found");
    for id in ["x", "...", "%20", "%3Cb%3E", &"x".repeat(129)] {
        let at = format!("/api/admin/support-tasks/{id}");
        bench.send(&Trigger::of("task").at(&at)).await.problem(404, "not_found");
    }
    bench.made(TASK, Made::Unclear(failure(PanelCode::TaskCreateRequestFailed)), ago(60)).await;
    let mut item = bench.task(TASK);
    item["standing"]["M"]["code"]["S"] = json!("NONSENSE");
    bench.aws.dynamodb.put(CHATS, &item);
    bench.send(&Trigger::of("task")).await.problem(500, "internal_error");
    bench.send(&Trigger::of("tasks")).await.problem(500, "internal_error");
    bench.send(&Trigger::of("task-resolve")).await.problem(500, "internal_error");
    assert_eq!(bench.task(TASK), item);
}
