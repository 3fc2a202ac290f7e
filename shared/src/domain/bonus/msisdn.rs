//! Numbers of phones that are topped up: how they travel sealed, and the form that Portmone wants.

use std::fmt;

use crate::domain::phone_number::PhoneNumber;

/// Longest sealed number accepted, in bytes: the token of a dozen digits has 120.
const MAX_SEALED: usize = 512;
/// The country's code.
const COUNTRY: &str = "380";
/// Digits of a number with the country's code.
const LENGTH: usize = 12;

/// A number as it came: a Fernet token. Opened only in memory, by who has the key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedMsisdn(String);

/// Why a text is no sealed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed number is a Fernet token of at most {MAX_SEALED} characters")]
pub struct SealedMsisdnError;

/// Why a number cannot be topped up. Holds none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number is not one of a Ukrainian phone")]
pub struct MsisdnError;

impl SealedMsisdn {
    /// A token.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn new(token: &str) -> Result<Self, SealedMsisdnError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
        if token.is_empty() || token.len() > MAX_SEALED || !token.bytes().all(allowed) {
            return Err(SealedMsisdnError);
        }
        Ok(Self(token.to_owned()))
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedMsisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedMsisdn")
    }
}

/// A number in the form `380XXXXXXXXX`, however people wrote it: `0…`, `80…`, with or without `+`.
///
/// # Errors
/// When it is none of a Ukrainian phone. (The original passed such a text on as it was.)
pub fn normalised(written: &str) -> Result<PhoneNumber, MsisdnError> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let full = match digits.len() {
        LENGTH => digits,
        11 if digits.starts_with("80") => format!("3{digits}"),
        10 if digits.starts_with('0') => format!("38{digits}"),
        9 if !digits.starts_with('0') => format!("{COUNTRY}{digits}"),
        _ => return Err(MsisdnError),
    };
    if !full.starts_with(COUNTRY) || full.as_bytes().get(COUNTRY.len()) == Some(&b'0') {
        return Err(MsisdnError);
    }
    full.parse().map_err(|_| MsisdnError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn one_number_has_one_form() {
        for written in ["380991234567", "+38 (099) 123-45-67", "80991234567", "0991234567", "99 123 45 67"] {
            assert_eq!(normalised(written).unwrap().digits(), "380991234567", "{written}");
        }
    }

    #[test]
    fn what_is_no_ukrainian_phone_is_refused() {
        for written in
            ["", "phone", "38099123456", "3809912345678", "380091234567", "998901234567", "+12025550123"]
        {
            assert_eq!(normalised(written), Err(MsisdnError), "{written}");
        }
    }

    #[test]
    fn a_sealed_number_shows_nothing() {
        let sealed = SealedMsisdn::new("gAAAAABh-_9=").unwrap();
        assert_eq!(format!("{sealed:?}"), "SealedMsisdn");
        for wrong in ["", "not a token", "gAAA\n", &"A".repeat(MAX_SEALED + 1)] {
            assert_eq!(SealedMsisdn::new(wrong), Err(SealedMsisdnError));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_has_twelve_digits(written in ".{0,20}") {
            if let Ok(phone) = normalised(&written) {
                prop_assert_eq!(phone.digits().len(), LENGTH);
                prop_assert!(phone.digits().starts_with(COUNTRY));
                prop_assert_eq!(normalised(phone.digits()), Ok(phone));
            }
        }
    }
}
