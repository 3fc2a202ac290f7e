//! Somebody has to be told something. Queue `notifications`.

use serde::{Deserialize, Serialize};

use crate::notices::Notice;

/// The version of [`Notification`] that is sent and read.
pub const VERSION: u8 = 1;

/// Something that somebody has to be told, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notification {
    /// Of this form of the message: 1.
    pub version: u8,
    /// The same for every sending: whoever has told it knows it again by this.
    pub id: String,
    /// Correlates all log lines of what caused it.
    pub correlation_id: String,
    /// Who is told; none for the operators.
    pub user_id: Option<String>,
    /// What is told.
    pub notice: Notice,
    /// Where it is told, when it answers something that was asked in a chat; else it is told as its reader
    /// chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ToldChat>,
}

/// The chat in which something was asked, and is answered: by Telegram, whatever its reader chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToldChat {
    /// Telegram's id of the chat.
    pub id: i64,
    /// The code of the language that the chat is held in.
    pub locale: String,
}
