//! The catalogue: the same texts in every language, filled with the same values, each of them used.

use std::collections::BTreeSet;

use shared::domain::locale::Locale;
use shared::notices::texts::catalogue::{Sheet, Values};

use super::words;

const SOURCES: [&str; 9] = [
    include_str!("../channels.rs"),
    include_str!("../codes.rs"),
    include_str!("../invoices.rs"),
    include_str!("../people.rs"),
    include_str!("../tasks.rs"),
    include_str!("../usage.rs"),
    include_str!("../wizard/mod.rs"),
    include_str!("../wizard/choosing.rs"),
    include_str!("../wizard/endings.rs"),
];

fn lines(locale: Locale) -> Vec<(&'static str, &'static str)> {
    let nothing: Values = Vec::new();
    Sheet::new(words(locale).catalogue(), &nothing, locale).lines().unwrap()
}

/// What a text is filled with, each as often as it stands there.
fn names(words: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        words.split('{').skip(1).map(|part| part.split(['}', ':']).next().unwrap()).collect();
    names.sort_unstable();
    names
}

fn tags(words: &str) -> Vec<&str> {
    let mut tags: Vec<&str> = words.split('<').skip(1).map(|part| part.split('>').next().unwrap()).collect();
    tags.sort_unstable();
    tags
}

#[test]
fn every_language_has_the_same_texts_with_the_same_values_and_tags() {
    let english = lines(Locale::En);
    for locale in Locale::ALL {
        let translated = lines(locale);
        assert_eq!(translated.len(), english.len(), "{locale:?}");
        for ((key, text), (translated_key, translation)) in english.iter().zip(&translated) {
            assert_eq!(key, translated_key, "{locale:?}");
            assert_eq!(names(text), names(translation), "{locale:?} {key}");
            assert_eq!(tags(text), tags(translation), "{locale:?} {key}");
            assert_eq!(translation.trim(), *translation, "{locale:?} {key}");
            let last = |text: &str| text.chars().last().filter(|mark| ".:?!".contains(*mark));
            assert_eq!(last(text), last(translation), "{locale:?} {key} ends in another way");
        }
    }
}

#[test]
fn every_text_stands_once_and_is_used() {
    let english = lines(Locale::En);
    let keys: BTreeSet<&str> = english.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys.len(), english.len());
    for key in keys {
        let quoted = format!("\"{key}\"");
        assert!(SOURCES.iter().any(|source| source.contains(&quoted)), "nothing says {key}");
    }
}

#[test]
fn no_translation_was_left_in_english() {
    // Names and words that are the same in another language.
    let shared = ["label_whatsapp", "pay_by", "workers_done"];
    for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::En) {
        for ((key, text), (_, translation)) in lines(Locale::En).into_iter().zip(lines(locale)) {
            assert!(shared.contains(&key) || text != translation, "{locale:?} {key}: {translation}");
        }
    }
}
