//! A customer's SMS usage in the chat.

use jiff::{SignedDuration, Timestamp};
use sandbox::testbed::dynamodb::SMS_BILLING;
use shared::bot::commands::SmsBilling;
use shared::domain::locale::Locale;
use shared::domain::money::Currency;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::rhythm::{Frequency, date_of, midnight};
use shared::domain::sms::settings::{Defaults, Overrides, Terms};
use shared::domain::sms::usage::{Sent, UsageEvent, UsageLine};
use shared::domain::zone::Zone;
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_settings::SmsSettings;

use crate::tests::bench::Bench;

/// Counts so many messages of a user at 0.05 of their currency each.
async fn used(bench: &Bench, user: &str, messages: u64, global: Overrides) {
    let rate = "0.05".parse().unwrap();
    let line = UsageLine {
        country: "Ukraine".parse().unwrap(),
        prefix: None,
        rate,
        messages,
        segments: messages,
        cost: rate.times(messages).unwrap(),
    };
    let cause = Cause { correlation_id: "story".to_owned(), now: Timestamp::now() };
    let event = UsageEvent { id: "usage-1".parse().unwrap(), at: cause.now, sent: Sent::Messages(line) };
    let terms = Terms { global, defaults: Defaults::ORIGINAL };
    let accounts = SmsAccounts::new(bench.table(SMS_BILLING));
    accounts.record(&user.parse().unwrap(), &[event], &terms, &cause).await.unwrap();
}

#[tokio::test]
async fn usage_is_shown_against_the_limits_with_the_next_bill() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    used(&bench, "user-4", 640, Overrides::default()).await;
    used(&bench, "user-1", 900, Overrides::default()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/usage").await;
    let shown = bot.shows("Your SMS usage").text;
    assert!(shown.contains("▓▓▓▓▓▓░░░░ 64%\nUsed: $32.00 of $100.00\nMessages: 640 of 1000\n"), "{shown}");
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    let midnight = midnight(date_of(tomorrow)).unwrap();
    let zone: Zone = "Asia/Jakarta".parse().unwrap();
    let next = Locale::En.day_and_time(midnight, zone.rules());
    assert!(shown.contains(&format!("Next bill: {next}")), "{shown}");
    assert!(!shown.contains("approval"), "{shown}");
    let mut asked = bench.store_requests();
    asked.sort();
    assert_eq!(asked, ["GetItem", "GetItem", "Query"], "the chat, the settings, the account");
}

#[tokio::test]
async fn usage_beyond_a_limit_is_all_of_it_and_bills_that_wait_are_counted() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    let global = Overrides {
        frequency: Some(Frequency::Threshold),
        max_messages: Some(10),
        auto_processing: Some(false),
        ..Overrides::default()
    };
    SmsSettings::new(bench.table(SMS_BILLING)).set_global(&global).await.unwrap();
    used(&bench, "user-4", 25, global.clone()).await;
    let terms = Terms { global, defaults: Defaults::ORIGINAL };
    let cause = Cause { correlation_id: "story".to_owned(), now: Timestamp::now() };
    let waits = |account: &mut SmsAccount| account.awaiting_approval = 2;
    let accounts = SmsAccounts::new(bench.table(SMS_BILLING));
    accounts.change(&"user-4".parse().unwrap(), &terms, &cause, waits).await.unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/usage").await;
    bot.shows("▓▓▓▓▓▓▓▓▓▓ 100%")
        .says("Messages: 25 of 10")
        .says("Next bill: as soon as a limit is reached")
        .says("Bills that wait for approval: 2");
}

#[tokio::test]
async fn what_was_used_before_the_currency_changed_for_everybody_is_no_part_of_what_is_used_now() {
    let bench = Bench::start().await;
    bench.link("user-4").await;
    used(&bench, "user-4", 640, Overrides::default()).await;
    let euros = Overrides { currency: Some(Currency::Eur), ..Overrides::default() };
    SmsSettings::new(bench.table(SMS_BILLING)).set_global(&euros).await.unwrap();
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/usage").await;
    bot.shows("░░░░░░░░░░ 0%\nUsed: €0.00 of €100.00\nMessages: 0 of 1000\n").says_nothing_of("$");
}

#[tokio::test]
async fn who_used_nothing_is_shown_that_and_who_is_tied_to_nobody_how_to_go_on() {
    let bench = Bench::start().await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/usage").await;
    bot.shows("not connected to an account yet");
    bench.link("user-4").await;
    for (language, words) in [
        ("en", "Used: $0.00 of $100.00"),
        ("id", "Terpakai:"),
        ("uk", "Використано:"),
        ("uz", "Ishlatilgan:"),
        ("ru", "Использовано:"),
    ] {
        user.speaks(Some(language));
        user.says("/usage").await;
        bot.shows("░░░░░░░░░░ 0%").says(words);
    }
    assert_eq!(bench.aws.dynamodb.items(SMS_BILLING).len(), 0, "looking writes nothing");
}

#[tokio::test]
async fn where_nobody_is_billed_for_sms_there_is_no_such_command() {
    let mut bench = Bench::start().await;
    bench.sms = SmsBilling::Off;
    bench.link("user-4").await;
    used(&bench, "user-4", 640, Overrides::default()).await;
    let app = bench.app().await;
    let (user, bot) = bench.chat(&app);
    user.says("/usage").await;
    bot.shows("I did not understand that.").says_nothing_of("640");
    user.says("/help").await;
    bot.shows("/invoices").says_nothing_of("/usage");
}
