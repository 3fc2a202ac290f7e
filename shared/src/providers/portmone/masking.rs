//! What goes into evidence: everything but whose phone it was.
//!
//! Of a phone number, however it is spelled, of any other long number, and of what is called somebody's account the last
//! two digits are left. Dates, amounts and short ids stay as they are. A number that stands beside a phone number may
//! be hidden with it; the other way round never happens.

use super::accounts;
use crate::domain::phone_number::PhoneNumber;

/// Digits in a row that are hidden whatever they are.
const LONG_NUMBER: usize = 10;
/// How Ukrainian numbers begin, the longest beginning first, and how many digits they have then at least.
const BEGINNINGS: [(&str, usize); 4] = [("00380", 14), ("380", 12), ("80", 11), ("0", 10)];
/// Blanks, dashes and brackets between two groups of digits, at most.
const MAX_BETWEEN: usize = 4;
/// Groups with dots between them that are looked at on each side of one.
const MAX_DOTTED: usize = 3;

/// Digits in a row: where they begin and end, in bytes.
#[derive(Debug, Clone, Copy)]
struct Group {
    begin: usize,
    end: usize,
    is_hidden: bool,
}

/// The text without phone numbers, accounts and other long numbers.
pub fn masked(text: &str) -> String {
    let text = &accounts::hidden(text);
    let mut groups = groups(text);
    for first in 0..groups.len() {
        let last = phone_from(text, &groups, first);
        for group in last.and_then(|last| groups.get_mut(first..=last)).into_iter().flatten() {
            group.is_hidden = true;
        }
    }
    written(text, &groups)
}

/// Whose account at a company: a phone number as it is masked everywhere, of anything else the last two letters.
pub(super) fn masked_account(account: &str) -> String {
    if let Ok(phone) = account.parse::<PhoneNumber>() {
        return phone.masked();
    }
    let hidden = account.chars().count().saturating_sub(2);
    account.chars().enumerate().map(|(place, letter)| if place < hidden { '*' } else { letter }).collect()
}

/// The beginning of a text, at most so many bytes.
pub(in crate::providers) fn beginning(mut text: String, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    text
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, letter) in text.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
        match groups.last_mut() {
            Some(group) if group.end == place => group.end = place + letter.len_utf8(),
            Some(_) | None => groups.push(Group { begin: place, end: place + 1, is_hidden: false }),
        }
    }
    for group in &mut groups {
        group.is_hidden = group.end - group.begin >= LONG_NUMBER;
    }
    groups
}

/// The last group of a phone number that begins with the group `first`.
fn phone_from(text: &str, groups: &[Group], first: usize) -> Option<usize> {
    let mut digits = String::new();
    for (place, group) in groups.iter().enumerate().skip(first) {
        if place > first && !are_joined(text, groups, place) {
            return None;
        }
        digits.push_str(text.get(group.begin..group.end)?);
        let beginning = BEGINNINGS.iter().find(|(beginning, _)| digits.starts_with(beginning));
        if beginning.is_some_and(|(_, length)| digits.len() >= *length) {
            return Some(place);
        }
        if digits.len() >= 14 {
            return None;
        }
    }
    None
}

/// Whether a group may belong to the same phone number as the one before it.
fn are_joined(text: &str, groups: &[Group], place: usize) -> bool {
    let (Some(before), Some(group)) =
        (place.checked_sub(1).and_then(|last| groups.get(last)), groups.get(place))
    else {
        return false;
    };
    match text.get(before.end..group.begin) {
        Some(".") => !is_date_or_amount(&dotted(text, groups, place)),
        Some(between) => is_between(between),
        None => false,
    }
}

/// The groups around a dot before the group `place`, as far as dots go on, but not very far.
fn dotted<'a>(text: &'a str, groups: &[Group], place: usize) -> Vec<&'a str> {
    let follows = |place: &usize| {
        let ends = place.checked_sub(1).and_then(|last| groups.get(last)).zip(groups.get(*place));
        ends.is_some_and(|(before, group)| text.get(before.end..group.begin) == Some("."))
    };
    let back = (0..=place).rev().take(MAX_DOTTED).take_while(follows).last().unwrap_or(place);
    let ahead = (place..).take(MAX_DOTTED).take_while(follows).last().unwrap_or(place);
    let run = groups.get(back.saturating_sub(1)..=ahead).unwrap_or_default();
    run.iter().filter_map(|group| text.get(group.begin..group.end)).collect()
}

/// `12.03.2026` and `120.35`, which no phone number is written like.
fn is_date_or_amount(run: &[&str]) -> bool {
    match run {
        [day, month, year] => {
            day.len() <= 2
                && month.len() <= 2
                && year.len() == 4
                && (year.starts_with("19") || year.starts_with("20"))
        }
        [whole, behind] => behind.len() <= 2 && (*whole == "0" || !whole.starts_with('0')),
        _ => false,
    }
}

/// What people write between the groups of a phone number.
fn is_between(text: &str) -> bool {
    let is_known = |letter: char| {
        matches!(
            letter,
            ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}' | '(' | ')'
        )
    };
    text.chars().count() <= MAX_BETWEEN && text.chars().all(is_known)
}

/// The text with the hidden groups in stars, but for the last two digits of each number.
fn written(text: &str, groups: &[Group]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for (place, group) in groups.iter().enumerate().filter(|(_, group)| group.is_hidden) {
        let next = groups.get(place + 1).filter(|next| next.is_hidden);
        let goes_on = next.is_some_and(|_| are_joined(text, groups, place + 1));
        let left = if goes_on { 0 } else { 2.min(group.end - group.begin) };
        masked.push_str(text.get(end..group.begin).unwrap_or_default());
        masked.push_str(&"*".repeat((group.end - group.begin).saturating_sub(left)));
        masked.push_str(text.get(group.end.saturating_sub(left)..group.end).unwrap_or_default());
        end = group.end;
    }
    masked.push_str(text.get(end..).unwrap_or_default());
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, prop};
    use proptest::sample::select;
    use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

    #[test]
    fn a_phone_number_is_hidden_however_it_is_spelled() {
        for (text, expected) in [
            ("380991234567", "**********67"),
            ("+380991234567", "+**********67"),
            ("+38 (099) 123-45-67", "+** (***) ***-**-67"),
            ("380 99 123 45 67", "*** ** *** ** 67"),
            ("80991234567", "*********67"),
            ("8 (099) 123 45 67", "* (***) *** ** 67"),
            ("0991234567", "********67"),
            ("099 123 45 67", "*** *** ** 67"),
            ("099-12-34-56-7", "***-**-**-**-7"),
            ("(099)123\u{2013}45\u{a0}67", "(***)***\u{2013}**\u{a0}67"),
            ("00380 99 123 45 67", "***** ** *** ** 67"),
            ("099.123.45.67", "***.***.**.67"),
            ("38.099.123.45.67", "**.***.***.**.67"),
            ("+380.99.1234567", "+***.**.*****67"),
            ("099.1234567", "***.*****67"),
            ("09.91.23.45.67", "**.**.**.**.67"),
            ("<CONTRACT_NUMBER>671234567</CONTRACT_NUMBER>", "<CONTRACT_NUMBER>*******67</CONTRACT_NUMBER>"),
            ("call 0991234567, bill 523", "call ********67, bill 523"),
            ("bill 523 099 123 45 67 8", "bill 523 *** *** ** 67 8"),
            ("<a>0991234567</a><b>0991234568</b>", "<a>********67</a><b>********68</b>"),
            ("4444333322220000", "**************00"),
            ("UA383226690000029243832900000", "UA*************************00"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn dates_amounts_and_short_ids_stay() {
        for text in [
            "",
            "12.03.2026 15:45:48",
            "01.02.2026 05:45:48",
            "2021-07-14 16:25:14",
            "2026-08-01T05:45:48Z",
            "<PAYED_AMOUNT>120.35</PAYED_AMOUNT><PAYED_COMMISSION>0.00</PAYED_COMMISSION>",
            "1200.45",
            "0.00 1200.45",
            "0.00 12000.45 0.50 100.00",
            "01.02.2026 01.02.2026 05",
            "<BILL_ID>966666666</BILL_ID>",
            "<bill id=\"523\"><payee id=\"2065\">Київстар</payee></bill>",
            "444433******0000",
            "3892/1",
            "{\"shopBillId\":432722352}",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn whose_account_it_was_is_two_letters() {
        for (account, expected) in [
            ("380991234567", "+**********67"),
            ("+38 (099) 123-45-67", "+**********67"),
            ("08967563", "******63"),
            ("4444333322220000", "**************00"),
            ("Іван", "**ан"),
            ("7", "7"),
            ("", ""),
        ] {
            assert_eq!(masked_account(account), expected, "{account}");
        }
    }

    #[test]
    fn a_beginning_ends_between_letters() {
        assert_eq!(beginning("київ".to_owned(), 3), "к");
        assert_eq!(beginning("київ".to_owned(), 8), "київ");
        assert_eq!(beginning("київ".to_owned(), 0), "");
        assert_eq!(beginning(String::new(), 5), "");
    }

    /// Digits of a phone number with what people write between them.
    fn any_spelling() -> impl Strategy<Value = (String, String)> {
        let beginning = select(vec!["380", "+380", "80", "0", "00380"]);
        let between = || {
            let signs = select(vec!["", "", "", " ", "-", " - ", "(", ") ", "\u{a0}", "\u{2011}"]);
            prop::collection::vec(signs, 8)
        };
        (beginning, "[1-9][0-9]{8}", between()).prop_map(|(beginning, national, between)| {
            let mut spelled = beginning.to_owned();
            let mut signs = between.iter();
            for digit in national.chars() {
                spelled.push(digit);
                if let Some(sign) = signs.next() {
                    spelled.push_str(sign);
                }
            }
            (spelled, national)
        })
    }

    fn any_words() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zа-я<>:=,.]{0,12}",
            "([a-z]{1,5} [0-9]{1,9} ){0,3}",
            "(2026-0[1-9]-1[0-9] ){0,2}",
            ".{0,12}[a-z ]"
        ]
    }

    fn digits(text: &str) -> usize {
        text.chars().filter(char::is_ascii_digit).count()
    }

    proptest! {
        #[test]
        fn no_phone_number_survives((spelled, national) in any_spelling(), before in any_words(), after in "[a-z<,;]{0,5}") {
            let text = masked(&format!("{before}{spelled}{after}"));
            let all: String = text.chars().filter(char::is_ascii_digit).collect();
            prop_assert!(!all.contains(&national), "{text}");
            prop_assert!(digits(&text) <= digits(&before) + 2, "{text}");
            prop_assert!(text.ends_with(&after));
        }

        #[test]
        fn the_ids_of_bills_survive(id in "[1-9][0-9]{0,8}", before in "[a-z<>\"= ]{0,8}", after in "[a-z<>\"/ ]{0,8}") {
            let text = format!("{before}{id}{after}");
            prop_assert_eq!(masked(&text), text);
        }

        #[test]
        fn no_text_makes_it_panic_and_what_is_masked_stays_as_it_is(text in ".{0,40}", numbers in "[0-9 ()+.-]{0,40}") {
            for text in [text, numbers] {
                let once = masked(&text);
                prop_assert_eq!(once.chars().count(), text.chars().count());
                prop_assert!(digits(&masked(&once)) <= digits(&once));
            }
        }
    }
}
