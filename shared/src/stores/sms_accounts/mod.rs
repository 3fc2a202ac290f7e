//! SMS accounts: one item for each user, and a marker for each usage event that counted.

mod item;
mod marker;

use std::collections::HashMap;

use futures::future::try_join_all;
use jiff::Timestamp;

use self::item::{AccountItem, due_partition, user_of};
use self::marker::MarkerItem;
use super::due::{Due, due};
use super::invoices::Cause;
use super::place::Place;
use super::sms_bills::new_bill;
use super::table::{Change, Expected, StoreError, Table, write};
use crate::domain::identifier::UserId;
use crate::domain::sms::account::SmsAccount;
use crate::domain::sms::bill::{SmsBill, Standing};
use crate::domain::sms::rhythm::Schedule;
use crate::domain::sms::settings::Terms;
use crate::domain::sms::usage::{UsageError, UsageEvent, UsageId};

/// Most events in one transaction: DynamoDB takes a hundred changes, and one is the account.
const MAX_EVENTS: usize = 99;
/// How often a change is decided anew when others change the account at the same time.
const MAX_CONFLICTS: usize = 3;

/// The accounts.
#[derive(Debug, Clone)]
pub struct SmsAccounts {
    table: Table,
}

/// An account, and the version of it that was read.
#[derive(Debug, Clone)]
pub struct HeldAccount {
    /// The account; one of somebody who used nothing yet, where there is none.
    pub account: SmsAccount,
    /// Its version; 0 when it was never written.
    pub version: u64,
}

/// What became of usage that was to be counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Events that count now.
    pub counted: Vec<UsageId>,
    /// Events that counted before.
    pub repeated: Vec<UsageId>,
    /// Events of other content than was counted under their id: they do not count.
    pub conflicting: Vec<UsageId>,
}

/// Why usage was not counted.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be: all of it was refused.
    #[error(transparent)]
    Refused(#[from] UsageError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SmsAccounts {
    /// The accounts in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The account of a user.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, user: &UserId) -> Result<HeldAccount, StoreError> {
        match self.table.get::<AccountItem>(&item::key(user)).await? {
            Some(item) => Ok(HeldAccount { version: item.version, account: item.account()? }),
            None => Ok(HeldAccount { account: SmsAccount::new(user.clone()), version: 0 }),
        }
    }

    /// Counts usage, each event once: those that counted before do not count again.
    ///
    /// # Errors
    /// When the store is unavailable or the account corrupt; when the usage cannot be added, then nothing of the
    /// part that it is in counts. Events that were counted before the error stay counted.
    pub async fn record(
        &self,
        user: &UserId,
        events: &[UsageEvent],
        terms: &Terms,
        cause: &Cause,
    ) -> Result<Recorded, RecordingError> {
        let mut recorded = Recorded::default();
        let mut first: HashMap<&str, &UsageEvent> = HashMap::new();
        let mut distinct = Vec::new();
        for event in events {
            match first.get(event.id.as_str()) {
                None => {
                    first.insert(event.id.as_str(), event);
                    distinct.push(event.clone());
                }
                Some(before) if before.sent == event.sent => recorded.repeated.push(event.id.clone()),
                Some(_) => recorded.conflicting.push(event.id.clone()),
            }
        }
        for part in distinct.chunks(MAX_EVENTS) {
            self.record_part(user, part.to_vec(), terms, cause, &mut recorded).await?;
        }
        Ok(recorded)
    }

    async fn record_part(
        &self,
        user: &UserId,
        mut events: Vec<UsageEvent>,
        terms: &Terms,
        cause: &Cause,
        recorded: &mut Recorded,
    ) -> Result<(), RecordingError> {
        for _ in 0..MAX_CONFLICTS {
            if events.is_empty() {
                return Ok(());
            }
            let HeldAccount { mut account, version } = self.get(user).await?;
            account.record(&events, &terms.of(&account.overrides), cause.now)?;
            let mut changes = vec![self.written(&account, version, terms, cause)?];
            for event in &events {
                let marker = MarkerItem::of(user, event, cause.now);
                changes.push(Change::Put(write(&marker)?, Expected::Absent));
            }
            match self.table.commit(changes).await {
                Ok(()) => {
                    recorded.counted.extend(events.into_iter().map(|event| event.id));
                    return Ok(());
                }
                // Somebody wrote the account, or some of these counted before: a look says which.
                Err(StoreError::Conflict) => events = self.leave_out_marked(user, events, recorded).await?,
                Err(other) => return Err(other.into()),
            }
        }
        if events.is_empty() { Ok(()) } else { Err(StoreError::Conflict.into()) }
    }

    /// Which of these events counted before, whatever they said.
    ///
    /// # Errors
    /// When the store is unavailable or a marker corrupt.
    pub async fn counted(&self, user: &UserId, ids: &[UsageId]) -> Result<Vec<bool>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| marker::key(user, id)).collect();
        let markers = try_join_all(keys.iter().map(|key| self.table.get::<MarkerItem>(key))).await?;
        Ok(markers.iter().map(Option::is_some).collect())
    }

    async fn leave_out_marked(
        &self,
        user: &UserId,
        events: Vec<UsageEvent>,
        recorded: &mut Recorded,
    ) -> Result<Vec<UsageEvent>, StoreError> {
        let keys: Vec<_> = events.iter().map(|event| marker::key(user, &event.id)).collect();
        let markers = try_join_all(keys.iter().map(|key| self.table.get::<MarkerItem>(key))).await?;
        let mut unmarked = Vec::new();
        for (event, marker) in events.into_iter().zip(markers) {
            match marker {
                None => unmarked.push(event),
                Some(marker) if marker.is_of(&event) => recorded.repeated.push(event.id),
                Some(_) => recorded.conflicting.push(event.id),
            }
        }
        Ok(unmarked)
    }

    /// Loads an account, decides, and commits what was changed; decides anew when others came first. Nothing is
    /// written when nothing was changed.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        user: &UserId,
        terms: &Terms,
        cause: &Cause,
        decide: impl Fn(&mut SmsAccount) -> T,
    ) -> Result<(T, SmsAccount), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let HeldAccount { account: before, version } = self.get(user).await?;
            let mut account = before.clone();
            let outcome = decide(&mut account);
            if account == before {
                return Ok((outcome, account));
            }
            match self.table.commit(vec![self.written(&account, version, terms, cause)?]).await {
                Ok(()) => {
                    account.outbox.clear();
                    return Ok((outcome, account));
                }
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Writes an account from which a period was closed, together with the bill of it: both or none.
    ///
    /// # Errors
    /// `Conflict` when somebody else wrote the account; otherwise when the store is unavailable.
    pub async fn close(
        &self,
        held: &mut HeldAccount,
        bill: &SmsBill,
        terms: &Terms,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        if bill.standing == Standing::AwaitingApproval {
            held.account.awaiting_approval = held.account.awaiting_approval.saturating_add(1);
        }
        let account = self.written(&held.account, held.version, terms, cause)?;
        self.table.commit(vec![account, Change::Put(new_bill(bill, cause)?, Expected::Absent)]).await?;
        held.version = held.version.saturating_add(1);
        held.account.outbox.clear();
        Ok(())
    }

    /// The change that writes an account in place of what was read of it.
    pub(super) fn written(
        &self,
        account: &SmsAccount,
        version: u64,
        terms: &Terms,
        cause: &Cause,
    ) -> Result<Change, StoreError> {
        let settings = terms.of(&account.overrides);
        let item = AccountItem::of(account, &settings, version.saturating_add(1), cause);
        let expected = if version == 0 { Expected::Absent } else { Expected::Version(version) };
        Ok(Change::Put(write(&item)?, expected))
    }

    /// The next `limit` users after `after` that a run of this schedule has to look at: a period of theirs ends at
    /// `through` or before. The longest due come first.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn due(
        &self,
        schedule: Schedule,
        through: Timestamp,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<Due<UserId>, StoreError> {
        let user = |pk: &str| user_of(pk)?.parse().ok();
        due(&self.table, due_partition(schedule), through, after, limit, user).await
    }
}
