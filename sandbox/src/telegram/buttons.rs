//! `reply_markup`: which buttons Telegram takes, and how a person sees them.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::answers::Refusal;

/// `callback_data` is at most so long.
const LONGEST_DATA_BYTES: usize = 64;
/// What is copied has at most so many characters.
const LONGEST_COPY: usize = 256;
/// Not documented; reported as what the real one takes.
const MOST_BUTTONS: usize = 100;
const MOST_IN_A_ROW: usize = 8;
/// Every action of an inline button; a button has exactly one.
const ACTIONS: [&str; 9] = [
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "copy_text",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "callback_game",
    "pay",
];

/// The keyboard of a message, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyboard(Value);

/// A button, as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Button {
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callback_data: Option<String>,
    /// What a press puts on the person's clipboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) copy_text: Option<String>,
}

impl Keyboard {
    /// Reads any markup that a new message may have.
    pub(super) fn read(markup: Option<Value>) -> Result<Option<Self>, Refusal> {
        let Some(markup) = markup else { return Ok(None) };
        let object =
            markup.as_object().ok_or_else(|| Refusal::bad_request("object expected as reply markup"))?;
        match object {
            _ if object.contains_key("inline_keyboard") => check_inline(&markup)?,
            _ if object.contains_key("keyboard") => check_reply(&markup)?,
            _ if object.get("remove_keyboard") == Some(&Value::Bool(true))
                || object.get("force_reply") == Some(&Value::Bool(true)) => {}
            _ if object.is_empty() => return Ok(None),
            _ => return Err(Refusal::bad_request("can't parse reply keyboard markup JSON object")),
        }
        Ok(Some(Self(markup)))
    }

    /// Reads the markup of an edit: an inline keyboard, or none.
    pub(super) fn read_inline(markup: Option<Value>) -> Result<Option<Self>, Refusal> {
        let keyboard = Self::read(markup)?;
        match &keyboard {
            Some(keyboard) if keyboard.inline().is_none() && keyboard.0.get("inline_keyboard").is_none() => {
                Err(Refusal::bad_request("inline keyboard expected"))
            }
            _ => Ok(keyboard.filter(|keyboard| keyboard.inline().is_some())),
        }
    }

    /// The markup, where it is an inline keyboard with buttons.
    pub(super) fn inline(&self) -> Option<Value> {
        let has_buttons = !rows(&self.0["inline_keyboard"]).is_empty();
        has_buttons.then(|| self.0.clone())
    }

    /// The words on the button that holds this data.
    pub(super) fn label_of(&self, data: &str) -> Option<String> {
        let pressed = |button: &Button| button.callback_data.as_deref() == Some(data);
        self.shown().into_iter().flatten().find(pressed).map(|button| button.text)
    }

    /// The rows of buttons that a person sees.
    pub(crate) fn shown(&self) -> Vec<Vec<Button>> {
        let rows_of = |name: &str| rows(&self.0[name]);
        let button = |button: &Value| Button {
            text: button["text"].as_str().or(button.as_str()).unwrap_or_default().to_owned(),
            url: button["url"].as_str().map(str::to_owned),
            callback_data: button["callback_data"].as_str().map(str::to_owned),
            copy_text: button["copy_text"]["text"].as_str().map(str::to_owned),
        };
        rows_of("inline_keyboard")
            .into_iter()
            .chain(rows_of("keyboard"))
            .map(|row| row.iter().map(button).collect())
            .collect()
    }
}

fn rows(value: &Value) -> Vec<Vec<Value>> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row.as_array().cloned())
        .filter(|row| !row.is_empty())
        .collect()
}

fn check_rows(list: &Value, what: &str) -> Result<Vec<Vec<Value>>, Refusal> {
    let refused = |words: &str| Refusal::bad_request(&format!("{words} {what}"));
    let list = list.as_array().ok_or_else(|| refused("array expected as"))?;
    if !list.iter().all(Value::is_array) {
        return Err(refused("array of arrays expected as"));
    }
    let rows = rows(&Value::from(list.clone()));
    let is_too_wide = rows.iter().any(|row| row.len() > MOST_IN_A_ROW);
    if is_too_wide || rows.iter().map(Vec::len).sum::<usize>() > MOST_BUTTONS {
        return Err(Refusal::bad_request("reply markup is too long"));
    }
    Ok(rows)
}

fn check_inline(markup: &Value) -> Result<(), Refusal> {
    check_rows(&markup["inline_keyboard"], "inline keyboard")?.iter().flatten().try_for_each(check_button)
}

fn check_button(button: &Value) -> Result<(), Refusal> {
    let malformed =
        |words: &str| Refusal::bad_request(&format!("can't parse inline keyboard button: {words}"));
    let empty = Map::new();
    let object = button.as_object().unwrap_or(&empty);
    let text =
        object.get("text").and_then(Value::as_str).ok_or_else(|| malformed("Can't find field \"text\""))?;
    if text.trim().is_empty() {
        return Err(malformed("Text buttons must be non-empty"));
    }
    let actions: Vec<&str> = ACTIONS.into_iter().filter(|action| object.contains_key(*action)).collect();
    match actions.as_slice() {
        [] => Err(malformed("Text buttons are unallowed in the inline keyboard")),
        ["callback_data"] => match button["callback_data"].as_str() {
            Some(text) if (1..=LONGEST_DATA_BYTES).contains(&text.len()) => Ok(()),
            _ => Err(Refusal::bad_request("BUTTON_DATA_INVALID")),
        },
        ["url"] => check_url(button["url"].as_str().unwrap_or_default()),
        ["copy_text"] => match button["copy_text"]["text"].as_str() {
            Some(text) if (1..=LONGEST_COPY).contains(&text.chars().count()) => Ok(()),
            _ => Err(Refusal::bad_request("BUTTON_COPY_TEXT_INVALID")),
        },
        [_] => Ok(()),
        _ => Err(Refusal::bad_request("BUTTON_TYPE_INVALID")),
    }
}

/// Web addresses with a dot in their host, and Telegram's own.
fn check_url(text: &str) -> Result<(), Refusal> {
    let is_good = Url::parse(text).is_ok_and(|url| match url.scheme() {
        "http" | "https" => url.host_str().is_some_and(|host| host.contains('.') || host.starts_with('[')),
        "tg" | "ton" => true,
        _ => false,
    });
    if is_good {
        return Ok(());
    }
    Err(Refusal::bad_request(&format!("inline keyboard button URL '{text}' is invalid: Wrong HTTP URL")))
}

fn check_reply(markup: &Value) -> Result<(), Refusal> {
    let has_text = |button: &Value| {
        button["text"].as_str().or(button.as_str()).is_some_and(|text| !text.trim().is_empty())
    };
    match check_rows(&markup["keyboard"], "keyboard")?.iter().flatten().all(has_text) {
        true => Ok(()),
        false => Err(Refusal::bad_request("can't parse keyboard button: Text buttons must be non-empty")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Keyboard;

    fn one_button(button: Value) -> Value {
        json!({ "inline_keyboard": [[button]] })
    }

    fn refusal(markup: Value) -> String {
        Keyboard::read(Some(markup)).unwrap_err().description
    }

    #[test]
    fn a_button_does_exactly_one_thing() {
        let url = "inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL";
        let refused = [
            (
                json!({ "text": "x" }),
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
            (
                json!({ "text": "x", "url": "https://example.com", "callback_data": "y" }),
                "BUTTON_TYPE_INVALID",
            ),
            (
                json!({ "callback_data": "y" }),
                "can't parse inline keyboard button: Can't find field \"text\"",
            ),
            (
                json!({ "text": " ", "callback_data": "y" }),
                "can't parse inline keyboard button: Text buttons must be non-empty",
            ),
            (json!({ "text": "x", "callback_data": "" }), "BUTTON_DATA_INVALID"),
            (json!({ "text": "x", "callback_data": "д".repeat(33) }), "BUTTON_DATA_INVALID"),
            (json!({ "text": "x", "url": "localhost" }), url),
            (json!({ "text": "x", "copy_text": { "text": "8".repeat(257) } }), "BUTTON_COPY_TEXT_INVALID"),
            (json!({ "text": "x", "copy_text": "88001" }), "BUTTON_COPY_TEXT_INVALID"),
        ];
        for (button, words) in refused {
            assert_eq!(refusal(one_button(button)), format!("Bad Request: {words}"));
        }
        let taken = one_button(json!({ "text": "x", "callback_data": "д".repeat(32) }));
        assert!(Keyboard::read(Some(taken)).unwrap().unwrap().inline().is_some());
        let copied = one_button(json!({ "text": "VA", "copy_text": { "text": "8800112233" } }));
        let shown = Keyboard::read(Some(copied)).unwrap().unwrap().shown();
        assert_eq!(shown[0][0].copy_text.as_deref(), Some("8800112233"));
        let local = one_button(json!({ "text": "Pay", "url": "http://127.0.0.1:4570/tripay/checkout/x" }));
        let shown = Keyboard::read(Some(local)).unwrap().unwrap().shown();
        assert_eq!((shown[0][0].text.as_str(), shown[0][0].callback_data.as_deref()), ("Pay", None));
    }

    #[test]
    fn a_keyboard_has_so_many_buttons_and_no_more() {
        let button = json!({ "text": "x", "callback_data": "y" });
        let keyboard =
            |rows: usize, width: usize| json!({ "inline_keyboard": vec![vec![button.clone(); width]; rows] });
        assert!(Keyboard::read(Some(keyboard(12, 8))).is_ok());
        for (rows, width) in [(1, 9), (13, 8)] {
            assert_eq!(refusal(keyboard(rows, width)), "Bad Request: reply markup is too long");
        }
        assert_eq!(
            refusal(json!({ "inline_keyboard": [{}] })),
            "Bad Request: array of arrays expected as inline keyboard"
        );
        assert_eq!(
            Keyboard::read(Some(json!({ "remove_keyboard": true }))).unwrap().unwrap().shown().len(),
            0
        );
        let words = Keyboard::read_inline(Some(json!({ "force_reply": true }))).unwrap_err().description;
        assert_eq!(words, "Bad Request: inline keyboard expected");
    }
}
