//! Every field of an event is shown, in every language, in both channels.

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::notices::NoticeKind;
use shared::notices::field::{Field, Form};
use shared::notices::texts::TelegramText;

use crate::setup::{all, bare, changed, fields, texts, time_zone};

/// Fields that only buttons carry: people need them in no text.
const ONLY_PRESSED: [(NoticeKind, &str); 2] =
    [(NoticeKind::TaskFailed, "attempt"), (NoticeKind::TaskNeedsReview, "attempt")];

fn pressed(message: &TelegramText) -> String {
    message.presses.iter().map(|press| press.data.as_str()).collect::<Vec<_>>().join(" ")
}

/// A value that no sample has, and the text it is shown as.
fn unlike_the_sample(kind: NoticeKind, field: &Field, locale: Locale) -> (Value, String) {
    let instant = "2031-03-17T23:30:00Z";
    let (at, zone) = (instant.parse().unwrap(), time_zone(locale));
    let currency = fields(kind)["currency"].as_str().and_then(|code| code.parse().ok());
    match field.form {
        Form::Id | Form::Text | Form::Secret | Form::Choice | Form::Key => {
            (json!("Zebra-77"), "Zebra-77".to_owned())
        }
        Form::Names => (json!(["Zebra", "Lion"]), "Zebra, Lion".to_owned()),
        Form::Link => (json!("https://zebra.example/77"), "https://zebra.example/77".to_owned()),
        Form::Amount => (json!(7_654_321), locale.amount(Money::new(7_654_321, currency.unwrap()))),
        Form::Currency => {
            let amounts = |field: &Field| field.form == Form::Amount;
            let amount =
                kind.fields().iter().find(|field| amounts(field)).expect("an amount beside a currency");
            let minor = fields(kind)[amount.name].as_i64().unwrap();
            (json!("EUR"), locale.amount(Money::new(minor, Currency::Eur)))
        }
        Form::Instant => (json!(instant), locale.day_and_time(at, &zone)),
        Form::Day => (json!(instant), locale.day(at, &TimeZone::UTC)),
        Form::LastDay => (json!(instant), locale.last_day(at, &TimeZone::UTC)),
        Form::Ordinal => (json!(98_765), "98765".to_owned()),
        Form::Count => (json!(98_765), locale.number(98_765)),
        // No word of its own: the text has to change.
        Form::Flag => (json!(!fields(kind)[field.name].as_bool().unwrap()), String::new()),
    }
}

#[test]
fn every_field_is_shown_in_every_language() {
    for (kind, locale) in all() {
        let (email_before, message_before) = texts(&kind.sample(), locale, "Olena");
        for field in kind.fields() {
            let (value, shown) = unlike_the_sample(kind, field, locale);
            let (email, message) = texts(&changed(kind, field.name, value), locale, "Olena");
            if ONLY_PRESSED.contains(&(kind, field.name)) {
                assert!(pressed(&message).contains(&shown), "{kind}: {} in {locale:?}", field.name);
                continue;
            }
            let link = message.link.as_ref().map_or(String::new(), |link| link.url.clone());
            let telegram =
                format!("{} {link} {}", message.html, message.picture_url.clone().unwrap_or_default());
            let place = format!("{kind}: {} in {locale:?}", field.name);
            assert!(email.html.contains(&shown), "{place}: not in the email");
            assert!(email.text.contains(&shown), "{place}: not in the plain email");
            assert!(telegram.contains(&shown), "{place}: not in the message: {telegram}");
            assert!(email.html != email_before.html && email.text != email_before.text, "{place}");
            assert!(message != message_before, "{place}");
        }
    }
}

#[test]
fn a_field_that_is_missing_leaves_no_label_behind() {
    for (kind, locale) in all() {
        let missing: Vec<&Field> = kind.fields().iter().filter(|field| !field.is_required).collect();
        let (full, _) = texts(&kind.sample(), locale, "Olena");
        let (email, message) = texts(&bare(kind), locale, "Olena");
        assert_eq!(full.text.len() > email.text.len(), !missing.is_empty(), "{kind}");
        for text in [&email.text, &email.html, &message.html] {
            assert!(!text.contains("none") || text.contains("display:none"), "{text}");
        }
        for line in email.text.lines() {
            assert!(!line.ends_with(':') && !line.ends_with(": "), "{line}");
        }
        assert_eq!((message.link, message.picture_url), (None, None), "{kind}");
        assert_eq!(message.presses.is_empty(), kind != NoticeKind::TaskNeedsReview, "{kind}");
    }
}

#[test]
fn the_documented_fields_are_those_of_the_event() {
    for kind in NoticeKind::ALL {
        let sample = fields(*kind);
        let mut documented: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
        documented.sort_unstable();
        let mut real: Vec<&String> = sample.as_object().unwrap().keys().collect();
        real.sort_unstable();
        assert_eq!(documented, real, "{kind}");
        for field in kind.fields() {
            let mut without = sample.clone();
            without.as_object_mut().unwrap().remove(field.name);
            let read = shared::notices::Notice::read(kind.name(), without);
            assert_eq!(read.is_err(), field.is_required, "{kind}: {}", field.name);
        }
    }
}

#[test]
fn a_credential_is_hidden_until_it_is_touched() {
    let (_, message) = texts(&NoticeKind::VpsActive.sample(), Locale::En, "");
    assert!(message.html.contains("Password: <tg-spoiler>correct-horse-9</tg-spoiler>"), "{}", message.html);
    let with_secrets: Vec<&str> =
        NoticeKind::ALL.iter().filter(|kind| kind.has_secrets()).map(|kind| kind.name()).collect();
    assert_eq!(with_secrets, ["vps.active"]);
}
