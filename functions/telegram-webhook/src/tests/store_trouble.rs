//! The store is away, slow, contended, or holds what it should not.

use sandbox::testbed::dynamodb::{CHATS, condition_failed, throttled, transaction_cancelled};
use sandbox::testbed::log_lines::Lines;
use serde_json::{Value, json};

use crate::tests::bench::Bench;
use crate::tests::steps::{CONFIRM, Step, dialogue, go_to, stands_at};

/// As often as the SDK tries.
const TRIES: usize = 3;

fn away() -> (u16, String) {
    let kind = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    (500, json!({ "__type": kind, "message": "The request processing has failed." }).to_string())
}

#[tokio::test]
async fn while_the_store_is_away_telegram_is_asked_to_send_again_and_then_it_works() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Description).await;
    for operation in ["Query", "PutItem"] {
        let stored = dialogue(&bench);
        let answer = user.writes("No light");
        bench.wire.answer_next(operation, TRIES, away());
        let failed = user.delivers(&answer).await;
        assert_eq!((failed.status, failed.body.as_str()), (503, ""), "{operation}");
        assert_eq!(dialogue(&bench), stored, "{operation}");
        assert_eq!(user.delivers(&answer).await.status, 200, "{operation}");
        stands_at(&bot, Step::Search);
        user.presses("⬅️ Back").await;
        stands_at(&bot, Step::Description);
    }
    go_to(&user, &bot, Step::Summary).await;
    let confirm = user.pushes(CONFIRM);
    bench.wire.answer_next("TransactWriteItems", TRIES, away());
    assert_eq!(user.delivers(&confirm).await.status, 503);
    assert_eq!(bench.tasks().len(), 0);
    assert_eq!(user.delivers(&confirm).await.status, 200);
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
}

#[tokio::test]
async fn every_kind_of_update_that_takes_effect_is_sent_again_while_the_store_is_away() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/language").await;
    bot.looks_away();
    let (texts, presses) =
        (["/start", "/invoices", "/task", "/unlink", "/help", "words"], ["English", "✅ English"]);
    let label = presses.into_iter().find(|label| bot.newest().unwrap().labels().contains(label)).unwrap();
    let mut updates: Vec<_> = texts.map(|text| user.writes(text)).into();
    updates.push(user.pushes(label));
    updates.push(user.update(json!({ "my_chat_member": {
        "chat": { "id": 4242, "type": "private" }, "from": { "id": 4242 }, "date": 1_795_226_500,
        "new_chat_member": { "user": { "id": 1 }, "status": "kicked" },
    } })));
    for update in updates {
        bench.wire.crash_at(1);
        assert_eq!(user.delivers(&update).await.status, 503, "{}", update.body());
        assert!(bench.wire.revive());
        bench.wire.reset();
        assert_eq!(user.delivers(&update).await.status, 200, "{}", update.body());
        bench.wire.reset();
    }
    bot.looks_away();
}

#[tokio::test]
async fn a_throttled_request_is_repeated_below_the_conversation() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Description).await;
    bench.wire.reset();
    bench.wire.answer_next("Query", 1, throttled());
    bench.wire.answer_next("PutItem", 2, throttled());
    user.says("No light").await;
    stands_at(&bot, Step::Search);
    assert_eq!(bench.store_requests(), ["Query", "Query", "PutItem", "PutItem", "PutItem"]);
}

#[tokio::test]
async fn an_update_that_meets_others_is_decided_anew_three_times_at_most() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Description).await;
    bench.wire.reset();
    bench.wire.answer_next("PutItem", 2, condition_failed());
    user.says("No light").await;
    stands_at(&bot, Step::Search);
    assert_eq!(bench.store_requests(), ["Query", "PutItem", "Query", "PutItem", "Query", "PutItem"]);

    let stored = dialogue(&bench);
    let text = user.writes("nadia");
    bench.wire.answer_next("PutItem", 3, condition_failed());
    assert_eq!(user.delivers(&text).await.status, 503);
    assert_eq!(dialogue(&bench), stored);
    assert_eq!(user.delivers(&text).await.status, 200);
    stands_at(&bot, Step::Found);

    go_to(&user, &bot, Step::Summary).await;
    let confirm = user.pushes(CONFIRM);
    let lost = transaction_cancelled(&["None", "None", "ConditionalCheckFailed"]);
    bench.wire.answer_next("TransactWriteItems", 3, lost);
    assert_eq!(user.delivers(&confirm).await.status, 503);
    assert_eq!(bench.tasks().len(), 0);
    assert_eq!(user.delivers(&confirm).await.status, 200);
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
}

#[tokio::test]
async fn a_dialogue_that_cannot_be_read_is_given_up_and_logged_and_takes_nothing_else_away() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let shown = go_to(&user, &bot, Step::Kind).await;
    let mut item = dialogue(&bench);
    item["open"]["M"]["wizard"]["M"]["step"] = json!({ "S": "TEA_BREAK" });
    bench.aws.dynamodb.put(CHATS, &item);
    let lines = Lines::default();
    let story = async {
        user.says("/help").await;
        bot.shows("/task");
        assert_eq!(dialogue(&bench), item, "nothing was asked of it");
        user.says("No light").await;
        bot.shows("the draft was dropped");
        user.presses_on(shown.message_id, "Maintenance").await;
        bot.answers("This draft is closed");
        go_to(&user, &bot, Step::Search).await;
    };
    lines.of(story).await;
    let errors: Vec<Value> = lines.read().into_iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    for error in errors {
        assert_eq!(error["message"], "a dialogue cannot be read, and is given up");
        assert!(error["error"].as_str().unwrap().contains("corrupt"), "{error}");
        assert!(!error["correlationId"].as_str().unwrap().is_empty(), "{error}");
    }
}
