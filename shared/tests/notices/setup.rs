//! Readers, notices and texts to look at.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shared::domain::locale::Locale;
use shared::notices::field::{Form, breaks_line, turns_direction};
use shared::notices::texts::{EmailText, Reader, TelegramText, Texts};
use shared::notices::{Notice, NoticeKind};

pub const COMPANY: &str = "WeBrana Cloud";

/// Where the texts are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/notices/texts")
}

pub fn time_zone(locale: Locale) -> TimeZone {
    let zone = match locale {
        Locale::En | Locale::Id => "WIB-7",
        Locale::Uk | Locale::Ru => "EET-2EEST,M3.5.0/3,M10.5.0/4",
        Locale::Uz => "<+05>-5",
    };
    TimeZone::posix(zone).unwrap()
}

/// Both channels' texts of a notice, read by somebody of that name.
pub fn texts(notice: &Notice, locale: Locale, name: &str) -> (EmailText, TelegramText) {
    let (texts, time_zone) = (Texts::new(COMPANY), time_zone(locale));
    let reader = Reader { name, locale, time_zone: &time_zone };
    (texts.email(notice, &reader).unwrap(), texts.telegram(notice, &reader).unwrap())
}

/// Every event in every language.
pub fn all() -> impl Iterator<Item = (NoticeKind, Locale)> {
    NoticeKind::ALL.iter().flat_map(|kind| Locale::ALL.map(|locale| (*kind, locale)))
}

/// A sample's fields.
pub fn fields(kind: NoticeKind) -> Value {
    serde_json::to_value(kind.sample()).unwrap()["data"].take()
}

/// A sample with one field changed.
pub fn changed(kind: NoticeKind, field: &str, value: Value) -> Notice {
    let mut fields = fields(kind);
    fields[field] = value;
    Notice::read(kind.name(), fields).unwrap()
}

/// A sample without the fields that may be missing.
pub fn bare(kind: NoticeKind) -> Notice {
    let mut fields = fields(kind);
    for field in kind.fields().iter().filter(|field| !field.is_required) {
        fields.as_object_mut().unwrap().remove(field.name).unwrap();
    }
    Notice::read(kind.name(), fields).unwrap()
}

/// A sample whose every text is this one.
pub fn with_words(kind: NoticeKind, words: &str) -> Notice {
    let is_plain = |letter: &char| !breaks_line(*letter) && !turns_direction(*letter);
    let mut fields = fields(kind);
    for field in kind.fields() {
        match field.form {
            Form::Id | Form::Text | Form::Choice => fields[field.name] = json!(words),
            Form::Names => fields[field.name] = json!([words, words]),
            Form::Secret => {
                let secret: String = words.chars().filter(is_plain).take(200).collect();
                if !secret.is_empty() {
                    fields[field.name] = json!(secret);
                }
            }
            Form::Link
            | Form::Amount
            | Form::Currency
            | Form::Instant
            | Form::Day
            | Form::LastDay
            | Form::Count
            | Form::Key
            | Form::Ordinal
            | Form::Flag => {}
        }
    }
    Notice::read(kind.name(), fields).unwrap()
}
