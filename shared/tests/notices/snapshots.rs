//! Every text as people read it. A change of these snapshots is a change of what people are told.

use crate::markup::html_lines;
use crate::setup::{all, bare, texts};
use shared::domain::locale::Locale;
use shared::notices::{Notice, NoticeKind};

fn shown(notice: &Notice, locale: Locale) -> String {
    let (email, telegram) = texts(notice, locale, "Олена Oʻktam");
    let button = telegram.link.map_or(String::new(), |link| format!("[{}]({})\n", link.label, link.url));
    let presses = telegram.presses.iter().map(|press| format!("[{}]: {}\n", press.label, press.data));
    let presses: String = presses.collect();
    let picture = telegram.picture_url.map_or(String::new(), |url| format!("picture: {url}\n"));
    format!(
        "== email: {}\n{}\n== email, plain\n{}\n== telegram\n{picture}{}\n{button}{presses}",
        email.subject,
        html_lines(&email.html).join("\n"),
        email.text,
        telegram.html
    )
}

#[test]
fn every_event_in_every_language_as_it_is_read() {
    for (kind, locale) in all() {
        insta::assert_snapshot!(format!("{}-{kind}", locale.code()), shown(&kind.sample(), locale));
    }
}

#[test]
fn an_event_without_what_may_be_missing_leaves_no_gap() {
    for kind in NoticeKind::ALL.iter().filter(|kind| kind.fields().iter().any(|field| !field.is_required)) {
        insta::assert_snapshot!(format!("bare-{kind}"), shown(&bare(*kind), Locale::En));
    }
}

#[test]
fn a_whole_email_as_it_is_sent() {
    let (email, _) = texts(&NoticeKind::PaymentExpiring.sample(), Locale::Uk, "Олена");
    insta::assert_snapshot!(email.html);
}
