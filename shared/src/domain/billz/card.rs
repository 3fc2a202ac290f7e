//! A payment method of the company, and what Billz calls it. Never a bank card: no number of one is kept.

use std::str::FromStr;

use jiff::Timestamp;

use crate::domain::identifier::{CardId, PaymentTypeId};

/// Longest name of a payment method, in characters.
pub const MAX_NAME: usize = 100;

/// A payment method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What jobs call it.
    pub id: CardId,
    /// What people call it.
    pub name: CardName,
    /// Billz's payment type.
    pub payment_type: PaymentTypeId,
    /// Whether it can be paid by.
    pub is_active: bool,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What people call a payment method: 1 to 100 characters that hold no number of a bank card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardName(String);

/// Why a text is not the name of a payment method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardNameError {
    /// Nothing, or too much.
    #[error("a name has 1 to {MAX_NAME} characters, none of them a control character")]
    Length,
    /// It looks like the number of a bank card.
    #[error("this looks like the number of a bank card, which has no place here")]
    CardNumber,
}

impl CardName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CardName {
    type Err = CardNameError;

    fn from_str(text: &str) -> Result<Self, CardNameError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
            return Err(CardNameError::Length);
        }
        if holds_card_number(text) {
            return Err(CardNameError::CardNumber);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether a text holds what looks like the number of a bank card: 13 to 19 digits in one row, or in groups as they
/// stand on cards (4-4-4-4, 4-4-4-4 and up to three more, 4-6-5) with blanks or dashes between, that check (Luhn).
///
/// What else has as many digits is left out where it can be told: bar codes, times in milliseconds, coordinates,
/// web addresses, and ids as programs draw them. What stands beside a number does not hide it.
pub fn holds_card_number(text: &str) -> bool {
    let written: String = text.split_inclusive(char::is_whitespace).map(without_other_numbers).collect();
    written.split(|letter: char| !letter.is_ascii_digit() && !is_gap(letter)).any(|row| {
        let groups: Vec<&str> = row.split(is_gap).filter(|group| !group.is_empty()).collect();
        let mut shapes = groups.windows(3).chain(groups.windows(4)).chain(groups.windows(5));
        groups.iter().any(|group| checks(group)) || shapes.any(is_grouped)
    })
}

/// Whether a text is nothing but the number of a bank card, blanks and dashes in it or not.
///
/// For ids: those of Billz hold long rows of digits by chance, but letters beside them.
pub fn is_card_number(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_digit() || is_gap(letter)) && holds_card_number(text)
}

/// What people put between the groups of a number.
fn is_gap(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}')
}

/// A word, and the blank behind it, without what is known to be another number.
fn without_other_numbers(word: &str) -> String {
    if word.starts_with("https://") || word.starts_with("http://") {
        return "? ".to_owned();
    }
    let parts = word
        .split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '-');
    let kept = parts.map(|part| {
        let bare = part.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        if is_drawn(bare) || is_coordinate(bare) { "?" } else { part }
    });
    kept.collect()
}

/// Whether it is an id as programs draw them: 24 hexadecimal digits or more, letters among them.
fn is_drawn(word: &str) -> bool {
    let is_hexadecimal = word.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    let has_letter = word.contains(|letter: char| letter.is_ascii_alphabetic());
    is_hexadecimal && has_letter && word.chars().filter(char::is_ascii_hexdigit).count() >= 24
}

/// Whether it is a decimal number as programs write coordinates: so many decimals, no card has so few digits.
fn is_coordinate(word: &str) -> bool {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('.').is_some_and(|(whole, decimals)| {
        is_number(whole) && is_number(decimals) && whole.len() <= 3 && (13..=15).contains(&decimals.len())
    })
}

fn is_grouped(groups: &[&str]) -> bool {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_shape = matches!(lengths.as_slice(), [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [4, 6, 5]);
    is_shape && checks(&groups.concat())
}

/// Whether digits are as many as on a card, begin as some card does, and check as cards do.
fn checks(digits: &str) -> bool {
    // No bank's cards begin below 22; times in milliseconds, and dates, do.
    let is_long_enough = (13..=19).contains(&digits.len()) && digits.get(..2).is_some_and(|two| two >= "22");
    is_long_enough && is_luhn(digits) && !is_bar_code(digits)
}

/// From the last digit on, every second one is doubled, and its two digits added.
fn is_luhn(digits: &str) -> bool {
    let weighed = digits.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate();
    let weighed = weighed.map(|(place, digit)| {
        let doubled = digit.saturating_mul(2);
        match (place % 2 == 1, doubled > 9) {
            (true, true) => doubled.saturating_sub(9),
            (true, false) => doubled,
            (false, _) => digit,
        }
    });
    weighed.sum::<u32>() % 10 == 0
}

/// Whether it is a bar code (EAN-13, GTIN-14): from the last digit on, every second one counts three times.
fn is_bar_code(digits: &str) -> bool {
    let weighed = digits.chars().rev().filter_map(|digit| digit.to_digit(10)).enumerate();
    let weighed = weighed.map(|(place, digit)| if place % 2 == 1 { digit.saturating_mul(3) } else { digit });
    matches!(digits.len(), 13 | 14) && weighed.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_method_is_called_what_people_call_it() {
        for name in ["Cash", "Payme", "Terminal 2 (Humo)", "Naqd pul", "1234567890123"] {
            assert_eq!(name.parse::<CardName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn no_number_of_a_bank_card_gets_in() {
        for text in ["4111111111111111", "Humo 4111 1111 1111 1111", "a 5500-0000-0000-0004!"] {
            assert_eq!(text.parse::<CardName>(), Err(CardNameError::CardNumber), "{text}");
        }
    }

    #[test]
    fn what_stands_beside_a_card_number_does_not_hide_it() {
        for text in [
            "4111 1111 1111 1111 12/27",
            "4111 1111 1111 1111 0327",
            "5500 0000 0000 0004 - 03/28",
            "kv 5 4111111111111111",
            "kv 5 4111 1111 1111 1111",
            "5 4111-1111-1111-1111 5",
            "karta4111111111111111",
            "4111111111111111UZS",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111.",
            "4111 \u{2013} 1111 \u{2013} 1111 \u{2013} 1111",
            "1.4111111111111111",
            "https://example.com/a 4111111111111111",
            "64a7b8c9d5e6f7890abcdef2 4111111111111111",
            "3782 822463 10005 09/27",
            "378282246310005",
            "4222222222222",
            "6304 0000 0000 0000 000",
            "8600123412341239",
            "9860 1201 2345 6788",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_long_numbers_are_none_of_a_bank_card() {
        for text in [
            // Two phone numbers; all their digits together would check.
            "901234567 901234562",
            "+998 90 123 45 67, +998 90 123 45 75",
            "4111 1111 1111 1112",
            "41111111 11111111",
            // A time in milliseconds, and a date with a number, that check.
            "1795248000006",
            "20261121000123",
            "4780000000045",
            "24780000000025",
            "41.29949580000003,69.24007340000006",
            "https://example.com/1234567890123456/4111111111111111.jpg",
            "64a7b8c94111111111111111",
            "64a7b8c9-4111-1111-1111-1111abcdef12",
            "41111111111111111115",
            "",
        ] {
            assert!(!holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn an_id_may_hold_digits_that_check_but_not_be_a_card_number() {
        for id in ["4111111111111111", "4111-1111-1111-1111"] {
            assert!(is_card_number(id), "{id}");
        }
        for id in
            ["64a7b8c9-4111-1111-1111-1111abcdef12", "c6e84d9b-0ef0-4d5a-886d-147c74a9b051", "card-1", ""]
        {
            assert!(!is_card_number(id), "{id}");
        }
    }

    #[test]
    fn a_name_is_neither_empty_nor_long_nor_unprintable() {
        for text in ["", "  ", &"x".repeat(101), "a\nb"] {
            assert_eq!(text.parse::<CardName>(), Err(CardNameError::Length), "{text:?}");
        }
    }
}
