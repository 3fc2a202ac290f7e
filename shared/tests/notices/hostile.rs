//! Whatever people and other systems write into a field stays inside of it.

use proptest::test_runner::Config;
use proptest::{prop_assert_eq, proptest};
use serde_json::json;
use shared::domain::locale::Locale;
use shared::notices::{Notice, NoticeKind};

use crate::markup::{Skeleton, document, telegram};
use crate::setup::{all, changed, texts, with_words};

const HOSTILE: [&str; 14] = [
    "<b>&\"'{{x}}{% set y = 1 %}",
    "</td></tr></table><script>alert(1)</script>",
    "</b></code><a href=\"https://evil.example\">x</a>",
    "{{ password }}{# #}{% endset %}",
    "&lt;b&gt; &amp; &nbsp; &#60;",
    "--><!-- <![endif]-->",
    "\" onmouseover=\"alert(1)",
    "javascript:alert(1)",
    "first\r\nBcc: all@example.com\r\n\r\nsecond",
    "one\u{2028}two\u{2029}three\u{85}four",
    "\u{202e}gnp.exe\u{202c}\u{2066}\u{200f}",
    "שלום مرحبا",
    "👩‍👩‍👧‍👦🇺🇦 e\u{301}",
    "\u{0}\u{7}\u{1b}[31m",
];

/// The tags of both formats and the number of lines of both texts.
fn shape(notice: &Notice, locale: Locale, name: &str) -> (Skeleton, Skeleton, usize, usize) {
    let (email, message) = texts(notice, locale, name);
    assert!(!email.subject.chars().any(char::is_control), "{:?}", email.subject);
    let lines = |text: &str| text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']).count();
    (document(&email.html), telegram(&message.html), lines(&email.text), lines(&message.html))
}

#[test]
fn hostile_words_break_out_of_no_text() {
    for (kind, locale) in all() {
        let plain = shape(&with_words(kind, "x"), locale, "x");
        for words in HOSTILE {
            let words = format!("x{words}");
            assert_eq!(
                shape(&with_words(kind, &words), locale, &words),
                plain,
                "{kind} {locale:?} {words:?}"
            );
        }
    }
}

#[test]
fn hostile_words_are_shown_as_they_are() {
    let notice = with_words(NoticeKind::PaymentNeedsReview, "<b>&\"'{{x}}{% y %}");
    let (email, message) = texts(&notice, Locale::En, "");
    let escaped = "&#60;b&#62;&#38;&#34;&#39;{{x}}{% y %}";
    assert!(email.html.contains(escaped) && message.html.contains(escaped), "{}", message.html);
    assert!(email.text.contains("<b>&\"'{{x}}{% y %}"), "{}", email.text);
}

#[test]
fn marks_that_turn_the_direction_are_left_out() {
    let words = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e";
    let (email, message) = texts(&with_words(NoticeKind::TaskFailed, words), Locale::En, words);
    for text in [&email.subject, &email.text, &email.html, &message.html] {
        let turns = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}'];
        assert!(text.contains("abcde") && !text.contains(turns), "{text}");
    }
}

#[test]
fn an_address_cannot_leave_its_attribute() {
    let sample = shape(&NoticeKind::PaymentExpiring.sample(), Locale::En, "x");
    for field in ["payUrl", "qrImageUrl"] {
        let url = "https://x.example/\"><script>alert(1)</script>?a='b'&c=<d>#\"e";
        let notice = changed(NoticeKind::PaymentExpiring, field, json!(url));
        assert_eq!(shape(&notice, Locale::En, "x"), sample);
    }
}

proptest! {
    #![proptest_config(Config { cases: 96, ..Config::default() })]

    #[test]
    fn no_words_unbalance_any_text(words in "[\\PC\\n\\r<>&\"'{}%#]{0,120}", name in "\\PC{0,40}", pick: usize) {
        let (kind, locale) = all().nth(pick % (NoticeKind::ALL.len() * Locale::ALL.len())).unwrap();
        let (words, name) = (format!("x{words}"), format!("x{name}"));
        let plain = shape(&with_words(kind, "x"), locale, "x");
        prop_assert_eq!(shape(&with_words(kind, &words), locale, &name), plain);
    }
}
