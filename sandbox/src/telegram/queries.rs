//! Presses of buttons: each is a callback query that the bot answers once, while it is young.

use serde_json::{Value, json};

use super::answers::{Outcome, Refusal};
use super::chats::{Chat, Telegram};
use super::parameters::Parameters;

/// How long a query can be answered, and its update delivered, in seconds.
pub(super) const LIFE_SECONDS: i64 = 150;
const SECOND_MS: i64 = 1_000;
const LONGEST_ANSWER: usize = 200;

/// What the bot answered to a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Empty: the button stops spinning and nothing is shown.
    pub(crate) text: String,
    /// In a window that the person must close, instead of a note that goes by itself.
    pub(crate) is_alert: bool,
    pub(crate) url: Option<String>,
}

/// A press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) message_id: i64,
    pub(crate) data: String,
    /// The words on the button; `None` where the message had no such button.
    pub(crate) label: Option<String>,
    pub(super) asked_at_ms: i64,
    pub(crate) answer: Option<Answer>,
    /// Whether the message was edited or deleted since.
    pub(super) is_overtaken: bool,
}

impl Query {
    /// Whether the person still sees the button spin.
    pub(crate) fn is_spinning(&self) -> bool {
        self.answer.is_none() && !self.is_overtaken
    }

    /// The query as the control API shows it.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = json!({ "queryId": self.id, "messageId": self.message_id, "data": self.data,
            "label": self.label });
        if let Some(answer) = &self.answer {
            shown["text"] = json!(answer.text);
            shown["alert"] = json!(answer.is_alert);
            shown["url"] = json!(answer.url);
        }
        shown
    }
}

impl Chat {
    /// The message is another one now, or gone: its buttons are new.
    pub(super) fn stop_spinning(&mut self, message_id: i64) {
        for query in self.queries.iter_mut().filter(|query| query.message_id == message_id) {
            query.is_overtaken = true;
        }
    }
}

/// `answerCallbackQuery`
pub(super) fn answer(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let text = parameters.text("text").unwrap_or_default();
    if text.chars().count() > LONGEST_ANSWER {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    let id = parameters.text("callback_query_id").unwrap_or_default();
    let is_open = |query: &&mut Query| {
        query.id == id
            && query.answer.is_none()
            && now_ms.saturating_sub(query.asked_at_ms) < LIFE_SECONDS * SECOND_MS
    };
    let query = telegram.chats.values_mut().flat_map(|chat| &mut chat.queries).find(is_open);
    let query = query.ok_or_else(|| {
        Refusal::bad_request("query is too old and response timeout expired or query ID is invalid")
    })?;
    let is_alert = parameters.is_on("show_alert");
    query.answer = Some(Answer { text, is_alert, url: parameters.text("url") });
    Ok(Value::Bool(true).into())
}
