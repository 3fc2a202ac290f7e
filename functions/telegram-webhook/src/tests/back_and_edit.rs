//! Going back from every step, and changing every answer from the summary.

use serde_json::json;

use crate::tests::bench::Bench;
use crate::tests::steps::{
    BACK, CANCEL, CONFIRM, EDIT, NADIA, NOT_RIMA, OBRIEN, Step, carried, draft, go_to, open, stands_at,
    wizard,
};

#[tokio::test]
async fn back_leads_from_every_step_to_the_question_before() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (step, before) in [
        (Step::Description, Step::Kind),
        (Step::Search, Step::Description),
        (Step::Found, Step::Description),
        (Step::Workers, Step::Search),
        (Step::WhatsApp, Step::Workers),
        (Step::Summary, Step::WhatsApp),
        (Step::EditMenu, Step::Summary),
        (Step::EditKind, Step::Summary),
        (Step::EditDescription, Step::Summary),
        (Step::EditSearch, Step::Summary),
        (Step::EditFound, Step::Summary),
        (Step::EditWorkers, Step::Summary),
        (Step::EditWhatsApp, Step::Summary),
    ] {
        let asked = go_to(&user, &bot, step).await;
        let stood = draft(&bench);
        user.presses(BACK).await;
        stands_at(&bot, before).is_edit_of(asked.message_id);
        if before == Step::Summary {
            assert_eq!(draft(&bench), stood, "nothing is changed by leaving {step:?}");
        }
    }
}

#[tokio::test]
async fn the_first_question_has_no_way_back_but_out() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let first = go_to(&user, &bot, Step::Kind).await.offers(&["Maintenance", "Uninstall", CANCEL]);
    user.presses_data(first.message_id, &carried(&bench, "kb")).await;
    bot.shows("The task was cancelled");
    assert!(open(&bench).is_null());
}

#[tokio::test]
async fn all_the_way_back_and_forth_again() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    for (step, words) in [
        (Step::WhatsApp, "5/6"),
        (Step::Workers, "Chosen: Sami Nassar"),
        (Step::Search, "3/6"),
        (Step::Description, "2/6"),
        (Step::Kind, "1/6"),
    ] {
        user.presses(BACK).await;
        stands_at(&bot, step).says(words);
    }
    user.presses("Uninstall").await;
    user.says("Moved out").await;
    user.says("obrien").await;
    user.presses(OBRIEN).await;
    user.presses(NOT_RIMA).await;
    user.presses("Done (1)").await;
    user.presses("❌ No WhatsApp").await;
    let summary = stands_at(&bot, Step::Summary).says("Uninstall").says("Moved out").says("obrien");
    let summary =
        summary.says("Rima Aoun").says("❌ No").says_nothing_of("Sami").says_nothing_of("customer123");
    user.presses_on(summary.message_id, CONFIRM).await;
    bot.shows("passed on");
    let tasks = bench.tasks();
    assert_eq!(tasks.len(), 1);
    let wanted = json!({
        "kind": { "S": "uninstall" },
        "description": { "S": "Moved out" },
        "customer": { "M": { "username": { "S": "obrien" }, "name": { "S": "Siobhán O'Brien" } } },
        "workers": { "L": [{ "M": { "id": { "N": "15" }, "name": { "S": "Rima Aoun" } } }] },
        "whats_app": { "BOOL": false },
    });
    assert_eq!(tasks[0]["draft"]["M"], wanted);
}

#[tokio::test]
async fn every_answer_can_be_changed_from_the_summary() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::EditMenu).await.offers(&[
        "Task Type",
        "Message",
        "Customer",
        "Workers",
        "WhatsApp",
        BACK,
        CANCEL,
    ]);
    user.presses("Task Type").await;
    user.presses("Uninstall").await;
    stands_at(&bot, Step::Summary).says("Uninstall").says("No light");
    user.presses(EDIT).await;
    user.presses("Message").await;
    stands_at(&bot, Step::EditDescription);
    user.says("Moved out\nto the sea").await;
    stands_at(&bot, Step::Summary).says("Moved out\nto the sea").says_nothing_of("No light");
    user.presses(EDIT).await;
    user.presses("Customer").await;
    user.says("koval").await;
    user.presses("›").await;
    bot.finally_shows("Page 2/2");
    user.says("obrien").await;
    user.presses(OBRIEN).await;
    stands_at(&bot, Step::Summary).says("obrien").says_nothing_of("customer123");
    user.presses(EDIT).await;
    user.presses("Workers").await;
    stands_at(&bot, Step::EditWorkers);
    user.presses("✅ Sami Nassar").await;
    user.presses(NOT_RIMA).await;
    user.presses("▫️ Олексій Бондар").await;
    user.presses("Done (2)").await;
    stands_at(&bot, Step::Summary).says("Rima Aoun").says("Олексій Бондар").says_nothing_of("Sami");
    user.presses(EDIT).await;
    user.presses("WhatsApp").await;
    user.presses("❌ No WhatsApp").await;
    stands_at(&bot, Step::Summary).says("❌ No");
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    let tasks = bench.tasks();
    assert_eq!(tasks.len(), 1);
    let draft = &tasks[0]["draft"]["M"];
    assert_eq!(draft["kind"]["S"], "uninstall");
    assert_eq!(draft["description"]["S"], "Moved out\nto the sea");
    assert_eq!(draft["customer"]["M"]["username"]["S"], "obrien");
    let ids: Vec<&str> = draft["workers"]["L"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["M"]["id"]["N"].as_str())
        .collect();
    assert_eq!(ids, ["7", "15"]);
    assert_eq!(draft["whats_app"]["BOOL"], false);
}

#[tokio::test]
async fn an_edit_that_was_left_changes_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    let stood = draft(&bench);
    user.presses(EDIT).await;
    user.presses("Workers").await;
    user.presses("✅ Sami Nassar").await;
    user.presses(NOT_RIMA).await;
    bot.finally_shows("Chosen: Rima Aoun");
    user.presses(BACK).await;
    stands_at(&bot, Step::Summary).says("Sami Nassar").says_nothing_of("Rima");
    user.presses(EDIT).await;
    user.presses("Customer").await;
    user.says("obrien").await;
    bot.finally_shows("Found for obrien");
    user.presses(BACK).await;
    stands_at(&bot, Step::Summary).says("customer123");
    assert_eq!(draft(&bench), stood);
}

#[tokio::test]
async fn who_goes_back_to_the_customer_searches_anew() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Workers).await;
    user.presses(BACK).await;
    stands_at(&bot, Step::Search).offers(&[BACK, CANCEL]);
    user.says("nadia").await;
    user.presses(NADIA).await;
    stands_at(&bot, Step::Workers).says_nothing_of("Chosen");
    assert_eq!(wizard(&bench)["customer"]["M"]["username"]["S"], "customer123");
}
