//! The buttons below what is told about a task that was not plainly made.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::chat;
use sandbox::testbed::chat::bot::Bot;
use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};
use shared::domain::dialogue::ChatId;
use shared::domain::identifier::TaskId;
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::{Claim, Made, SupportTask};
use shared::stores::chats::Chats;
use shared::stores::invoices::Cause;
use shared::stores::support_tasks::SupportTasks;

use crate::handler::handle;
use crate::tests::bench::{Bench, SECRET};
use crate::tests::steps::{CONFIRM, Step, go_to};

/// Another chat.
const OTHER: i64 = 5555;

/// The message whose buttons are pressed: the newest of the bot.
fn below(bot: &Bot<'_>) -> i64 {
    bot.newest().unwrap().message_id
}

/// Changes a task as task-creator does.
async fn change<T>(bench: &Bench, id: &str, decide: impl Fn(&mut SupportTask, Timestamp) -> T) {
    let cause = Cause::new("task-creator-1".to_owned(), Timestamp::now());
    let id: TaskId = id.parse().unwrap();
    let tasks = SupportTasks::new(bench.table(CHATS));
    tasks.change(&id, &cause, |task| decide(task, cause.now)).await.unwrap().unwrap();
}

/// Makes an attempt end like this.
async fn end(bench: &Bench, id: &str, attempt: u32, made: Made) {
    change(bench, id, |task, now| assert_eq!(task.claim(attempt, now), Claim::Make)).await;
    let claimed_at: Timestamp =
        task(bench, id)["standing"]["M"]["since"]["S"].as_str().unwrap().parse().unwrap();
    change(bench, id, |task, now| task.made(attempt, claimed_at, made.clone(), now)).await;
}

fn unclear() -> Made {
    Made::Unclear(PanelFailure::new(PanelCode::TaskCreateRequestFailed, "no answer"))
}

fn failed() -> Made {
    Made::Failed(PanelFailure::new(PanelCode::TaskCreateHttpError, "status 500"))
}

fn task(bench: &Bench, id: &str) -> Value {
    bench.tasks().into_iter().find(|task| task["id"]["S"] == id).unwrap()
}

/// Where a task stands, and in which attempt.
fn standing(bench: &Bench, id: &str) -> (String, String) {
    let task = task(bench, id);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&task["standing"]["M"]["state"]["S"]), text(&task["attempt"]["N"]))
}

fn is(state: &str, attempt: u32) -> (String, String) {
    (state.to_owned(), attempt.to_string())
}

/// Ties the chat [`OTHER`] to a person, past the wire.
async fn link_other(bench: &Bench, person: &str) {
    let (chats, token) = (Chats::new(bench.table(CHATS)), format!("other-token-of-{person}"));
    let later = Timestamp::now() + SignedDuration::from_mins(15);
    chats.issue_token(&token, &person.parse().unwrap(), later).await.unwrap();
    let chat = chats.load(ChatId(OTHER)).await.unwrap();
    chats.redeem(&chat, &token, Timestamp::now()).await.unwrap();
}

/// A world with a task that `staff-1` asked for in the chat.
async fn with_task() -> (Bench, String) {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    confirm(&bench).await;
    let id = bench.tasks()[0]["id"]["S"].as_str().unwrap().to_owned();
    (bench, id)
}

/// Asks for a task in the chat.
async fn confirm(bench: &Bench) {
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    user.presses(CONFIRM).await;
    bot.looks_away();
}

#[tokio::test]
async fn whoever_saw_the_task_in_the_panel_settles_it_once() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, unclear()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let press = user.pushes_data(below(&bot), &format!("t1:{id}:1:there"));
    user.delivers(&press).await;
    bot.shows("It is noted that the task is there.").says("customer123").offers(&[]);
    assert_eq!(standing(&bench, &id), is("CREATED", 1));
    assert_eq!(task(&bench, &id)["standing"]["M"]["seen_by_person"], json!({ "BOOL": true }));
    let stored = task(&bench, &id);
    assert_eq!(stored.get("outbox_size"), None, "nobody is to make it");
    // The same update again, and another press of the same button.
    user.delivers(&press).await;
    user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:there"))).await;
    assert_eq!(task(&bench, &id), stored);
    user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:again"))).await;
    bot.answers("Nothing is to be decided about this task any more.");
    assert_eq!(task(&bench, &id), stored);
    bot.looks_away();
}

#[tokio::test]
async fn create_again_asks_for_one_more_attempt_however_often_it_is_pressed() {
    for made in [unclear(), failed()] {
        let (bench, id) = with_task().await;
        end(&bench, &id, 1, made).await;
        let app = bench.app().await;
        let (user, bot) = bench.chat(&app);
        let press = user.pushes_data(below(&bot), &format!("t1:{id}:1:again"));
        user.delivers(&press).await;
        bot.shows("The task is being created again.");
        assert_eq!(standing(&bench, &id), is("READY", 2));
        let stored = task(&bench, &id);
        assert_eq!(stored["outbox_size"]["N"], "1");
        assert_eq!(stored["outbox"]["L"][0]["M"]["event"]["S"], "support_task.submitted", "{stored}");
        user.delivers(&press).await;
        user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:again"))).await;
        assert_eq!(task(&bench, &id), stored, "a second press asks for no third attempt");
        user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:there"))).await;
        bot.answers("Nothing is to be decided");
        // The second attempt ends like the first one: its own buttons count, and the old ones do not.
        end(&bench, &id, 2, unclear()).await;
        user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:there"))).await;
        bot.answers("Nothing is to be decided");
        assert_eq!(standing(&bench, &id), is("NEEDS_REVIEW", 2));
        user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:2:there"))).await;
        assert_eq!(standing(&bench, &id), is("CREATED", 2));
        bot.looks_away();
    }
}

#[tokio::test]
async fn two_decisions_at_once_are_one() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, unclear()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let there = user.pushes_data(below(&bot), &format!("t1:{id}:1:there"));
    let again = user.pushes_data(below(&bot), &format!("t1:{id}:1:again"));
    let (first, second) = futures::join!(user.delivers(&there), user.delivers(&again));
    let changed = [first, second].map(|delivered| delivered.method() == Some("editMessageText"));
    let (state, attempt) = standing(&bench, &id);
    let expected = if changed[0] { is("CREATED", 1) } else { is("READY", 2) };
    assert_ne!(changed[0], changed[1], "one of them counts");
    assert_eq!((state, attempt), expected);
    bot.looks_away();
}

#[tokio::test]
async fn a_task_that_is_in_no_doubt_has_nothing_to_decide() {
    for made in [None, Some(Made::Created), Some(Made::Postponed)] {
        let (bench, id) = with_task().await;
        if let Some(made) = &made {
            end(&bench, &id, 1, made.clone()).await;
        }
        let stored = task(&bench, &id);
        let app = bench.app().await;
        let (user, bot) = bench.chat(&app);
        user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:again"))).await;
        bot.answers("Nothing is to be decided about this task any more.");
        assert_eq!(task(&bench, &id), stored, "{made:?}");
    }
}

#[tokio::test]
async fn what_failed_for_certain_cannot_be_there() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, failed()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.delivers(&user.pushes_data(below(&bot), &format!("t1:{id}:1:there"))).await;
    bot.answers("Nothing is to be decided");
    assert_eq!(standing(&bench, &id), is("FAILED", 1));
}

#[tokio::test]
async fn forged_ids_and_attempts_decide_nothing() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, unclear()).await;
    let stored = bench.aws.dynamodb.items(CHATS);
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let unknown = "0".repeat(32);
    let forged = [
        format!("t1:{unknown}:1:there"),
        format!("t1:{id}:0:there"),
        format!("t1:{id}:2:again"),
        format!("t1:{id}:4294967295:again"),
        format!("t1:{id}:4294967296:again"),
        format!("t1:{id}:01:there"),
        format!("t1:{id}:1:drop"),
        format!("t1:{id}:1:THERE"),
        format!("t1:{id}:1:"),
        "t1::1:there".to_owned(),
    ];
    for data in forged {
        let delivered = user.delivers(&user.pushes_data(below(&bot), &data)).await;
        assert_eq!(delivered.method(), Some("answerCallbackQuery"), "{data}");
        bot.looks_away();
        assert_eq!(bench.aws.dynamodb.items(CHATS), stored, "{data}");
    }
}

#[tokio::test]
async fn only_who_asked_decides_and_only_where_they_asked() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, unclear()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let (other, other_bot) =
        chat::open(&bench.sandbox, OTHER, SECRET, async |request| handle(&app, request).await);
    other.speaks(Some("en"));
    let stored = task(&bench, &id);
    let there = format!("t1:{id}:1:there");
    let press = async || {
        other.says("/help").await;
        other_bot.looks_away();
        let message = below(&other_bot);
        other.presses_data(message, &there).await;
    };
    // A stranger, a colleague, and the same person in another chat.
    press().await;
    other_bot.answers("only for the staff");
    link_other(&bench, "admin-1").await;
    press().await;
    other_bot.answers("Nothing is to be decided");
    link_other(&bench, "staff-1").await;
    press().await;
    other_bot.answers("Nothing is to be decided");
    assert_eq!(task(&bench, &id), stored);
    // Here nobody is tied any more: the second chat took its place.
    user.delivers(&user.pushes_data(below(&bot), &there)).await;
    bot.answers("only for the staff");
    assert_eq!(task(&bench, &id), stored);
}

#[tokio::test]
async fn who_is_not_of_the_staff_any_more_decides_nothing() {
    let (bench, id) = with_task().await;
    end(&bench, &id, 1, unclear()).await;
    let stored = task(&bench, &id);
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let there = format!("t1:{id}:1:there");
    bench.wire.answer_next("/internal/users/", 10, (503, "{}".to_owned()));
    user.delivers(&user.pushes_data(below(&bot), &there)).await;
    assert!(bot.answers("Something went wrong").is_alert, "nobody can say who they are");
    bench.wire.reset();
    let person =
        json!({ "email": "staff-1@example.com", "name": "Taras Melnyk", "locale": "en", "roles": ["user"] });
    bench.control("PUT", "/_control/users/users/staff-1", person).await;
    user.delivers(&user.pushes_data(below(&bot), &there)).await;
    assert!(bot.answers("only for the staff").is_alert);
    assert_eq!(task(&bench, &id), stored);
}
