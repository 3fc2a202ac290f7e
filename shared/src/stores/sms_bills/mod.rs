//! SMS bills: one item each, made by the transaction that closes its period in the user's account.

mod item;
pub mod listing;

use jiff::Timestamp;

use self::item::{BillItem, DUE, number_of};
use super::due::{Due, due};
use super::invoices::Cause;
use super::place::Place;
use super::sms_accounts::{HeldAccount, SmsAccounts};
use super::table::{Change, Expected, Item, StoreError, Table, write};
use crate::domain::sms::bill::{SmsBill, Standing};
use crate::domain::sms::bill_number::BillNumber;
use crate::domain::sms::settings::Terms;

/// How often a change is decided anew when others change the bill at the same time.
const MAX_CONFLICTS: usize = 3;

/// The bills.
#[derive(Debug, Clone)]
pub struct SmsBills {
    table: Table,
}

/// A change that was decided, and committed where there was something to commit.
#[derive(Debug)]
pub struct ChangedBill<T> {
    /// What was decided.
    pub outcome: T,
    /// The bill after the change.
    pub bill: SmsBill,
}

/// The item of a bill that was just made, for the transaction that makes it.
pub(super) fn new_bill(bill: &SmsBill, cause: &Cause) -> Result<Item, StoreError> {
    write(&BillItem::of(bill, 1, cause))
}

impl SmsBills {
    /// The bills in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The bill of that number.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, number: &BillNumber) -> Result<Option<SmsBill>, StoreError> {
        let item: Option<BillItem> = self.table.get(&item::key(number)).await?;
        item.map(BillItem::bill).transpose()
    }

    /// Loads a bill, decides, and commits what was changed; decides anew when others came first. None when there is
    /// no such bill. Nothing is written when nothing was changed. A bill that was approved, or cancelled before, is
    /// written together with its user's account, which counts those that wait.
    ///
    /// # Errors
    /// When the store is unavailable, an item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        number: &BillNumber,
        terms: &Terms,
        cause: &Cause,
        decide: impl Fn(&mut SmsBill) -> T,
    ) -> Result<Option<ChangedBill<T>>, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let Some(item) = self.table.get::<BillItem>(&item::key(number)).await? else { return Ok(None) };
            let version = item.version;
            let before = item.bill()?;
            let mut bill = before.clone();
            let outcome = decide(&mut bill);
            if bill == before {
                return Ok(Some(ChangedBill { outcome, bill }));
            }
            match self.put(&before, &bill, version, terms, cause).await {
                Ok(()) => {
                    bill.outbox.clear();
                    return Ok(Some(ChangedBill { outcome, bill }));
                }
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    async fn put(
        &self,
        before: &SmsBill,
        bill: &SmsBill,
        version: u64,
        terms: &Terms,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let item = BillItem::of(bill, version.saturating_add(1), cause);
        let is_approved =
            before.standing == Standing::AwaitingApproval && bill.standing != Standing::AwaitingApproval;
        if !is_approved {
            return self.table.put(&item, Expected::Version(version)).await;
        }
        let accounts = SmsAccounts::new(self.table.clone());
        let HeldAccount { mut account, version: of_account } = accounts.get(&bill.user).await?;
        account.awaiting_approval = account.awaiting_approval.saturating_sub(1);
        let account = accounts.written(&account, of_account, terms, cause)?;
        self.table.commit(vec![account, Change::Put(write(&item)?, Expected::Version(version))]).await
    }

    /// The next `limit` bills after `after` that somebody has to look at by `now`, the longest due first.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn due(
        &self,
        now: Timestamp,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<Due<BillNumber>, StoreError> {
        let number = |pk: &str| number_of(pk)?.parse().ok();
        due(&self.table, DUE.to_owned(), now, after, limit, number).await
    }
}
