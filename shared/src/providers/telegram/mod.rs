//! Telegram's Bot API: messages to chats. <https://core.telegram.org/bots/api>
//!
//! Telegram has no idempotency key: a message whose answer was lost may be in the chat.

pub mod setup;
pub mod update;
mod wire;

use std::time::Duration;

use http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::wire::{
    Account, Action, Button, Envelope, Keyboard, LinkPreview, SendMessage, SendPhoto, SentMessage,
};
use super::call::{Answer, CallError, Caller, Operation};
use crate::retry::{Failure, Kind};
use crate::unreadable::without_values;

const SEND_MESSAGE: Operation = Operation { provider: "telegram", name: "sendMessage", kind: Kind::Once };
const SEND_PHOTO: Operation = Operation { provider: "telegram", name: "sendPhoto", kind: Kind::Once };
const GET_ME: Operation = Operation { provider: "telegram", name: "getMe", kind: Kind::Read };
const HTML: &str = "HTML";

/// The secret `telegram`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TelegramCredentials {
    /// The bot's token, `<bot id>:<secret>`. Empty: Telegram is off.
    pub bot_token: SecretString,
}

/// The client.
#[derive(Debug, Clone)]
pub struct Telegram {
    caller: Caller,
    base_url: String,
    token: SecretString,
}

/// A message for a chat.
#[derive(Debug, Clone, Copy)]
pub struct ChatMessage<'a> {
    /// The chat.
    pub chat: i64,
    /// The text, in Telegram's HTML.
    pub html: &'a str,
    /// A button below it: label and address.
    pub button: Option<(&'a str, &'a str)>,
    /// Buttons below it, one under the other: label, and what the bot is told when it is pressed, at most
    /// 64 bytes.
    pub presses: &'a [(&'a str, &'a str)],
    /// A picture above it, by its address. The text is then at most 1,024 characters long.
    pub picture_url: Option<&'a str>,
}

/// What Telegram said to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// It is in the chat, under this id.
    Sent {
        /// Telegram's id of the message in its chat.
        message_id: i64,
    },
    /// The group has another id now. Nothing was sent.
    Moved {
        /// The other id.
        to: i64,
    },
    /// The chat cannot be written to: blocked, left, deleted, never begun.
    Gone {
        /// Telegram's words.
        reason: String,
    },
    /// Telegram does not take this message.
    Refused {
        /// Telegram's words.
        reason: String,
    },
}

impl Telegram {
    /// A client of the API at `base_url`; none when there is no token.
    pub fn new(caller: Caller, base_url: &str, credentials: TelegramCredentials) -> Option<Self> {
        let token = credentials.bot_token;
        let is_empty = token.expose_secret().trim().is_empty();
        let base_url = base_url.trim_end_matches('/').to_owned();
        (!is_empty).then_some(Self { caller, base_url, token })
    }

    /// Sends a message, waiting so long for the answer. A picture that Telegram does not take is left out.
    ///
    /// # Errors
    /// When there is no clear answer to the message.
    pub async fn send(&self, message: &ChatMessage<'_>, within: Duration) -> Result<Sending, CallError> {
        if let Some(photo) = message.picture_url {
            let (chat_id, caption) = (message.chat, message.html);
            let wish =
                SendPhoto { chat_id, photo, caption, parse_mode: HTML, reply_markup: keyboard(message) };
            match sending(&self.call(SEND_PHOTO, &wish, within).await?)? {
                // Whatever it does not like about the picture: nothing was sent.
                Sending::Refused { .. } => {
                    tracing::warn!("telegram did not take a picture");
                }
                other => return Ok(other),
            }
        }
        let wish = SendMessage {
            chat_id: message.chat,
            text: message.html,
            parse_mode: HTML,
            link_preview_options: LinkPreview { is_disabled: true },
            reply_markup: keyboard(message),
        };
        sending(&self.call(SEND_MESSAGE, &wish, within).await?)
    }

    /// The bot's own name, as a check that Telegram answers and accepts the token.
    ///
    /// # Errors
    /// When it does not.
    pub async fn me(&self) -> Result<String, CallError> {
        let answer = self.call(GET_ME, &serde_json::json!({}), Duration::from_secs(10)).await?;
        let envelope: Envelope<Account> = envelope(&answer)?;
        let refused = || answer.error(Failure::Refused, &envelope.description);
        envelope.result.as_ref().map(|account| account.username.clone()).ok_or_else(refused)
    }

    async fn call(
        &self,
        operation: Operation,
        wish: &impl Serialize,
        within: Duration,
    ) -> Result<Answer, CallError> {
        let url = format!("{}/bot{}/{}", self.base_url, self.token.expose_secret(), operation.name);
        let answer = self.caller.call(operation, Method::POST, &url).json(wish).within(within).send().await;
        match answer {
            // Says nothing about the message: the token is being changed, or wrong until somebody mends it.
            Ok(answer) if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) => {
                Err(answer.error(Failure::NotReached, "telegram does not know our bot"))
            }
            Err(mut error) if error.failure == Failure::Limited(None) => {
                error.failure = Failure::Limited(patience(&error.excerpt));
                Err(error)
            }
            other => other,
        }
    }
}

/// The link, and below it the buttons to press; none where there are none.
fn keyboard<'a>(message: &ChatMessage<'a>) -> Option<Keyboard<'a>> {
    let link = message.button.map(|(text, url)| [Button { text, action: Action::Url(url) }]);
    let press = |(text, told): &(&'a str, &'a str)| [Button { text, action: Action::CallbackData(told) }];
    let inline_keyboard: Vec<_> = link.into_iter().chain(message.presses.iter().map(press)).collect();
    (!inline_keyboard.is_empty()).then_some(Keyboard { inline_keyboard })
}

fn sending(answer: &Answer) -> Result<Sending, CallError> {
    let envelope: Envelope<SentMessage> = envelope(answer)?;
    if envelope.ok {
        let unreadable = || answer.error(Failure::Unreadable, "an answer without its message");
        return envelope
            .result
            .map(|sent| Sending::Sent { message_id: sent.message_id })
            .ok_or_else(unreadable);
    }
    let reason = envelope.description;
    if let Some(to) = envelope.parameters.migrate_to_chat_id {
        return Ok(Sending::Moved { to });
    }
    // The code for all of these is 400, so the text has to tell them apart.
    let is_unknown = reason.to_ascii_lowercase().contains("chat not found");
    if answer.status == StatusCode::FORBIDDEN || is_unknown {
        return Ok(Sending::Gone { reason });
    }
    Ok(Sending::Refused { reason })
}

/// Reads what every answer is wrapped in. Something that is not so wrapped is not Telegram's word: it may
/// be the word of somebody in between, so it says nothing about the message.
fn envelope<T: DeserializeOwned>(answer: &Answer) -> Result<Envelope<T>, CallError> {
    let read: Result<Envelope<T>, _> = serde_json::from_slice(&answer.body);
    read.map_err(|error| answer.error(Failure::Unreadable, &without_values(&error)))
}

/// How long Telegram wants to be left alone, where its header does not say.
fn patience(excerpt: &str) -> Option<Duration> {
    let envelope: Envelope<serde::de::IgnoredAny> = serde_json::from_str(excerpt).ok()?;
    envelope.parameters.retry_after.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_read_off_the_answer_where_its_header_is_missing() {
        let said = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        assert_eq!(patience(said), Some(Duration::from_secs(7)));
        assert_eq!(patience("<html>"), None);
    }
}
