//! Dialogues: every step is stored whole, and no update overwrites another.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::json;
use shared::domain::dialogue::{ChatId, Dialogue, DialogueId, Ending};
use shared::domain::locale::Locale;
use shared::domain::support_task::draft::{
    Subscriber, TaskDraft, TaskKind, WhatsApp, Worker, WorkerId, Workers,
};
use shared::domain::support_task::{Asker, SupportTask};
use shared::domain::task_wizard::crew::{Crew, Roster};
use shared::domain::task_wizard::found::Found;
use shared::domain::task_wizard::{Edited, TaskWizard, Work};
use shared::stores::table::StoreError;

use crate::setup::{Stores, cause, minute, stores};

const CHAT: ChatId = ChatId(4242);

pub fn worker(id: u32) -> Worker {
    Worker::new(WorkerId(id), &format!("Worker {id}"))
}

pub fn draft() -> TaskDraft {
    TaskDraft {
        kind: TaskKind::Uninstall,
        description: "Moves away\n<b>🚚</b>".parse().unwrap(),
        customer: olena(),
        workers: Workers::new([worker(13), worker(15)]).unwrap(),
        whats_app: WhatsApp::Requested,
    }
}

pub fn new_task(id: &str) -> SupportTask {
    let asker = Asker { user: "user-3".parse().unwrap(), chat: CHAT, locale: Locale::Uk };
    SupportTask::ask(id.parse().unwrap(), draft(), asker, minute(0))
}

fn olena() -> Subscriber {
    Subscriber::new("olena_k".parse().unwrap(), "Olena O'Koval")
}

fn asking(wizard: TaskWizard) -> Dialogue {
    let mut dialogue = Dialogue::default();
    dialogue.note(7, minute(0));
    dialogue.begin(DialogueId::new(1), "user-3".parse().unwrap(), minute(30), wizard);
    dialogue
}

async fn kept(stores: &Stores, dialogue: &Dialogue) -> Dialogue {
    let chat = stores.chats.load(CHAT).await.unwrap();
    stores.chats.save(&chat, dialogue, minute(0)).await.unwrap();
    stores.chats.load(CHAT).await.unwrap().dialogue
}

#[tokio::test]
async fn every_step_is_read_as_it_was_written() {
    let stores = stores().await;
    let work = || Work { kind: TaskKind::Maintenance, description: "No light".parse().unwrap() };
    let roster = || Roster::new((1..=20).map(worker).collect()).unwrap();
    let mut crew = Crew::with_chosen(roster(), &[WorkerId(3), WorkerId(19)]);
    crew.go_to(2);
    let mut found = Found::new("koval".parse().unwrap(), vec![olena(); 20], true);
    found.page = found.page.go_to(1);
    let edited = [
        Edited::Kind,
        Edited::Description,
        Edited::Customer { found: Some(found.clone()) },
        Edited::Workers { crew: crew.clone() },
        Edited::WhatsApp,
    ];
    let mut steps = vec![
        TaskWizard::Kind,
        TaskWizard::Description { kind: TaskKind::Uninstall },
        TaskWizard::Customer { work: work(), found: None },
        TaskWizard::Customer { work: work(), found: Some(found) },
        TaskWizard::Workers { work: work(), customer: olena(), crew },
        TaskWizard::WhatsApp { work: work(), customer: olena(), workers: draft().workers },
        TaskWizard::Summary { draft: draft() },
        TaskWizard::EditMenu { draft: draft() },
    ];
    steps.extend(edited.map(|question| TaskWizard::Edit { draft: draft(), question }));
    for step in steps {
        let dialogue = asking(step);
        assert_eq!(kept(&stores, &dialogue).await, dialogue);
    }
    let mut ended = asking(TaskWizard::Kind);
    for ending in [Ending::Submitted, Ending::Cancelled, Ending::Expired] {
        ended.begin(DialogueId::new(2), "user-3".parse().unwrap(), minute(30), TaskWizard::Kind);
        ended.end(ending);
        assert_eq!(kept(&stores, &ended).await, ended);
    }
}

#[tokio::test]
async fn a_chat_costs_one_request_to_read_and_one_to_write_and_ends_by_itself() {
    let stores = stores().await;
    let chat = stores.chats.load(CHAT).await.unwrap();
    assert_eq!((chat.dialogue.clone(), chat.person.clone()), (Dialogue::default(), Default::default()));
    stores.chats.save(&chat, &asking(TaskWizard::Kind), minute(0)).await.unwrap();
    let calls: Vec<String> = stores.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(calls, ["Query", "PutItem"]);
    let item = stores.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap();
    let two_days = minute(2 * 24 * 60).as_second().to_string();
    assert_eq!((&item["ttl"], &item["version"]), (&json!({ "N": two_days }), &json!({ "N": "1" })));
}

#[tokio::test]
async fn of_two_updates_at_once_one_has_to_look_again() {
    let stores = stores().await;
    for _ in 0..2 {
        let (one, other) = (stores.chats.load(CHAT).await.unwrap(), stores.chats.load(CHAT).await.unwrap());
        stores.chats.save(&one, &asking(TaskWizard::Kind), minute(0)).await.unwrap();
        let lost = stores.chats.save(&other, &Dialogue::default(), minute(0)).await;
        assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    }
}

#[tokio::test]
async fn a_task_is_kept_with_the_end_of_its_dialogue_or_not_at_all() {
    let stores = stores().await;
    let read = stores.chats.load(CHAT).await.unwrap();
    let mut ended = asking(TaskWizard::Summary { draft: draft() });
    ended.end(Ending::Submitted);
    let task = new_task("task-1");
    stores.chats.submit(&read, &ended, &task, &cause()).await.unwrap();
    assert_eq!(stores.chats.load(CHAT).await.unwrap().dialogue, ended);
    let kept = stores.tasks.get(&task.id).await.unwrap().unwrap();
    assert_eq!(kept, SupportTask { outbox: Vec::new(), ..task });
    let again = stores.chats.submit(&read, &ended, &new_task("task-2"), &cause()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert!(stores.tasks.get(&"task-2".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_asks_for_a_task_whose_chat_was_untied_meanwhile() {
    let stores = stores().await;
    stores.chats.issue_token("token-1", &"user-3".parse().unwrap(), minute(15)).await.unwrap();
    let chat = stores.chats.load(CHAT).await.unwrap();
    stores.chats.redeem(&chat, "token-1", minute(1)).await.unwrap();
    let read = stores.chats.load(CHAT).await.unwrap();
    assert!(stores.chats.unlink(&read).await.unwrap());
    let lost = stores.chats.submit(&read, &Dialogue::default(), &new_task("task-1"), &cause()).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert!(stores.tasks.get(&"task-1".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_dialogue_that_breaks_a_rule_is_said_to_be_corrupt_and_can_be_replaced() {
    let stores = stores().await;
    kept(&stores, &asking(TaskWizard::Summary { draft: draft() })).await;
    let mut item = stores.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap();
    item["open"]["M"]["wizard"]["M"]["draft"]["M"]["workers"] = json!({ "L": [] });
    stores.dynamodb.put(CHATS, &item);
    let chat = stores.chats.load(CHAT).await.unwrap();
    let error = chat.unreadable.as_ref().unwrap();
    assert!(matches!(error, StoreError::Corrupt { key, .. } if key == "CHAT#4242"), "{error}");
    stores.chats.save(&chat, &asking(TaskWizard::Kind), minute(1)).await.unwrap();
    assert_eq!(stores.chats.load(CHAT).await.unwrap().dialogue, asking(TaskWizard::Kind));
}
