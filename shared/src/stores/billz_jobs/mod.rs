//! Jobs at Billz: one item each, listed by state and by month.
//!
//! Whoever is at a job holds its version and writes in place of what it read; who finds that somebody else wrote
//! meanwhile lets go.

pub mod event;
pub mod item;
pub mod listing;
mod stored_progress;

use jiff::Timestamp;

use self::item::JobItem;
use super::commit_mark::commit_mark;
use super::invoices::Cause;
use super::table::{Change, Expected, StoreError, Table, write};
use crate::domain::billz::job::BillzJob;
use crate::domain::identifier::JobId;

/// How often a change is decided anew when others change the job at the same time.
const MAX_CONFLICTS: usize = 3;

/// The jobs.
#[derive(Debug, Clone)]
pub struct BillzJobs {
    table: Table,
}

/// A job, and the version of it that was read or written.
#[derive(Debug, Clone)]
pub struct HeldJob {
    /// The job.
    pub job: BillzJob,
    /// Its version; 0 when it was never written.
    pub version: u64,
    /// The mark of the commit that is being tried; the same when it is tried again.
    pub mark: Option<String>,
}

/// A change that was decided, and committed where there was something to commit.
#[derive(Debug)]
pub struct ChangedJob<T> {
    /// What was decided.
    pub outcome: T,
    /// The job after the change.
    pub job: BillzJob,
}

impl BillzJobs {
    /// The jobs in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The job of that id.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &JobId) -> Result<Option<HeldJob>, StoreError> {
        let Some(item) = self.table.get::<JobItem>(&item::key(id)).await? else { return Ok(None) };
        let version = item.version;
        Ok(Some(HeldJob { job: item.job()?, version, mark: None }))
    }

    /// Writes a job in place of what was read of it, together with changes of other items. Its events are told
    /// from then on, once.
    ///
    /// # Errors
    /// `Conflict` when somebody else wrote it, or one of the other items; otherwise when the store is unavailable.
    pub async fn save(
        &self,
        held: &mut HeldJob,
        cause: &Cause,
        others: Vec<Change>,
    ) -> Result<(), StoreError> {
        let version = held.version.saturating_add(1);
        let mark = held.mark.get_or_insert_with(commit_mark).clone();
        let item = JobItem::of(&held.job, version, mark.clone(), cause);
        let expected = match held.version {
            0 => Expected::Absent,
            version => Expected::Version(version),
        };
        let written = if others.is_empty() {
            self.table.put(&item, expected).await
        } else {
            let mut changes = others;
            changes.push(Change::Put(write(&item)?, expected));
            self.table.commit(changes).await
        };
        if let Err(error) = written
            && !self.is_ours(&held.job.id, &mark, &error).await?
        {
            return Err(error);
        }
        (held.version, held.mark) = (version, None);
        held.job.outbox.clear();
        Ok(())
    }

    /// Whether what is in our way is our own commit, whose answer was lost and which was repeated below us.
    async fn is_ours(&self, id: &JobId, mark: &str, error: &StoreError) -> Result<bool, StoreError> {
        if !matches!(error, StoreError::Conflict) {
            return Ok(false);
        }
        Ok(self.table.get::<JobItem>(&item::key(id)).await?.is_some_and(|item| item.commit == mark))
    }

    /// Loads a job, decides, and commits what was changed; decides anew when others came first.
    /// None when there is no such job. Nothing is written when nothing was changed.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        id: &JobId,
        cause: &Cause,
        decide: impl Fn(&mut BillzJob) -> T,
    ) -> Result<Option<ChangedJob<T>>, StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let Some(mut held) = self.get(id).await? else { return Ok(None) };
            let before = held.job.clone();
            let outcome = decide(&mut held.job);
            if held.job == before {
                return Ok(Some(ChangedJob { outcome, job: held.job }));
            }
            match self.save(&mut held, cause, Vec::new()).await {
                Ok(()) => return Ok(Some(ChangedJob { outcome, job: held.job })),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl HeldJob {
    /// A job that was never written.
    pub fn new(job: BillzJob) -> Self {
        Self { job, version: 0, mark: None }
    }
}

/// A job's place in lists.
pub fn position(created_at: Timestamp, id: &JobId) -> String {
    format!("{created_at:.3}#{id}")
}
