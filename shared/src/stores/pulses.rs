//! How a function that calls a party last fared: one row for each of its queues, for whoever asks about its health.
//!
//! No aggregate: each row is written whole by whoever was at work last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Key, StoreError, Table};

const SORT_KEY: &str = "PULSE";

/// How many jobs of each kind, by the name of the kind. A kind of which there was none is left out.
pub type KindCounts = BTreeMap<String, u64>;

/// How the last batch of a queue fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// When it ended.
    pub at: Timestamp,
    /// How long its oldest message had waited, in milliseconds.
    pub oldest_waited_ms: u64,
    /// Calls that were made.
    pub calls: u64,
    /// Calls that brought no result.
    pub failed_calls: u64,
    /// How long all calls took together, in milliseconds.
    pub call_ms: u64,
    /// Whether the party did not let us in: it did not take our secret, or could not be logged in to.
    pub not_let_in: bool,
    /// Jobs of the batch that were done.
    pub succeeded: KindCounts,
    /// Jobs of the batch that were refused, by the party or by us.
    pub refused: KindCounts,
    /// Jobs of the batch that wait for a person from now on.
    pub needs_review: KindCounts,
    /// Jobs of the batch that could not be read, or were given up.
    pub dead: KindCounts,
}

/// The rows.
#[derive(Debug, Clone)]
pub struct Pulses {
    table: Table,
}

#[derive(Debug, Serialize, Deserialize)]
struct PulseRow {
    pk: String,
    sk: String,
    at: Timestamp,
    oldest_waited_ms: u64,
    calls: u64,
    failed_calls: u64,
    call_ms: u64,
    #[serde(default)]
    not_let_in: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    succeeded: KindCounts,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refused: KindCounts,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    needs_review: KindCounts,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    dead: KindCounts,
}

impl Pulses {
    /// The rows in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// How the last batch of `queue` fared; none when there was none.
    ///
    /// # Errors
    /// When the store is unavailable or the row corrupt.
    pub async fn get(&self, queue: &str) -> Result<Option<Pulse>, StoreError> {
        let row: Option<PulseRow> = self.table.get(&key(queue)).await?;
        Ok(row.map(|row| Pulse {
            at: row.at,
            oldest_waited_ms: row.oldest_waited_ms,
            calls: row.calls,
            failed_calls: row.failed_calls,
            call_ms: row.call_ms,
            not_let_in: row.not_let_in,
            succeeded: row.succeeded,
            refused: row.refused,
            needs_review: row.needs_review,
            dead: row.dead,
        }))
    }

    /// Keeps how the last batch of `queue` fared.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn keep(&self, queue: &str, pulse: &Pulse) -> Result<(), StoreError> {
        let Key { pk, sk } = key(queue);
        let row = PulseRow {
            pk,
            sk: sk.to_owned(),
            at: pulse.at,
            oldest_waited_ms: pulse.oldest_waited_ms,
            calls: pulse.calls,
            failed_calls: pulse.failed_calls,
            call_ms: pulse.call_ms,
            not_let_in: pulse.not_let_in,
            succeeded: pulse.succeeded.clone(),
            refused: pulse.refused.clone(),
            needs_review: pulse.needs_review.clone(),
            dead: pulse.dead.clone(),
        };
        self.table.put_row(&row).await
    }
}

fn key(queue: &str) -> Key {
    Key { pk: format!("{SORT_KEY}#{queue}"), sk: SORT_KEY }
}
