//! The answer to an update: one method of the Bot API in the HTTP response, or none.
//! <https://core.telegram.org/bots/api#making-requests-when-getting-updates>
//!
//! Telegram tells nobody what became of it. A pressed button is answered by changing the message it is
//! below: its new buttons say something else, so the old one no longer waits.

use http::{Response, StatusCode};
use serde_json::{Value, json};
use shared::domain::dialogue::ChatId;
use shared::providers::telegram::update::{PressedMessage, UpdateError};

use crate::views::{Action, Button, View};

/// Longest note beside a pressed button, in characters.
const MAX_NOTE: usize = 200;

/// The answer to an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Nothing is to be said.
    Nothing,
    /// A new message.
    Say(ChatId, View),
    /// A message of ours says something else from now on.
    Change(PressedMessage, View),
    /// A note beside the pressed button, which goes away by itself, or has to be read where it matters.
    Note {
        /// The press.
        query: String,
        /// The words.
        text: String,
        /// Whether it has to be read.
        is_alert: bool,
    },
}

impl Reply {
    /// What is done, for the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Say(..) => "message",
            Self::Change(..) => "edit",
            Self::Note { .. } => "note",
        }
    }

    /// The method with its parameters.
    fn method(&self) -> Option<Value> {
        match self {
            Self::Nothing => None,
            Self::Say(chat, view) => Some(message(*chat, view)),
            // A picture has a caption and no text, and a text cannot become a picture.
            Self::Change(pressed, view) if pressed.is_picture || view.picture_url.is_some() => {
                Some(message(pressed.chat, view))
            }
            Self::Change(pressed, view) => Some(json!({
                "method": "editMessageText",
                "chat_id": pressed.chat.0,
                "message_id": pressed.id,
                "text": view.html,
                "parse_mode": "HTML",
                "link_preview_options": { "is_disabled": true },
                "reply_markup": keyboard(&view.rows),
            })),
            Self::Note { query, text, is_alert } => Some(json!({
                "method": "answerCallbackQuery",
                "callback_query_id": query,
                "text": text.chars().take(MAX_NOTE).collect::<String>(),
                "show_alert": is_alert,
            })),
        }
    }

    /// The HTTP response.
    pub fn into_response(self) -> Response<String> {
        match self.method() {
            None => empty(StatusCode::OK),
            Some(method) => {
                let mut response = Response::new(method.to_string());
                let json = http::HeaderValue::from_static("application/json");
                response.headers_mut().insert(http::header::CONTENT_TYPE, json);
                response
            }
        }
    }
}

fn message(chat: ChatId, view: &View) -> Value {
    let (method, words) = match &view.picture_url {
        Some(_) => ("sendPhoto", "caption"),
        None => ("sendMessage", "text"),
    };
    let mut message = json!({ "method": method, "chat_id": chat.0, "parse_mode": "HTML" });
    message[words] = json!(view.html);
    match &view.picture_url {
        Some(picture) => message["photo"] = json!(picture),
        None => message["link_preview_options"] = json!({ "is_disabled": true }),
    }
    if !view.rows.is_empty() {
        message["reply_markup"] = keyboard(&view.rows);
    }
    message
}

fn keyboard(rows: &[Vec<Button>]) -> Value {
    let button = |button: &Button| match &button.action {
        Action::Press(told) => json!({ "text": button.label, "callback_data": told }),
        Action::Open(url) => json!({ "text": button.label, "url": url }),
        Action::Copy(text) => json!({ "text": button.label, "copy_text": { "text": text } }),
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
    json!({ "inline_keyboard": rows })
}

/// The update is not believed, or is none.
pub fn refused(error: UpdateError) -> Response<String> {
    empty(match error {
        UpdateError::Disabled => StatusCode::SERVICE_UNAVAILABLE,
        UpdateError::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        UpdateError::TokenInvalid => StatusCode::UNAUTHORIZED,
        UpdateError::Unreadable => StatusCode::BAD_REQUEST,
    })
}

/// The update could not be dealt with now: please send it again.
pub fn send_again() -> Response<String> {
    empty(StatusCode::SERVICE_UNAVAILABLE)
}

fn empty(status: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = status;
    response
}
