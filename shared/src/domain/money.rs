//! Amounts of money: whole minor units of a known currency, never a float.

use std::fmt;
use std::str::FromStr;

/// A currency Paydesk counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Indonesian rupiah. Counted in whole rupiah, as Tripay does.
    Idr,
    /// Uzbek soum.
    Uzs,
    /// Ukrainian hryvnia.
    Uah,
    /// United States dollar.
    Usd,
    /// Euro.
    Eur,
}

impl Currency {
    /// ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Idr => "IDR",
            Self::Uzs => "UZS",
            Self::Uah => "UAH",
            Self::Usd => "USD",
            Self::Eur => "EUR",
        }
    }

    /// How many decimal digits the minor unit stands behind the point.
    pub fn exponent(self) -> u32 {
        match self {
            Self::Idr => 0,
            Self::Uzs | Self::Uah | Self::Usd | Self::Eur => 2,
        }
    }
}

/// Why a text is not a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency; known are IDR, UZS, UAH, USD and EUR")]
pub struct CurrencyError;

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        match code {
            "IDR" => Ok(Self::Idr),
            "UZS" => Ok(Self::Uzs),
            "UAH" => Ok(Self::Uah),
            "USD" => Ok(Self::Usd),
            "EUR" => Ok(Self::Eur),
            _ => Err(CurrencyError),
        }
    }
}

/// An amount in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a sum of money could not be formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64 bits.
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("cannot reckon {} with {}", .0.code(), .1.code())]
    CurrenciesDiffer(Currency, Currency),
    /// Not a decimal number with at most as many decimals as the currency has.
    #[error("not an amount of {}", .0.code())]
    NotAnAmount(Currency),
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Whole rupiah.
    pub const fn rupiah(amount: i64) -> Self {
        Self::new(amount, Currency::Idr)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// More than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ or the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// When the currencies differ or the difference does not fit.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// `count` times this amount.
    ///
    /// # Errors
    /// When the product does not fit.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(count)).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// Reads a plain decimal number, such as `1250` or `12.50`.
    ///
    /// # Errors
    /// When the text is anything else, has more decimals than the currency, or does not fit.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::NotAnAmount(currency);
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
        let exponent = usize::try_from(currency.exponent()).map_err(|_| wrong())?;
        let decimals = match decimals {
            None => "",
            Some(decimals) if !decimals.is_empty() && decimals.len() <= exponent => decimals,
            Some(_) => return Err(wrong()),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) {
            return Err(wrong());
        }
        let text = format!("{}{whole}{decimals:0<exponent$}", if negative { "-" } else { "" });
        let minor = text.parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    fn with(self, other: Self, sum: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer(self.currency, other.currency));
        }
        let minor = sum(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    /// The plain decimal number, such as `1250` or `12.50`: what [`Money::from_decimal`] reads.
    pub fn to_decimal(self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.saturating_pow(exponent);
        let size = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let whole = size.checked_div(unit).unwrap_or(size);
        if exponent == 0 {
            return format!("{sign}{whole}");
        }
        let decimals = size.checked_rem(unit).unwrap_or(0);
        let width = usize::try_from(exponent).unwrap_or(0);
        format!("{sign}{whole}.{decimals:0width$}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code(), self.to_decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, any};
    use proptest::{prop_assert_eq, prop_oneof, proptest};

    fn any_currency() -> impl Strategy<Value = Currency> {
        prop_oneof![
            Just(Currency::Idr),
            Just(Currency::Uzs),
            Just(Currency::Uah),
            Just(Currency::Usd),
            Just(Currency::Eur)
        ]
    }

    proptest! {
        #[test]
        fn text_out_and_in_is_the_same_amount(minor: i64, currency in any_currency()) {
            let money = Money::new(minor, currency);
            prop_assert_eq!(Money::from_decimal(&money.to_decimal(), currency), Ok(money));
            prop_assert_eq!(currency.code().parse::<Currency>(), Ok(currency));
        }

        #[test]
        fn what_is_added_can_be_taken_away(a in any::<i32>(), b in any::<i32>()) {
            let (a, b) = (Money::rupiah(a.into()), Money::rupiah(b.into()));
            prop_assert_eq!(a.plus(b).unwrap().minus(b), Ok(a));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,12}") {
            for currency in [Currency::Idr, Currency::Uah] {
                if let Ok(money) = Money::from_decimal(&text, currency) {
                    prop_assert_eq!(Money::from_decimal(&money.to_decimal(), currency), Ok(money));
                }
            }
        }
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Money::rupiah(150_000).to_string(), "IDR 150000");
        assert_eq!(Money::new(-5, Currency::Uah).to_decimal(), "-0.05");
        assert_eq!(Money::from_decimal("12.5", Currency::Usd), Ok(Money::new(1250, Currency::Usd)));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", "-", ".5", "1.", "1.234", "1,5", "+1", "1e3", " 1", "--1", "-+1"] {
            assert_eq!(
                Money::from_decimal(text, Currency::Uah),
                Err(MoneyError::NotAnAmount(Currency::Uah)),
                "{text:?}"
            );
        }
        assert_eq!(Money::from_decimal("1.0", Currency::Idr), Err(MoneyError::NotAnAmount(Currency::Idr)));
        assert_eq!(Money::from_decimal("9223372036854775808", Currency::Idr), Err(MoneyError::TooLarge));
    }

    #[test]
    fn sums_never_wrap_and_never_mix_currencies() {
        let most = Money::rupiah(i64::MAX);
        assert_eq!(most.plus(Money::rupiah(1)), Err(MoneyError::TooLarge));
        assert_eq!(most.times(2), Err(MoneyError::TooLarge));
        let euro = Money::new(1, Currency::Eur);
        assert_eq!(most.plus(euro), Err(MoneyError::CurrenciesDiffer(Currency::Idr, Currency::Eur)));
    }
}
