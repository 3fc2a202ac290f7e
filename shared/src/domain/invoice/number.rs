//! Invoice numbers, and the reference a provider is given for one attempt to pay an invoice.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::domain::readable_number;

/// What numbers of invoices begin with.
const PREFIX: &str = "INV";

/// `INV-20261121-7K3M9QZX`: names an invoice to people and to the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InvoiceNumber(String);

/// Why a text is not an invoice number or a merchant reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an invoice number looks like INV-20261121-7K3M9QZX")]
pub struct InvoiceNumberError;

impl InvoiceNumber {
    /// The number of an invoice made on `on`; the low 40 bits of `random` tell it from others.
    pub fn new(on: Date, random: u64) -> Self {
        Self(readable_number::written(PREFIX, on, random))
    }

    /// The number as people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InvoiceNumber {
    type Err = InvoiceNumberError;

    fn from_str(text: &str) -> Result<Self, InvoiceNumberError> {
        readable_number::is_one(PREFIX, text).then(|| Self(text.to_owned())).ok_or(InvoiceNumberError)
    }
}

/// Which attempt to pay an invoice this is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptNumber(u8);

impl AttemptNumber {
    /// The `number`-th attempt; none for 0.
    pub const fn new(number: u8) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The plain number, from 1.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What the provider is told as our reference: `INV-20261121-7K3M9QZX-1`.
///
/// Each attempt has its own, so that a lost answer can be looked up without doubt, and it names
/// the invoice, so that a callback finds it with one read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MerchantRef {
    /// The invoice being paid.
    pub invoice: InvoiceNumber,
    /// The attempt.
    pub attempt: AttemptNumber,
}

impl fmt::Display for MerchantRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.invoice, self.attempt.get())
    }
}

impl FromStr for MerchantRef {
    type Err = InvoiceNumberError;

    fn from_str(text: &str) -> Result<Self, InvoiceNumberError> {
        let (invoice, digits) = text.rsplit_once('-').ok_or(InvoiceNumberError)?;
        let attempt = digits.parse().ok().and_then(AttemptNumber::new).ok_or(InvoiceNumberError)?;
        let read = Self { invoice: invoice.parse()?, attempt };
        if read.to_string() == text { Ok(read) } else { Err(InvoiceNumberError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn every_number_and_reference_reads_back(random: u64, day in 0_i32..40_000, attempt in 1_u8..) {
            let on = Date::constant(2000, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let number = InvoiceNumber::new(on, random);
            prop_assert_eq!(number.as_str().parse(), Ok(number.clone()));
            let reference = MerchantRef { invoice: number, attempt: AttemptNumber::new(attempt).unwrap() };
            prop_assert_eq!(reference.to_string().parse(), Ok(reference));
        }

        #[test]
        fn a_text_that_reads_writes_back_the_same(text in "INV-2026[0-9]{4}-[0-9A-Z]{7,9}(-[0-9]{1,3})?") {
            if let Ok(number) = text.parse::<InvoiceNumber>() {
                prop_assert_eq!(number.to_string(), text.clone());
            }
            if let Ok(reference) = text.parse::<MerchantRef>() {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }

    #[test]
    fn other_peoples_references_are_refused() {
        for text in [
            "",
            "INV123456",
            "INV-20261121-A1B2C3",
            "INV-20261121-7K3M9QZX",
            "INV-20261121-7K3M9QZX-0",
            "INV-20261121-7K3M9QZX-01",
            "INV-20261121-7K3M9QZX-256",
            "INV-20261121-7K3M9QZX-+1",
            "INV-20261341-7K3M9QZX-1",
        ] {
            assert_eq!(text.parse::<MerchantRef>(), Err(InvoiceNumberError), "{text}");
        }
    }
}
