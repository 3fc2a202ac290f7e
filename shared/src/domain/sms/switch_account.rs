//! Accounts at the switch.

use std::fmt;
use std::str::FromStr;

/// The number of an account at the switch (`i_account` of Sippy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwitchAccount(u32);

/// Why a text is not the number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account at the switch is a whole number from 1 to {MAX}")]
pub struct SwitchAccountError;

/// XML-RPC counts in signed 32 bits.
const MAX: u32 = i32::MAX as u32;

impl SwitchAccount {
    /// The account of that number; none when there can be no such account.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 || number > MAX { None } else { Some(Self(number)) }
    }

    /// Its number, from 1 to 2^31 - 1.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for SwitchAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SwitchAccount {
    type Err = SwitchAccountError;

    fn from_str(text: &str) -> Result<Self, SwitchAccountError> {
        if text.starts_with('+') {
            return Err(SwitchAccountError);
        }
        text.parse().ok().and_then(Self::new).ok_or(SwitchAccountError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_number_that_the_switch_can_be_told() {
        assert_eq!("3".parse::<SwitchAccount>().unwrap().number(), 3);
        assert_eq!("2147483647".parse::<SwitchAccount>().unwrap().to_string(), "2147483647");
        for text in ["", "0", "-1", "+3", "2147483648", "3.0", "acme", " 3"] {
            assert_eq!(text.parse::<SwitchAccount>(), Err(SwitchAccountError), "{text:?}");
        }
    }
}
