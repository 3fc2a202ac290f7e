//! Buttons of earlier messages, and buttons that are pressed twice: answered, and obeyed once or not at all.

use crate::tests::bench::Bench;
use crate::tests::steps::{
    CANCEL, CONFIRM, EDIT, NADIA, NOT_RIMA, NOT_SAMI, START_AGAIN, Step, act, draft, go_to, open, stands_at,
    wizard,
};

#[tokio::test]
async fn buttons_of_an_earlier_dialogue_are_answered_and_not_obeyed() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in Step::ALL {
        let old = go_to(&user, &bot, step).await;
        user.says("/cancel").await;
        go_to(&user, &bot, Step::Summary).await;
        let stood = open(&bench);
        for label in old.labels() {
            user.presses_on(old.message_id, label).await;
            bot.answers("This draft is closed");
        }
        assert_eq!(open(&bench), stood, "a button of {step:?} was obeyed");
    }
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
}

#[tokio::test]
async fn buttons_of_an_earlier_step_are_answered_and_not_obeyed() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let path = Step::Summary.acts();
    for (number, step) in [Step::Kind, Step::Found, Step::Workers, Step::WhatsApp].into_iter().enumerate() {
        let old = go_to(&user, &bot, step).await;
        for each in path.iter().skip(step.acts().len()) {
            act(&user, *each).await;
        }
        stands_at(&bot, Step::Summary);
        let stood = open(&bench);
        for button in old.buttons.iter().flatten().filter(|button| button.label != CANCEL) {
            user.presses_data(old.message_id, button.data.as_deref().unwrap()).await;
            bot.answers("This button is out of date");
        }
        assert_eq!(open(&bench), stood, "{number}: a button of {step:?} was obeyed");
    }
}

#[tokio::test]
async fn the_cancel_button_of_an_earlier_step_leaves_the_wizard() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.presses("Maintenance").await;
    let described = stands_at(&bot, Step::Description);
    user.says("No light").await;
    stands_at(&bot, Step::Search);
    user.presses_on(described.message_id, CANCEL).await;
    bot.shows("The task was cancelled");
    assert!(open(&bench).is_null());
}

#[tokio::test]
async fn confirming_an_older_summary_makes_neither_the_older_task_nor_the_newer() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let older = go_to(&user, &bot, Step::Summary).await;
    let confirm = older.button(CONFIRM).data.clone().unwrap();
    user.presses(EDIT).await;
    stands_at(&bot, Step::EditMenu);
    user.presses_data(older.message_id, &confirm).await;
    bot.answers("This button is out of date");
    user.presses("Message").await;
    stands_at(&bot, Step::EditDescription);
    user.says("Moved out").await;
    let newer = stands_at(&bot, Step::Summary).says("Moved out").is_new();
    user.presses_data(older.message_id, &confirm).await;
    bot.answers("This button is out of date");
    assert_eq!(bench.tasks().len(), 0);
    assert_eq!(draft(&bench)["description"]["S"], "Moved out");
    user.presses_on(newer.message_id, CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
    assert_eq!(bench.tasks()[0]["draft"]["M"]["description"]["S"], "Moved out");
}

#[tokio::test]
async fn a_customer_of_an_older_search_is_not_chosen() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in [Step::Found, Step::EditFound] {
        let older = go_to(&user, &bot, step).await;
        user.says("koval").await;
        let newer = bot.shows("8 customers").is_new();
        let stood = open(&bench);
        user.presses_on(older.message_id, older.labels()[0]).await;
        bot.answers("This button is out of date");
        user.says("nobody at all").await;
        bot.shows("Nobody was found for nobody at all");
        for label in [newer.labels()[0], "›"] {
            user.presses_on(newer.message_id, label).await;
            bot.answers("This button is out of date");
        }
        assert_eq!(open(&bench)["id"], stood["id"]);
        assert_eq!(bench.tasks().len(), 0);
    }
    assert_eq!(draft(&bench)["customer"]["M"]["username"]["S"], "customer123");
}

#[tokio::test]
async fn a_search_that_found_others_than_before_has_new_buttons() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let older = go_to(&user, &bot, Step::Found).await;
    user.says("koval").await;
    user.says("nadia").await;
    let newer = stands_at(&bot, Step::Found);
    user.presses_on(older.message_id, NADIA).await;
    bot.answers("This button is out of date");
    user.presses_on(newer.message_id, NADIA).await;
    stands_at(&bot, Step::Workers);
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_is_obeyed_once() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (step, label) in [
        (Step::Kind, "Maintenance"),
        (Step::Description, "⬅️ Back"),
        (Step::Found, NADIA),
        (Step::Workers, "⬅️ Back"),
        (Step::WhatsApp, "❌ No WhatsApp"),
        (Step::WhatsApp, "⬅️ Back"),
        (Step::Summary, EDIT),
        (Step::Summary, "⬅️ Back"),
        (Step::EditMenu, "Task Type"),
        (Step::EditMenu, "Workers"),
        (Step::EditKind, "Uninstall"),
        (Step::EditFound, "Siobhán O'Brien · obrien"),
        (Step::EditWorkers, "Done (1)"),
        (Step::EditWhatsApp, "❌ No WhatsApp"),
        (Step::EditWhatsApp, "⬅️ Back"),
    ] {
        go_to(&user, &bot, step).await;
        let taps = [user.pushes(label), user.pushes(label)];
        user.delivers(&taps[0]).await;
        let stood = open(&bench);
        bot.looks_away();
        user.delivers(&taps[1]).await;
        bot.answers("This button is out of date");
        assert_eq!(open(&bench), stood, "{step:?}: the second tap on {label} was obeyed");
    }
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn two_taps_on_confirm_make_one_task() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    let taps = [user.pushes(CONFIRM), user.pushes(CONFIRM), user.pushes(CONFIRM)];
    user.delivers(&taps[0]).await;
    bot.shows("passed on");
    user.delivers(&taps[1]).await;
    bot.answers("This task has already been passed on");
    user.says("/task").await;
    stands_at(&bot, Step::Kind);
    user.delivers(&taps[2]).await;
    assert!(bot.answers("").text.starts_with("This"), "it came late");
    assert_eq!(bench.tasks().len(), 1);
    assert_eq!(wizard(&bench)["step"]["S"], "KIND", "the new wizard stands");
}

#[tokio::test]
async fn a_cancelled_draft_cannot_be_confirmed_by_a_second_tap() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    let taps = [user.pushes(CANCEL), user.pushes(CONFIRM), user.pushes(CANCEL)];
    user.delivers(&taps[0]).await;
    bot.shows("The task was cancelled");
    for tap in &taps[1..] {
        user.delivers(tap).await;
        bot.answers("This draft is closed");
    }
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn quick_taps_on_two_workers_choose_both() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in [Step::Workers, Step::EditWorkers] {
        go_to(&user, &bot, step).await;
        let unchosen = bot.newest().unwrap();
        let rima = user.pushes(NOT_RIMA);
        let other = user.pushes("▫️ Олексій Бондар");
        user.delivers(&rima).await;
        user.delivers(&other).await;
        bot.finally_shows("Rima Aoun").says("Олексій Бондар").is_edit_of(unchosen.message_id);
    }
    let again = [user.pushes("✅ Rima Aoun"), user.pushes("✅ Rima Aoun")];
    for tap in &again {
        user.delivers(tap).await;
    }
    bot.finally_shows("Who will do it?").says_nothing_of("Rima Aoun,");
    let chosen = &wizard(&bench)["crew"]["M"]["chosen"]["L"];
    assert_eq!(chosen, &serde_json::json!([{ "N": "7" }, { "N": "13" }]), "off twice is off");
}

#[tokio::test]
async fn a_worker_who_was_chosen_twice_is_chosen() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Workers).await;
    let taps = [user.pushes(NOT_SAMI), user.pushes(NOT_SAMI)];
    for tap in &taps {
        assert_eq!(user.delivers(tap).await.status, 200);
    }
    bot.shows("Chosen: Sami Nassar");
    user.presses("Done (1)").await;
    stands_at(&bot, Step::WhatsApp);
    bot.looks_away();
}

#[tokio::test]
async fn start_again_on_an_older_message_does_not_drop_what_is_being_asked() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.says("/cancel").await;
    let cancelled = bot.finally_shows("The task was cancelled");
    go_to(&user, &bot, Step::Summary).await;
    let stood = open(&bench);
    user.presses_on(cancelled.message_id, START_AGAIN).await;
    stands_at(&bot, Step::Summary);
    assert_eq!(open(&bench), stood);
}

#[tokio::test]
async fn two_taps_on_start_again_begin_one_wizard() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.says("/cancel").await;
    let taps = [user.pushes(START_AGAIN), user.pushes(START_AGAIN)];
    user.delivers(&taps[0]).await;
    stands_at(&bot, Step::Kind);
    let begun = open(&bench);
    user.delivers(&taps[1]).await;
    bot.looks_away();
    assert_eq!(open(&bench), begun);
    user.presses("Maintenance").await;
    stands_at(&bot, Step::Description);
}
