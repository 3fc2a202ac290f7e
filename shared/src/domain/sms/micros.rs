//! Prices of messages: millionths of a currency's unit, so that sums of them are exact.

use std::str::FromStr;

use crate::domain::money::{Currency, Money};

/// How many decimals of the unit are counted.
const DECIMALS: usize = 6;

/// So many millionths of a currency's unit, never less than none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(i64);

/// Why a price could not be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MicrosError {
    /// Not a plain decimal number with at most six decimals.
    #[error("a price is a decimal number with at most six decimals")]
    NotAPrice,
    /// The sum does not fit.
    #[error("the amount is too large")]
    TooLarge,
}

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many millionths; none for less than nothing.
    pub const fn new(millionths: i64) -> Option<Self> {
        if millionths < 0 { None } else { Some(Self(millionths)) }
    }

    /// How many millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MicrosError> {
        self.0.checked_add(other.0).map(Self).ok_or(MicrosError::TooLarge)
    }

    /// `count` times this price.
    ///
    /// # Errors
    /// When the product does not fit.
    pub fn times(self, count: u64) -> Result<Self, MicrosError> {
        let count = i64::try_from(count).map_err(|_| MicrosError::TooLarge)?;
        self.0.checked_mul(count).map(Self).ok_or(MicrosError::TooLarge)
    }

    /// The amount in whole minor units of `currency`, rounded half to even.
    pub fn rounded(self, currency: Currency) -> Money {
        let digits = u32::try_from(DECIMALS).unwrap_or(0).saturating_sub(currency.exponent());
        let unit = 10_i64.saturating_pow(digits);
        let whole = self.0.checked_div(unit).unwrap_or(0);
        let rest = self.0.checked_rem(unit).unwrap_or(0);
        let doubled = rest.saturating_mul(2);
        let is_up = doubled > unit || (doubled == unit && whole % 2 != 0);
        Money::new(if is_up { whole.saturating_add(1) } else { whole }, currency)
    }

    /// As many millionths as the amount has; none for less than nothing.
    ///
    /// # Errors
    /// When it is less than nothing, or does not fit.
    pub fn of(amount: Money) -> Result<Self, MicrosError> {
        let digits = u32::try_from(DECIMALS).unwrap_or(0).saturating_sub(amount.currency().exponent());
        let unit = 10_i64.saturating_pow(digits);
        let millionths = amount.minor().checked_mul(unit).ok_or(MicrosError::TooLarge)?;
        Self::new(millionths).ok_or(MicrosError::NotAPrice)
    }

    /// The plain decimal number with at least `decimals` decimals and none for nothing, such as `0.0375` or `12.50`.
    pub fn to_decimal(self, decimals: u32) -> String {
        let whole = self.0.checked_div(1_000_000).unwrap_or(0);
        let rest = self.0.checked_rem(1_000_000).unwrap_or(0);
        let behind = format!("{rest:06}");
        let wanted = usize::try_from(decimals).unwrap_or(0).min(DECIMALS);
        let needed = behind.trim_end_matches('0').len().max(wanted);
        match behind.get(..needed) {
            Some(behind) if !behind.is_empty() => format!("{whole}.{behind}"),
            _ => whole.to_string(),
        }
    }
}

impl FromStr for Micros {
    type Err = MicrosError;

    fn from_str(text: &str) -> Result<Self, MicrosError> {
        let (whole, behind) = match text.split_once('.') {
            Some((_, "")) => return Err(MicrosError::NotAPrice),
            Some(parts) => parts,
            None => (text, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || behind.len() > DECIMALS || !is_digits(whole) || !is_digits(behind) {
            return Err(MicrosError::NotAPrice);
        }
        format!("{whole}{behind:0<DECIMALS$}").parse().map(Self).map_err(|_| MicrosError::TooLarge)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn prices_read_as_people_write_them() {
        assert_eq!("0.0375".parse(), Ok(Micros(37_500)));
        assert_eq!("12".parse(), Ok(Micros(12_000_000)));
        assert_eq!(Micros(37_500).to_decimal(2), "0.0375");
        assert_eq!(Micros(12_500_000).to_decimal(2), "12.50");
        assert_eq!(Micros(12_000_000).to_decimal(0), "12");
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "0.0000001", "1,5", " 1"] {
            assert_eq!(text.parse::<Micros>(), Err(MicrosError::NotAPrice), "{text:?}");
        }
        assert_eq!("9999999999999999".parse::<Micros>(), Err(MicrosError::TooLarge));
    }

    #[test]
    fn halves_go_to_the_even_side() {
        let cents = |millionths| Micros(millionths).rounded(Currency::Usd).minor();
        assert_eq!([cents(4_999), cents(5_000), cents(5_001), cents(15_000), cents(25_000)], [0, 0, 1, 2, 2]);
        assert_eq!(Micros(1_500_000).rounded(Currency::Idr), Money::rupiah(2));
        assert_eq!(Micros(2_500_000).rounded(Currency::Idr), Money::rupiah(2));
    }

    proptest! {
        #[test]
        fn text_out_and_in_is_the_same_price(millionths in 0..i64::MAX) {
            prop_assert_eq!(Micros(millionths).to_decimal(2).parse(), Ok(Micros(millionths)));
        }

        #[test]
        fn rounding_moves_at_most_half_a_unit(millionths in 0..i64::MAX / 2) {
            let rounded = Micros(millionths).rounded(Currency::Eur).minor() * 10_000;
            prop_assert!((rounded - millionths).abs() <= 5_000);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,24}") {
            if let Ok(price) = text.parse::<Micros>() {
                prop_assert_eq!(price.to_decimal(0).parse(), Ok(price));
            }
        }
    }
}
