//! The wizard as people walk through it.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::json;

use crate::tests::bench::Bench;

#[tokio::test]
async fn six_answers_make_one_task() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    let first = bot.shows("1/6");
    assert_eq!(first.labels(), ["Maintenance", "Uninstall", "❌ Cancel"]);
    user.presses("Maintenance").await;
    bot.shows("2/6");
    user.says("No light since <noon> 🚑").await;
    bot.shows("3/6");
    user.says("koval").await;
    let found = bot.shows("8 customers").says("Page 1/2");
    user.presses(found.labels()[1]).await;
    bot.shows("4/6");
    user.presses("▫️ Sami Nassar").await;
    bot.shows("Chosen: Sami Nassar");
    user.presses("▫️ Rima Aoun").await;
    bot.shows("Chosen");
    user.presses("Done (2)").await;
    bot.shows("5/6").says("passes your wish on");
    user.presses("✅ Yes, Send WhatsApp").await;
    let summary = bot.shows("6/6").says("No light since <noon> 🚑").says("koval_b").says("Sami Nassar");
    assert_eq!(summary.labels(), ["✅ Confirm & Create", "✏️ Edit", "⬅️ Back", "❌ Cancel"]);
    user.presses("✅ Confirm & Create").await;
    bot.shows("passed on");
    let tasks = bench.tasks();
    assert_eq!(tasks.len(), 1);
    let draft = &tasks[0]["draft"]["M"];
    assert_eq!(draft["description"], json!({ "S": "No light since <noon> 🚑" }));
    assert_eq!(draft["customer"]["M"]["username"], json!({ "S": "koval_b" }));
    assert_eq!(draft["whats_app"], json!({ "BOOL": true }));
    assert_eq!(tasks[0]["asked_by"], json!({ "S": "staff-1" }));
    assert_eq!(bot.calls(), Vec::<String>::new(), "no call to Telegram");
    assert!(bench.aws.dynamodb.item(CHATS, "CHAT#4242", "DIALOGUE").unwrap().get("open").is_none());
}
