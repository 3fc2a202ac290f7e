//! A method's parameters, from the query, a form or a JSON body.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answers::Refusal;

/// What a method was called with. In a query or a form every value is text, objects too.
#[derive(Debug, Default)]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Reads the query and the body; the body's word counts more.
    pub(super) fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = Map::new();
        let mut add_form = |text: &[u8]| {
            for (name, value) in form_urlencoded::parse(text) {
                parameters.insert(name.into_owned(), Value::from(value.into_owned()));
            }
        };
        add_form(query.as_bytes());
        match content_type.split(';').next().unwrap_or_default().trim() {
            _ if body.is_empty() => {}
            "application/json" => {
                let object: Map<String, Value> = serde_json::from_slice(body)
                    .map_err(|_malformed| Refusal::bad_request("object expected as the request body"))?;
                parameters.extend(object);
            }
            "application/x-www-form-urlencoded" => add_form(body),
            other => {
                let words = format!("the sandbox reads JSON and forms, not {other:?}: it takes no uploads");
                return Err(Refusal::bad_request(&words));
            }
        }
        Ok(Self(parameters))
    }

    /// A text; numbers are read as text, too.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A whole number, also where it is written as text.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// A switch; absent is off.
    pub(super) fn is_on(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes"),
            _ => false,
        }
    }

    /// An object or a list, also where it is JSON in a text. `None` when it is absent.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_malformed) => Err(Refusal::bad_request(&format!("can't parse {name} JSON object"))),
            },
            Some(value) => Ok(Some(value.clone())),
        }
    }
}
