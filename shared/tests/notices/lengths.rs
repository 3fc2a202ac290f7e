//! No text is longer than its channel takes, however long what it tells of is.

use shared::domain::locale::Locale;
use shared::notices::NoticeKind;
use shared::notices::texts::{TELEGRAM_CAPTION, TELEGRAM_TEXT, visible_length};

use crate::setup::{all, texts, with_words};

#[test]
fn the_longest_words_fit_into_every_message() {
    for (kind, locale) in all() {
        for words in ["&".repeat(1000), "щ".repeat(1000), "😀".repeat(1000), "wide words ".repeat(100)] {
            let (email, message) = texts(&with_words(kind, &words), locale, &words);
            let length = visible_length(&message.html);
            assert!(length <= TELEGRAM_TEXT, "{kind} {locale:?}: {length}");
            assert!(
                message.picture_url.is_none() || length <= TELEGRAM_CAPTION,
                "{kind} {locale:?}: {length}"
            );
            assert!(email.subject.encode_utf16().count() <= 450, "{}", email.subject);
        }
    }
}

#[test]
fn a_picture_stands_above_every_text_that_real_ids_can_make() {
    for locale in Locale::ALL {
        let notice = with_words(NoticeKind::PaymentExpiring, &"x".repeat(128));
        let (_, message) = texts(&notice, locale, &"n".repeat(80));
        assert!(message.picture_url.is_some(), "{locale:?}: {}", visible_length(&message.html));
    }
}

#[test]
fn what_is_cut_says_so() {
    let (email, _) = texts(&with_words(NoticeKind::BillzFailed, &"y".repeat(1000)), Locale::En, "");
    assert!(email.text.contains(&format!("Reason: {}…\n", "y".repeat(299))), "{}", email.text);
    assert!(email.text.contains(&format!("Job: {}…\n", "y".repeat(127))), "{}", email.text);
}

#[test]
fn length_is_counted_as_telegram_counts() {
    for (html, length) in
        [("", 0), ("abc", 3), ("<b>щ</b>", 1), ("&amp;&#39;", 2), ("😀", 2), ("a<code>b</code>c", 3)]
    {
        assert_eq!(visible_length(html), length, "{html}");
    }
}
