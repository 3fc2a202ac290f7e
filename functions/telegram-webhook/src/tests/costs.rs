//! What each step costs: counted at the wire.

use crate::tests::bench::Bench;
use crate::tests::steps::{
    Act, BACK, CANCEL, CONFIRM, EDIT, NADIA, NOT_RIMA, NOT_SAMI, OBRIEN, Step, act, go_to, stands_at,
};

#[tokio::test]
async fn an_ordinary_step_costs_two_requests_to_the_store_and_none_to_telegram() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let answers = [
        Act::Says("/task"),
        Act::Presses("Maintenance"),
        Act::Presses(BACK),
        Act::Presses("Uninstall"),
        Act::Says("No light"),
        Act::Presses(BACK),
        Act::Says("No light"),
    ];
    let choices = [
        Act::Presses(NOT_SAMI),
        Act::Presses(NOT_RIMA),
        Act::Presses("✅ Sami Nassar"),
        Act::Presses("Done (1)"),
        Act::Presses("✅ Yes, Send WhatsApp"),
        Act::Presses(EDIT),
        Act::Presses("Message"),
        Act::Says("No light since noon"),
        Act::Presses(EDIT),
        Act::Presses("WhatsApp"),
        Act::Presses(BACK),
    ];
    for each in answers {
        act(&user, each).await;
        assert_eq!(bench.store_requests(), ["Query", "PutItem"], "{each:?}");
    }
    // The directory is in the store, too.
    for each in [Act::Says("koval"), Act::Presses("Koval <koval_a> · koval_a")] {
        act(&user, each).await;
        assert_eq!(bench.store_requests(), ["Query", "Query", "PutItem"], "{each:?}");
    }
    for each in choices {
        act(&user, each).await;
        assert_eq!(bench.store_requests(), ["Query", "PutItem"], "{each:?}");
    }
    stands_at(&bot, Step::Summary);
    user.presses(CONFIRM).await;
    bot.shows("passed on");
    assert_eq!(bench.store_requests(), ["Query", "TransactWriteItems"]);
    assert_eq!(bot.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn with_the_provider_s_api_every_step_costs_two_requests_to_the_store() {
    let bench = Bench::with_isp_api(true).await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let edits = [
        Act::Presses(EDIT),
        Act::Presses("Customer"),
        Act::Says("koval"),
        Act::Presses("›"),
        Act::Says("obrien"),
        Act::Presses(OBRIEN),
        Act::Presses(EDIT),
        Act::Presses("Workers"),
        Act::Presses("Done (1)"),
    ];
    for each in Step::Summary.acts().into_iter().chain(edits) {
        act(&user, each).await;
        assert_eq!(bench.store_requests(), ["Query", "PutItem"], "{each:?}");
    }
    stands_at(&bot, Step::Summary);
    user.presses(CANCEL).await;
    bot.shows("The task was cancelled");
    assert_eq!(bench.store_requests(), ["Query", "PutItem"]);
    assert_eq!(bot.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_answer_writes_nothing() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let found = go_to(&user, &bot, Step::Found).await;
    bench.store_requests();
    user.says("n").await;
    bot.shows("Please search by");
    assert_eq!(bench.store_requests(), ["Query"]);
    user.says("koval").await;
    bot.looks_away();
    bench.store_requests();
    user.presses_on(found.message_id, NADIA).await;
    bot.answers("out of date");
    user.presses_data(found.message_id, "anything at all").await;
    bot.answers("Please use the newest message");
    assert_eq!(bench.store_requests(), ["Query", "Query"]);
}
