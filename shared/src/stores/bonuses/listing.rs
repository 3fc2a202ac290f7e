//! Lists of bonuses, newest first: of a user, of one state, or of all, month by month.
//!
//! What an index cannot say is picked out after reading: a part may hold fewer than asked for while there are more.

use jiff::Timestamp;

use super::Bonuses;
use super::item::{BonusItem, month_partition, position, state_partition, user_partition};
use crate::domain::bonus::{Bonus, BonusState};
use crate::domain::dialogue::ChatId;
use crate::domain::identifier::UserId;
use crate::stores::newest_first::{Course, FIRST, LAST, PAGE, Seen, months, part};
use crate::stores::place::Place;
use crate::stores::table::{StoreError, read};

/// How many months are listed, the current one included. Older ones are in the lists of their state and their user.
const MONTHS: i32 = 26;

/// Which bonuses are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this user.
    pub user: Option<UserId>,
    /// Told about in this chat.
    pub chat: Option<ChatId>,
    /// In one of these states; in any, when there is none.
    pub states: Vec<BonusState>,
}

impl Filter {
    fn wants(&self, bonus: &Bonus) -> bool {
        // An index follows its table with a short delay, but its items are whole.
        self.user.as_ref().is_none_or(|user| bonus.user == *user)
            && self.chat.is_none_or(|chat| bonus.chat == chat)
            && (self.states.is_empty() || self.states.contains(&bonus.state()))
    }

    /// The index that holds the list, and its partitions, newest first.
    fn partitions(&self, to: &str, now: Timestamp) -> (&'static str, Vec<String>) {
        if let Some(user) = &self.user {
            return ("gsi4", vec![user_partition(user.as_str())]);
        }
        if let [state] = self.states[..] {
            return ("gsi1", vec![state_partition(state)]);
        }
        let months = months(now, MONTHS, FIRST, to);
        ("gsi2", months.iter().map(|month| month_partition(month)).collect())
    }
}

impl Bonuses {
    /// The next `limit` bonuses after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        limit: u8,
        now: Timestamp,
    ) -> Result<(Vec<Bonus>, Option<Place>), StoreError> {
        let to = after.map_or_else(|| LAST.to_owned(), |place| place.as_str().to_owned());
        let (index, partitions) = filter.partitions(&to, now);
        let course = Course { index, partitions, from: FIRST.to_owned(), to, page: PAGE, limit };
        let look = |item| {
            let bonus = read::<BonusItem>(item)?.bonus()?;
            Ok(Seen { position: position(&bonus), wanted: Some(bonus).filter(|bonus| filter.wants(bonus)) })
        };
        part(&self.table, course, look).await
    }
}
