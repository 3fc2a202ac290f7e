//! Numbers of SMS bills.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::domain::readable_number;

/// What numbers of bills begin with.
const PREFIX: &str = "SMS";

/// `SMS-20261121-7K3M9QZX`: names a bill to people, to the database and, in the notes of a payment, to the switch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillNumber(String);

/// Why a text is not the number of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of a bill looks like SMS-20261121-7K3M9QZX")]
pub struct BillNumberError;

impl BillNumber {
    /// The number of a bill made on `on`; the low 40 bits of `random` tell it from others.
    pub fn new(on: Date, random: u64) -> Self {
        Self(readable_number::written(PREFIX, on, random))
    }

    /// The number as people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BillNumber {
    type Err = BillNumberError;

    fn from_str(text: &str) -> Result<Self, BillNumberError> {
        readable_number::is_one(PREFIX, text).then(|| Self(text.to_owned())).ok_or(BillNumberError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_and_other_texts_do_not() {
        let number = BillNumber::new(jiff::civil::date(2026, 11, 21), 42);
        assert_eq!(number.as_str().parse(), Ok(number.clone()));
        assert!(number.as_str().starts_with("SMS-20261121-"));
        for text in ["", "SMS-", "INV-20261121-7K3M9QZX", "SMS-20261321-7K3M9QZX", "SMS-20261121-7K3M9QZ"] {
            assert_eq!(text.parse::<BillNumber>(), Err(BillNumberError), "{text:?}");
        }
    }
}
