//! How a function that calls a party last fared: one row for each of its queues, for whoever asks about its health.
//!
//! No aggregate: each row is written whole by whoever was at work last.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Key, StoreError, Table};

const SORT_KEY: &str = "PULSE";

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
        }))
    }

    /// Keeps how the last batch of `queue` fared.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn keep(&self, queue: &str, pulse: &Pulse) -> Result<(), StoreError> {
        let Key { pk, sk } = key(queue);
        let Pulse { at, oldest_waited_ms, calls, failed_calls, call_ms } = *pulse;
        let row = PulseRow { pk, sk: sk.to_owned(), at, oldest_waited_ms, calls, failed_calls, call_ms };
        self.table.put_row(&row).await
    }
}

fn key(queue: &str) -> Key {
    Key { pk: format!("{SORT_KEY}#{queue}"), sk: SORT_KEY }
}
