//! Who may ask for a task: the staff, as long as they are the staff and the chat is theirs.

use sandbox::testbed::log_lines::Lines;
use serde_json::{Value, json};

use crate::tests::bench::Bench;
use crate::tests::steps::{CANCEL, CONFIRM, Step, act, go_to, open, stands_at};

async fn give_roles(bench: &Bench, user: &str, roles: &[&str]) {
    let person = json!({ "email": "person@example.com", "name": "Person", "roles": roles });
    bench.control("PUT", &format!("/_control/users/users/{user}"), person).await;
}

async fn fail(bench: &Bench, fault: &str) {
    let fault = json!({ "party": "users", "operation": "user", "fault": fault, "times": 1 });
    bench.control("POST", "/_control/faults", fault).await;
}

#[tokio::test]
async fn a_customer_who_tries_is_refused_politely_and_it_is_logged() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let lines = Lines::default();
    lines.of(user.says("/task")).await;
    bot.shows("Sorry, this is only for the staff.").offers(&[]);
    let lines = lines.read().into_iter();
    let refused: Vec<Value> = lines.filter(|line| line["message"] == "a staff command was refused").collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["level"], "WARN");
    assert!(refused[0]["user"].as_str().unwrap().contains("user-4"), "{refused:?}");
    user.says("No light").await;
    bot.shows("I did not understand that");
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn who_is_unknown_is_refused() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    bot.shows("This chat is not connected to an account yet");
    bench.link("nobody-1").await;
    user.says("/task").await;
    bot.shows("Sorry, this is only for the staff.");
    give_roles(&bench, "nobody-1", &[]).await;
    user.says("/task").await;
    bot.shows("Sorry, this is only for the staff.");
    assert_eq!(bot.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_admin_is_of_the_staff() {
    let bench = Bench::start().await;
    bench.link("admin-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks()[0]["asked_by"], json!({ "S": "admin-1" }));
}

#[tokio::test]
async fn who_is_not_of_the_staff_any_more_when_confirming_makes_no_task() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    give_roles(&bench, "staff-1", &["user"]).await;
    user.presses(CONFIRM).await;
    assert!(bot.answers("Sorry, this is only for the staff.").is_alert);
    assert_eq!(bench.tasks().len(), 0);
    give_roles(&bench, "staff-1", &["user", "staff"]).await;
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1, "the draft was kept");
}

#[tokio::test]
async fn a_role_that_cannot_be_asked_for_is_not_assumed() {
    for fault in ["server_error", "cut_before", "cut_after", "garbage", "limit", "refuse"] {
        let bench = Bench::start().await;
        bench.link("staff-1").await;
        let app = bench.app().await;
        let (user, bot) = bench.chat(&app);
        fail(&bench, fault).await;
        user.says("/task").await;
        bot.shows("Something went wrong on our side. Please try again in a minute.");
        go_to(&user, &bot, Step::Summary).await;
        let stood = open(&bench);
        fail(&bench, fault).await;
        user.presses(CONFIRM).await;
        assert!(bot.answers("Something went wrong on our side").is_alert, "{fault}");
        assert_eq!(bench.tasks().len(), 0, "{fault}");
        assert_eq!(open(&bench), stood, "{fault}: the draft is kept");
        user.presses(CONFIRM).await;
        bot.shows("passed on");
        assert_eq!(bench.tasks().len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_chat_that_was_untied_goes_on_with_nothing() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (step, person) in [(Step::Search, "staff-1"), (Step::Workers, "admin-1"), (Step::Summary, "staff-2")]
    {
        give_roles(&bench, person, &["staff"]).await;
        bench.link(person).await;
        let asked = go_to(&user, &bot, step).await;
        user.says("/unlink").await;
        bot.shows("This chat is disconnected from your account.");
        let stood = open(&bench);
        user.says("koval").await;
        bot.shows("I did not understand that");
        for label in asked.labels().into_iter().filter(|label| *label != CANCEL) {
            user.presses_on(asked.message_id, label).await;
            bot.answers("This draft is closed");
        }
        assert_eq!(open(&bench), stood, "{step:?} went on");
    }
    user.presses(CANCEL).await;
    bot.shows("The task was cancelled");
    assert_eq!(bench.tasks().len(), 0);
}

#[tokio::test]
async fn who_tied_the_chat_to_another_account_does_not_confirm_the_draft_of_the_one_before() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Summary).await;
    bench.link("admin-1").await;
    user.presses(CONFIRM).await;
    bot.answers("This draft is closed");
    user.says("koval").await;
    bot.shows("I did not understand that");
    assert_eq!(bench.tasks().len(), 0);
    go_to(&user, &bot, Step::Summary).await;
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks()[0]["asked_by"], json!({ "S": "admin-1" }));
}

#[tokio::test]
async fn where_the_panel_is_switched_off_nothing_is_begun() {
    let mut bench = Bench::start().await;
    bench.link("staff-1").await;
    bench.settings.makes_tasks = false;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    bot.shows("the billing system is switched off here (SERVICE_DISABLED)");
    user.says("No light").await;
    bot.shows("I did not understand that");
}

#[tokio::test]
async fn a_panel_that_was_switched_off_in_the_middle_keeps_the_draft() {
    let mut bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    {
        let (user, bot) = bench.chat(&app);
        go_to(&user, &bot, Step::Summary).await;
    }
    bench.settings.makes_tasks = false;
    let switched_off = bench.app().await;
    {
        let (user, bot) = bench.chat(&switched_off);
        user.presses(CONFIRM).await;
        bot.shows("SERVICE_DISABLED");
    }
    assert_eq!(bench.tasks().len(), 0);
    let (user, bot) = bench.chat(&app);
    user.says("and now?").await;
    bot.shows("6/6");
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.tasks().len(), 1);
}

#[tokio::test]
async fn a_deploy_between_any_two_answers_is_not_noticed() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    for target in [Step::Summary, Step::EditKind, Step::EditDescription, Step::EditFound, Step::EditWorkers] {
        for each in target.acts() {
            let deployed = bench.app().await;
            let (user, bot) = bench.chat(&deployed);
            act(&user, each).await;
            bot.looks_away();
        }
        let deployed = bench.app().await;
        let (_user, bot) = bench.chat(&deployed);
        stands_at(&bot, target);
    }
    let deployed = bench.app().await;
    let (user, bot) = bench.chat(&deployed);
    user.presses("Done (1)").await;
    stands_at(&bot, Step::Summary);
    let deployed = bench.app().await;
    let (user, bot_after) = bench.chat(&deployed);
    user.presses(CONFIRM).await;
    bot_after.shows("passed on");
    bot.looks_away();
    assert_eq!(bench.tasks().len(), 1);
}
