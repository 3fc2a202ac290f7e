//! The pace of calls to a party, held by every instance of every function together: one item.
//!
//! In the usual case a turn costs one write: an instance remembers what it wrote last, and reads only when
//! somebody else wrote meanwhile.

use std::sync::{PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::table::{Expected, Key, StoreError, Table};
use crate::domain::pace::{Pace, Turn};

const SORT_KEY: &str = "PACE";
/// How often a turn is asked for when others ask at the same time.
const MAX_CONFLICTS: usize = 12;

/// The pace of one party.
#[derive(Debug)]
pub struct SharedPace {
    table: Table,
    party: &'static str,
    gap: SignedDuration,
    /// As this instance last wrote it, and its version.
    known: RwLock<Option<(Pace, u64)>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PaceItem {
    pk: String,
    sk: String,
    version: u64,
    free_at: Timestamp,
}

impl SharedPace {
    /// The pace of `party`, kept in `table`: one call in every `gap`.
    pub fn new(table: Table, party: &'static str, gap: SignedDuration) -> Self {
        Self { table, party, gap, known: RwLock::new(None) }
    }

    /// The next turn, for who can use one until `latest`.
    ///
    /// # Errors
    /// When the store is unavailable, or too many ask at once.
    pub async fn take(&self, now: Timestamp, latest: Timestamp) -> Result<Turn, StoreError> {
        self.change(|pace| pace.take(now, self.gap, latest)).await
    }

    /// Nobody calls for so long from now, within bounds.
    ///
    /// # Errors
    /// When the store is unavailable, or too many ask at once.
    pub async fn rest(&self, now: Timestamp, rest: SignedDuration) -> Result<(), StoreError> {
        self.change(|pace| pace.rest(now, rest)).await
    }

    async fn change<T>(&self, change: impl Fn(&mut Pace) -> T) -> Result<T, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let known = *self.known.read().unwrap_or_else(PoisonError::into_inner);
            let (mut pace, version) = match known {
                Some(known) => known,
                None => self.read().await?,
            };
            let before = pace;
            let outcome = change(&mut pace);
            if pace == before {
                // Known to this instance only: somebody else may have a nearer turn by now.
                self.remember(None);
                return Ok(outcome);
            }
            let item = PaceItem {
                pk: self.key().pk,
                sk: SORT_KEY.to_owned(),
                version: version.saturating_add(1),
                free_at: pace.free_at,
            };
            let expected = if version == 0 { Expected::Absent } else { Expected::Version(version) };
            let written = self.table.put(&item, expected).await;
            self.remember(written.is_ok().then_some((pace, item.version)));
            match written {
                Ok(()) => return Ok(outcome),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    async fn read(&self) -> Result<(Pace, u64), StoreError> {
        let item: Option<PaceItem> = self.table.get(&self.key()).await?;
        Ok(item.map_or((Pace::UNUSED, 0), |item| (Pace { free_at: item.free_at }, item.version)))
    }

    fn remember(&self, pace: Option<(Pace, u64)>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    fn key(&self) -> Key {
        Key { pk: format!("{SORT_KEY}#{}", self.party), sk: SORT_KEY }
    }
}
