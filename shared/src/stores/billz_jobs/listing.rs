//! The list of jobs, newest first: of one state, or of all, month by month.
//!
//! The kind of job is picked out after reading: a part may hold fewer than asked for while there are more.

use jiff::Timestamp;

use super::item::{JobItem, month_partition, state_partition};
use super::{BillzJobs, position};
use crate::domain::billz::job::{BillzJob, JobState};
use crate::domain::billz::work::JobKind;
use crate::stores::newest_first::{Course, FIRST, LAST, PAGE, Seen, months, part};
use crate::stores::place::Place;
use crate::stores::table::{StoreError, read};

/// How many months are listed, the current one included: jobs are kept for 90 days after their end. One that waited
/// for a person for longer is in the list of its state.
const MONTHS: i32 = 7;

/// Which jobs are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub state: Option<JobState>,
    /// Of this kind.
    pub kind: Option<JobKind>,
}

impl Filter {
    fn wants(&self, job: &BillzJob) -> bool {
        // An index follows its table with a short delay, but its items are whole: state and item agree.
        self.kind.is_none_or(|kind| job.kind == kind)
    }

    /// The index that holds the list, and its partitions, newest first.
    fn partitions(&self, to: &str, now: Timestamp) -> (&'static str, Vec<String>) {
        if let Some(state) = self.state {
            return ("gsi1", vec![state_partition(state)]);
        }
        let months = months(now, MONTHS, FIRST, to);
        ("gsi2", months.iter().map(|month| month_partition(month)).collect())
    }
}

impl BillzJobs {
    /// The next `limit` jobs after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        limit: u8,
        now: Timestamp,
    ) -> Result<(Vec<BillzJob>, Option<Place>), StoreError> {
        let to = after.map_or_else(|| LAST.to_owned(), |place| place.as_str().to_owned());
        let (index, partitions) = filter.partitions(&to, now);
        // Without a kind all that is read is wanted: the place itself, the items, and one that says there are more.
        let page = if filter.kind.is_none() { limit.saturating_add(2) } else { PAGE };
        let course = Course { index, partitions, from: FIRST.to_owned(), to, page, limit };
        let look = |item| {
            let job = read::<JobItem>(item)?.job()?;
            let position = position(job.created_at, &job.id);
            Ok(Seen { position, wanted: Some(job).filter(|job| filter.wants(job)) })
        };
        part(&self.table, course, look).await
    }
}
