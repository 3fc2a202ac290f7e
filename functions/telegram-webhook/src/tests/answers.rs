//! What is no answer to the question: it is said why, and the question stands.

use crate::tests::bench::Bench;
use crate::tests::steps::{
    CONFIRM, NOT_SAMI, Step, carried, dialogue, go_to, open, sends_a_picture, stands_at, wizard,
};

#[tokio::test]
async fn words_where_a_button_is_wanted_are_answered_by_the_question_again() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let long = "x".repeat(4096);
    for step in Step::ALL.into_iter().filter(|step| !step.takes_text()) {
        let asked = go_to(&user, &bot, step).await;
        let stored = dialogue(&bench);
        for text in ["Maintenance", "1", "✅", long.as_str()] {
            user.says(text).await;
            let again = bot.shows("Please press one of the buttons.").says(step.words()[1]).is_new();
            assert_eq!(again.buttons, asked.buttons, "{step:?}");
        }
        sends_a_picture(&user).await;
        bot.shows("Please press one of the buttons.").says(step.words()[1]);
        assert_eq!(dialogue(&bench), stored, "{step:?} changed");
    }
    assert_eq!(bot.calls(), Vec::<String>::new());
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn the_question_that_was_asked_again_can_be_answered() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    user.says("yes").await;
    let again = bot.shows("Please press one of the buttons.").is_new();
    user.presses_on(again.message_id, CONFIRM).await;
    bot.shows("passed on").is_edit_of(again.message_id);
    assert_eq!(bench.tasks().len(), 1);
}

#[tokio::test]
async fn a_description_is_words_and_not_too_many() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in [Step::Description, Step::EditDescription] {
        go_to(&user, &bot, step).await;
        let stored = dialogue(&bench);
        for length in [1001, 4096] {
            user.says(&"й".repeat(length)).await;
            bot.shows("a description has at most 1,000 characters").says(step.words()[1]);
        }
        sends_a_picture(&user).await;
        bot.shows("The description is empty").says(step.words()[1]);
        for nothing in ["\u{7}\u{1}", "\u{200b}\u{200d}", "\u{202e}\u{2066}"] {
            user.says(nothing).await;
            bot.shows("The description is empty").says(step.words()[1]);
        }
        assert_eq!(dialogue(&bench), stored, "{step:?} changed");
        user.says(&"й".repeat(1000)).await;
        let next = if step == Step::Description { Step::Search } else { Step::Summary };
        stands_at(&bot, next);
    }
}

#[tokio::test]
async fn a_search_has_two_to_64_characters() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for step in [Step::Search, Step::Found, Step::EditSearch, Step::EditFound] {
        let asked = go_to(&user, &bot, step).await;
        let stored = dialogue(&bench);
        for text in ["n".to_owned(), "щ".repeat(65), "na\ndia".to_owned(), "x".repeat(4096)] {
            user.says(&text).await;
            let again = bot.shows("Please search by 2 to 64 characters").says(step.words()[1]);
            assert_eq!(again.buttons, asked.buttons, "{step:?}");
        }
        sends_a_picture(&user).await;
        bot.shows("Please search by 2 to 64 characters").says(step.words()[1]);
        assert_eq!(dialogue(&bench), stored, "{step:?} changed");
        user.says(&"щ".repeat(64)).await;
        bot.shows("Nobody was found").says(&"щ".repeat(20));
    }
}

#[tokio::test]
async fn a_task_without_workers_is_not_asked_for() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Workers).await;
    user.presses("Done (0)").await;
    bot.answers("Nobody is chosen yet");
    user.presses(NOT_SAMI).await;
    user.presses("✅ Sami Nassar").await;
    bot.looks_away();
    user.presses("Done (0)").await;
    bot.answers("Nobody is chosen yet");
    assert_eq!(wizard(&bench)["step"]["S"], "WORKERS");
    go_to(&user, &bot, Step::EditWorkers).await;
    user.presses("✅ Sami Nassar").await;
    bot.shows("Who will do it?").says_nothing_of("Chosen");
    user.presses("Done (0)").await;
    bot.answers("Nobody is chosen yet");
    assert_eq!(
        wizard(&bench)["draft"]["M"]["workers"]["L"][0]["M"]["id"]["N"],
        "13",
        "the draft is as it was"
    );
}

#[tokio::test]
async fn a_button_of_another_question_is_not_obeyed_at_any_step() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let answers =
        ["km", "ku", "c0", "cp1", "w+13", "w-13", "wp1", "wok", "ay", "an", "sok", "se", "ek", "ed", "ea"];
    for step in Step::ALL {
        let asked = go_to(&user, &bot, step).await;
        let own: Vec<String> =
            asked.buttons.iter().flatten().filter_map(|button| button.data.clone()).collect();
        let letter = own.iter().find_map(|data| data.split(':').nth(3)).map(|answer| &answer[..1]);
        let stored = open(&bench);
        for answer in answers.into_iter().filter(|answer| letter != Some(&answer[..1])) {
            user.presses_data(asked.message_id, &carried(&bench, answer)).await;
            bot.answers("out of date");
        }
        assert_eq!(open(&bench), stored, "{step:?} changed");
    }
    assert_eq!(bench.tasks().len(), 0);
}
