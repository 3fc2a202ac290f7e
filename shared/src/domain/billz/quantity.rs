//! Quantities of goods: pieces, or parts of a kilogram or metre.

use std::fmt;
use std::str::FromStr;

/// How many thousandths a whole one has.
const THOUSANDTHS: i64 = 1000;
/// Most of one product in one order, in whole ones.
const MOST: i64 = 1_000_000;

/// A quantity: more than nothing, counted in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

/// Why a text is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a number above 0 and at most {MOST}, with at most three decimals")]
pub struct QuantityError;

impl Quantity {
    /// None at all, to begin a sum with. No order holds it.
    pub const NONE: Self = Self(0);

    /// In thousandths.
    pub fn thousandths(self) -> i64 {
        self.0
    }

    /// The sum; the largest there is when it does not fit.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// A quantity as Billz counts all of an order: nothing is one too.
    ///
    /// # Errors
    /// When the text is not a number of at most three decimals, or below 0.
    pub fn of_order(text: &str) -> Result<Self, QuantityError> {
        read(text).filter(|thousandths| *thousandths >= 0).map(Self).ok_or(QuantityError)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let most = MOST.saturating_mul(THOUSANDTHS);
        read(text).filter(|thousandths| (1..=most).contains(thousandths)).map(Self).ok_or(QuantityError)
    }
}

impl fmt::Display for Quantity {
    /// The plain decimal number, without zeros at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.checked_div(THOUSANDTHS).unwrap_or_default();
        let part = self.0.checked_rem(THOUSANDTHS).unwrap_or_default();
        if part == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{part:03}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// A plain decimal number of at most three decimals (zeros after them do no harm), in thousandths.
fn read(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let kept = decimals.trim_end_matches('0');
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.is_empty() || !all_digits(whole) || !all_digits(kept) || kept.len() > 3 {
        return None;
    }
    format!("{whole}{kept:0<3}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    #[test]
    fn quantities_read_as_senders_write_them() {
        for (text, thousandths) in
            [("1", 1000), ("2.0", 2000), ("0.01", 10), ("1.250", 1250), ("3.1250", 3125)]
        {
            assert_eq!(text.parse::<Quantity>().map(Quantity::thousandths), Ok(thousandths), "{text}");
        }
    }

    #[test]
    fn what_nobody_can_sell_is_refused() {
        for text in ["0", "-1", "0.0", "1e3", "1.2345", "", ".5", "1.", "1000000.001", "+1", "NaN"] {
            assert_eq!(text.parse::<Quantity>(), Err(QuantityError), "{text:?}");
        }
        assert_eq!(Quantity::of_order("0"), Ok(Quantity::NONE));
        assert_eq!(Quantity::of_order("-1"), Err(QuantityError));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(thousandths in 1_i64..=1_000_000_000) {
            let quantity = Quantity(thousandths);
            prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,12}") {
            if let Ok(quantity) = text.parse::<Quantity>() {
                prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
            }
        }
    }
}
