//! Support tasks: they are requested, and what becomes of them is told in the chat where they were asked for.

use serde_json::{Value, json};
use shared::domain::dialogue::ChatId;
use shared::domain::locale::Locale;
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::draft::{
    Subscriber, TaskDraft, TaskKind, WhatsApp, Worker, WorkerId, Workers,
};
use shared::domain::support_task::{Asker, Decision, Made, SupportTask};
use shared::stores::invoices::Cause;
use shared::stores::support_tasks::new_task;

use super::bench::{Bench, event};

const TASK: &str = "01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b";

/// The message of an event file.
async fn told_of(case: &str) -> Value {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver(&event(case)).await, Vec::<String>::new(), "{case}");
    let mut messages = bench.notifications();
    assert_eq!(messages.len(), 1, "{case}");
    messages.remove(0)
}

fn in_chat(id: &str, event: &str, fields: &Value) -> Value {
    json!({
        "version": 1,
        "id": format!("{TASK}.{id}"),
        "correlationId": "update-4711",
        "userId": "user-1",
        "notice": { "event": event, "data": fields },
        "chat": { "id": 4242, "locale": "uk" },
    })
}

#[tokio::test]
async fn a_task_is_requested_by_its_name_and_attempt() {
    let bench = Bench::start().await;
    assert_eq!(bench.deliver(&event("task-submitted")).await, Vec::<String>::new());
    let request = json!({ "version": 1, "taskId": TASK, "attempt": 1, "correlationId": "update-4711" });
    assert_eq!(bench.task_requests(), [request]);
}

#[tokio::test]
async fn a_task_that_is_in_the_panel_is_told_where_it_was_asked_for() {
    let fields = json!({
        "taskType": "maintenance",
        "customer": "Nadia Haddad (customer123)",
        "workers": ["Sami Nassar", "Rima Aoun"],
        "whatsapp": true,
    });
    assert_eq!(told_of("task-created").await, in_chat("3.0", "task.created", &fields));
}

#[tokio::test]
async fn a_task_that_failed_carries_what_its_button_needs() {
    let fields = json!({
        "taskType": "maintenance",
        "customer": "Nadia Haddad (customer123)",
        "description": "No light since noon",
        "code": "TASK_CREATE_HTTP_ERROR",
        "reason": "TASK_CREATE_HTTP_ERROR",
        "retryable": true,
        "taskId": TASK,
        "attempt": 1,
    });
    assert_eq!(told_of("task-failed").await, in_chat("3.0", "task.failed", &fields));
}

#[tokio::test]
async fn a_panel_that_is_off_offers_no_button() {
    let fields = json!({
        "taskType": "maintenance",
        "customer": "Nadia Haddad (customer123)",
        "code": "SERVICE_DISABLED",
        "reason": "SERVICE_DISABLED",
        "retryable": false,
    });
    assert_eq!(told_of("task-failed-panel-off").await, in_chat("2.0", "task.failed", &fields));
}

#[tokio::test]
async fn a_task_that_nobody_knows_the_end_of_names_its_attempt() {
    let fields = json!({
        "taskType": "maintenance",
        "customer": "Nadia Haddad (customer123)",
        "description": "No light since noon",
        "code": "TASK_CREATE_REQUEST_FAILED",
        "reason": "TASK_CREATE_REQUEST_FAILED",
        "taskId": TASK,
        "attempt": 2,
    });
    assert_eq!(told_of("task-review-opened").await, in_chat("6.0", "task.needs_review", &fields));
}

#[tokio::test]
async fn a_customer_without_a_name_is_called_by_the_login_name_alone() {
    let bench = Bench::start().await;
    let mut change = event("task-created");
    let stored = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"];
    stored["customer"]["S"] = "customer123".into();
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    assert_eq!(bench.notifications()[0]["notice"]["data"]["customer"], "customer123");
}

#[tokio::test]
async fn a_long_description_is_begun_in_one_line() {
    for (words, told) in [
        ("Dead\n\nsince noon".to_owned(), "Dead  since noon".to_owned()),
        ("ї".repeat(1000), format!("{}…", "ї".repeat(199))),
    ] {
        for name in ["task-failed", "task-review-opened"] {
            let bench = Bench::start().await;
            let mut change = event(name);
            let stored = &mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"];
            stored["task"]["M"]["description"]["S"] = words.clone().into();
            assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
            assert_eq!(bench.notifications()[0]["notice"]["data"]["description"], told, "{name}");
        }
    }
}

/// A task that was asked for in chat 4242.
fn task() -> SupportTask {
    let draft = TaskDraft {
        kind: TaskKind::Uninstall,
        description: "Moves away".parse().unwrap(),
        customer: Subscriber::new("customer123".parse().unwrap(), "Nadia Haddad"),
        workers: Workers::new([Worker::new(WorkerId(13), "Sami Nassar")]).unwrap(),
        whats_app: WhatsApp::NotRequested,
    };
    let asker = Asker { user: "user-1".parse().unwrap(), chat: ChatId(4242), locale: Locale::Uk };
    SupportTask::ask(TASK.parse().unwrap(), draft, asker, "2026-11-21T08:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn a_task_s_whole_life_is_told_from_the_stream_of_its_table() {
    let bench = Bench::start().await;
    let cause =
        |id: &str| Cause { correlation_id: id.to_owned(), now: "2026-11-21T08:00:00Z".parse().unwrap() };
    let (asked, made, again) = (cause("update-1"), cause("update-1"), cause("press-2"));
    let task = task();
    bench.put_chat_item(new_task(&task, &asked).unwrap()).await;
    let tasks = bench.tasks();
    tasks.change(&task.id, &made, |task| task.claim(1, made.now)).await.unwrap().unwrap();
    let failure = PanelFailure::new(PanelCode::TaskCreateRequestFailed, "no answer in time");
    let unclear = |task: &mut SupportTask| task.made(1, made.now, Made::Unclear(failure.clone()), made.now);
    tasks.change(&task.id, &made, unclear).await.unwrap().unwrap();
    let anew = |task: &mut SupportTask| task.decide(1, Decision::CreateAgain, again.now);
    tasks.change(&task.id, &again, anew).await.unwrap().unwrap();

    let changes = bench.aws.dynamodb.new_chats_event().unwrap();
    assert_eq!(changes["Records"].as_array().unwrap().len(), 4);
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    let request = |attempt: u64, correlation_id: &str| json!({ "version": 1, "taskId": TASK, "attempt": attempt, "correlationId": correlation_id });
    assert_eq!(bench.task_requests(), [request(1, "update-1"), request(2, "press-2")]);
    assert_eq!(bench.notified_ids(), [format!("{TASK}.3.0")]);
    assert_eq!(bench.notifications()[0]["notice"]["data"]["description"], "Moves away");
    assert_eq!((bench.updates().len(), bench.buried().len()), (0, 0));
}
