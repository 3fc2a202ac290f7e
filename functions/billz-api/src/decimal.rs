//! Numbers in answers, exact: written from their decimal text, never by way of a float.

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use shared::domain::billz::quantity::Quantity;
use shared::domain::money::Money;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A plain decimal number.
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
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
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
    use shared::domain::money::Currency;

    use super::*;

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
}
