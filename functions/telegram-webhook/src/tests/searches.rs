//! Finding customers and workers: in the directory, and in the provider's API with its moods.

use serde_json::json;
use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};
use shared::stores::directory::{Directory, DirectoryRow, List};

use sandbox::testbed::dynamodb::CHATS;

use crate::tests::bench::Bench;
use crate::tests::steps::{
    BACK, CANCEL, EDIT, NADIA, NOT_SAMI, OBRIEN, Step, go_to, open, stands_at, wizard,
};

/// Fills the directory anew.
async fn directory_of(bench: &Bench, customers: &[(String, String)], workers: &[(u32, String)]) {
    let directory = Directory::new(bench.table(CHATS));
    let customer = |(username, name): &(String, String)| {
        DirectoryRow::of_customer(&Subscriber::new(username.parse().unwrap(), name))
    };
    let rows: Vec<DirectoryRow> = customers.iter().flat_map(customer).collect();
    directory.replace(List::Customers, &rows).await.unwrap();
    let worker = |(id, name): &(u32, String)| DirectoryRow::of_worker(&Worker::new(WorkerId(*id), name));
    let rows: Vec<DirectoryRow> = workers.iter().map(worker).collect();
    directory.replace(List::Workers, &rows).await.unwrap();
}

async fn fail(bench: &Bench, operation: &str, fault: &str) {
    let fault = json!({ "party": "isp-api", "operation": operation, "fault": fault, "times": 1 });
    bench.control("POST", "/_control/faults", fault).await;
}

#[tokio::test]
async fn a_search_finds_nobody_one_or_several() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Search).await;
    user.says("nobody <b>at</b> all").await;
    bot.shows("Nobody was found for nobody <b>at</b> all.").says("search again").offers(&[BACK, CANCEL]);
    user.says("CUSTOMER123").await;
    bot.shows("Found for CUSTOMER123: 1 customer.").offers(&[NADIA, BACK, CANCEL]);
    user.says("o'brien").await;
    bot.shows("Found for o'brien: 1 customer.").offers(&[OBRIEN, BACK, CANCEL]);
    user.says("obrien koval").await;
    bot.shows("Nobody was found for obrien koval.");
    user.says("siobhán bri").await;
    bot.shows("1 customer").offers(&[OBRIEN, BACK, CANCEL]);
    user.says("koval").await;
    let first = bot.shows("8 customers").says("Page 1/2");
    assert_eq!(first.labels().len(), 9, "six customers, a page, two ways out: {:?}", first.labels());
    assert_eq!(first.labels()[0], "Koval <koval_a> · koval_a");
    user.presses("›").await;
    let second = bot.shows("Page 2/2").is_edit_of(first.message_id);
    assert_eq!(second.labels()[0], "Koval <koval_g> · koval_g");
    user.presses("‹").await;
    assert_eq!(bot.shows("Page 1/2").labels(), first.labels());
    user.presses("›").await;
    bot.looks_away();
    user.presses("Koval <koval_h> · koval_h").await;
    stands_at(&bot, Step::Workers);
    assert_eq!(wizard(&bench)["customer"]["M"]["username"]["S"], "koval_h");
}

#[tokio::test]
async fn a_search_that_finds_too_many_says_so_and_offers_the_first_fifty() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let many: Vec<(String, String)> =
        (0..60).map(|number| (format!("big{number:02}"), "Ян <b>".to_owned())).collect();
    directory_of(&bench, &many, &[(13, "Sami Nassar".to_owned())]).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.presses("Maintenance").await;
    user.says("No light").await;
    user.says("big").await;
    bot.finally_shows("More than 50 customers found for big").says("Page 1/9");
    for page in 2..=9 {
        user.presses("›").await;
        bot.shows(&format!("Page {page}/9"));
    }
    let last = bot.newest().unwrap().offers(&["Ян <b> · big48", "Ян <b> · big49", "‹", BACK, CANCEL]);
    user.presses_on(last.message_id, "Ян <b> · big49").await;
    stands_at(&bot, Step::Workers);
    assert_eq!(wizard(&bench)["customer"]["M"]["username"]["S"], "big49");
}

#[tokio::test]
async fn somebody_with_a_common_first_name_is_found_by_the_whole_name() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let named = |login: &str, name: &str| Subscriber::new(login.parse().unwrap(), name);
    let mut rows: Vec<DirectoryRow> = (0..160)
        .flat_map(|number| DirectoryRow::of_customer(&named(&format!("a{number:03}"), "Andriy")))
        .collect();
    // Their login names are not searched for here.
    rows.retain(|row| row.gsi1sk.starts_with("andriy"));
    rows.extend(DirectoryRow::of_customer(&named("zz", "Andriy Zelenko")));
    Directory::new(bench.table(CHATS)).replace(List::Customers, &rows).await.unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.presses("Maintenance").await;
    user.says("No light").await;
    user.says("andriy zelenko").await;
    bot.finally_shows("1 customer").offers(&["Andriy Zelenko · zz", BACK, CANCEL]);
    user.says("andriy").await;
    bot.shows("More than 50 customers found for andriy");
}

#[tokio::test]
async fn workers_are_chosen_on_several_pages_and_no_more_than_thirty() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let workers: Vec<(u32, String)> = (1..=33).map(|id| (id, format!("W {id:02}"))).collect();
    directory_of(&bench, &[("customer123".to_owned(), "Nadia Haddad".to_owned())], &workers).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    for text in ["No light", "nadia"] {
        if text == "No light" {
            user.presses("Maintenance").await;
        }
        user.says(text).await;
    }
    user.presses(NADIA).await;
    bot.finally_shows("Page 1/5");
    for id in 1..=30 {
        user.presses(&format!("▫️ W {id:02}")).await;
        if id % 8 == 0 {
            user.presses("›").await;
        }
    }
    bot.finally_shows("W 01, W 02");
    user.presses("▫️ W 31").await;
    bot.answers("No more than 30 workers can be chosen.");
    user.presses("›").await;
    bot.shows("Page 5/5");
    user.presses("▫️ W 33").await;
    bot.answers("No more than 30 workers can be chosen.");
    user.presses("Done (30)").await;
    user.presses("❌ No WhatsApp").await;
    stands_at(&bot, Step::Summary);
    let draft = &wizard(&bench)["draft"]["M"];
    assert_eq!(draft["workers"]["L"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn where_there_are_no_workers_the_question_stands_and_it_is_said() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (step, label) in [(Step::WhatsApp, BACK), (Step::Summary, "Workers"), (Step::Found, NADIA)] {
        go_to(&user, &bot, step).await;
        if label == "Workers" {
            user.presses(EDIT).await;
            bot.looks_away();
        }
        let stood = open(&bench);
        let customers =
            [("customer123", "Nadia Haddad")].map(|(login, name)| (login.to_owned(), name.to_owned()));
        directory_of(&bench, &customers, &[]).await;
        user.presses(label).await;
        assert!(bot.answers("There are no workers to choose from").is_alert);
        assert_eq!(open(&bench), stood, "{step:?}");
        directory_of(&bench, &customers, &[(13, "Sami Nassar".to_owned())]).await;
    }
    user.presses(NADIA).await;
    stands_at(&bot, Step::Workers);
}

#[tokio::test]
async fn the_provider_s_own_api_finds_customers_and_workers() {
    let bench = Bench::with_isp_api(true).await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Search).await;
    user.says("nobody at all").await;
    bot.shows("Nobody was found for nobody at all.");
    user.says("maju").await;
    bot.shows("1 customer").offers(&["Toko \"Maju\" & Anak <Cabang 2> · toko_maju", BACK, CANCEL]);
    user.presses("Toko \"Maju\" & Anak <Cabang 2> · toko_maju").await;
    stands_at(&bot, Step::Workers);
    user.presses(NOT_SAMI).await;
    user.presses("Done (1)").await;
    user.presses("✅ Yes, Send WhatsApp").await;
    stands_at(&bot, Step::Summary).says("Toko \"Maju\" & Anak <Cabang 2> (toko_maju)");
    user.presses("✅ Confirm & Create").await;
    bot.shows("passed on");
    let draft = &bench.tasks()[0]["draft"]["M"];
    assert_eq!(draft["customer"]["M"]["name"]["S"], "Toko \"Maju\" & Anak <Cabang 2>");
    assert_eq!(draft["workers"]["L"][0]["M"]["id"]["N"], "13");
    assert_eq!(bench.wire.count("POST /authenticate"), 1, "one log-in for all of it");
}

#[tokio::test]
async fn an_api_that_does_not_do_its_part_is_apologised_for_and_the_question_stands() {
    let bench = Bench::with_isp_api(true).await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for fault in ["server_error", "limit", "cut_before", "cut_after", "garbage", "hang"] {
        go_to(&user, &bot, Step::Found).await;
        let stood = open(&bench);
        fail(&bench, "user_info", fault).await;
        user.says("obrien").await;
        bot.shows("Customers and workers cannot be looked up at the moment.").is_new();
        if fault != "hang" {
            fail(&bench, "worker_list", fault).await;
            user.presses(NADIA).await;
            assert!(bot.answers("cannot be looked up at the moment").is_alert, "{fault}");
        }
        assert_eq!(open(&bench), stood, "{fault}");
        user.says("obrien").await;
        bot.shows("1 customer");
    }
    assert_eq!(bot.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_api_that_lets_nobody_in_is_apologised_for() {
    let bench = Bench::with_isp_api(true).await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Search).await;
    fail(&bench, "authenticate", "refuse").await;
    user.says("nadia").await;
    bot.shows("cannot be looked up at the moment");
    user.says("nadia").await;
    stands_at(&bot, Step::Found);
}

#[tokio::test]
async fn an_api_that_is_slow_is_waited_for() {
    let bench = Bench::with_isp_api(true).await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::Search).await;
    let slow =
        json!({ "party": "isp-api", "operation": "user_info", "fault": "slow", "times": 1, "delayMs": 300 });
    bench.control("POST", "/_control/faults", slow).await;
    user.says("nadia").await;
    stands_at(&bot, Step::Found);
}
