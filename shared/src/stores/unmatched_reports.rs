//! Authentic payment reports that name no invoice of ours, kept for a person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Expected, Key, Range, StoreError, Table, read};

const NAME: &str = "UNMATCHED";
/// Longest part of a foreign reference that goes into a key, in characters: two of them, of four bytes
/// each, fit into the 1,024 bytes of an index's sort key.
const MAX_KEY_PART: usize = 100;

/// The unmatched reports.
#[derive(Debug, Clone)]
pub struct UnmatchedReports {
    table: Table,
}

/// A report that names no invoice of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmatchedReport {
    /// The provider's reference, as it came.
    pub reference: String,
    /// The reference that should have been ours, as it came.
    pub merchant_ref: String,
    /// What is said to have happened.
    pub status: String,
    /// What is said to have been paid, in rupiah.
    pub amount: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// The report as it came.
    pub raw: String,
}

/// Whether a report is new to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is kept now.
    Kept,
    /// It had been kept before.
    AlreadyKept,
}

#[derive(Debug, Serialize, Deserialize)]
struct UnmatchedItem {
    pk: String,
    sk: String,
    gsi2pk: String,
    gsi2sk: String,
    version: u64,
    #[serde(flatten)]
    report: UnmatchedReport,
}

impl UnmatchedReports {
    /// The reports in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Keeps a report, once.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn keep(&self, report: UnmatchedReport) -> Result<Keeping, StoreError> {
        let part = |text: &str| text.chars().take(MAX_KEY_PART).collect::<String>();
        let (reference, merchant_ref) = (part(&report.reference), part(&report.merchant_ref));
        let key = Key {
            pk: format!("{NAME}#{reference}#{merchant_ref}#{}#{}", report.status, report.amount),
            sk: NAME,
        };
        let item = UnmatchedItem {
            gsi2pk: NAME.to_owned(),
            gsi2sk: format!("{}#{}", report.received_at, key.pk),
            pk: key.pk,
            sk: key.sk.to_owned(),
            version: 1,
            report,
        };
        match self.table.put(&item, Expected::Absent).await {
            Ok(()) => Ok(Keeping::Kept),
            Err(StoreError::Conflict) => Ok(Keeping::AlreadyKept),
            Err(other) => Err(other),
        }
    }

    /// The newest `limit` reports.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn newest(&self, limit: u8) -> Result<Vec<UnmatchedReport>, StoreError> {
        let range = Range {
            index: "gsi2",
            partition: NAME.to_owned(),
            from: " ".to_owned(),
            to: "~".to_owned(),
            ascending: false,
            limit,
        };
        let page = self.table.query(&range).await?;
        page.items.into_iter().map(|item| Ok(read::<UnmatchedItem>(item)?.report)).collect()
    }
}
