//! Buttons that carry something back to us, and where there are none.

use serde_json::json;
use shared::domain::locale::Locale;
use shared::notices::field::MAX_KEY;
use shared::notices::texts::{PRESS_DATA, Press};
use shared::notices::{Notice, NoticeKind};

use crate::setup::{all, bare, changed, fields, texts};

fn presses(notice: &Notice, locale: Locale) -> Vec<Press> {
    texts(notice, locale, "Taras").1.presses
}

fn carried(notice: &Notice) -> Vec<String> {
    presses(notice, Locale::Uz).into_iter().map(|press| press.data).collect()
}

#[test]
fn whoever_has_to_look_answers_with_one_of_two_buttons() {
    let shown = presses(&NoticeKind::TaskNeedsReview.sample(), Locale::En);
    let press = |label: &str, what: &str| Press {
        label: label.to_owned(),
        data: format!("t1:01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b:1:{what}"),
    };
    assert_eq!(shown, [press("It is there", "there"), press("Create again", "again")]);
}

#[test]
fn a_failed_task_is_tried_again_by_a_button_only_where_it_is_named() {
    let named = NoticeKind::TaskFailed.sample();
    assert_eq!(carried(&named), ["t1:01993f0e-7c4d-7e5f-8a9b-0c1d2e3f4a5b:1:again"]);
    assert_eq!(carried(&bare(NoticeKind::TaskFailed)), Vec::<String>::new());
    for missing in ["taskId", "attempt"] {
        let mut fields = fields(NoticeKind::TaskFailed);
        fields.as_object_mut().unwrap().remove(missing).unwrap();
        assert_eq!(carried(&Notice::read("task.failed", fields).unwrap()), Vec::<String>::new(), "{missing}");
    }
}

#[test]
fn the_longest_words_that_a_button_carries_fit_into_it() {
    let mut seen = 0;
    for (kind, locale) in all() {
        let mut fields = fields(kind);
        for (name, longest) in [("taskId", json!("x".repeat(MAX_KEY))), ("attempt", json!(u32::MAX))] {
            if let Some(field) = fields.get_mut(name) {
                *field = longest;
            }
        }
        for press in presses(&Notice::read(kind.name(), fields).unwrap(), locale) {
            assert!(press.data.is_ascii() && press.data.len() <= PRESS_DATA, "{kind}: {}", press.data);
            assert!((1..=32).contains(&press.label.chars().count()), "{kind}: {}", press.label);
            seen += 1;
        }
    }
    assert_eq!(seen, 3 * Locale::ALL.len());
}

#[test]
fn what_could_not_be_told_apart_in_a_button_names_no_task() {
    let longest = "x".repeat(MAX_KEY + 1);
    for wrong in ["", "a:b", "a b", "ä", "a\n", longest.as_str()] {
        for kind in [NoticeKind::TaskNeedsReview, NoticeKind::TaskFailed] {
            let mut fields = fields(kind);
            fields["taskId"] = json!(wrong);
            let refused = Notice::read(kind.name(), fields).unwrap_err().to_string();
            assert_eq!(refused, "taskId is not 1 to 40 letters, digits, or any of - _ .", "{wrong:?}");
        }
    }
}

#[test]
fn an_email_says_where_the_buttons_are_and_only_where_there_are_some() {
    for (kind, locale) in all() {
        let notice = kind.sample();
        let (email, message) = texts(&notice, locale, "Taras");
        let names_telegram = |text: &str| text.contains("Telegram");
        assert_eq!(names_telegram(&email.text), !message.presses.is_empty(), "{kind} {locale:?}");
        assert_eq!(names_telegram(&email.html), !message.presses.is_empty(), "{kind} {locale:?}");
        assert!(!names_telegram(&message.html), "{kind} {locale:?}");
    }
}

#[test]
fn a_type_of_task_is_named_in_the_readers_language() {
    let subject = |locale: Locale, task_type: &str| {
        let notice = changed(NoticeKind::TaskCreated, "taskType", json!(task_type));
        texts(&notice, locale, "").0.subject
    };
    assert_eq!(subject(Locale::Uk, "maintenance"), "Завдання створено: Обслуговування");
    assert_eq!(subject(Locale::Id, "uninstall"), "Tugas dibuat: Pemutusan layanan");
    assert_eq!(subject(Locale::En, "Cable <laying>"), "Task created: Cable <laying>");
}
