//! How far the reconciler got: a sweep over all pending invoices may take several runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::table::{Expected, Key, StoreError, Table};

const NAME: &str = "SWEEP";

/// The sweep's own record.
#[derive(Debug, Clone)]
pub struct Sweeps {
    table: Table,
}

/// One sweep: it asks about what came due after `since`, up to `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// End of the last complete sweep.
    pub since: Timestamp,
    /// When this one began.
    pub until: Timestamp,
    /// Up to where it has looked.
    pub place: Option<Place>,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct SweepItem {
    pk: String,
    sk: String,
    version: u64,
    since: Timestamp,
    /// Set while a sweep is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

fn key() -> Key {
    Key { pk: NAME.to_owned(), sk: NAME }
}

impl Sweeps {
    /// The record in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The sweep to go on with: the one that was cut short, or a new one that begins at `now`.
    ///
    /// # Errors
    /// When the store is unavailable or the record corrupt.
    pub async fn current(&self, now: Timestamp) -> Result<Sweep, StoreError> {
        let fresh = |since, version| Sweep { since, until: now, place: None, version };
        Ok(match self.table.get::<SweepItem>(&key()).await? {
            None => fresh(Timestamp::UNIX_EPOCH, 0),
            Some(item) => match item.until {
                None => fresh(item.since, item.version),
                Some(until) => Sweep {
                    since: item.since,
                    until,
                    place: item.place.map(Place::from_proved),
                    version: item.version,
                },
            },
        })
    }

    /// Stores that the sweep was cut short at its place.
    ///
    /// # Errors
    /// `Conflict` when another run stored its own progress.
    pub async fn pause(&self, sweep: &Sweep) -> Result<(), StoreError> {
        let place = sweep.place.as_ref().map(|place| place.as_str().to_owned());
        self.store(sweep, sweep.since, Some(sweep.until), place).await
    }

    /// Stores that the sweep is complete.
    ///
    /// # Errors
    /// `Conflict` when another run stored its own progress.
    pub async fn complete(&self, sweep: &Sweep) -> Result<(), StoreError> {
        self.store(sweep, sweep.until, None, None).await
    }

    async fn store(
        &self,
        sweep: &Sweep,
        since: Timestamp,
        until: Option<Timestamp>,
        place: Option<String>,
    ) -> Result<(), StoreError> {
        let expected = if sweep.version == 0 { Expected::Absent } else { Expected::Version(sweep.version) };
        let key = key();
        let item = SweepItem {
            pk: key.pk,
            sk: key.sk.to_owned(),
            version: sweep.version.saturating_add(1),
            since,
            until,
            place,
        };
        self.table.put(&item, expected).await
    }
}
