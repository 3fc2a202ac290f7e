//! Every text is a translation, and nothing else lies beside them.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use serde_json::json;
use shared::domain::locale::Locale;
use shared::domain::panel_failure::PanelCode;
use shared::notices::{Notice, NoticeKind};

use crate::setup::{COMPANY, all, changed, fields, folder, texts};

fn source(locale: Locale, name: &str) -> String {
    fs::read_to_string(folder().join(locale.code()).join(format!("{name}.txt"))).unwrap()
}

fn has_cyrillic(text: &str) -> bool {
    text.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter))
}

/// The words of every line of a part.
fn part(text: &str, name: &str) -> Vec<String> {
    let words = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    words.map(str::to_owned).collect()
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let mut expected: BTreeSet<String> = NoticeKind::ALL.iter().map(|kind| format!("{kind}.txt")).collect();
    expected.insert("letter.txt".to_owned());
    for locale in Locale::ALL {
        let files = fs::read_dir(folder().join(locale.code())).unwrap();
        let names: BTreeSet<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, expected, "{locale:?}");
    }
}

/// The parts whose words cannot be alike in two languages.
const SENTENCES: [&str; 36] = [
    "subject",
    "lead",
    "closing",
    "greeting",
    "greeting_nameless",
    "button_hint",
    "press",
    "press_hint",
    "choice_maintenance",
    "choice_uninstall",
    "choice_created",
    "choice_placed",
    "choice_postponed",
    "choice_returned",
    "choice_paid",
    "choice_deleted",
    "choice_SERVICE_DISABLED",
    "choice_AUTH_NO_INITIAL_COOKIE",
    "choice_AUTH_HTTP_ERROR",
    "choice_AUTH_REQUEST_FAILED",
    "choice_TASK_CREATE_HTTP_ERROR",
    "choice_TASK_CREATE_REQUEST_FAILED",
    "choice_invalid_msisdn",
    "choice_no_payee",
    "choice_wrong_currency",
    "choice_amount_limit",
    "choice_user_limit",
    "choice_given_up",
    "choice_gave_up",
    "choice_other_payee",
    "choice_refused",
    "choice_refunded",
    "picture_label",
    "footer_customer",
    "footer_staff",
    "footer_operators",
];

#[test]
fn no_translation_is_forgotten() {
    let mut compared = 0;
    for name in NoticeKind::ALL.iter().map(|kind| kind.name()).chain(["letter"]) {
        for part_name in SENTENCES {
            let mut seen = HashMap::new();
            for locale in Locale::ALL {
                for words in part(&source(locale, name), part_name) {
                    if let Some(other) = seen.insert(words, locale) {
                        panic!("{name}: {part_name} is the same in {locale:?} and {other:?}");
                    }
                }
            }
            assert!([0, 5, 10].contains(&seen.len()), "{name}: {part_name} is there {} times", seen.len());
            compared += seen.len();
        }
    }
    // A subject and a lead of each event, and the letter's thirty.
    assert!(compared >= 5 * (2 * NoticeKind::ALL.len() + 30), "{compared}");
}

#[test]
fn every_code_of_the_panel_is_told_in_words_and_shown() {
    for (kind, locale) in
        all().filter(|(kind, _)| [NoticeKind::TaskFailed, NoticeKind::TaskNeedsReview].contains(kind))
    {
        let letter = source(locale, "letter");
        for code in PanelCode::ALL.map(PanelCode::as_str) {
            let told = part(&letter, &format!("choice_{code}"));
            let mut fields = fields(kind);
            (fields["code"], fields["reason"]) = (json!(code), json!(code));
            let (email, message) = texts(&Notice::read(kind.name(), fields).unwrap(), locale, "");
            let place = format!("{kind}: {code} in {locale:?}");
            assert!(told.len() == 1 && email.text.contains(&format!(": {}\n", told[0])), "{place}");
            assert!(message.html.contains(&told[0].replace('\'', "&#39;")), "{place}: {}", message.html);
            assert_eq!(message.html.matches(&format!("<code>{code}</code>")).count(), 1, "{place}");
            assert_eq!(message.html.matches(code).count(), 1, "{place}");
        }
    }
}

#[test]
fn everything_that_becomes_of_an_order_is_told_in_words() {
    let mut told = HashMap::new();
    for locale in Locale::ALL {
        let letter = source(locale, "letter");
        for status in ["created", "placed", "postponed", "returned", "paid", "deleted"] {
            let words = part(&letter, &format!("choice_{status}"));
            let (email, message) =
                texts(&changed(NoticeKind::BillzOrderChanged, "status", json!(status)), locale, "");
            let place = format!("{status} in {locale:?}: {}", message.html);
            assert!(words.len() == 1 && email.subject.ends_with(&words[0]), "{place}");
            assert!(email.text.contains(&format!(": {}\n", words[0])), "{place}");
            assert_eq!(message.html.matches(&words[0]).count(), 2, "above and among the facts: {place}");
            assert_eq!(told.insert((locale, words[0].clone()), status), None, "{place}");
        }
    }
}

#[test]
fn our_own_reasons_for_a_bonus_are_told_in_words_and_those_of_others_in_theirs() {
    let (failed, asked) = (NoticeKind::BonusFailed, NoticeKind::BonusNeedsReview);
    let ours = [
        "invalid_msisdn",
        "no_payee",
        "wrong_currency",
        "amount_limit",
        "user_limit",
        "gave_up",
        "given_up",
        "other_payee",
        "refused",
    ];
    let ours = ours.map(|code| (failed, code));
    for locale in Locale::ALL {
        let letter = source(locale, "letter");
        for (kind, code) in ours.into_iter().chain([(asked, "refunded")]) {
            let words = part(&letter, &format!("choice_{code}"));
            let (email, message) = texts(&changed(kind, "reason", json!(code)), locale, "");
            let place = format!("{code} in {locale:?}: {}", message.html);
            assert!(words.len() == 1 && email.text.contains(&format!(": {}\n", words[0])), "{place}");
            assert!(message.html.contains(&format!(": <b>{}</b>", words[0])), "{place}");
        }
        let theirs = changed(failed, "reason", json!("Оператор відхилив поповнення"));
        assert!(texts(&theirs, locale, "").0.text.contains(": Оператор відхилив поповнення\n"));
    }
}

#[test]
fn every_language_has_the_same_parts_in_the_same_order() {
    for name in NoticeKind::ALL.iter().map(|kind| kind.name()).chain(["letter"]) {
        let parts = |locale| {
            let text = source(locale, name);
            let names = text.lines().map(|line| line.split_once(": ").expect("a part").0.to_owned());
            names.collect::<Vec<_>>()
        };
        for locale in Locale::ALL {
            assert_eq!(parts(locale), parts(Locale::En), "{name} in {locale:?}");
        }
    }
}

#[test]
fn every_language_is_written_in_its_letters() {
    for (locale, name) in
        all().map(|(kind, locale)| (locale, kind.name())).chain(Locale::ALL.map(|locale| (locale, "letter")))
    {
        let text = source(locale, name);
        assert_eq!(has_cyrillic(&text), matches!(locale, Locale::Uk | Locale::Ru), "{name} in {locale:?}");
        match locale {
            Locale::Uk => assert!(!text.contains(['ы', 'ё', 'э', 'ъ']), "{name}: Russian letters"),
            Locale::Ru => assert!(!text.contains(['і', 'ї', 'є', 'ґ']), "{name}: Ukrainian letters"),
            // oʻ and gʻ are written with U+02BB, the stop with U+02BC.
            Locale::Uz => assert!(!text.contains(['\'', '’', '‘', '`', 'ʹ']), "{name}: another apostrophe"),
            Locale::En | Locale::Id => assert!(text.is_ascii(), "{name} in {locale:?}"),
        }
        assert!(text.len() < 3000, "{name} in {locale:?} is {} bytes long", text.len());
    }
}

#[test]
fn numbers_take_their_form_in_every_language() {
    let subject = |locale, days: u32| {
        let notice = changed(NoticeKind::VpsExpiring, "daysLeft", json!(days));
        texts(&notice, locale, "").0.subject
    };
    for (locale, days, words) in [
        (Locale::En, 1, ": 1 day left"),
        (Locale::En, 2, ": 2 days left"),
        (Locale::Id, 1, ": 1 hari lagi"),
        (Locale::Uk, 1, "залишилося 1 день"),
        (Locale::Uk, 3, "залишилося 3 дні"),
        (Locale::Uk, 11, "залишилося 11 днів"),
        (Locale::Ru, 21, "осталось 21 день"),
        (Locale::Ru, 2, "осталось 2 дня"),
        (Locale::Ru, 5, "осталось 5 дней"),
        (Locale::Uz, 7, ": 7 kun qoldi"),
    ] {
        assert!(subject(locale, days).contains(words), "{}", subject(locale, days));
    }
}

#[test]
fn an_unknown_language_reads_english() {
    let notice = NoticeKind::PaymentConfirmed.sample();
    let (email, message) = texts(&notice, Locale::of_tag("fr-CA"), "Zoé");
    assert!(email.text.starts_with("Hello, Zoé!\n\nWe have received your payment."), "{}", email.text);
    assert!(
        message.html.starts_with("<b>Payment received: Rp1,250,000</b>\n\nHello, Zoé! "),
        "{}",
        message.html
    );
}

#[test]
fn a_reader_without_a_name_is_greeted_and_operators_are_not() {
    for locale in Locale::ALL {
        let greeted = |kind: NoticeKind, name: &str| texts(&kind.sample(), locale, name).0.text;
        let nameless = greeted(NoticeKind::BonusPaid, "");
        assert!(!nameless.contains(", !") && nameless.lines().next().unwrap().ends_with('!'), "{nameless}");
        assert!(greeted(NoticeKind::TaskCreated, "Taras").contains("Taras!"));
        assert!(!greeted(NoticeKind::BillzFailed, "Taras").contains("Taras"));
    }
}

#[test]
fn the_company_is_named_above_and_below() {
    for (kind, locale) in all() {
        let (email, message) = texts(&kind.sample(), locale, "");
        assert!(email.html.matches(COMPANY).count() >= 2, "{kind} {locale:?}");
        assert!(
            email.text.contains(COMPANY) && message.html.ends_with(&format!("<i>{COMPANY}</i>")),
            "{kind}"
        );
        assert!(email.html.contains(&format!("lang=\"{}\"", locale.code())));
    }
}

#[test]
fn a_job_that_is_over_asks_nobody_to_decide() {
    for locale in Locale::ALL {
        for part_name in ["subject", "lead", "closing"] {
            let line = part(&source(locale, "billz.failed"), part_name).remove(0);
            let forms = line.strip_prefix("{needsReview: ").unwrap().split('}').next().unwrap().to_owned();
            let (open, over) = forms.split_once(" | ").unwrap();
            for (needs_review, said, unsaid) in [(true, open, over), (false, over, open)] {
                let notice = changed(NoticeKind::BillzFailed, "needsReview", json!(needs_review));
                let (email, message) = texts(&notice, locale, "");
                let whole = format!("{}\n{}", email.subject, email.text);
                for text in [&whole, &message.html] {
                    assert!(text.contains(said) && !text.contains(unsaid), "{part_name} {locale:?}: {text}");
                }
            }
        }
    }
}
