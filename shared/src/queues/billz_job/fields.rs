//! The fields of an object, taken one by one; what is wrong is named by its path, and never quoted.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use super::tree::Json;
use crate::domain::billz::card::{holds_card_number, is_card_number};
use crate::domain::billz::quantity::Quantity;
use crate::domain::identifier::Identifier;
use crate::domain::money::{Currency, Money};
use crate::domain::phone_number::PhoneNumber;

/// Most digits of an amount before its point.
const AMOUNT_DIGITS: usize = 15;
/// Most digits of a bar code.
const BAR_CODE_DIGITS: usize = 14;
/// What is said of a text with the number of a bank card in it.
pub(super) const HOLDS_CARD_NUMBER: &str = "holds what looks like the number of a bank card";
/// What is said of an id that is the number of a bank card.
const IS_CARD_NUMBER: &str = "looks like the number of a bank card, which has no place here";

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    path: String,
    reason: String,
}

/// An object of which fields are taken.
#[derive(Debug)]
pub(super) struct Fields {
    path: String,
    left: BTreeMap<String, Json>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl Fault {
    /// The field at `path` is wrong.
    pub(super) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

impl Fields {
    /// The fields of the object at `path`, which is empty for the message itself.
    pub(super) fn of(path: &str, json: Json) -> Result<Self, Fault> {
        match json {
            Json::Object(left) => Ok(Self { path: path.to_owned(), left }),
            Json::Null | Json::Flag(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                let path = if path.is_empty() { "the message" } else { path };
                Err(Fault::new(path, "is not an object"))
            }
        }
    }

    /// Where the object stands.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Where a field of it stands.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Takes a field. One that is `null` is as if it were not there.
    pub(super) fn take(&mut self, name: &str) -> Option<Json> {
        self.left.remove(name).filter(|value| *value != Json::Null)
    }

    /// Takes a field that must be there.
    pub(super) fn required<T>(
        &mut self,
        name: &str,
        read: fn(&Json) -> Result<T, String>,
    ) -> Result<T, Fault> {
        self.optional(name, read)?.ok_or_else(|| Fault::new(self.path_of(name), "is missing"))
    }

    /// Takes a field that may be there.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        read: fn(&Json) -> Result<T, String>,
    ) -> Result<Option<T>, Fault> {
        let value = self.take(name);
        value.map(|value| read(&value)).transpose().map_err(|reason| Fault::new(self.path_of(name), reason))
    }

    /// Takes a text that may be there; one of blanks is none. It must not hold the number of a bank card.
    pub(super) fn words(&mut self, name: &str, most: usize) -> Result<Option<String>, Fault> {
        let value = self.take(name);
        words_of(value, most).map_err(|reason| Fault::new(self.path_of(name), reason))
    }

    /// Takes the code of a product that may be there: as [`Fields::words`], but a number as long as bar codes are is
    /// one, even where it checks as a bank card's.
    pub(super) fn code(&mut self, name: &str, most: usize) -> Result<Option<String>, Fault> {
        match self.left.get(name) {
            Some(Json::Text(code) | Json::Number(code)) if is_code(code.trim()) => {
                let code = code.trim().to_owned();
                self.left.remove(name);
                Ok(Some(code))
            }
            Some(_) | None => self.words(name, most),
        }
    }

    /// Nothing else may be there.
    pub(super) fn end(self) -> Result<(), Fault> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) if is_plain(name) => Err(Fault::new(self.path_of(name), "is not known here")),
            Some(_) if self.path.is_empty() => {
                Err(Fault::new("the message", "has a field that is not known"))
            }
            Some(_) => Err(Fault::new(self.path, "has a field that is not known")),
        }
    }

    /// What was not taken.
    pub(super) fn rest(self) -> BTreeMap<String, Json> {
        self.left
    }
}

fn is_code(text: &str) -> bool {
    (1..=BAR_CODE_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a field's name can be said again: it cannot be anybody's name or number.
pub(super) fn is_plain(name: &str) -> bool {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    starts_well && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// An id: any but the number of a bank card.
pub(super) fn id<Of>(json: &Json) -> Result<Identifier<Of>, String> {
    parsed(json).and_then(no_card_number)
}

/// An id that is written as a text or as a whole number: any but the number of a bank card.
pub(super) fn numbered_id<Of>(json: &Json) -> Result<Identifier<Of>, String> {
    numbered(json).and_then(no_card_number)
}

fn no_card_number<Of>(id: Identifier<Of>) -> Result<Identifier<Of>, String> {
    if is_card_number(id.as_str()) { Err(IS_CARD_NUMBER.to_owned()) } else { Ok(id) }
}

/// Any text without the number of a bank card.
pub(super) fn text(json: &Json) -> Result<String, String> {
    let text: String = parsed(json)?;
    if holds_card_number(&text) { Err(HOLDS_CARD_NUMBER.to_owned()) } else { Ok(text) }
}

/// A text with a parser of its own.
fn parsed<T: FromStr>(json: &Json) -> Result<T, String>
where
    T::Err: Display,
{
    match json {
        Json::Text(text) => text.parse().map_err(|error: T::Err| error.to_string()),
        Json::Null | Json::Flag(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
            Err("is not a text".to_owned())
        }
    }
}

/// A text that may be there, or a number that stands for one; a text of blanks is none. It must not hold the number
/// of a bank card.
pub(super) fn words_of(json: Option<Json>, most: usize) -> Result<Option<String>, String> {
    let written = match json {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Text(written) | Json::Number(written)) => written,
        Some(Json::Flag(_) | Json::List(_) | Json::Object(_)) => return Err("is not a text".to_owned()),
    };
    let written = written.trim();
    if written.chars().count() > most {
        return Err(format!("has more than {most} characters"));
    }
    if holds_card_number(written) {
        return Err(HOLDS_CARD_NUMBER.to_owned());
    }
    Ok(Some(written.to_owned()).filter(|written| !written.is_empty()))
}

/// What has a parser of its own, and is written as a text or as a whole number.
fn numbered<T: FromStr>(json: &Json) -> Result<T, String>
where
    T::Err: Display,
{
    match json {
        Json::Number(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            number.parse().map_err(|error: T::Err| error.to_string())
        }
        Json::Number(_) => Err("is not a whole number".to_owned()),
        Json::Null | Json::Flag(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => parsed(json),
    }
}

/// A phone number, as a text or as a number.
pub(super) fn phone(json: &Json) -> Result<PhoneNumber, String> {
    numbered(json)
}

/// A part of somebody's name: 1 to 100 characters that hold no number of a bank card.
pub(super) fn name(json: &Json) -> Result<String, String> {
    let Json::Text(name) = json else { return Err("is not a text".to_owned()) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err("a name has 1 to 100 characters, none of them a control character".to_owned());
    }
    if holds_card_number(name) {
        return Err(HOLDS_CARD_NUMBER.to_owned());
    }
    Ok(name.to_owned())
}

/// An amount of soum that is not below 0: a number, or a text of one.
pub(super) fn amount(json: &Json) -> Result<Money, String> {
    let wrong = || {
        format!("an amount is a number of 0 or more, with at most {AMOUNT_DIGITS} digits and two decimals")
    };
    let (Json::Number(written) | Json::Text(written)) = json else { return Err(wrong()) };
    let whole = written.split('.').next().unwrap_or_default();
    if written.starts_with('-') || whole.len() > AMOUNT_DIGITS {
        return Err(wrong());
    }
    Money::from_decimal(written, Currency::Uzs).map_err(|_| wrong())
}

/// An amount of soum above 0.
pub(super) fn price(json: &Json) -> Result<Money, String> {
    let amount = amount(json)?;
    if amount.is_positive() { Ok(amount) } else { Err("is not above 0".to_owned()) }
}

/// A quantity: a number, or a text of one.
pub(super) fn quantity(json: &Json) -> Result<Quantity, String> {
    match json {
        Json::Number(written) | Json::Text(written) => written.parse().map_err(|error| format!("{error}")),
        Json::Null | Json::Flag(_) | Json::List(_) | Json::Object(_) => Err("is not a number".to_owned()),
    }
}
