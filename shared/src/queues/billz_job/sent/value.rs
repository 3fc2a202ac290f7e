//! The values of senders' messages: texts that the parser reads back, so that nothing is rounded on its way.

use serde::Serialize;

use crate::domain::billz::quantity::Quantity;
use crate::domain::identifier::Identifier;
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;

/// An id: 1 to 128 letters, digits, or any of `-`, `_`, `.`, `:`, `@`; not dots alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Id(#[cfg_attr(test, schemars(regex(pattern = r"^(?!\.+$)[A-Za-z0-9_.:@\-]{1,128}$")))] String);

/// A phone number, with the country's code first: 7 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

/// A part of somebody's name: 1 to 100 characters, and no number of a bank card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Name(
    #[cfg_attr(
        test,
        schemars(
            length(max = 100),
            regex(pattern = r"^[^\u0000-\u001F\u007F-\u009F]*\S[^\u0000-\u001F\u007F-\u009F]*$")
        )
    )]
    String,
);

/// An amount of soum, 0 or more, with at most two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(String);

/// An amount of soum above 0, with at most two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Price(String);

/// How much of a product: above 0 and at most 1000000, with at most three decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SentQuantity(String);

/// A word or name of things: at most 300 characters, and no number of a bank card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(String);

/// What people wrote beside something: at most 500 characters, and no number of a bank card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Remark(String);

impl<Of> From<&Identifier<Of>> for Id {
    fn from(id: &Identifier<Of>) -> Self {
        Self(id.as_str().to_owned())
    }
}

impl From<&PhoneNumber> for Phone {
    fn from(phone: &PhoneNumber) -> Self {
        Self(phone.international())
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<Money> for Amount {
    fn from(amount: Money) -> Self {
        Self(amount.to_decimal())
    }
}

impl From<Money> for Price {
    fn from(price: Money) -> Self {
        Self(price.to_decimal())
    }
}

impl From<Quantity> for SentQuantity {
    fn from(quantity: Quantity) -> Self {
        Self(quantity.to_string())
    }
}

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Self(words.to_owned())
    }
}

impl From<&str> for Remark {
    fn from(remark: &str) -> Self {
        Self(remark.to_owned())
    }
}

/// What senders may also write: numbers. Those of JSON, which many programs read as floats, in as far as a schema can
/// speak of them.
#[cfg(test)]
mod forms {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Amount, Phone, Price, Remark, SentQuantity, Words};

    impl JsonSchema for Phone {
        fn schema_name() -> Cow<'static, str> {
            "Phone".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "A phone number with the country's code first: 7 to 15 digits.",
                "anyOf": [
                    { "type": "string", "pattern": r"^\s*\+?[0-9 .()\-]{7,30}$" },
                    { "type": "integer", "minimum": 1_000_000, "maximum": 999_999_999_999_999_i64 },
                ],
            })
        }
    }

    impl JsonSchema for Amount {
        fn schema_name() -> Cow<'static, str> {
            "Amount".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "An amount of soum: 0 or more, at most two decimals, as a plain number or as a text of one.",
                "anyOf": [
                    { "type": "number", "minimum": 0, "exclusiveMaximum": 1_000_000_000_000_000_i64 },
                    { "type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$" },
                ],
            })
        }
    }

    impl JsonSchema for Price {
        fn schema_name() -> Cow<'static, str> {
            "Price".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "An amount of soum: above 0, at most two decimals, as a plain number or as a text of one.",
                "anyOf": [
                    { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000_000_000_000_i64 },
                    { "type": "string", "pattern": r"^(?!0+(\.0+)?$)[0-9]{1,15}(\.[0-9]{1,2})?$" },
                ],
            })
        }
    }

    impl JsonSchema for SentQuantity {
        fn schema_name() -> Cow<'static, str> {
            "Quantity".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "How much of a product: above 0 and at most 1000000, at most three decimals, as a plain number or as a text of one.",
                "anyOf": [
                    { "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000 },
                    { "type": "string", "pattern": r"^(?!0+(\.0+)?$)[0-9]{1,7}(\.[0-9]{1,3}0*)?$" },
                ],
            })
        }
    }

    impl JsonSchema for Words {
        fn schema_name() -> Cow<'static, str> {
            "Words".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "At most 300 characters, and no number of a bank card; one of blanks is none.",
                "anyOf": [{ "type": "string", "maxLength": 300 }, { "type": "number" }],
            })
        }
    }

    impl JsonSchema for Remark {
        fn schema_name() -> Cow<'static, str> {
            "Remark".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description": "What people wrote: at most 500 characters, and no number of a bank card.",
                "anyOf": [{ "type": "string", "maxLength": 500 }, { "type": "number" }],
            })
        }
    }
}
