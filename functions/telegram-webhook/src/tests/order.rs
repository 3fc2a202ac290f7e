//! Updates that come again, and updates that come after later ones.

use http::Response;
use jiff::SignedDuration;
use lambda_http::Request;
use sandbox::testbed::chat::update::Update;
use sandbox::testbed::chat::user::User;
use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};

use crate::tests::bench::Bench;
use crate::tests::steps::{
    Act, BACK, CANCEL, CONFIRM, EDIT, NADIA, NOT_RIMA, NOT_SAMI, Step, dialogue, go_to, open, wizard,
};

/// The update of an act, on its way.
#[track_caller]
fn update<H: AsyncFn(Request) -> Response<String>>(user: &User<'_, H>, act: Act) -> Update {
    match act {
        Act::Says(text) => user.writes(text),
        Act::Presses(label) => user.pushes(label),
    }
}

/// Delivers an update twice: the second time nothing is changed, and the same is answered.
async fn deliver_twice<H: AsyncFn(Request) -> Response<String>>(bench: &Bench, user: &User<'_, H>, act: Act) {
    let update = update(user, act);
    let first = user.delivers(&update).await;
    let stored = bench.aws.dynamodb.items(CHATS);
    bench.wire.reset();
    let again = user.delivers(&update).await;
    assert_eq!((first.status, again.status), (200, 200), "{act:?}");
    assert_eq!(again.body, first.body, "{act:?} is answered as before");
    assert_eq!(bench.aws.dynamodb.items(CHATS), stored, "{act:?} changes nothing again");
    assert_eq!(bench.store_requests(), ["Query"], "{act:?}");
}

#[tokio::test]
async fn a_repeat_of_any_step_shows_again_where_we_are_and_changes_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let way = [
        Act::Says("/task"),
        Act::Presses("Uninstall"),
        Act::Presses(BACK),
        Act::Presses("Maintenance"),
        Act::Says("No light"),
        Act::Says("koval"),
        Act::Says("nadia"),
        Act::Presses(NADIA),
        Act::Presses(NOT_SAMI),
        Act::Presses(NOT_RIMA),
        Act::Presses("Done (2)"),
        Act::Presses("❌ No WhatsApp"),
        Act::Presses(EDIT),
        Act::Presses("Message"),
        Act::Says("No light at all"),
        Act::Presses(CONFIRM),
    ];
    for act in way {
        deliver_twice(&bench, &user, act).await;
    }
    bot.finally_shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
    assert_eq!(bench.tasks()[0]["draft"]["M"]["description"], json!({ "S": "No light at all" }));
    bot.looks_away();
}

#[tokio::test]
async fn a_repeated_end_is_told_again_and_ends_nothing_else() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for end in [Act::Says("/cancel"), Act::Presses(CANCEL)] {
        go_to(&user, &bot, Step::Workers).await;
        deliver_twice(&bench, &user, end).await;
        bot.finally_shows("cancelled");
    }
    let begun = update(&user, Act::Presses("🔄 Start again"));
    user.delivers(&begun).await;
    let first = open(&bench);
    user.delivers(&begun).await;
    assert_eq!(open(&bench), first, "a second wizard is not begun");
    bot.looks_away();
}

#[tokio::test]
async fn a_wrong_answer_that_comes_again_is_explained_again() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Kind).await;
    deliver_twice(&bench, &user, Act::Says("neither of them")).await;
    bot.finally_shows("Please press one of the buttons.");
}

#[tokio::test]
async fn an_answer_that_came_too_late_for_its_question_is_told_so_each_time_it_comes() {
    let mut bench = Bench::start().await;
    bench.link("staff-1").await;
    bench.settings.patience = SignedDuration::ZERO;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for end in [Act::Says("No light"), Act::Presses("Maintenance"), Act::Presses(CANCEL)] {
        go_to(&user, &bot, Step::Kind).await;
        deliver_twice(&bench, &user, end).await;
        assert_eq!(open(&bench), Value::Null);
        bot.looks_away();
    }
}

#[tokio::test]
async fn a_text_that_comes_late_does_not_end_a_question_whose_time_is_over() {
    let mut bench = Bench::start().await;
    bench.link("staff-1").await;
    bench.settings.patience = SignedDuration::ZERO;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let late = user.writes("No light");
    go_to(&user, &bot, Step::Kind).await;
    let stored = dialogue(&bench);
    assert_eq!(user.delivers(&late).await.status, 200);
    assert_eq!(dialogue(&bench), stored, "an earlier update would count as the last one");
    bot.looks_away();
}

#[tokio::test]
async fn a_text_that_comes_after_a_later_one_answers_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Description).await;
    let (earlier, later) = (user.writes("first"), user.writes("second"));
    user.delivers(&later).await;
    bot.shows("3/6");
    let stored = dialogue(&bench);
    user.delivers(&earlier).await;
    bot.shows("3/6").says_nothing_of("first");
    assert_eq!(dialogue(&bench), stored);
    assert_eq!(wizard(&bench)["work"]["M"]["description"], json!({ "S": "second" }));
}

#[tokio::test]
async fn a_press_that_comes_after_a_later_one_is_answered_and_not_obeyed() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let pairs = [
        (Step::Kind, "Maintenance", "Uninstall"),
        (Step::Workers, NOT_SAMI, NOT_RIMA),
        (Step::Workers, BACK, NOT_RIMA),
        (Step::Summary, CONFIRM, EDIT),
        (Step::Summary, CONFIRM, CANCEL),
        (Step::Summary, CANCEL, CONFIRM),
        (Step::EditMenu, "Message", "Workers"),
    ];
    for (number, (step, earlier, later)) in pairs.into_iter().enumerate() {
        go_to(&user, &bot, step).await;
        let (first, second) = (user.pushes(earlier), user.pushes(later));
        user.delivers(&second).await;
        bot.looks_away();
        let stored = bench.aws.dynamodb.items(CHATS);
        user.delivers(&first).await;
        bot.answers("came late");
        bot.shows_nothing_new();
        assert_eq!(bench.aws.dynamodb.items(CHATS), stored, "{number}: {earlier} after {later}");
    }
    assert_eq!(bench.tasks().len(), 1, "only the one that was confirmed last");
}

#[tokio::test]
async fn a_command_that_comes_late_begins_and_ends_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Description).await;
    for command in ["/task", "/cancel"] {
        let late = user.writes(command);
        user.says("No light").await;
        let stored = dialogue(&bench);
        user.delivers(&late).await;
        bot.finally_shows("3/6");
        assert_eq!(dialogue(&bench), stored, "{command}");
        user.presses(BACK).await;
        bot.shows("2/6");
    }
}
