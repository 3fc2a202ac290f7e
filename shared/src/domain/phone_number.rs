//! Phone numbers, in the international form.

use std::fmt;
use std::str::FromStr;

/// A phone number: 7 to 15 digits with the country's code first, as E.164 counts them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text is not a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a phone number has 7 to 15 digits, with the country's code first")]
pub struct PhoneNumberError;

impl PhoneNumber {
    /// The digits alone.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// With `+` first.
    pub fn international(&self) -> String {
        format!("+{}", self.0)
    }

    /// For logs and lists: the last two digits.
    pub fn masked(&self) -> String {
        let hidden = self.0.len().saturating_sub(2);
        format!("+{}{}", "*".repeat(hidden), self.0.get(hidden..).unwrap_or_default())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    /// Reads digits, with or without `+`, and the blanks, dashes, dots and brackets that people write between them.
    fn from_str(text: &str) -> Result<Self, PhoneNumberError> {
        let text = text.trim();
        let text = text.strip_prefix('+').unwrap_or(text);
        let written = text.chars().filter(|letter| !" -.()".contains(*letter));
        let digits: String = written.collect();
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits || !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
            return Err(PhoneNumberError);
        }
        Ok(Self(digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    #[test]
    fn one_number_has_one_form() {
        for text in ["+998901234567", "998901234567", "+998 (90) 123-45-67", " 998.90.123.45.67 "] {
            assert_eq!(text.parse::<PhoneNumber>().unwrap().digits(), "998901234567", "{text:?}");
        }
    }

    #[test]
    fn what_nobody_could_call_is_refused() {
        for text in ["", "+", "123456", "1234567890123456", "0901234567", "+99890123456a", "++998901234567"] {
            assert_eq!(text.parse::<PhoneNumber>(), Err(PhoneNumberError), "{text:?}");
        }
    }

    #[test]
    fn a_masked_number_shows_two_digits() {
        let phone: PhoneNumber = "+998901234567".parse().unwrap();
        assert_eq!(phone.masked(), "+**********67");
        assert_eq!(format!("{phone:?}"), "+**********67");
    }

    proptest! {
        #[test]
        fn what_is_written_out_reads_back(digits in "[1-9][0-9]{6,14}") {
            let phone: PhoneNumber = digits.parse().unwrap();
            prop_assert_eq!(phone.international().parse::<PhoneNumber>(), Ok(phone));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,24}") {
            if let Ok(phone) = text.parse::<PhoneNumber>() {
                prop_assert_eq!(phone.digits().parse::<PhoneNumber>(), Ok(phone));
            }
        }
    }
}
