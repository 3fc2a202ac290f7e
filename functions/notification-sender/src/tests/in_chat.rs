//! What was asked in a chat is answered there: in its language, at once, whatever its reader chose.

use jiff::civil::time;
use sandbox::telegram::TOKEN;
use serde_json::{Value, json};
use shared::domain::notification::preferences::Preferences;
use shared::domain::notification::quiet_hours::QuietHours;

use super::bench::{Bench, EMAILS, PLANS, Setup, TELEGRAMS};
use super::wishes::{
    CHAT, EMAIL, USER, USER_WITHOUT_EMAIL, blocked, notification, request, task_created, task_failed,
    task_to_look_for, told_in,
};

/// The chat where the task was asked for; not the one that the user service knows.
const ASKED_IN: i64 = 4242;

/// The buttons of a message as they went to Telegram: label and what they carry.
fn buttons(bench: &Bench) -> Vec<(String, String)> {
    let sent = format!("POST /bot{TOKEN}/sendMessage");
    let call = bench.wire.calls().into_iter().find(|call| call.operation() == sent).expect("a message");
    let rows = call.request_json()["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    let button = |row: &Value| {
        let words = |name: &str| row[0][name].as_str().unwrap().to_owned();
        (words("text"), words("callback_data"))
    };
    rows.iter().map(button).collect()
}

async fn open_chat(bench: &Bench) {
    bench.set(&format!("telegram/chats/{ASKED_IN}"), &json!({ "userId": USER })).await;
    bench.wire.reset();
}

/// Never to be disturbed, and wants to hear nothing of tasks.
async fn mute(bench: &Bench) {
    let events = ["task.created", "task.failed", "task.needs_review"];
    let preferences = Preferences {
        channels: events.map(|event| (event.to_owned(), Vec::new())).into(),
        quiet_hours: QuietHours::new(time(0, 0, 0, 0), time(23, 59, 0, 0)).ok(),
        time_zone: "Europe/Kyiv".parse().unwrap(),
    };
    bench.app.preferences.put(&USER.parse().unwrap(), &preferences).await.unwrap();
    bench.wire.reset();
}

#[tokio::test]
async fn an_answer_comes_in_the_chat_that_asked_in_its_language_whatever_the_person_chose() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    mute(&bench).await;
    let told = told_in(ASKED_IN, "ru", notification("n-1", Some(USER), &task_to_look_for()));
    bench.put(PLANS, &told);
    assert_eq!(bench.deliver(PLANS).await, Vec::<String>::new());
    assert!(bench.waiting(EMAILS).is_empty(), "by Telegram alone");
    let waiting = bench.waiting(TELEGRAMS);
    assert_eq!(waiting.len(), 1);
    let wanted = json!({ "version": 1, "notification": told, "channel": "TELEGRAM", "round": 0 });
    assert_eq!(serde_json::from_str::<Value>(&waiting[0].body).unwrap(), wanted);
    assert_eq!(waiting[0].group_id.as_deref(), Some(USER), "at the pace of everything else they are told");

    bench.run().await;
    let (asked, other) = (bench.chat(ASKED_IN).await, bench.chat(CHAT).await);
    assert_eq!((asked.len(), other.len(), bench.mails().len()), (1, 0, 0));
    let text = asked[0]["text"].as_str().unwrap();
    assert!(text.starts_with("Проверьте в панели: Обслуживание"), "{text}");
    assert!(text.contains("Олена Шевченко") && text.contains("customer123"), "{text}");
    let button = |label: &str, what: &str| (label.to_owned(), format!("t1:task-1:2:{what}"));
    assert_eq!(buttons(&bench), [button("Она там есть", "there"), button("Создать ещё раз", "again")]);
    assert!(asked[0].to_string().contains("t1:task-1:2:there"), "the person sees them: {}", asked[0]);
    let record = bench.record("n-1.telegram");
    assert_eq!((&record["standing"]["state"], &record["user_id"]), (&json!("SENT"), &json!(USER)));
}

#[tokio::test]
async fn a_failed_task_is_tried_again_by_a_button_and_a_created_one_needs_none() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    bench.put(PLANS, &told_in(ASKED_IN, "en", notification("n-1", Some(USER), &task_failed())));
    bench.run().await;
    assert_eq!(buttons(&bench), [("Try again".to_owned(), "t1:task-1:1:again".to_owned())]);
    bench.wire.reset();
    bench.put(PLANS, &told_in(ASKED_IN, "en", notification("n-2", Some(USER), &task_created())));
    bench.run().await;
    assert_eq!(buttons(&bench), []);
    let text = bench.chat(ASKED_IN).await[1]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("WhatsApp: requested from the panel"), "{text}");
}

#[tokio::test]
async fn a_chat_that_is_gone_is_answered_by_email_which_says_where_the_buttons_are() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    mute(&bench).await;
    bench.wire.answer_next("/sendMessage", 1, blocked());
    bench.put(PLANS, &told_in(ASKED_IN, "ru", notification("n-1", Some(USER), &task_to_look_for())));
    bench.run().await;
    let mails = bench.mails();
    assert_eq!((mails.len(), mails[0].to.as_slice()), (1, [EMAIL.to_owned()].as_slice()));
    let text = mails[0].text.as_ref().unwrap();
    assert!(text.contains("В Telegram у этого сообщения есть кнопки"), "{text}");
    assert!(!text.contains("t1:"), "{text}");
    assert_eq!((bench.state("n-1.telegram").as_str(), bench.state("n-1.email").as_str()), ("FAILED", "SENT"));
    assert_eq!(bench.message_count().await, 0, "not in another chat");
}

#[tokio::test]
async fn whoever_the_user_service_forgot_is_still_answered_where_they_asked() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    bench.put(PLANS, &told_in(ASKED_IN, "uz", notification("n-1", Some("user-gone"), &task_created())));
    bench.run().await;
    let text = bench.chat(ASKED_IN).await[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("Assalomu alaykum! Siz soʻragan vazifa yaratildi."), "{text}");
    bench.wire.answer_next("/sendMessage", 1, blocked());
    bench.put(PLANS, &told_in(ASKED_IN, "uz", notification("n-2", Some("user-gone"), &task_created())));
    bench.run().await;
    let states = (bench.state("n-2.telegram"), bench.state("n-2.email"));
    assert_eq!(states, ("FAILED".to_owned(), "none".to_owned()), "there is no other way to them");
    assert!(bench.buried(PLANS).is_empty() && bench.buried(TELEGRAMS).is_empty());
}

#[tokio::test]
async fn where_telegram_is_off_an_email_answers() {
    let bench = Bench::with(Setup { token: "", ..Setup::default() }).await;
    bench.put(PLANS, &told_in(ASKED_IN, "en", notification("n-1", Some(USER), &task_created())));
    bench.run().await;
    assert_eq!((bench.mails().len(), bench.state("n-1.email").as_str()), (1, "SENT"));
    assert!(bench.mails()[0].subject.starts_with("Task created"), "in the chat's language");
}

#[tokio::test]
async fn an_answer_costs_two_writes() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    let told = told_in(ASKED_IN, "en", notification("n-1", Some(USER), &task_created()));
    bench.put(TELEGRAMS, &request("TELEGRAM", 0, &told));
    bench.run().await;
    let mut operations = bench.operations();
    operations.sort();
    let sent = format!("POST /bot{TOKEN}/sendMessage");
    let wanted = ["GET /internal/users/user-5", "GetItem", "GetItem", &sent, "PutItem", "PutItem"];
    assert_eq!(operations, wanted, "preferences, contact, claim, record");
}

#[tokio::test]
async fn a_chat_without_a_person_or_with_more_than_a_chat_has_is_told_nothing() {
    let bench = Bench::start().await;
    open_chat(&bench).await;
    bench.put(PLANS, &told_in(ASKED_IN, "en", notification("n-1", None, &task_created())));
    let mut odd = told_in(ASKED_IN, "en", notification("n-2", Some(USER_WITHOUT_EMAIL), &task_created()));
    odd["chat"]["title"] = json!("Night shift");
    bench.put(PLANS, &odd);
    bench.run().await;
    let buried = bench.buried(PLANS);
    assert_eq!(buried.len(), 2, "{buried:?}");
    assert!(buried.iter().any(|(_, reason)| reason.contains("without a userId")), "{buried:?}");
    assert!(buried.iter().any(|(_, reason)| reason.contains("malformed message")), "{buried:?}");
    assert_eq!((bench.mails().len(), bench.message_count().await), (0, 0));
}
