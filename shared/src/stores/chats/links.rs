//! Chats are tied to persons by tokens that can be used once.
//!
//! A person has one chat, and a chat has one person: whoever ties a second one unties the first. All that
//! changes with it is written together or not at all.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::person_item::{LINKED, PersonItem, UserChatItem, key_of_user, locale};
use super::{Chat, Chats, Link, Person, expected, following};
use crate::domain::dialogue::{ChatId, LATE};
use crate::domain::identifier::UserId;
use crate::domain::locale::Locale;
use crate::stores::place::Place;
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Change, Expected, Key, Range, StoreError, read, write};

const SORT_KEY: &str = "LINK_TOKEN";
/// Sorts after every position.
const LAST: &str = "~";

/// Where somebody is told things, by their own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserChat {
    /// None: they untied it.
    pub chat: Option<ChatId>,
    /// The language they chose there.
    pub locale: Option<Locale>,
}

/// What became of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The chat is tied to this person now.
    Linked(UserId),
    /// It was used in this chat before, which is tied to this person.
    AlreadyLinked(UserId),
    /// There is no such token, it is too old, or it was used by somebody else. Which, nobody is told.
    Invalid,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct TokenItem {
    pk: String,
    sk: String,
    version: u64,
    /// Seconds since 1970, for the table's TTL.
    ttl: i64,
    user: String,
    expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_by: Option<i64>,
}

/// Only the hash of a token is kept: what is stored cannot be used.
fn token_key(token: &str) -> Key {
    Key { pk: format!("{SORT_KEY}#{}", hex::encode(Sha256::digest(token.as_bytes()))), sk: SORT_KEY }
}

impl Chats {
    /// Keeps a new token for a person.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn issue_token(
        &self,
        token: &str,
        user: &UserId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = token_key(token);
        // Longer than it can be used: a repeat of the update that used it must still find by whom.
        let ttl = expires_at.as_second().saturating_add(LATE.as_secs());
        let user = user.to_string();
        let item = TokenItem { pk, sk: sk.to_owned(), version: 1, ttl, user, expires_at, used_by: None };
        self.table.put(&item, Expected::Absent).await
    }

    /// Ties a chat to the person whom the token was issued for.
    ///
    /// # Errors
    /// `Conflict` when others came first; otherwise when the store is unavailable or an item corrupt.
    pub async fn redeem(&self, chat: &Chat, token: &str, now: Timestamp) -> Result<Redeemed, StoreError> {
        let Some(item) = self.table.get::<TokenItem>(&token_key(token)).await? else {
            return Ok(Redeemed::Invalid);
        };
        let corrupt = |reason| StoreError::Corrupt { key: item.pk.clone(), reason };
        let user: UserId = parsed("user", &item.user).map_err(corrupt)?;
        let linked_to = chat.person.link.as_ref().map(|link| &link.user);
        if item.used_by.is_some() {
            let is_ours = item.used_by == Some(chat.id.0) && linked_to == Some(&user);
            return Ok(if is_ours { Redeemed::AlreadyLinked(user) } else { Redeemed::Invalid });
        }
        if item.expires_at <= now {
            return Ok(Redeemed::Invalid);
        }
        let mut changes = self.link(chat, &user, now).await?;
        let version = item.version.saturating_add(1);
        let used = TokenItem { version, used_by: Some(chat.id.0), ..item.clone() };
        changes.push(Change::Put(write(&used)?, Expected::Version(item.version)));
        self.table.commit(changes).await?;
        Ok(Redeemed::Linked(user))
    }

    /// Everything that changes when a chat is tied to a person.
    async fn link(&self, chat: &Chat, user: &UserId, now: Timestamp) -> Result<Vec<Change>, StoreError> {
        let locale = chat.person.locale;
        let person = Person { link: Some(Link { user: user.clone(), at: now }), locale };
        let mut changes = vec![person_change(chat, &person)?];
        let before = self.table.get::<UserChatItem>(&key_of_user(user)).await?;
        changes.push(user_change(user, Some(chat.id), locale, before.as_ref())?);
        if let Some(other) = before.and_then(|item| item.chat).filter(|other| *other != chat.id.0) {
            let other = self.load(ChatId(other)).await?;
            if other.person.link.as_ref().is_some_and(|link| link.user == *user) {
                let untied = Person { link: None, locale: other.person.locale };
                changes.push(person_change(&other, &untied)?);
            }
        }
        if let Some(former) = chat.person.link.as_ref().filter(|link| link.user != *user) {
            changes.extend(self.untie_user(&former.user, chat.id).await?);
        }
        Ok(changes)
    }

    /// Unties a chat from its person. Whether there was one.
    ///
    /// # Errors
    /// `Conflict` when others came first; otherwise when the store is unavailable or an item corrupt.
    pub async fn unlink(&self, chat: &Chat) -> Result<bool, StoreError> {
        let Some(link) = &chat.person.link else { return Ok(false) };
        let untied = Person { link: None, locale: chat.person.locale };
        let mut changes = vec![person_change(chat, &untied)?];
        changes.extend(self.untie_user(&link.user, chat.id).await?);
        self.table.commit(changes).await?;
        Ok(true)
    }

    /// Keeps the language that was chosen in a chat, for what its person is told too.
    ///
    /// # Errors
    /// `Conflict` when others came first; otherwise when the store is unavailable or an item corrupt.
    pub async fn choose_locale(&self, chat: &Chat, chosen: Locale) -> Result<(), StoreError> {
        let person = Person { locale: Some(chosen), ..chat.person.clone() };
        let mut changes = vec![person_change(chat, &person)?];
        if let Some(link) = &chat.person.link {
            let before = self.table.get::<UserChatItem>(&key_of_user(&link.user)).await?;
            changes.push(user_change(&link.user, Some(chat.id), Some(chosen), before.as_ref())?);
        }
        self.table.commit(changes).await
    }

    /// Where a person is told things; none when they never tied a chat.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn of_user(&self, user: &UserId) -> Result<Option<UserChat>, StoreError> {
        let item = self.table.get::<UserChatItem>(&key_of_user(user)).await?;
        Ok(item.map(|item| UserChat { chat: item.chat.map(ChatId), locale: locale(item.locale.as_deref()) }))
    }

    /// Chats that are tied to somebody, and to whom: the next `limit` after `after`.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn linked(
        &self,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<(Vec<(ChatId, Person)>, Option<Place>), StoreError> {
        // A space more sorts right after.
        let from = after.map_or_else(|| " ".to_owned(), |place| format!("{} ", place.as_str()));
        let range = Range {
            index: "gsi1",
            partition: LINKED.to_owned(),
            from,
            to: LAST.to_owned(),
            ascending: true,
            limit,
        };
        let page = self.table.query(&range).await?;
        let mut people = Vec::new();
        for item in page.items {
            let item: PersonItem = read(item)?;
            people.push((ChatId(item.chat), item.person()?));
        }
        let last = people.last().map(|(chat, _)| super::partition(*chat));
        Ok((people, last.filter(|_| page.has_more).map(Place::from_proved)))
    }

    /// What unties a person from a chat, where that is still theirs.
    async fn untie_user(&self, user: &UserId, chat: ChatId) -> Result<Option<Change>, StoreError> {
        let before = self.table.get::<UserChatItem>(&key_of_user(user)).await?;
        let before = before.filter(|item| item.chat == Some(chat.0));
        before
            .map(|before| user_change(user, None, locale(before.locale.as_deref()), Some(&before)))
            .transpose()
    }
}

fn person_change(chat: &Chat, person: &Person) -> Result<Change, StoreError> {
    let item = PersonItem::of(chat.id, person, following(chat.person_version));
    Ok(Change::Put(write(&item)?, expected(chat.person_version)))
}

fn user_change(
    user: &UserId,
    chat: Option<ChatId>,
    chosen: Option<Locale>,
    before: Option<&UserChatItem>,
) -> Result<Change, StoreError> {
    let version = before.map(|item| item.version);
    let item = UserChatItem::of(user, chat, chosen, following(version));
    Ok(Change::Put(write(&item)?, expected(version)))
}
