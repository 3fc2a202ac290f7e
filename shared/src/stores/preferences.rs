//! How persons want to be told.

use std::collections::BTreeMap;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::table::{Expected, Key, StoreError, Table};
use crate::domain::identifier::UserId;
use crate::domain::notification::Channel;
use crate::domain::notification::preferences::Preferences;
use crate::domain::notification::quiet_hours::QuietHours;

const SORT_KEY: &str = "PREFERENCES";
/// How often a change is tried when the same person changes them elsewhere at the same time.
const MAX_CONFLICTS: usize = 3;

/// The preferences of all persons.
#[derive(Debug, Clone)]
pub struct PreferenceBook {
    table: Table,
}

#[derive(Debug, Serialize, Deserialize)]
struct PreferencesItem {
    pk: String,
    sk: String,
    version: u64,
    channels: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quiet_hours: Option<StoredQuietHours>,
    /// IANA name.
    time_zone: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredQuietHours {
    from: Time,
    until: Time,
}

fn key(user: &UserId) -> Key {
    Key { pk: format!("{SORT_KEY}#{user}"), sk: SORT_KEY }
}

impl PreferenceBook {
    /// The preferences in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What a person chose; none when nothing.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, user: &UserId) -> Result<Option<Preferences>, StoreError> {
        self.table.get::<PreferencesItem>(&key(user)).await?.map(PreferencesItem::preferences).transpose()
    }

    /// Keeps what a person chose, in place of what was chosen before.
    ///
    /// # Errors
    /// When the store is unavailable, or others came first too often.
    pub async fn put(&self, user: &UserId, preferences: &Preferences) -> Result<(), StoreError> {
        let key = key(user);
        for _ in 0..MAX_CONFLICTS {
            let known: Option<PreferencesItem> = self.table.get(&key).await?;
            let (version, expected) = match known {
                Some(known) => (known.version.saturating_add(1), Expected::Version(known.version)),
                None => (1, Expected::Absent),
            };
            match self.table.put(&PreferencesItem::of(&key, version, preferences)?, expected).await {
                Err(StoreError::Conflict) => {}
                done => return done,
            }
        }
        Err(StoreError::Conflict)
    }
}

impl PreferencesItem {
    fn of(key: &Key, version: u64, preferences: &Preferences) -> Result<Self, StoreError> {
        let names =
            |channels: &Vec<Channel>| channels.iter().map(|channel| channel.as_str().to_owned()).collect();
        Ok(Self {
            pk: key.pk.clone(),
            sk: key.sk.to_owned(),
            version,
            channels: preferences
                .channels
                .iter()
                .map(|(event, channels)| (event.clone(), names(channels)))
                .collect(),
            quiet_hours: preferences
                .quiet_hours
                .map(|hours| StoredQuietHours { from: hours.from(), until: hours.until() }),
            time_zone: preferences.time_zone.name().to_owned(),
        })
    }

    fn preferences(self) -> Result<Preferences, StoreError> {
        let corrupt = |reason: &str| StoreError::Corrupt { key: self.pk.clone(), reason: reason.to_owned() };
        let channels =
            |names: Vec<String>| names.iter().map(|name| name.parse()).collect::<Result<Vec<_>, _>>();
        let chosen = self.channels.into_iter().map(|(event, names)| Ok((event, channels(names)?)));
        let quiet = self.quiet_hours.map(|hours| QuietHours::new(hours.from, hours.until)).transpose();
        Ok(Preferences {
            channels: chosen
                .collect::<Result<_, crate::domain::notification::ChannelError>>()
                .map_err(|_| corrupt("an unknown channel"))?,
            quiet_hours: quiet.map_err(|_| corrupt("quiet hours of no length"))?,
            time_zone: self.time_zone.parse().map_err(|_| corrupt("an unknown time zone"))?,
        })
    }
}
