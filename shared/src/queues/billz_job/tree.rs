//! JSON as it was sent: numbers keep their text, so that none goes through a float, and no key stands twice.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::unreadable::without_values;

/// How deep values may lie in one another.
const MAX_DEPTH: usize = 16;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

/// The fields of an object, one level deep. A key that stands twice is an error: readers differ in which they take.
struct Entries<'a>(BTreeMap<String, &'a RawValue>);

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            if entries.insert(name, value).is_some() {
                return Err(A::Error::custom("a field stands twice"));
            }
        }
        Ok(Entries(entries))
    }
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

impl Json {
    /// Reads a whole text.
    ///
    /// # Errors
    /// When it is not JSON, too deep, or has a field twice; in words that quote nothing of it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        read(text, MAX_DEPTH)
    }

    /// The value as text that is the same for everybody who sends the same, whatever the order of their fields, and
    /// whether what is not there is left out or `null`.
    pub(super) fn canonical(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

fn read(text: &str, depth: usize) -> Result<Json, String> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let wrong = |error: serde_json::Error| format!("not JSON: {}", without_values(&error));
    let deeper = || depth.checked_sub(1).ok_or_else(|| format!("lies deeper than {MAX_DEPTH} levels"));
    let whole: &RawValue = serde_json::from_str(text).map_err(wrong)?;
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(text).map_err(wrong)?;
            let depth = deeper()?;
            let value = |(name, raw): (String, &RawValue)| Ok((name, read(raw.get(), depth)?));
            Json::Object(entries.into_iter().map(value).collect::<Result<_, String>>()?)
        }
        Some(b'[') => {
            let entries: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
            let depth = deeper()?;
            Json::List(entries.into_iter().map(|raw| read(raw.get(), depth)).collect::<Result<_, String>>()?)
        }
        Some(b'"') => Json::Text(serde_json::from_str(text).map_err(wrong)?),
        Some(b't' | b'f') => Json::Flag(serde_json::from_str(text).map_err(wrong)?),
        Some(b'n') => Json::Null,
        Some(_) | None => Json::Number(whole.get().to_owned()),
    })
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(number) => out.push_str(plain(number)),
        Json::Text(text) => write_text(text, out),
        Json::List(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            let said = fields.iter().filter(|(_, value)| **value != Json::Null);
            for (place, (name, value)) in said.enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// A number without zeros at the end of its decimals: `150.0` and `150` are one number.
fn plain(number: &str) -> &str {
    if number.contains('.') && !number.contains(['e', 'E']) {
        return number.trim_end_matches('0').trim_end_matches('.');
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn who_sends_the_same_in_another_order_sends_the_same() {
        let one = Json::read(r#" {"b": [1.50, "ä\n", null], "a": {"y": true, "x": 10.0}} "#).unwrap();
        let other = Json::read(r#"{"a":{"x":10,"y":true},"b":[1.5,"\u00e4\u000a",null]}"#).unwrap();
        assert_eq!(one.canonical(), other.canonical());
        assert_eq!(one.canonical(), r#"{"a":{"x":10,"y":true},"b":[1.5,"ä\n",null]}"#);
    }

    #[test]
    fn a_field_that_is_null_is_as_if_it_were_not_there() {
        let one = Json::read(r#"{"a":null,"b":[null,{"c":null,"d":1}],"e":{"f":null},"g":null}"#).unwrap();
        assert_eq!(one.canonical(), r#"{"b":[null,{"d":1}],"e":{}}"#);
    }

    #[test]
    fn a_number_is_kept_as_it_was_written() {
        for number in ["0", "-1", "35000.10", "9007199254740993", "1e3"] {
            assert_eq!(Json::read(number), Ok(Json::Number(number.to_owned())), "{number}");
        }
    }

    #[test]
    fn what_readers_could_take_in_two_ways_is_refused_and_not_quoted() {
        for (text, reason) in [
            (r#"{"a":1,"a":2}"#, "a field stands twice"),
            (r#"{"a":{"b":1,"\u0062":2}}"#, "a field stands twice"),
            ("{'secret':1}", "key must be a string"),
            (r#"{"a":1} {}"#, "trailing characters"),
            ("", "EOF"),
            (r#"["\ud800"]"#, "unexpected end of hex escape"),
        ] {
            let error = Json::read(text).unwrap_err();
            assert!(error.contains(reason) && !error.contains("secret"), "{text}: {error}");
        }
    }

    #[test]
    fn what_lies_too_deep_is_refused_whatever_its_length() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::read(&nested(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 1, 100_000] {
            assert_eq!(Json::read(&nested(depth)), Err("lies deeper than 16 levels".to_owned()), "{depth}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in r#"[\[\]{}":,0-9a-z\\ .e-]{0,24}"#) {
            if let Ok(value) = Json::read(&text) {
                prop_assert_eq!(Json::read(&value.canonical()).map(|read| read.canonical()), Ok(value.canonical()));
            }
        }
    }
}
