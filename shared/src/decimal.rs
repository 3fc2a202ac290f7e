//! Decimal numbers of JSON, exact: read and written as their text, never by way of a float.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::billz::quantity::Quantity;
use crate::domain::money::Money;
use crate::domain::sms::micros::{Micros, MicrosError};

/// A decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// An amount in whole units of its currency, such as `35000` or `127.5`: senders write no zeros at its end.
    pub fn of_money(amount: Money) -> Self {
        let text = amount.to_decimal();
        if text.contains('.') {
            Self(text.trim_end_matches('0').trim_end_matches('.').to_owned())
        } else {
            Self(text)
        }
    }

    /// A quantity.
    pub fn of_quantity(quantity: Quantity) -> Self {
        Self(quantity.to_string())
    }

    /// A price, such as `0.0375`.
    pub fn of_micros(price: Micros) -> Self {
        Self(price.to_decimal(0))
    }

    /// The number as a price.
    ///
    /// # Errors
    /// When it is less than nothing, has more than six decimals or an exponent, or does not fit.
    pub fn micros(&self) -> Result<Micros, MicrosError> {
        self.0.parse()
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(D::Error::custom("another value, expected a decimal number"))
        }
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        let exact = "Exact: best read from its text, and not into a float.";
        ObjectBuilder::new().schema_type(Type::Number).description(Some(exact)).into()
    }
}

impl ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn amounts_are_numbers_with_the_decimals_that_they_have() {
        for (minor, written) in [
            (0, "0"),
            (1, "0.01"),
            (10, "0.1"),
            (100, "1"),
            (3_500_000, "35000"),
            (12_750, "127.5"),
            (-12_705, "-127.05"),
            (i64::MAX, "92233720368547758.07"),
        ] {
            let number = Decimal::of_money(Money::new(minor, Currency::Uzs));
            assert_eq!(serde_json::to_string(&number).unwrap(), written);
        }
        assert_eq!(serde_json::to_string(&Decimal::of_money(Money::rupiah(1_000))).unwrap(), "1000");
    }

    #[test]
    fn quantities_are_numbers() {
        for written in ["1", "0.5", "2.125", "1000000"] {
            let number = Decimal::of_quantity(written.parse().unwrap());
            assert_eq!(serde_json::to_string(&number).unwrap(), written);
        }
    }

    #[test]
    fn prices_are_read_and_written_as_they_stand() {
        for (written, millionths) in
            [("0.0375", 37_500), ("12.5", 12_500_000), ("0", 0), ("100", 100_000_000)]
        {
            let number: Decimal = serde_json::from_str(written).unwrap();
            let price = number.micros().unwrap();
            assert_eq!(price.millionths(), millionths);
            assert_eq!(serde_json::to_string(&Decimal::of_micros(price)).unwrap(), written);
        }
        for (written, error) in [
            ("-1", MicrosError::NotAPrice),
            ("1e3", MicrosError::NotAPrice),
            ("0.0000001", MicrosError::NotAPrice),
            ("99999999999999999999", MicrosError::TooLarge),
        ] {
            assert_eq!(serde_json::from_str::<Decimal>(written).unwrap().micros(), Err(error), "{written}");
        }
        for other in ["\"12.5\"", "true", "{}", "[1]", "null"] {
            let told = serde_json::from_str::<Decimal>(other).unwrap_err().to_string();
            assert_eq!(told, "another value, expected a decimal number", "{other}");
        }
    }
}
