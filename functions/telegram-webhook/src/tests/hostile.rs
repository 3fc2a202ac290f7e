//! What people write and are called is shown and kept as it is, and is never markup.

use sandbox::testbed::dynamodb::CHATS;
use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};
use shared::stores::directory::{Directory, DirectoryRow, List};

use crate::tests::bench::Bench;
use crate::tests::steps::{CONFIRM, NADIA, NOT_SAMI, Step, carried, dialogue, go_to, open, stands_at};

const TEXTS: [&str; 9] = [
    "<b>bold</b> & <a href=\"https://evil.example\">press me</a>",
    "</i></b><script>alert(1)</script>",
    "&lt;already&gt; &amp; &#60;",
    "🚑👩‍💻🇺🇦 ❤️",
    "شبكة الإنترنت مقطوعة",
    "אין אינטרנט מאז 12:00",
    "*no* _markdown_ `here` [x](y) {count: # | #}",
    "two\nlines",
    "'; DROP TABLE tasks; -- ${jndi:x} {{7*7}}",
];

#[tokio::test]
async fn a_description_is_shown_and_kept_as_it_was_written() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for (number, text) in TEXTS.into_iter().enumerate() {
        go_to(&user, &bot, Step::EditDescription).await;
        user.says(text).await;
        let summary = stands_at(&bot, Step::Summary).says(text);
        assert!(!summary.html.contains("<script") && !summary.html.contains("<a "), "{}", summary.html);
        user.presses("✏️ Edit").await;
        user.presses("Message").await;
        bot.finally_shows(&format!("At the moment:\n{text}"));
        user.presses("⬅️ Back").await;
        user.presses(CONFIRM).await;
        bot.finally_shows("passed on");
        let tasks = bench.tasks();
        assert_eq!(tasks.len(), number + 1);
        let is_kept = |task: &serde_json::Value| task["draft"]["M"]["description"]["S"] == text;
        assert_eq!(tasks.iter().filter(|task| is_kept(task)).count(), 1, "{text}");
    }
}

#[tokio::test]
async fn text_that_turns_the_direction_does_not_turn_the_summary() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    go_to(&user, &bot, Step::EditDescription).await;
    user.says("\u{202e}moc.live\u{202c} \u{2066}x\u{2069} No light").await;
    let summary = stands_at(&bot, Step::Summary).says("moc.live x No light");
    for turning in ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        assert!(!summary.text.contains(turning), "{:?}", summary.text);
    }
    user.says("/task").await;
    user.presses("Maintenance").await;
    user.says("No light").await;
    user.says("\u{202e}koval").await;
    let nobody = bot.finally_shows("koval");
    assert!(!nobody.text.contains('\u{202e}'), "{:?}", nobody.text);
}

#[tokio::test]
async fn the_longest_description_fits_whatever_it_is_made_of() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for letter in ["<", "&", "\"", "🚑", "ї", "ش"] {
        let text = letter.repeat(1000);
        go_to(&user, &bot, Step::EditDescription).await;
        user.says(&text).await;
        let summary = stands_at(&bot, Step::Summary).says(&text);
        assert!(summary.text.encode_utf16().count() <= 4096);
        user.presses("✏️ Edit").await;
        user.presses("Message").await;
        bot.finally_shows("At the moment").says(&text);
    }
}

#[tokio::test]
async fn names_in_the_directory_are_no_markup() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let directory = Directory::new(bench.table(CHATS));
    let name = "<b>Nadia</b> & \u{202e}Sons\u{202c} \"1\" 🚑";
    let nadia = Subscriber::new("customer123".parse().unwrap(), name);
    directory.replace(List::Customers, &DirectoryRow::of_customer(&nadia)).await.unwrap();
    let workers = [(13, "<i>Sami</i> & \u{202e}Co"), (15, ""), (7, "</b>")];
    let rows = workers.map(|(id, name)| DirectoryRow::of_worker(&Worker::new(WorkerId(id), name)));
    directory.replace(List::Workers, &rows).await.unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/task").await;
    user.presses("Maintenance").await;
    user.says("No light").await;
    user.says("<b>Nadia</b>").await;
    let found = bot.finally_shows("Found for <b>Nadia</b>: 1 customer.");
    assert_eq!(found.labels()[0], "<b>Nadia</b> & Sons \"1\" 🚑 · customer123");
    user.presses(found.labels()[0]).await;
    bot.finally_shows("4/6");
    for label in ["▫️ <i>Sami</i> & Co", "▫️ #15", "▫️ </b>"] {
        user.presses(label).await;
    }
    bot.finally_shows("Chosen: </b>, <i>Sami</i> & Co, #15");
    user.presses("Done (3)").await;
    user.presses("❌ No WhatsApp").await;
    stands_at(&bot, Step::Summary)
        .says("<b>Nadia</b> & Sons \"1\" 🚑 (customer123)")
        .says("</b>, <i>Sami</i> & Co, #15");
}

#[tokio::test]
async fn what_a_device_makes_up_is_no_button() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let asked = go_to(&user, &bot, Step::Workers).await;
    let stood = dialogue(&bench);
    for answer in ["w+99", "w+4294967295", "wp99", "c0"] {
        user.delivers(&user.pushes_data(asked.message_id, &carried(&bench, answer))).await;
        bot.looks_away();
    }
    assert_eq!(
        open(&bench)["wizard"]["M"]["crew"]["M"]["chosen"],
        stood["open"]["M"]["wizard"]["M"]["crew"]["M"]["chosen"]
    );
    let stood = dialogue(&bench);
    for made_up in ["", "w1", "w1:", "sok", "n1:tasks", "w1:00000000:1:sok", "🚑", "'\"<>&"] {
        let carried = if made_up.is_empty() { carried(&bench, "w+4294967296") } else { made_up.to_owned() };
        user.presses_data(asked.message_id, &carried).await;
        bot.answers("Please use the newest message");
    }
    assert_eq!(dialogue(&bench), stood);
    assert_eq!(bench.tasks().len(), 0);
    user.presses(NOT_SAMI).await;
    bot.shows("Chosen: Sami Nassar");
    assert_ne!(asked.labels()[0], NADIA);
}
