//! The parts of a notice in words, before a layout puts them together.

use crate::notices::NoticeKind;
use crate::notices::about::Audience;
use crate::notices::texts::catalogue::{self, Sheet, Shown, Values};
use crate::notices::texts::layouts::{Fact, Parts, Style};
use crate::notices::texts::{Link, PRESS_DATA, Press, Reader, values};

/// Every part that a text may have.
const KNOWN: [&str; 9] =
    ["subject", "lead", "fact", "code", "secret", "action", "press", "picture", "closing"];

/// Puts the notice's values into its text.
///
/// # Errors
/// When the text lacks a part, has one that nobody knows, or names something that is not there.
pub(super) fn of(kind: NoticeKind, to: &Reader<'_>, company: &str, values: &Values) -> Result<Parts, String> {
    let text = catalogue::of_event(kind, to.locale, values);
    if let Some((part, _)) = text.lines()?.into_iter().find(|(part, _)| !KNOWN.contains(part)) {
        return Err(format!("there is no part {part}"));
    }
    let name = values::name(to.name);
    let (footer, greeting) = match (kind.audience(), name.is_empty()) {
        (Audience::Operators, _) => ("footer_operators", None),
        (Audience::Customer, true) => ("footer_customer", Some("greeting_nameless")),
        (Audience::Customer, false) => ("footer_customer", Some("greeting")),
        (Audience::Staff, true) => ("footer_staff", Some("greeting_nameless")),
        (Audience::Staff, false) => ("footer_staff", Some("greeting")),
    };
    let words = |words: String| Shown::Words(words);
    let around = vec![("name".to_owned(), words(name)), ("company".to_owned(), words(company.to_owned()))];
    let letter = catalogue::letter(to.locale, &around);
    Ok(Parts {
        locale: to.locale,
        company: company.to_owned(),
        subject: text.words("subject")?,
        greeting: greeting.map(|greeting| letter.words(greeting)).transpose()?.unwrap_or_default(),
        lead: text.words("lead")?,
        facts: facts(&text)?,
        action: action(&text)?,
        button_hint: letter.words("button_hint")?,
        presses: presses(&text)?,
        press_hint: letter.words("press_hint")?,
        picture: picture(&text)?.unwrap_or_default(),
        picture_label: letter.words("picture_label")?,
        closing: text.optional("closing")?.unwrap_or_default(),
        footer: letter.words(footer)?,
    })
}

/// Every fact that the notice knows, in the text's order.
fn facts(text: &Sheet<'_>) -> Result<Vec<Fact>, String> {
    let mut facts = Vec::new();
    for (part, line) in text.lines()? {
        let style = match part {
            "fact" => Style::Plain,
            "code" => Style::Code,
            "secret" => Style::Secret,
            _ => continue,
        };
        let (label, value) = labelled(line)?;
        if let Some(value) = text.filled(value)?.filter(|value| !value.is_empty()) {
            facts.push(Fact { label: label.to_owned(), value, style });
        }
    }
    Ok(facts)
}

fn action(text: &Sheet<'_>) -> Result<Option<Link>, String> {
    let lines = text.lines()?;
    let Some((_, line)) = lines.into_iter().find(|(part, _)| *part == "action") else { return Ok(None) };
    let (label, url) = labelled(line)?;
    Ok(text.filled(url)?.map(|url| Link { label: label.to_owned(), url }))
}

/// Every button that the notice has values for, in the text's order.
fn presses(text: &Sheet<'_>) -> Result<Vec<Press>, String> {
    let mut presses = Vec::new();
    for (_, line) in text.lines()?.into_iter().filter(|(part, _)| *part == "press") {
        let (label, data) = labelled(line)?;
        let Some(data) = text.filled(data)? else { continue };
        if data.len() > PRESS_DATA || !data.is_ascii() {
            return Err(format!("{label} carries more than a button can"));
        }
        presses.push(Press { label: label.to_owned(), data });
    }
    Ok(presses)
}

fn picture(text: &Sheet<'_>) -> Result<Option<String>, String> {
    let lines = text.lines()?;
    let Some((_, url)) = lines.into_iter().find(|(part, _)| *part == "picture") else { return Ok(None) };
    text.filled(url)
}

/// A label and what it stands before.
fn labelled(line: &str) -> Result<(&str, &str), String> {
    line.split_once(" | ").ok_or_else(|| format!("no label: {line}"))
}
