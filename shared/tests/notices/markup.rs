//! Reads markup more strictly than Telegram and mail programs do.

use std::collections::BTreeSet;

use crate::setup::{all, bare, texts};

/// One tag: its name and attributes' names, `/name` when it closes.
pub type Skeleton = Vec<String>;

const TELEGRAM_TAGS: [&str; 4] = ["b", "i", "code", "tg-spoiler"];
const VOID: [&str; 3] = ["meta", "br", "img"];

/// The tags of a Telegram text.
///
/// # Panics
/// When Telegram would refuse it, or a tag or entity is not one that we mean to use.
pub fn telegram(html: &str) -> Skeleton {
    let (tags, words) = split(html);
    for tag in &tags {
        assert!(TELEGRAM_TAGS.contains(&tag.trim_start_matches('/')), "<{tag}> in {html}");
    }
    balanced(&tags, html);
    for pair in tags.windows(2) {
        let nested = ["code", "tg-spoiler"].contains(&pair[0].as_str()) && !pair[1].starts_with('/');
        assert!(!nested, "<{}> in <{}>: {html}", pair[1], pair[0]);
    }
    entities(&words.concat());
    tags
}

/// The tags of an email's document.
///
/// # Panics
/// When a tag is not closed in order, or an attribute is not quoted.
pub fn document(html: &str) -> Skeleton {
    let mut rest = html.strip_prefix("<!doctype html>").expect("a document type");
    let mut plain = String::new();
    while let Some((before, behind)) = rest.split_once("<!--") {
        plain.push_str(before);
        rest = behind.split_once("-->").expect("a comment ends").1;
    }
    plain.push_str(rest);
    let mut unstyled = String::new();
    let mut rest = plain.as_str();
    while let Some((before, behind)) = rest.split_once("<style") {
        unstyled.push_str(before);
        rest = behind.split_once("</style>").expect("a style ends").1;
    }
    unstyled.push_str(rest);
    let (tags, words) = split(&unstyled);
    balanced(&tags, html);
    entities(&words.concat());
    tags
}

/// What a reader sees of an email's document, an address behind its link.
pub fn html_lines(html: &str) -> Vec<String> {
    let body = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    let mut plain = String::new();
    for piece in body.split("<!--") {
        plain.push_str(piece.split_once("-->").map_or(piece, |(_, behind)| behind));
    }
    let mut lines = Vec::new();
    for piece in plain.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        for name in ["href", "src"] {
            if let Some((_, url)) = tag.split_once(&format!(" {name}=\"")) {
                lines.push(format!("{name}: {}", url.split_once('"').unwrap().0));
            }
        }
        if !words.trim().is_empty() {
            lines.push(words.trim().to_owned());
        }
    }
    lines
}

/// Tags, and the words and attribute values between and within them.
fn split(html: &str) -> (Skeleton, Vec<String>) {
    let (mut tags, mut words) = (Vec::new(), Vec::new());
    let mut pieces = html.split('<');
    let first = pieces.next().unwrap_or_default();
    assert!(!first.contains('>'), "a bare > in {first}");
    words.push(first.to_owned());
    for piece in pieces {
        let end = end_of_tag(piece).unwrap_or_else(|| panic!("<{piece} is no tag"));
        let (tag, text) = (&piece[..end], &piece[end + 1..]);
        assert!(!text.contains('>'), "a bare > in {text}");
        words.push(text.to_owned());
        tags.push(read_tag(tag, &mut words));
    }
    (tags, words)
}

/// Where a tag ends: the first `>` outside of quotes.
fn end_of_tag(piece: &str) -> Option<usize> {
    let mut is_quoted = false;
    piece.char_indices().find_map(|(index, letter)| {
        is_quoted ^= letter == '"';
        (letter == '>' && !is_quoted).then_some(index)
    })
}

fn read_tag(tag: &str, words: &mut Vec<String>) -> String {
    let tag = tag.trim_end_matches('/').trim_end();
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut read = name.to_owned();
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-".contains(&byte)), "<{tag}>");
    while !rest.is_empty() {
        let (attribute, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("not quoted: <{tag}>"));
        let (value, behind) = value.split_once('"').unwrap_or_else(|| panic!("not ended: <{tag}>"));
        let is_name = attribute.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:".contains(&byte));
        assert!(is_name && !attribute.starts_with("on"), "{attribute:?} in <{tag}>");
        if ["href", "src"].contains(&attribute) {
            assert!(value.starts_with("https://") || value.starts_with("http://"), "{value}");
        }
        read = format!("{read} {attribute}");
        words.push(value.to_owned());
        rest = behind.trim_start();
    }
    read
}

fn balanced(tags: &Skeleton, html: &str) {
    let mut open = Vec::new();
    for tag in tags {
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "closed out of order in {html}"),
            None if !VOID.contains(&name) => open.push(name),
            None => {}
        }
    }
    assert!(open.is_empty(), "{open:?} stay open in {html}");
}

/// Only what Telegram and every mail program know.
fn entities(words: &str) {
    for piece in words.split('&').skip(1) {
        let entity = piece.split_once(';').map_or(piece, |(entity, _)| entity);
        assert!(["#38", "#60", "#62", "#34", "#39"].contains(&entity), "&{entity} in {words}");
    }
}

#[test]
fn every_text_is_well_formed() {
    let mut seen = BTreeSet::new();
    for (kind, locale) in all() {
        for notice in [kind.sample(), bare(kind)] {
            for name in ["Olena", ""] {
                let (email, message) = texts(&notice, locale, name);
                seen.extend(telegram(&message.html));
                assert!(document(&email.html).len() > 50);
                let body = html_lines(&email.html).join("\n");
                for text in [&email.subject, &email.text, &body, &message.html] {
                    assert!(!text.contains(['{', '}']), "a placeholder is left in {text}");
                }
                assert!(!email.text.contains("\n\n\n") && !message.html.contains("\n\n\n"), "{}", email.text);
            }
        }
    }
    // Every tag that the checker allows is used: its list cannot grow unnoticed.
    for tag in TELEGRAM_TAGS {
        assert!(seen.contains(tag) && seen.contains(&format!("/{tag}")), "{tag}");
    }
}

#[test]
fn the_checker_refuses_what_telegram_would() {
    for html in [
        "<b>",
        "</b>",
        "<b><i></b></i>",
        "<code><b></b></code>",
        "<br>",
        "a > b",
        "a < b",
        "&nbsp;",
        "&",
        "<B>x</B>",
    ] {
        assert!(std::panic::catch_unwind(|| telegram(html)).is_err(), "{html}");
    }
    assert_eq!(telegram("<b>x</b> &#38; <code>&#60;</code>"), ["b", "/b", "code", "/code"]);
}

#[test]
fn the_checker_refuses_broken_documents() {
    for html in [
        "<p>",
        "<p></td>",
        "<p class=x></p>",
        "<a href=\"javascript:x\"></a>",
        "<p onclick=\"x\"></p>",
        "<p>&nbsp;</p>",
    ] {
        let html = format!("<!doctype html>{html}");
        assert!(std::panic::catch_unwind(|| document(&html)).is_err(), "{html}");
    }
    assert_eq!(document("<!doctype html><p class=\"x\">a<br />b</p>"), ["p class", "br", "/p"]);
}
