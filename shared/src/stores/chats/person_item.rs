//! How it is stored who speaks in a chat, and in which chat somebody is told things.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dialogue_item::partition;
use super::{Link, Person};
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::UserId;
use crate::domain::locale::Locale;
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Key, StoreError};

/// Sort key of a chat's person.
pub const SORT_KEY: &str = "PERSON";
/// Sort key of a person's chat.
const CHAT_OF_USER: &str = "CHAT_OF_USER";
/// Partition of `gsi1` with all chats that are tied to somebody.
pub const LINKED: &str = "LINKED";

/// Who speaks in a chat.
#[derive(Debug, Serialize, Deserialize)]
pub struct PersonItem {
    pk: String,
    sk: String,
    /// Only while it is tied to somebody: lists such chats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1sk: Option<String>,
    /// Counts its changes, from 1.
    pub version: u64,
    /// The chat.
    pub chat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    linked_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
}

/// Where somebody is told things.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserChatItem {
    pk: String,
    sk: String,
    /// Counts its changes, from 1.
    pub version: u64,
    /// None once they untied it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// The key of a person's chat.
pub fn key_of_user(user: &UserId) -> Key {
    Key { pk: format!("USER#{user}"), sk: CHAT_OF_USER }
}

/// A stored language. One that is not known any more is none.
pub fn locale(code: Option<&str>) -> Option<Locale> {
    Locale::ALL.into_iter().find(|locale| Some(locale.code()) == code)
}

impl PersonItem {
    /// The item of a person that is written as `version`.
    pub fn of(chat: ChatId, person: &Person, version: u64) -> Self {
        let is_linked = person.link.is_some();
        Self {
            pk: partition(chat),
            sk: SORT_KEY.to_owned(),
            gsi1pk: is_linked.then(|| LINKED.to_owned()),
            gsi1sk: is_linked.then(|| partition(chat)),
            version,
            chat: chat.0,
            user: person.link.as_ref().map(|link| link.user.to_string()),
            linked_at: person.link.as_ref().map(|link| link.at),
            locale: person.locale.map(|locale| locale.code().to_owned()),
        }
    }

    /// The person.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn person(self) -> Result<Person, StoreError> {
        let corrupt = |reason: String| StoreError::Corrupt { key: self.pk.clone(), reason };
        let link = match (&self.user, self.linked_at) {
            (Some(user), Some(at)) => Some(Link { user: parsed("user", user).map_err(corrupt)?, at }),
            (None, None) => None,
            _ => return Err(corrupt("half a link".to_owned())),
        };
        Ok(Person { link, locale: locale(self.locale.as_deref()) })
    }
}

impl UserChatItem {
    /// The item of a person's chat that is written as `version`.
    pub fn of(user: &UserId, chat: Option<ChatId>, chosen: Option<Locale>, version: u64) -> Self {
        let key = key_of_user(user);
        Self {
            pk: key.pk,
            sk: key.sk.to_owned(),
            version,
            chat: chat.map(|chat| chat.0),
            locale: chosen.map(|locale| locale.code().to_owned()),
        }
    }
}
