//! What the fields of notices are made of, and the checks they pass on the way in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest secret, in characters: a secret is never cut, so it must fit.
pub const MAX_SECRET: usize = 200;

/// Longest key, in bytes: with what stands around it, it has to fit into a button.
pub const MAX_KEY: usize = 40;

/// Longest address of a page or picture, in bytes.
pub const MAX_ADDRESS: usize = 1000;

/// One field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As it is called in JSON and in the texts.
    pub name: &'static str,
    /// What stands in it.
    pub form: Form,
    /// Whether a notice without it is refused.
    pub is_required: bool,
}

/// What stands in a field, and so how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A name or number that others gave, shown as it is.
    Id,
    /// Free words.
    Text,
    /// A credential: shown to the one person it is for, written nowhere else.
    Secret,
    /// The address of a page or picture.
    Link,
    /// Minor units of the event's currency.
    Amount,
    /// The currency of the event's amounts.
    Currency,
    /// An instant, shown with its time.
    Instant,
    /// An instant, shown as the day it falls on in UTC: billed periods are days there, wherever their reader is.
    Day,
    /// The end of a period, shown as the last day in UTC before it.
    LastDay,
    /// How many.
    Count,
    /// Yes or no.
    Flag,
    /// Names of people.
    Names,
    /// One of a few words that every language has words of its own for (`choice_…` in its letter); another is
    /// shown as it is.
    Choice,
    /// A name that we gave and that a button carries back.
    Key,
    /// Which one it is, of several in a row.
    Ordinal,
}

impl Form {
    /// What a value has to be, in words for who sent another.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Id | Self::Text | Self::Choice => "a text",
            Self::Secret => "a text of 1 to 200 characters, without line ends and other invisible marks",
            Self::Link => "an address that begins with http:// or https://, at most 1000 bytes long",
            Self::Amount => "a whole number of minor units, not below zero",
            Self::Currency => "one of IDR, UZS, UAH, USD and EUR",
            Self::Instant | Self::Day | Self::LastDay => "an instant such as 2026-11-21T07:05:00Z",
            Self::Count => "a whole number, not below zero",
            Self::Flag => "true or false",
            Self::Names => "a list of texts",
            Self::Key => "1 to 40 letters, digits, or any of - _ .",
            Self::Ordinal => "a whole number from 0 to 4294967295",
        }
    }
}

macro_rules! constructors {
    ($($name:ident $form:ident),+) => {
        impl Field {
            $(
                #[doc = concat!("A required field of the form [`Form::", stringify!($form), "`].")]
                pub const fn $name(name: &'static str) -> Self {
                    Self { name, form: Form::$form, is_required: true }
                }
            )+

            /// The same, for a field that may be missing.
            pub const fn optional(self) -> Self {
                Self { is_required: false, ..self }
            }
        }
    };
}

constructors! {
    id Id, text Text, secret Secret, link Link, amount Amount, currency Currency, instant Instant, day Day,
    last_day LastDay, count Count, flag Flag, names Names, choice Choice, key Key, ordinal Ordinal
}

/// Reads an amount of minor units that is not below zero.
pub mod amount {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer};

    /// Reads it.
    ///
    /// # Errors
    /// When it is no whole number, or below zero.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        let minor = i64::deserialize(deserializer)?;
        if minor < 0 { Err(D::Error::custom("an amount below zero")) } else { Ok(minor) }
    }

    /// Reads one that may be missing.
    ///
    /// # Errors
    /// When there is something else.
    pub fn deserialize_optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        deserialize(deserializer).map(Some)
    }
}

/// A currency by its code.
pub mod currency {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::money::Currency;

    /// Reads the code of a known currency.
    ///
    /// # Errors
    /// When it is not one.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }

    /// Writes the code.
    ///
    /// # Errors
    /// When the serializer does.
    pub fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(currency.code())
    }

    /// One that may be missing.
    pub mod optional {
        use serde::{Deserializer, Serializer};

        use crate::domain::money::Currency;

        /// Reads the code of a known currency.
        ///
        /// # Errors
        /// When there is something else.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Currency>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }

        /// Writes the code, or null.
        ///
        /// # Errors
        /// When the serializer does.
        pub fn serialize<S: Serializer>(
            currency: &Option<Currency>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match currency {
                Some(currency) => super::serialize(currency, serializer),
                None => serializer.serialize_none(),
            }
        }
    }
}

/// A name that we gave: 1–40 ASCII letters, digits, or `-`, `_`, `.`.
pub mod key {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer};

    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let key = String::deserialize(deserializer)?;
        let fits = (1..=super::MAX_KEY).contains(&key.len());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if fits && key.bytes().all(allowed) { Ok(key) } else { Err(D::Error::custom("no key")) }
    }

    /// Reads one that may be missing.
    ///
    /// # Errors
    /// When there is something else.
    pub fn deserialize_optional<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        deserialize(deserializer).map(Some)
    }
}

/// Whether a character ends a line or steers a device: it could pretend to be words of ours.
pub fn breaks_line(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Whether a character only turns the direction of what stands around it, or is not seen at all.
pub fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A credential for one person: 1–200 characters, none of which breaks a line or turns its direction.
///
/// It is shown in no `Debug` output. It is serialised in full, because a queue has to carry it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SecretText(String);

impl SecretText {
    /// One to look at: `correct-horse-9`.
    pub fn sample() -> Self {
        Self("correct-horse-9".to_owned())
    }

    /// The credential itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SecretText {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        let fits = !text.is_empty() && text.chars().count() <= MAX_SECRET;
        if fits && !text.chars().any(|letter| breaks_line(letter) || turns_direction(letter)) {
            Ok(Self(text))
        } else {
            Err(FieldError)
        }
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The address of a page or picture on the web: `http` or `https`, without credentials, at most
/// 1000 bytes. What could end an attribute is percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress(String);

impl WebAddress {
    /// The address in its normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebAddress {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let url = url::Url::parse(text).map_err(|_| FieldError)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_bare = url.username().is_empty() && url.password().is_none();
        if is_web && is_bare && url.as_str().len() <= MAX_ADDRESS {
            Ok(Self(url.into()))
        } else {
            Err(FieldError)
        }
    }
}

impl Serialize for WebAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WebAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text is not what the field holds. It does not say which text: it could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not what this field holds")]
pub struct FieldError;
