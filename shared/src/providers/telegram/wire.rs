//! Telegram's words. <https://core.telegram.org/bots/api#making-requests>

use serde::{Deserialize, Serialize};

/// What every method answers.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) ok: bool,
    #[serde(default = "none")]
    pub(super) result: Option<T>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) parameters: Parameters,
}

fn none<T>() -> Option<T> {
    None
}

/// What helps a program to deal with a refusal. <https://core.telegram.org/bots/api#responseparameters>
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    /// The group is a supergroup now, with this id.
    #[serde(default)]
    pub(super) migrate_to_chat_id: Option<i64>,
    /// Seconds.
    #[serde(default)]
    pub(super) retry_after: Option<u64>,
}

/// The part of a sent message that is read. <https://core.telegram.org/bots/api#message>
#[derive(Debug, Deserialize)]
pub(super) struct SentMessage {
    pub(super) message_id: i64,
}

/// The part of a bot's own account that is read. <https://core.telegram.org/bots/api#user>
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) username: String,
}

/// <https://core.telegram.org/bots/api#sendmessage>
#[derive(Debug, Serialize)]
pub(super) struct SendMessage<'a> {
    pub(super) chat_id: i64,
    pub(super) text: &'a str,
    pub(super) parse_mode: &'static str,
    pub(super) link_preview_options: LinkPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply_markup: Option<Keyboard<'a>>,
}

/// <https://core.telegram.org/bots/api#sendphoto>
#[derive(Debug, Serialize)]
pub(super) struct SendPhoto<'a> {
    pub(super) chat_id: i64,
    pub(super) photo: &'a str,
    pub(super) caption: &'a str,
    pub(super) parse_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply_markup: Option<Keyboard<'a>>,
}

/// <https://core.telegram.org/bots/api#linkpreviewoptions>
#[derive(Debug, Serialize)]
pub(super) struct LinkPreview {
    pub(super) is_disabled: bool,
}

/// <https://core.telegram.org/bots/api#inlinekeyboardmarkup>
#[derive(Debug, Serialize)]
pub(super) struct Keyboard<'a> {
    pub(super) inline_keyboard: Vec<[Button<'a>; 1]>,
}

/// <https://core.telegram.org/bots/api#inlinekeyboardbutton>
#[derive(Debug, Serialize)]
pub(super) struct Button<'a> {
    pub(super) text: &'a str,
    #[serde(flatten)]
    pub(super) action: Action<'a>,
}

/// The one thing that a button does.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action<'a> {
    /// Opens a page.
    Url(&'a str),
    /// Tells the bot that it was pressed.
    CallbackData(&'a str),
}
