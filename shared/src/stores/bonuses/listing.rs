//! Lists of bonuses, newest first: of a user, of one state, or of all, month by month.
//!
//! What an index cannot say is picked out after reading: a part may hold fewer than asked for while there are more.
//! Several states are read from the list of each: they are few among all bonuses.

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
        if filter.user.is_some() || filter.states.len() < 2 {
            return self.one_list(filter, after, limit, now).await;
        }
        let (mut found, mut known_to): (_, Option<Place>) = (Vec::new(), None);
        for state in &filter.states {
            let of_state = Filter { states: vec![*state], ..filter.clone() };
            let (bonuses, next) = self.one_list(&of_state, after, limit, now).await?;
            found.extend(bonuses.into_iter().map(|bonus| (position(&bonus), bonus)));
            // Below the highest place where one of the lists goes on, more may follow.
            known_to = known_to.max(next);
        }
        Ok(merged(found, known_to, limit))
    }

    /// The same from a list that stands in an index.
    async fn one_list(
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

/// Lists of several states as one, as far as all of them are known. What changed its state between two reads is in both.
fn merged(
    mut found: Vec<(String, Bonus)>,
    known_to: Option<Place>,
    limit: u8,
) -> (Vec<Bonus>, Option<Place>) {
    found.retain(|(position, _)| known_to.as_ref().is_none_or(|place| position.as_str() >= place.as_str()));
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    found.dedup_by(|(one, _), (other, _)| one == other);
    let limit = usize::from(limit);
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|(position, _)| Place::at(position.clone()))
    } else {
        known_to
    };
    (found.into_iter().map(|(_, bonus)| bonus).collect(), next)
}
