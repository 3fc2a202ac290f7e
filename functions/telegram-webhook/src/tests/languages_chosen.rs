//! What each is offered, in which language: told by their Telegram, or chosen and kept.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};
use shared::bot::commands::{Audience, Command};
use shared::domain::locale::Locale;

use crate::tests::bench::{Bench, CHAT};

/// The language that is kept for a chat; `null` where none was chosen.
fn kept(bench: &Bench) -> Value {
    let item = bench.aws.dynamodb.item(CHATS, &format!("CHAT#{CHAT}"), "PERSON").unwrap_or_default();
    item["locale"]["S"].clone()
}

/// The button of a language, without the mark of the one that is spoken.
fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "English",
        Locale::Id => "Bahasa Indonesia",
        Locale::Uk => "Українська",
        Locale::Uz => "Oʻzbekcha",
        Locale::Ru => "Русский",
    }
}

#[tokio::test]
async fn help_lists_to_each_what_they_may_do_in_their_language() {
    let people = [
        (None, Audience::Stranger),
        (Some("user-4"), Audience::Customer),
        (Some("staff-1"), Audience::Staff),
    ];
    for (person, audience) in people {
        let bench = Bench::start().await;
        if let Some(person) = person {
            bench.link(person).await;
        }
        let app = bench.app().await;
        let (user, bot) = bench.chat(&app);
        for locale in Locale::ALL {
            user.speaks(Some(locale.code()));
            user.says("/help").await;
            let shown = bot.shows("/help").text;
            for command in Command::ALL {
                let line = format!("/{} – {}", command.name(), command.description(locale));
                assert_eq!(
                    shown.contains(&line),
                    command.is_for(audience),
                    "{audience:?} {locale:?}: {shown}"
                );
            }
        }
    }
}

#[tokio::test]
async fn help_without_the_user_service_leaves_the_staff_s_part_out() {
    let bench = Bench::start().await;
    bench.link("staff-1").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    bench.wire.answer_next("/internal/users/", 10, (503, "{}".to_owned()));
    user.says("/help").await;
    bot.shows("/invoices").says_nothing_of("/task");
}

#[tokio::test]
async fn without_a_choice_the_bot_speaks_what_the_person_s_telegram_speaks() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    let spoken = [
        (Some("uk"), "Що я вмію"),
        (Some("ru-RU"), "Что я умею"),
        (Some("uz-Latn-UZ"), "Men nimalar qila olaman"),
        (Some("ID"), "Apa yang bisa saya bantu"),
        (Some("en-GB"), "What I can do for you"),
        (Some("de"), "What I can do for you"),
        (Some("x"), "What I can do for you"),
        (None, "What I can do for you"),
    ];
    for (tag, words) in spoken {
        user.speaks(tag);
        user.says("/help").await;
        bot.shows(words);
    }
    assert_eq!(kept(&bench), Value::Null);
}

#[tokio::test]
async fn a_chosen_language_is_kept_whatever_the_person_s_telegram_speaks() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    for locale in Locale::ALL {
        user.speaks(Some("en"));
        user.says("/language").await;
        let asked = bot.shows("🌐");
        let labels = asked.labels();
        assert_eq!(labels.len(), 5);
        assert_eq!(labels.iter().filter(|label| label.starts_with("✅ ")).count(), 1, "{labels:?}");
        let label = labels.into_iter().find(|label| label.ends_with(own_name(locale))).unwrap();
        user.presses(label).await;
        bot.shows("✅").is_edit_of(asked.message_id);
        assert_eq!(kept(&bench), locale.code());
        let told_in = bench.aws.dynamodb.item(CHATS, "USER#user-4", "CHAT_OF_USER").unwrap();
        assert_eq!(told_in["locale"], json!({ "S": locale.code() }), "notices come in it too");
        user.speaks(Some("de"));
        user.says("/help").await;
        bot.shows(Command::Help.description(locale));
    }
}

#[tokio::test]
async fn a_language_chosen_twice_is_written_once_and_survives_ties() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/language").await;
    let press = user.pushes("Українська");
    for _ in 0..2 {
        assert_eq!(user.delivers(&press).await.status, 200);
    }
    bot.finally_shows("українською");
    assert_eq!(bench.wire.count("TransactWriteItems"), 1);
    bench.link("user-4").await;
    assert_eq!(kept(&bench), "uk");
    user.says("/unlink").await;
    assert_eq!(kept(&bench), "uk");
    user.says("/start").await;
    bot.finally_shows("/help");
    let greeting = bot.newest().unwrap().text;
    assert!(!greeting.contains("Hello"), "{greeting}");
}

#[tokio::test]
async fn a_forged_language_is_none() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/language").await;
    let asked = bot.shows("🌐");
    for data in ["l1:de", "l1:", "l1:EN", "l1:en:x", "l1:uk "] {
        user.presses_data(asked.message_id, data).await;
        bot.answers("Please use the newest message.");
    }
    assert_eq!(kept(&bench), Value::Null);
}
