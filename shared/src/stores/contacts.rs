//! Addresses and chats that do not work, so that nothing is sent to them again.
//!
//! An email address is kept as its hash only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::table::{Expected, Key, StoreError, Table};

const SORT_KEY: &str = "CONTACT";
/// How often a change is tried when others change the same contact.
const MAX_CONFLICTS: usize = 3;

/// What is known of addresses and chats.
#[derive(Debug, Clone)]
pub struct Contacts {
    table: Table,
}

/// Where somebody can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact<'a> {
    /// An email address.
    Email(&'a str),
    /// A Telegram chat.
    TelegramChat(i64),
}

/// What is known of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactStanding {
    /// Nothing speaks against it.
    Works,
    /// Nothing sent to it arrives, or nothing more is wanted.
    Dead {
        /// Since when that is known.
        since: Timestamp,
        /// Who said so, in words.
        reason: String,
    },
    /// A chat that has another id now.
    Moved {
        /// Since when that is known.
        since: Timestamp,
        /// The other id.
        to: i64,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct ContactItem {
    pk: String,
    sk: String,
    version: u64,
    /// `WORKS`, `DEAD` or `MOVED`.
    standing: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// Of a dead one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Of one that moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

impl ContactItem {
    fn of(key: Key, standing: &ContactStanding, version: u64) -> Self {
        let (name, since, reason, to) = match standing {
            ContactStanding::Works => ("WORKS", None, None, None),
            ContactStanding::Dead { since, reason } => ("DEAD", Some(*since), Some(reason.clone()), None),
            ContactStanding::Moved { since, to } => ("MOVED", Some(*since), None, Some(*to)),
        };
        let (pk, sk, standing) = (key.pk, key.sk.to_owned(), name.to_owned());
        Self { pk, sk, version, standing, since, reason, to }
    }

    fn standing(&self) -> Result<ContactStanding, StoreError> {
        Ok(match (self.standing.as_str(), self.since, &self.reason, self.to) {
            ("WORKS", _, _, _) => ContactStanding::Works,
            ("DEAD", Some(since), Some(reason), _) => ContactStanding::Dead { since, reason: reason.clone() },
            ("MOVED", Some(since), _, Some(to)) => ContactStanding::Moved { since, to },
            _ => {
                let reason = format!("{} is no whole standing", self.standing);
                return Err(StoreError::Corrupt { key: self.pk.clone(), reason });
            }
        })
    }
}

fn key(contact: Contact<'_>) -> Key {
    let name = match contact {
        Contact::Email(address) => {
            let digest = Sha256::digest(address.trim().to_lowercase().as_bytes());
            format!("EMAIL#{}", hex::encode(digest))
        }
        Contact::TelegramChat(id) => format!("TELEGRAM#{id}"),
    };
    Key { pk: format!("{SORT_KEY}#{name}"), sk: SORT_KEY }
}

impl ContactStanding {
    /// Whether the other adds nothing to this one: when and why it was first known stays.
    fn says_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Works, Self::Works) | (Self::Dead { .. }, Self::Dead { .. }) => true,
            (Self::Moved { to: known, .. }, Self::Moved { to, .. }) => known == to,
            (Self::Works | Self::Dead { .. } | Self::Moved { .. }, _) => false,
        }
    }
}

impl Contacts {
    /// The contacts in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What is known of a contact.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn standing(&self, contact: Contact<'_>) -> Result<ContactStanding, StoreError> {
        let item: Option<ContactItem> = self.table.get(&key(contact)).await?;
        item.map_or(Ok(ContactStanding::Works), |item| item.standing())
    }

    /// Keeps what was learnt about a contact.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn learn(&self, contact: Contact<'_>, standing: &ContactStanding) -> Result<(), StoreError> {
        let key = key(contact);
        for _ in 0..MAX_CONFLICTS {
            let known: Option<ContactItem> = self.table.get(&key).await?;
            let (version, expected) = match known {
                Some(known) if known.standing()?.says_the_same_as(standing) => return Ok(()),
                // As it is with every contact that nothing is known of.
                None if *standing == ContactStanding::Works => return Ok(()),
                Some(known) => (known.version.saturating_add(1), Expected::Version(known.version)),
                None => (1, Expected::Absent),
            };
            let item = ContactItem::of(key.clone(), standing, version);
            match self.table.put(&item, expected).await {
                Err(StoreError::Conflict) => {}
                done => return done,
            }
        }
        Err(StoreError::Conflict)
    }
}
