//! What was set for everybody about SMS billing: one item.

use serde::{Deserialize, Serialize};

use super::stored_overrides::StoredOverrides;
use super::table::{Expected, Key, StoreError, Table};
use crate::domain::sms::settings::Overrides;

const KEY: &str = "SMS_SETTINGS";
/// How often a change is decided anew when others change the same settings.
const MAX_CONFLICTS: usize = 3;

/// The settings.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    table: Table,
}

#[derive(Debug, Serialize, Deserialize)]
struct SettingsItem {
    pk: String,
    sk: String,
    version: u64,
    overrides: StoredOverrides,
}

fn key() -> Key {
    Key { pk: KEY.to_owned(), sk: KEY }
}

impl SmsSettings {
    /// The settings in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What was set for everybody; none when nobody set anything yet.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn global(&self) -> Result<Option<Overrides>, StoreError> {
        let item: Option<SettingsItem> = self.table.get(&key()).await?;
        let corrupt = |reason| StoreError::Corrupt { key: KEY.to_owned(), reason };
        item.map(|item| item.overrides.overrides().map_err(corrupt)).transpose()
    }

    /// Sets what counts for everybody.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn set_global(&self, overrides: &Overrides) -> Result<(), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let version = self.table.get::<SettingsItem>(&key()).await?.map_or(0, |item| item.version);
            let expected = if version == 0 { Expected::Absent } else { Expected::Version(version) };
            let Key { pk, sk } = key();
            let overrides = StoredOverrides::of(overrides);
            let item = SettingsItem { pk, sk: sk.to_owned(), version: version.saturating_add(1), overrides };
            match self.table.put(&item, expected).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }
}
