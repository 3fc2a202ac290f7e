//! Bonuses: one item each, under the id of the receipt that earned it, so that there is never a second one.
//!
//! What a change was told by others, or asks of them, is written with it; so is, once, whose a bill at Portmone is, and
//! that a bonus counts among a day's payouts.

pub mod counts;
mod item;
pub mod listing;
mod standing;

use jiff::Timestamp;

use self::counts::PayoutCounts;
use self::item::{BonusItem, DUE, receipt_of};
use super::commit_mark::commit_mark;
use super::due::{Due, due};
use super::invoices::Cause;
use super::place::Place;
use super::portmone_bills::PortmoneBills;
use super::portmone_exchanges::ExchangeItem;
use super::table::{Change, Expected, StoreError, Table, write};
use crate::domain::bonus::{Bonus, BonusEvent};
use crate::domain::identifier::ReceiptId;
use crate::retry::{Retry, Verdict};

/// How often a change is decided anew when others change the bonus at the same time, or no answer came.
const MAX_TRIES: usize = 3;

/// The bonuses.
#[derive(Debug, Clone)]
pub struct Bonuses {
    table: Table,
}

/// A change that was decided, and committed where there was something to commit.
#[derive(Debug)]
pub struct ChangedBonus<T> {
    /// What was decided.
    pub outcome: T,
    /// The bonus after the change.
    pub bonus: Bonus,
    /// What happened to it by the change.
    pub events: Vec<BonusEvent>,
}

/// Whether a receipt got its bonus now or had it before.
#[derive(Debug)]
pub enum Inserted {
    /// It is there now.
    New(Bonus),
    /// It was there.
    Old(Bonus),
}

impl Bonuses {
    /// The bonuses in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The bonus of a receipt.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, receipt: &ReceiptId) -> Result<Option<Bonus>, StoreError> {
        let item: Option<BonusItem> = self.table.get(&item::key(receipt)).await?;
        item.map(BonusItem::bonus).transpose()
    }

    /// Puts a new bonus there, unless its receipt has one.
    ///
    /// # Errors
    /// When the store is unavailable or the item that is there is corrupt.
    pub async fn insert(&self, mut bonus: Bonus, cause: &Cause) -> Result<Inserted, StoreError> {
        let item = BonusItem::of(&bonus, 1, &commit_mark(), cause);
        match self.table.put(&item, Expected::Absent).await {
            Ok(()) => {
                bonus.outbox.clear();
                Ok(Inserted::New(bonus))
            }
            Err(StoreError::Conflict) => {
                // A lost answer to our own put ends here, too: the bonus is there, and is gone on with as it stands.
                self.get(&bonus.receipt).await?.map(Inserted::Old).ok_or(StoreError::Conflict)
            }
            Err(other) => Err(other),
        }
    }

    /// Loads a bonus, decides, and commits what was changed; decides anew when others came first. None when there is
    /// none. Nothing is written when nothing was changed. `counts` are needed for a change that counts the bonus among
    /// a day's payouts.
    ///
    /// # Errors
    /// When the store is unavailable, an item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        receipt: &ReceiptId,
        counts: Option<&PayoutCounts>,
        cause: &Cause,
        decide: impl Fn(&mut Bonus) -> T,
    ) -> Result<Option<ChangedBonus<T>>, StoreError> {
        let mark = commit_mark();
        let (mut decided, mut failure, mut tries) = (None, StoreError::Conflict, 0..MAX_TRIES);
        // One look more than there are tries: the answer to the last one may be lost, too.
        for _ in 0..=MAX_TRIES {
            let item = match self.table.get::<BonusItem>(&item::key(receipt)).await {
                Ok(Some(item)) => item,
                Ok(None) => return Ok(None),
                // What was committed may have been taken, and nobody but who has its mark can tell.
                Err(error) if decided.is_some() && error.retry() != Retry::Never => {
                    failure = error;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if item.is_marked(&mark) {
                // Only the answer to the commit was lost. Nobody can ask about a payment, so it has to be known here.
                return Ok(decided);
            }
            if tries.next().is_none() {
                break;
            }
            let version = item.version;
            let before = item.bonus()?;
            let mut bonus = before.clone();
            let outcome = decide(&mut bonus);
            if bonus == before {
                return Ok(Some(ChangedBonus { outcome, bonus, events: Vec::new() }));
            }
            let changes = self.changes(&before, &bonus, version, &mark, counts, cause).await?;
            let events = std::mem::take(&mut bonus.outbox);
            bonus.evidence.clear();
            decided = Some(ChangedBonus { outcome, bonus, events });
            match self.table.commit(changes).await {
                Ok(()) => return Ok(decided),
                Err(error) if error.retry() == Retry::Never => return Err(error),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// All that is written with a change.
    async fn changes(
        &self,
        before: &Bonus,
        bonus: &Bonus,
        version: u64,
        mark: &str,
        counts: Option<&PayoutCounts>,
        cause: &Cause,
    ) -> Result<Vec<Change>, StoreError> {
        let item = BonusItem::of(bonus, version.saturating_add(1), mark, cause);
        let mut changes = vec![Change::Put(write(&item)?, Expected::Version(version))];
        if before.bill.is_none()
            && let Some(bill) = &bonus.bill
        {
            changes.push(PortmoneBills::new(self.table.clone()).claim(bill, &bonus.receipt).await?);
        }
        if before.counted_on != bonus.counted_on {
            let counts =
                counts.ok_or_else(|| StoreError::Refused("a payout that was not counted".to_owned()))?;
            changes.extend(counts.one_more()?);
        }
        for exchange in &bonus.evidence {
            let (item, expected) = ExchangeItem::of(bonus, exchange);
            changes.push(Change::Put(write(&item)?, expected));
        }
        Ok(changes)
    }

    /// The next `limit` bonuses after `after` that somebody has to look at by `now`, the longest due first.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn due(
        &self,
        now: Timestamp,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<Due<ReceiptId>, StoreError> {
        let receipt = |pk: &str| receipt_of(pk)?.parse().ok();
        due(&self.table, DUE.to_owned(), now, after, limit, receipt).await
    }
}
