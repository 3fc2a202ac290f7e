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

/// Whether a text holds 13 to 19 digits in a row, blanks and dashes between them, that check as those of bank
/// cards do (Luhn).
pub fn holds_card_number(text: &str) -> bool {
    let mut digits = Vec::new();
    for letter in text.chars().chain(['.']) {
        match letter.to_digit(10) {
            Some(digit) => digits.push(digit),
            None if letter == ' ' || letter == '-' => {}
            None => {
                if (13..=19).contains(&digits.len()) && checks(&digits) {
                    return true;
                }
                digits.clear();
            }
        }
    }
    false
}

/// Whether a text is nothing but the number of a bank card, blanks and dashes in it or not.
///
/// For ids: those of Billz hold long rows of digits by chance, but letters beside them.
pub fn is_card_number(text: &str) -> bool {
    let has_digits_only =
        text.chars().all(|letter| letter.is_ascii_digit() || letter == ' ' || letter == '-');
    has_digits_only && holds_card_number(text)
}

fn checks(digits: &[u32]) -> bool {
    let weighed = digits.iter().rev().enumerate().map(|(place, digit)| {
        let doubled = digit.saturating_mul(2);
        match (place % 2 == 1, doubled > 9) {
            (true, true) => doubled.saturating_sub(9),
            (true, false) => doubled,
            (false, _) => *digit,
        }
    });
    weighed.sum::<u32>() % 10 == 0
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
