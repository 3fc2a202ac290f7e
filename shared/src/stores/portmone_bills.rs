//! Bills at Portmone: whose each is, and what was reported about it, one item each. A report is kept here whether or
//! not a bonus has the bill yet.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::invoices::Cause;
use super::newest_first::{Course, FIRST, LAST, PAGE, Seen, part};
use super::outbox::{StoredEvent, StoredEventKind};
use super::place::Place;
use super::stored_draft::parsed;
use super::table::{Change, Expected, Key, StoreError, Table, read, write};
use crate::domain::bonus::report::{BillReport, Heard, PortmoneBill, ReportSource, ReportedOutcome};
use crate::domain::identifier::{PortmoneBillId, ReceiptId};
use crate::domain::money::Money;

const SORT_KEY: &str = "PORTMONE_BILL";
/// The list of bills that were reported about and that no bonus has.
const UNMATCHED: &str = "PORTMONE_UNMATCHED";
/// How long a bill that no bonus has is kept after the last report. One of a bonus is kept for ever.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// How often a change is decided anew when others change the bill at the same time.
const MAX_CONFLICTS: usize = 3;

/// The bills.
#[derive(Debug, Clone)]
pub struct PortmoneBills {
    table: Table,
}

#[derive(Debug, Serialize, Deserialize)]
struct BillItem {
    pk: String,
    sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi2pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi2sk: Option<String>,
    version: u64,
    bill: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bonus: Option<String>,
    reports: Vec<StoredReport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredReport {
    outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payee: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
    source: String,
    received_at: Timestamp,
    words: String,
}

impl PortmoneBills {
    /// The bills in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What is known of a bill.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, bill: &PortmoneBillId) -> Result<PortmoneBill, StoreError> {
        Ok(self.held(bill).await?.0)
    }

    async fn held(&self, bill: &PortmoneBillId) -> Result<(PortmoneBill, Expected), StoreError> {
        match self.table.get::<BillItem>(&key(bill)).await? {
            Some(item) => {
                let version = item.version;
                Ok((item.bill()?, Expected::Version(version)))
            }
            None => Ok((PortmoneBill::unknown(bill.clone()), Expected::Absent)),
        }
    }

    /// Keeps a report on its bill, once, with the event that it was reported. One read and one write; one read where
    /// the same is kept already.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn keep(
        &self,
        bill: &PortmoneBillId,
        report: &BillReport,
        cause: &Cause,
    ) -> Result<Heard, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let (mut known, expected) = self.held(bill).await?;
            let heard = known.hear(report.clone());
            if heard != Heard::Kept {
                return Ok(heard);
            }
            match self.table.put(&BillItem::of(&known, expected, Some(cause)), expected).await {
                Ok(()) => return Ok(Heard::Kept),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    /// The change that gives a bill to a bonus, with the reports that came before.
    ///
    /// # Errors
    /// `Conflict` when another bonus has it; otherwise when the store is unavailable or the item corrupt.
    pub(super) async fn claim(&self, bill: &PortmoneBillId, bonus: &ReceiptId) -> Result<Change, StoreError> {
        let (mut known, expected) = self.held(bill).await?;
        if known.bonus.as_ref().is_some_and(|other| other != bonus) {
            return Err(StoreError::Conflict);
        }
        known.bonus = Some(bonus.clone());
        Ok(Change::Put(write(&BillItem::of(&known, expected, None))?, expected))
    }

    /// The next `limit` bills after `after` that were reported about and that no bonus has, the last reported first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn unmatched(
        &self,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<(Vec<PortmoneBill>, Option<Place>), StoreError> {
        let to = after.map_or_else(|| LAST.to_owned(), |place| place.as_str().to_owned());
        let partitions = vec![UNMATCHED.to_owned()];
        let course = Course { index: "gsi2", partitions, from: FIRST.to_owned(), to, page: PAGE, limit };
        let look = |item| {
            let bill = read::<BillItem>(item)?.bill()?;
            let position = position(&bill).unwrap_or_default();
            Ok(Seen { position, wanted: Some(bill).filter(|bill| bill.bonus.is_none()) })
        };
        part(&self.table, course, look).await
    }
}

fn key(bill: &PortmoneBillId) -> Key {
    Key { pk: format!("{SORT_KEY}#{bill}"), sk: SORT_KEY }
}

/// A bill's place in the list of those that no bonus has.
fn position(bill: &PortmoneBill) -> Option<String> {
    bill.reports.last().map(|last| format!("{:.3}#{}", last.received_at, bill.id))
}

impl BillItem {
    /// The item as it is to be written in place of what is `expected`; with the event, where it was reported.
    fn of(bill: &PortmoneBill, expected: Expected, reported: Option<&Cause>) -> Self {
        let version = match expected {
            Expected::Absent => 1,
            Expected::Version(version) => version.saturating_add(1),
        };
        let Key { pk, sk } = key(&bill.id);
        let unmatched = if bill.bonus.is_none() { position(bill) } else { None };
        let last = bill.reports.last().map(|last| last.received_at);
        let end = last.filter(|_| bill.bonus.is_none()).and_then(|last| last.checked_add(KEPT).ok());
        let event = |cause: &Cause| StoredEvent {
            id: format!("{}.{version}.0", bill.id),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::PortmoneBillReported { bill: bill.id.to_string() },
        };
        Self {
            pk,
            sk: sk.to_owned(),
            gsi2pk: unmatched.as_ref().map(|_| UNMATCHED.to_owned()),
            gsi2sk: unmatched,
            version,
            bill: bill.id.to_string(),
            bonus: bill.bonus.as_ref().map(ToString::to_string),
            reports: bill.reports.iter().map(StoredReport::of).collect(),
            ttl: end.map(Timestamp::as_second),
            outbox_size: reported.map(|_| 1),
            outbox: reported.map(event).into_iter().collect(),
        }
    }

    fn bill(self) -> Result<PortmoneBill, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<PortmoneBill, String> {
        Ok(PortmoneBill {
            id: parsed("bill", &self.bill)?,
            bonus: self.bonus.map(|bonus| parsed("bonus", &bonus)).transpose()?,
            reports: self.reports.into_iter().map(StoredReport::report).collect::<Result<_, _>>()?,
        })
    }
}

const PAID: &str = "paid";
const FAILED: &str = "failed";
const REFUNDED: &str = "refunded";

impl StoredReport {
    fn of(report: &BillReport) -> Self {
        let (code, reason) = match &report.outcome {
            ReportedOutcome::Failed { code, reason } => (Some(code.clone()), Some(reason.clone())),
            ReportedOutcome::Paid | ReportedOutcome::Refunded => (None, None),
        };
        Self {
            outcome: report.outcome.as_str().to_owned(),
            code,
            reason,
            amount_minor: report.amount.map(Money::minor),
            currency: report.amount.map(|amount| amount.currency().code().to_owned()),
            payee: report.payee.as_ref().map(ToString::to_string),
            recipient: report.recipient.clone(),
            source: report.source.as_str().to_owned(),
            received_at: report.received_at,
            words: report.words.clone(),
        }
    }

    fn report(self) -> Result<BillReport, String> {
        let outcome = match self.outcome.as_str() {
            PAID => ReportedOutcome::Paid,
            FAILED => ReportedOutcome::Failed {
                code: self.code.ok_or("a failure without its code")?,
                reason: self.reason.ok_or("a failure without its reason")?,
            },
            REFUNDED => ReportedOutcome::Refunded,
            other => return Err(format!("nothing is reported as {other:?}")),
        };
        let amount = match (self.amount_minor, self.currency) {
            (Some(minor), Some(currency)) => Some(Money::new(minor, parsed("currency", &currency)?)),
            (None, None) => None,
            _ => return Err("half an amount".to_owned()),
        };
        let source = ReportSource::ALL.into_iter().find(|source| source.as_str() == self.source);
        Ok(BillReport {
            outcome,
            amount,
            payee: self.payee.map(|payee| parsed("payee", &payee)).transpose()?,
            recipient: self.recipient,
            source: source.ok_or("reported by nobody")?,
            received_at: self.received_at,
            words: self.words,
        })
    }
}
