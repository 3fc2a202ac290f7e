//! How a dialogue is stored.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::stored_wizard::StoredWizard;
use crate::domain::dialogue::{ChatId, Dialogue, Ended, Ending, OpenWizard, SeenUpdate};
use crate::stores::stored_draft::parsed;
use crate::stores::table::StoreError;

/// Sort key of a chat's dialogue.
pub const SORT_KEY: &str = "DIALOGUE";
/// How long a dialogue is kept after its last update: longer than any update can be late.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The item.
#[derive(Debug, Serialize, Deserialize)]
pub struct DialogueItem {
    pk: String,
    sk: String,
    /// Counts its changes, from 1.
    pub version: u64,
    /// Seconds since 1970, for the table's TTL.
    ttl: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<StoredUpdate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<StoredOpen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<StoredEnd>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredUpdate {
    id: i64,
    at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredOpen {
    id: String,
    user: String,
    expires_at: Timestamp,
    edition: u32,
    wizard: StoredWizard,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredEnd {
    id: String,
    ending: StoredEnding,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StoredEnding {
    Submitted,
    Cancelled,
    Expired,
}

/// Partition key of a chat's items.
pub fn partition(chat: ChatId) -> String {
    format!("CHAT#{}", chat.0)
}

impl DialogueItem {
    /// The item of a dialogue that is written as `version`.
    pub fn of(chat: ChatId, dialogue: &Dialogue, version: u64, now: Timestamp) -> Self {
        let open = |open: &OpenWizard| StoredOpen {
            id: open.id.as_str().to_owned(),
            user: open.user.to_string(),
            expires_at: open.expires_at,
            edition: open.edition,
            wizard: StoredWizard::of(&open.wizard),
        };
        let ended = |ended: &Ended| StoredEnd {
            id: ended.id.as_str().to_owned(),
            ending: match ended.ending {
                Ending::Submitted => StoredEnding::Submitted,
                Ending::Cancelled => StoredEnding::Cancelled,
                Ending::Expired => StoredEnding::Expired,
            },
        };
        Self {
            pk: partition(chat),
            sk: SORT_KEY.to_owned(),
            version,
            ttl: now.as_second().saturating_add(KEPT.as_secs()),
            last: dialogue.last.map(|last| StoredUpdate { id: last.id, at: last.at }),
            open: dialogue.open.as_ref().map(open),
            ended: dialogue.ended.as_ref().map(ended),
        }
    }

    /// The dialogue.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn dialogue(self) -> Result<Dialogue, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<Dialogue, String> {
        let open = |open: StoredOpen| {
            Ok::<_, String>(OpenWizard {
                id: parsed("id", &open.id)?,
                user: parsed("user", &open.user)?,
                expires_at: open.expires_at,
                edition: open.edition,
                wizard: open.wizard.wizard()?,
            })
        };
        let ended = |ended: StoredEnd| {
            let ending = match ended.ending {
                StoredEnding::Submitted => Ending::Submitted,
                StoredEnding::Cancelled => Ending::Cancelled,
                StoredEnding::Expired => Ending::Expired,
            };
            Ok::<_, String>(Ended { id: parsed("id", &ended.id)?, ending })
        };
        Ok(Dialogue {
            last: self.last.map(|last| SeenUpdate { id: last.id, at: last.at }),
            open: self.open.map(open).transpose()?,
            ended: self.ended.map(ended).transpose()?,
        })
    }
}
