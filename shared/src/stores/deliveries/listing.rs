//! The log of deliveries, newest first: of one person, or of everybody, month by month.
//!
//! What is asked for beside person and time is picked out after reading: a part may hold fewer than asked for while
//! there are more.

use jiff::Timestamp;

use super::item::{DeliveryItem, month_partition, position, user_partition};
use super::{Deliveries, Kept};
use crate::domain::identifier::UserId;
use crate::domain::notification::Channel;
use crate::domain::notification::delivery::{Delivery, DeliveryState};
use crate::stores::newest_first::{Course, FIRST, LAST, PAGE, Seen, months, part};
use crate::stores::place::Place;
use crate::stores::table::{StoreError, read};

/// How many months deliveries are kept, the current one included.
const MONTHS: i32 = 13;

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// To this person.
    pub user: Option<UserId>,
    /// Of this event.
    pub event: Option<String>,
    /// By this channel.
    pub channel: Option<Channel>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Made at this time or later.
    pub from: Option<Timestamp>,
    /// Made before this time.
    pub to: Option<Timestamp>,
}

/// Part of the list.
#[derive(Debug)]
pub struct Listing {
    /// The deliveries.
    pub deliveries: Vec<Kept>,
    /// Where the next part starts; none at the end.
    pub next: Option<Place>,
}

impl Filter {
    fn wants(&self, delivery: &Delivery) -> bool {
        // Positions count whole milliseconds, so both ends are looked at again.
        self.from.is_none_or(|from| delivery.created_at >= from)
            && self.to.is_none_or(|to| delivery.created_at < to)
            && self.event.as_ref().is_none_or(|event| delivery.event == *event)
            && self.channel.is_none_or(|channel| delivery.id.channel == channel)
            && self.state.is_none_or(|state| delivery.state() == state)
    }

    /// The partitions that hold the list, newest first, and the index they are in.
    fn partitions(&self, from: &str, to: &str, now: Timestamp) -> (&'static str, Vec<String>) {
        if let Some(user) = &self.user {
            return ("gsi1", vec![user_partition(user.as_str())]);
        }
        let months = months(now, MONTHS, from, to);
        ("gsi2", months.iter().map(|month| month_partition(month)).collect())
    }
}

impl Deliveries {
    /// The next `limit` deliveries after `after`, newest first.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        limit: u8,
        now: Timestamp,
    ) -> Result<Listing, StoreError> {
        let from = filter.from.map_or_else(|| FIRST.to_owned(), |from| position(from, ""));
        let highest = filter.to.map_or_else(|| LAST.to_owned(), |to| position(to, LAST));
        let to = after.map_or(highest.clone(), |place| place.as_str().to_owned().min(highest));
        let (index, partitions) = filter.partitions(&from, &to, now);
        let course = Course { index, partitions, from, to, page: PAGE, limit };
        let look = |item| {
            let kept = read::<DeliveryItem>(item)?.kept()?;
            let position = position(kept.delivery.created_at, &kept.delivery.id.to_string());
            Ok(Seen { position, wanted: Some(kept).filter(|kept| filter.wants(&kept.delivery)) })
        };
        let (deliveries, next) = part(&self.table, course, look).await?;
        Ok(Listing { deliveries, next })
    }
}
