//! Lists of bills, newest first: of a user, of one state, or of all, month by month.
//!
//! What an index cannot say is picked out after reading: a part may hold fewer than asked for while there are more.

use jiff::Timestamp;

use super::SmsBills;
use super::item::{BillItem, month_partition, position, state_partition, user_partition};
use crate::domain::identifier::UserId;
use crate::domain::sms::bill::{BillState, SmsBill};
use crate::stores::newest_first::{Course, FIRST, LAST, PAGE, Seen, months, part};
use crate::stores::place::Place;
use crate::stores::table::{Range, StoreError, read};

/// How many months are listed, the current one included: bills are kept for twelve after they are paid. One that was
/// open for longer is in the lists of its state and its user.
const MONTHS: i32 = 26;

/// Which bills are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this user.
    pub user: Option<UserId>,
    /// In one of these states; in any, when there is none.
    pub states: Vec<BillState>,
    /// Of a period that begins at this instant or later.
    pub from: Option<Timestamp>,
    /// Of a period that begins before this instant.
    pub to: Option<Timestamp>,
}

impl Filter {
    fn wants(&self, bill: &SmsBill) -> bool {
        // An index follows its table with a short delay, but its items are whole.
        self.user.as_ref().is_none_or(|user| bill.user == *user)
            && (self.states.is_empty() || self.states.contains(&bill.state()))
            && self.from.is_none_or(|from| bill.start >= from)
            && self.to.is_none_or(|to| bill.start < to)
    }

    /// The index that holds the list, and its partitions, newest first.
    fn partitions(&self, from: &str, to: &str, now: Timestamp) -> (&'static str, Vec<String>) {
        if let Some(user) = &self.user {
            return ("gsi4", vec![user_partition(user.as_str())]);
        }
        if let [state] = self.states[..] {
            return ("gsi1", vec![state_partition(state)]);
        }
        let months = months(now, MONTHS, from, to);
        ("gsi2", months.iter().map(|month| month_partition(month)).collect())
    }
}

impl SmsBills {
    /// The next `limit` bills after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        limit: u8,
        now: Timestamp,
    ) -> Result<(Vec<SmsBill>, Option<Place>), StoreError> {
        // A bill is made after its period began.
        let from = filter.from.map_or_else(|| FIRST.to_owned(), |from| format!("{from:.3}"));
        let to = after.map_or_else(|| LAST.to_owned(), |place| place.as_str().to_owned());
        let (index, partitions) = filter.partitions(&from, &to, now);
        let course = Course { index, partitions, from, to, page: PAGE, limit };
        let look = |item| {
            let bill = read::<BillItem>(item)?.bill()?;
            Ok(Seen { position: position(&bill), wanted: Some(bill).filter(|bill| filter.wants(bill)) })
        };
        part(&self.table, course, look).await
    }

    /// Whether a bill in `state` was made before `instant`. One read of the oldest.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn is_any_older(&self, state: BillState, instant: Timestamp) -> Result<bool, StoreError> {
        let range = Range {
            index: "gsi1",
            partition: state_partition(state),
            from: FIRST.to_owned(),
            to: format!("{instant:.3}"),
            ascending: true,
            limit: 1,
        };
        Ok(!self.table.query(&range).await?.items.is_empty())
    }
}
