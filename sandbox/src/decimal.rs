//! Decimal numbers, read and written exactly, in JSON too: amounts in hundredths, quantities in thousandths.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The most digits before the point. Products of an amount and a quantity then fit easily.
const MOST_DIGITS: usize = 10;

/// A decimal number with so many places, counted in its last place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal<const PLACES: usize>(pub(crate) i64);

/// What is wrong with a number.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a number with at most {MOST_DIGITS} digits before the point and {1} behind it")]
pub(crate) struct Unreadable(String, usize);

impl<const PLACES: usize> FromStr for Decimal<PLACES> {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable(text.to_owned(), PLACES);
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(places) {
            return Err(unreadable());
        }
        let places = places.trim_end_matches('0');
        if whole.len() > MOST_DIGITS || places.len() > PLACES {
            return Err(unreadable());
        }
        let counted: i64 =
            format!("{whole}{places:0<PLACES$}").parse().map_err(|_not_digits| unreadable())?;
        Ok(Self(if is_negative { -counted } else { counted }))
    }
}

impl<const PLACES: usize> fmt::Display for Decimal<PLACES> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.0.unsigned_abs(), width = PLACES + 1);
        let (whole, places) = digits.split_at(digits.len() - PLACES);
        let places = places.trim_end_matches('0');
        let point = if places.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{places}")
    }
}

impl<'de, const PLACES: usize> Deserialize<'de> for Decimal<PLACES> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = Box::<RawValue>::deserialize(from)?;
        number.get().parse().map_err(D::Error::custom)
    }
}

impl<const PLACES: usize> Serialize for Decimal<PLACES> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        number.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn numbers_are_read_and_written_without_loss() {
        for (text, hundredths, written) in [
            ("254100", 25_410_000, "254100"),
            ("254100.5", 25_410_050, "254100.5"),
            ("254100.50", 25_410_050, "254100.5"),
            ("0.01", 1, "0.01"),
            ("-0.5", -50, "-0.5"),
            ("1.000", 100, "1"),
            ("9999999999.99", 999_999_999_999, "9999999999.99"),
        ] {
            let amount: Decimal<2> = serde_json::from_str(text).unwrap();
            assert_eq!((amount.0, serde_json::to_string(&amount).unwrap().as_str()), (hundredths, written));
        }
        assert_eq!("0.333".parse::<Decimal<3>>().unwrap(), Decimal(333));
    }

    #[test]
    fn what_is_no_such_number_is_refused() {
        for text in ["\"5\"", "1e5", "0.001", "10000000000", "null", "true", "[]", "1.5E1"] {
            assert!(serde_json::from_str::<Decimal<2>>(text).is_err(), "{text}");
        }
        for text in ["", "-", ".5", "5.", "+5", "--5", " 5"] {
            assert!(text.parse::<Decimal<2>>().is_err(), "{text}");
        }
    }
}
