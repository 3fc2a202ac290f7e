//! Leaving the wizard at every step: by its button, by `/cancel`, by `/task`, and by letting its time run out.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::json;

use crate::tests::bench::Bench;
use crate::tests::steps::{CANCEL, CONFIRM, START_AGAIN, Step, dialogue, go_to, open, stands_at, wizard};

/// Lets the time of the open wizard be over.
fn run_out(bench: &Bench) {
    let mut item = dialogue(bench);
    item["open"]["M"]["expires_at"] = json!({ "S": "2026-01-01T00:00:00Z" });
    bench.aws.dynamodb.put(CHATS, &item);
}

#[tokio::test]
async fn the_wizard_is_left_by_its_button_at_every_step() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in Step::ALL {
        let asked = go_to(&user, &bot, step).await;
        let id = open(&bench)["id"].clone();
        user.presses(CANCEL).await;
        let cancelled = bot.shows("The task was cancelled. Nothing has been created.").offers(&[START_AGAIN]);
        assert_eq!(cancelled.message_id, asked.message_id);
        let ended = json!({ "M": { "id": id, "ending": { "S": "CANCELLED" } } });
        assert_eq!(dialogue(&bench)["ended"], ended, "{step:?}");
        assert!(open(&bench).is_null(), "{step:?}");
    }
    user.presses(START_AGAIN).await;
    stands_at(&bot, Step::Kind);
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn the_wizard_is_left_by_a_command_at_every_step() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (step, command) in
        Step::ALL.into_iter().zip(["/cancel", "/CANCEL@paydesk_sandbox_bot please"].into_iter().cycle())
    {
        go_to(&user, &bot, step).await;
        user.says(command).await;
        bot.shows("The task was cancelled").is_new().offers(&[START_AGAIN]);
        assert!(open(&bench).is_null(), "{step:?}");
        user.says("No light").await;
        bot.shows("I did not understand that");
    }
    user.says("/cancel").await;
    bot.shows("There is nothing to cancel.");
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn a_task_that_is_begun_in_the_middle_of_another_is_a_new_one() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in Step::ALL {
        let asked = go_to(&user, &bot, step).await;
        let before = open(&bench)["id"].clone();
        user.says("/task").await;
        stands_at(&bot, Step::Kind).is_new();
        let begun = open(&bench);
        assert_ne!(begun["id"], before);
        assert_eq!(wizard(&bench), json!({ "step": { "S": "KIND" } }), "nothing of {step:?} is left");
        for button in asked.buttons.iter().flatten() {
            user.presses_data(asked.message_id, button.data.as_deref().unwrap()).await;
            bot.answers("This draft is closed");
        }
        assert_eq!(open(&bench), begun, "a button of {step:?} was obeyed");
    }
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn words_after_the_time_ran_out_are_answered_by_a_new_beginning() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in Step::ALL {
        go_to(&user, &bot, step).await;
        let id = open(&bench)["id"].clone();
        run_out(&bench);
        user.says("koval").await;
        let expired =
            bot.shows("This took too long, so the draft was dropped").offers(&[START_AGAIN]).is_new();
        let ended = json!({ "M": { "id": id, "ending": { "S": "EXPIRED" } } });
        assert_eq!(dialogue(&bench)["ended"], ended, "{step:?}");
        user.says("koval").await;
        bot.shows("I did not understand that");
        user.presses(START_AGAIN).await;
        stands_at(&bot, Step::Kind).is_edit_of(expired.message_id);
        assert_eq!(wizard(&bench), json!({ "step": { "S": "KIND" } }));
    }
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn a_press_after_the_time_ran_out_is_answered_by_a_new_beginning() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in Step::ALL {
        let asked = go_to(&user, &bot, step).await;
        run_out(&bench);
        user.presses(asked.labels()[0]).await;
        bot.shows("This took too long, so the draft was dropped")
            .offers(&[START_AGAIN])
            .is_edit_of(asked.message_id);
        assert!(open(&bench).is_null());
        for label in asked.labels() {
            user.presses_on(asked.message_id, label).await;
            bot.answers("This draft is closed");
        }
        user.presses(START_AGAIN).await;
        stands_at(&bot, Step::Kind);
    }
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn a_confirmation_that_comes_too_late_makes_no_task() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    run_out(&bench);
    user.presses(CONFIRM).await;
    bot.shows("This took too long").offers(&[START_AGAIN]);
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn each_answer_gives_the_wizard_its_whole_time_again() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Workers).await;
    let ends_at =
        |bench: &Bench| open(bench)["expires_at"]["S"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let before = ends_at(&bench);
    user.presses("▫️ Sami Nassar").await;
    bot.looks_away();
    let after = ends_at(&bench);
    assert!(after > before, "{after} is not after {before}");
    let patience = after.duration_since(jiff::Timestamp::now());
    assert!((29..=30).contains(&patience.as_mins()), "{patience}");
}

#[tokio::test]
async fn a_wizard_whose_time_ran_out_can_be_left_or_begun_anew() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    run_out(&bench);
    user.says("/task").await;
    stands_at(&bot, Step::Kind);
    run_out(&bench);
    user.says("/cancel").await;
    bot.shows("Nothing has been created.").offers(&[START_AGAIN]);
    assert!(open(&bench).is_null());
}
