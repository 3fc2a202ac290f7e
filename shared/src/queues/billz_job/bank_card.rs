//! What of a bank card may stand in what is kept of an order as it came: nothing.

use super::fields::{Fault, HOLDS_CARD_NUMBER, is_plain};
use super::tree::Json;
use crate::domain::billz::card::holds_card_number;

/// Names of fields that bank cards are described by, in lower case and without `_` and `-`.
const CARD_FIELDS: [&str; 6] = ["cardnumber", "cardpan", "pan", "cvv", "cvc", "cvv2"];

/// Nothing in a value, however deep, is called as what describes a bank card, or looks like the number of one.
pub(super) fn without_bank_card(path: &str, json: &Json) -> Result<(), Fault> {
    if let Some(name) = card_field(json) {
        return Err(Fault::new(
            path,
            format!("holds a {name}: what describes a bank card has no place here"),
        ));
    }
    without_card_number(path, json)
}

/// The first field, however deep, that is named as those of bank cards are.
fn card_field(json: &Json) -> Option<&str> {
    match json {
        Json::Object(fields) => fields.iter().find_map(|(name, value)| {
            let plain: String =
                name.to_lowercase().chars().filter(|letter| !"_-".contains(*letter)).collect();
            if CARD_FIELDS.contains(&plain.as_str()) { Some(name.as_str()) } else { card_field(value) }
        }),
        Json::List(values) => values.iter().find_map(card_field),
        Json::Null | Json::Flag(_) | Json::Number(_) | Json::Text(_) => None,
    }
}

fn without_card_number(path: &str, json: &Json) -> Result<(), Fault> {
    let holds_one = match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                if holds_card_number(name) {
                    return Err(Fault::new(path, HOLDS_CARD_NUMBER));
                }
                // A name that cannot be said again ends what is said of the place.
                let inner = if is_plain(name) { format!("{path}.{name}") } else { path.to_owned() };
                without_card_number(&inner, value)?;
            }
            false
        }
        Json::List(values) => {
            for (place, value) in values.iter().enumerate() {
                without_card_number(&format!("{path}[{place}]"), value)?;
            }
            false
        }
        Json::Text(text) => holds_card_number(text),
        // Decimals are of something that is measured.
        Json::Number(number) => holds_card_number(number.split('.').next().unwrap_or_default()),
        Json::Null | Json::Flag(_) => false,
    };
    if holds_one { Err(Fault::new(path, HOLDS_CARD_NUMBER)) } else { Ok(()) }
}
