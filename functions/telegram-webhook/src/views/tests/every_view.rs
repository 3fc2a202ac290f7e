//! What Telegram demands of every view, in every language, whoever is shown in it.

use shared::domain::invoice::InvoiceState;
use shared::domain::invoice::pay::ChoiceError;
use shared::domain::locale::Locale;
use shared::notices::texts::{TELEGRAM_CAPTION, TELEGRAM_TEXT, visible_length};
use shared::workflows::pay_invoice::PayError;

use super::scenes::{Cast, MISFITS, all, hostile, ordinary};
use super::words;
use crate::buttons::Pressed;
use crate::views::{Action, View, Words};

/// Longest note beside a pressed button.
const NOTE: usize = 200;

fn casts() -> Vec<Cast> {
    let letters =
        ["<b>&\"'</code>", "👩‍💻", "שלום עולם ", "x\u{202e}\u{2066}\u{200f}", "]]>&lt;&#0;", "ї", "x\u{feff}"];
    letters.into_iter().map(hostile).chain([ordinary()]).collect()
}

/// Fails where Telegram would refuse the text, or where markup of an outsider's would count.
fn assert_html(html: &str) {
    let (mut open, mut rest) = (Vec::new(), html);
    while let Some(place) = rest.find(['<', '>', '&']) {
        let (_, from) = rest.split_at(place);
        assert!(!from.starts_with('>'), "a lone > in {html}");
        if from.starts_with('&') {
            let known = ["&amp;", "&lt;", "&gt;", "&quot;"].into_iter().find(|one| from.starts_with(one));
            rest = from.strip_prefix(known.unwrap_or_else(|| panic!("a lone & in {html}"))).unwrap();
            continue;
        }
        let (tag, behind) = from[1..].split_once('>').unwrap_or_else(|| panic!("a lone < in {html}"));
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{html}"),
            None => {
                assert!(["b", "i", "code"].contains(&tag), "<{tag}> in {html}");
                assert!(!open.contains(&"code"), "a tag within <code> in {html}");
                open.push(tag);
            }
        }
        rest = behind;
    }
    assert!(open.is_empty(), "{open:?} never closed in {html}");
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn assert_view(view: &View) {
    let View { html, rows, picture_url } = view;
    assert_html(html);
    let most = if picture_url.is_some() { TELEGRAM_CAPTION } else { TELEGRAM_TEXT };
    let visible = visible_length(html);
    assert!((1..=most).contains(&visible), "{visible} units: {html}");
    assert!(picture_url.iter().all(|url| url.starts_with("https://") && url.is_ascii()), "{picture_url:?}");
    assert!(rows.iter().flatten().count() <= 100, "too many buttons");
    for row in rows {
        assert!((1..=8).contains(&row.len()), "{row:?}");
    }
    for button in rows.iter().flatten() {
        let label = &button.label;
        assert!(!label.trim().is_empty() && length(label) <= 64 && !label.contains('\n'), "{label:?}");
        match &button.action {
            Action::Press(carried) => {
                assert!(carried.len() <= 64 && carried.is_ascii(), "{carried}");
                assert!(Pressed::read(carried).is_some(), "{carried} is not read");
            }
            Action::Open(url) => assert!(url.starts_with("https://") && url.is_ascii(), "{url}"),
            Action::Copy(text) => assert!((1..=256).contains(&text.chars().count()), "{text}"),
        }
    }
}

/// Nothing is left of the catalogue's own marks, and no text was missing.
fn assert_no_marks(text: &str) {
    assert!(!text.contains(['{', '}', '[', ']', '|', '#']), "{text}");
}

fn notes(words: &Words) -> Vec<String> {
    let refused = |error: ChoiceError| words.pay_refused(&PayError::Choice(error));
    let mut notes = vec![
        words.over(),
        words.late(),
        words.already_submitted(),
        words.no_workers(),
        words.search_failed(),
        words.staff_only_note(),
        words.trouble_note(),
        words.payments_off(),
        words.no_such_invoice(),
        words.task_decided_before(),
        words.task_not_open(),
        refused(ChoiceError::PastDue),
        refused(ChoiceError::TooManyAttempts),
        refused(ChoiceError::AmountOutsideLimits { minimum: 10_000, maximum: 999_999_999_999 }),
        words.pay_refused(&PayError::Disabled),
        words.pay_refused(&PayError::ChannelUnavailable),
        words.pay_refused(&PayError::CustomerUnknown),
        words.pay_refused(&PayError::InProgress),
        words.pay_refused(&PayError::NoInvoice),
    ];
    notes.extend(InvoiceState::ALL.map(|state| refused(ChoiceError::NotPending(state))));
    notes.extend(MISFITS.map(|misfit| words.misfit(misfit)));
    notes
}

#[test]
fn telegram_takes_every_view_in_every_language_whoever_is_in_it() {
    for locale in Locale::ALL {
        for cast in casts() {
            all(&words(locale), &cast).iter().for_each(assert_view);
        }
    }
}

#[test]
fn no_view_shows_a_mark_of_the_catalogue() {
    for locale in Locale::ALL {
        for view in all(&words(locale), &ordinary()) {
            assert_no_marks(&view.html);
            view.rows.iter().flatten().for_each(|button| assert_no_marks(&button.label));
        }
    }
}

#[test]
fn every_note_fits_beside_a_button_and_has_no_markup() {
    for locale in Locale::ALL {
        for note in notes(&words(locale)) {
            assert!((1..=NOTE).contains(&length(&note)), "{}: {note}", length(&note));
            assert!(!note.contains(['<', '>', '&', '\n']), "{note}");
            assert_no_marks(&note);
        }
    }
}

#[test]
fn what_turns_the_direction_of_a_text_is_in_no_view() {
    let turning = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}'];
    for view in all(&words(Locale::Uk), &hostile("a\u{202e}\u{2066}\u{200f}\u{feff}")) {
        assert!(!view.html.contains(turning), "{}", view.html);
        let labels = view.rows.iter().flatten().map(|button| &button.label);
        labels.for_each(|label| assert!(!label.contains(turning), "{label}"));
    }
}
