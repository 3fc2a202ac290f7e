//! Chats with the bot: who speaks in each, in which language, and what is being asked there.
//!
//! One partition each, read in one request: the dialogue, which ends by itself, and the person, which stays.

mod dialogue_item;
mod person_item;
mod stored_wizard;

pub mod links;

use jiff::Timestamp;

use self::dialogue_item::{DialogueItem, partition};
use self::person_item::PersonItem;
use super::invoices::Cause;
use super::support_tasks::new_task;
use super::table::{Change, Expected, Item, Key, StoreError, Table, read, write};
use crate::domain::dialogue::{ChatId, Dialogue};
use crate::domain::identifier::UserId;
use crate::domain::locale::Locale;
use crate::domain::support_task::SupportTask;

/// The chats.
#[derive(Debug, Clone)]
pub struct Chats {
    table: Table,
}

/// A chat as it was read.
#[derive(Debug)]
pub struct Chat {
    /// Names it.
    pub id: ChatId,
    /// What is being asked.
    pub dialogue: Dialogue,
    /// Who speaks in it.
    pub person: Person,
    /// Why what is being asked could not be read, if it could not: of a version that knows more, or corrupt. It is
    /// empty then, and what is saved takes its place.
    pub unreadable: Option<StoreError>,
    dialogue_version: Option<u64>,
    person_version: Option<u64>,
}

/// Who speaks in a chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Who it is, where that was proved.
    pub link: Option<Link>,
    /// The language they chose here.
    pub locale: Option<Locale>,
}

/// A chat was tied to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The person.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

impl Chats {
    /// The chats in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// A chat, in one request. One that was never seen is empty. A dialogue that cannot be read takes nothing else
    /// away: it is in [`Chat::unreadable`].
    ///
    /// # Errors
    /// When the store is unavailable or the person corrupt.
    pub async fn load(&self, id: ChatId) -> Result<Chat, StoreError> {
        let items = self.table.partition(&partition(id)).await?;
        let of_kind = |sort_key: &str| items.iter().find(|item| sort_key_of(item) == Some(sort_key)).cloned();
        let person: Option<PersonItem> = of_kind(person_item::SORT_KEY).map(read).transpose()?;
        let dialogue = of_kind(dialogue_item::SORT_KEY);
        let dialogue_version = dialogue.as_ref().and_then(version_of);
        let dialogue = dialogue.map(|item| read(item).and_then(DialogueItem::dialogue)).transpose();
        let (dialogue, unreadable) = match dialogue {
            Ok(dialogue) => (dialogue.unwrap_or_default(), None),
            Err(error) => (Dialogue::default(), Some(error)),
        };
        Ok(Chat {
            id,
            dialogue,
            unreadable,
            dialogue_version,
            person_version: person.as_ref().map(|item| item.version),
            person: person.map(PersonItem::person).transpose()?.unwrap_or_default(),
        })
    }

    /// Writes what is being asked now, in place of what was read.
    ///
    /// # Errors
    /// `Conflict` when another update came first; otherwise when the store is unavailable.
    pub async fn save(&self, read: &Chat, dialogue: &Dialogue, now: Timestamp) -> Result<(), StoreError> {
        let item = DialogueItem::of(read.id, dialogue, following(read.dialogue_version), now);
        self.table.put(&item, expected(read.dialogue_version)).await
    }

    /// Writes what is being asked now, and with it a new task; if nothing of what was read has changed, the
    /// person's link included.
    ///
    /// # Errors
    /// `Conflict` when another update came first; otherwise when the store is unavailable.
    pub async fn submit(
        &self,
        read: &Chat,
        dialogue: &Dialogue,
        task: &SupportTask,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let item = DialogueItem::of(read.id, dialogue, following(read.dialogue_version), cause.now);
        let person = Key { pk: partition(read.id), sk: person_item::SORT_KEY };
        let changes = vec![
            Change::Put(write(&item)?, expected(read.dialogue_version)),
            Change::Put(new_task(task, cause)?, Expected::Absent),
            Change::Check(person, expected(read.person_version)),
        ];
        self.table.commit(changes).await
    }
}

fn sort_key_of(item: &Item) -> Option<&str> {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map(String::as_str)
}

/// The version of an item, also of one that cannot be read otherwise.
fn version_of(item: &Item) -> Option<u64> {
    item.get("version")?.as_n().ok()?.parse().ok()
}

/// What must hold of an item that was read with this version.
fn expected(version: Option<u64>) -> Expected {
    version.map_or(Expected::Absent, Expected::Version)
}

/// The version after the one that was read.
fn following(version: Option<u64>) -> u64 {
    version.unwrap_or_default().saturating_add(1)
}
