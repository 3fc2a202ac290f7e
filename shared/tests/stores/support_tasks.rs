//! Support tasks: what is stored, what they tell others, and how they are listed.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::json;
use shared::domain::dialogue::{ChatId, Dialogue};
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::{Claim, Decision, Made, Standing, SupportTask, TaskState, Word};
use shared::stores::table::StoreError;

use crate::chats::new_task;
use crate::setup::{Stores, cause, minute, stores};

async fn hold(stores: &Stores, task: &SupportTask) {
    let chat = stores.chats.load(ChatId(4242)).await.unwrap();
    stores.chats.submit(&chat, &Dialogue::default(), task, &cause()).await.unwrap();
}

async fn change<T>(stores: &Stores, id: &str, decide: impl Fn(&mut SupportTask) -> T) -> T {
    let changed = stores.tasks.change(&id.parse().unwrap(), &cause(), decide).await.unwrap();
    changed.unwrap().outcome
}

fn item(stores: &Stores) -> serde_json::Value {
    stores.dynamodb.item(CHATS, "TASK#task-1", "TASK").unwrap()
}

fn failure() -> PanelFailure {
    PanelFailure::new(PanelCode::TaskCreateHttpError, "HTTP 500")
}

#[tokio::test]
async fn a_task_as_it_is_stored() {
    let stores = stores().await;
    hold(&stores, &new_task("task-1")).await;
    let mut item = item(&stores);
    item["commit"] = json!("drawn anew for each commit");
    insta::assert_json_snapshot!(item);
}

#[tokio::test]
async fn every_standing_is_read_as_it_was_written_and_tells_what_happened() {
    let stores = stores().await;
    hold(&stores, &new_task("task-1")).await;
    let read = async || stores.tasks.get(&"task-1".parse().unwrap()).await.unwrap().unwrap().standing;
    let events = || item(&stores).pointer("/outbox/L").cloned();
    assert_eq!(change(&stores, "task-1", |task| task.claim(1, minute(1))).await, Claim::Make);
    assert_eq!((read().await, events()), (Standing::Submitting { since: minute(1) }, None));
    change(&stores, "task-1", |task| task.made(1, minute(1), Made::Failed(failure()), minute(2))).await;
    assert_eq!(read().await, Standing::Failed { at: minute(2), failure: failure() });
    let told = &events().unwrap()[0]["M"];
    assert_eq!(told["event"], json!({ "S": "support_task.failed" }));
    assert_eq!(told["code"], json!({ "S": "TASK_CREATE_HTTP_ERROR" }));
    change(&stores, "task-1", |task| task.decide(1, Decision::CreateAgain, minute(3))).await;
    assert_eq!(events().unwrap()[0]["M"]["attempt"], json!({ "N": "2" }));
    change(&stores, "task-1", |task| task.claim(2, minute(4))).await;
    change(&stores, "task-1", |task| task.made(2, minute(4), Made::Unclear(failure()), minute(5))).await;
    assert_eq!(read().await, Standing::NeedsReview { since: minute(5), failure: failure() });
    change(&stores, "task-1", |task| task.decide(2, Decision::ItIsThere, minute(6))).await;
    assert_eq!(read().await, Standing::Created { at: minute(6), word: Word::Person });
    assert_eq!(events(), None, "an event is told once");
}

#[tokio::test]
async fn of_many_who_claim_a_task_at_once_one_makes_it() {
    let stores = stores().await;
    hold(&stores, &new_task("task-1")).await;
    let (id, cause) = ("task-1".parse().unwrap(), cause());
    let claim = || stores.tasks.change(&id, &cause, |task| task.claim(1, minute(1)));
    let claims = tokio::join!(claim(), claim(), claim());
    let made = [claims.0, claims.1, claims.2];
    let winners = made
        .iter()
        .filter(|claim| matches!(claim, Ok(Some(changed)) if changed.outcome == Claim::Make))
        .count();
    assert_eq!(winners, 1, "{made:?}");
}

#[tokio::test]
async fn nothing_is_written_where_nothing_changed_and_no_task_is_none() {
    let stores = stores().await;
    hold(&stores, &new_task("task-1")).await;
    let before = item(&stores);
    change(&stores, "task-1", |task| task.decide(1, Decision::ItIsThere, minute(1))).await;
    assert_eq!(item(&stores), before);
    let nobody = stores.tasks.change(&"task-9".parse().unwrap(), &cause(), |_| ()).await.unwrap();
    assert!(nobody.is_none());
}

#[tokio::test]
async fn tasks_are_listed_by_state_newest_first_in_parts() {
    let stores = stores().await;
    for number in 1..=5_i64 {
        let task = SupportTask { created_at: minute(number), ..new_task(&format!("task-{number}")) };
        hold(&stores, &task).await;
    }
    change(&stores, "task-2", |task| task.claim(1, minute(9))).await;
    change(&stores, "task-2", |task| task.made(1, minute(9), Made::Created, minute(9))).await;
    let (mut listed, mut place) = (Vec::new(), None);
    loop {
        let (tasks, next) = stores.tasks.list(TaskState::Pending, place.as_ref(), 2).await.unwrap();
        assert!(tasks.len() <= 2);
        listed.extend(tasks.into_iter().map(|task| task.id.to_string()));
        place = next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(listed, ["task-5", "task-4", "task-3", "task-1"]);
    let (created, next) = stores.tasks.list(TaskState::Created, None, 2).await.unwrap();
    assert_eq!((created.len(), next), (1, None));
}

#[tokio::test]
async fn a_task_that_breaks_a_rule_is_corrupt() {
    let stores = stores().await;
    hold(&stores, &new_task("task-1")).await;
    let mut broken = item(&stores);
    broken["draft"]["M"]["kind"] = json!({ "S": "party" });
    stores.dynamodb.put(CHATS, &broken);
    let error = stores.tasks.get(&"task-1".parse().unwrap()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { key, .. } if key == "TASK#task-1"), "{error}");
}
