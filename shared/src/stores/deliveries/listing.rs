//! The log of deliveries, newest first: of one person, or of everybody, month by month.
//!
//! What is asked for beside person and time is picked out after reading. One request reads so many
//! items at most; a part may hold fewer than asked for while there are more.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::item::{DeliveryItem, month_of, month_partition, position, user_partition};
use super::{Deliveries, Kept};
use crate::domain::identifier::UserId;
use crate::domain::notification::Channel;
use crate::domain::notification::delivery::{Delivery, DeliveryState};
use crate::stores::place::Place;
use crate::stores::table::{Range, StoreError, read};

/// Sorts before every position.
const FIRST: &str = " ";
/// Sorts after every position.
const LAST: &str = "~";
/// Items in one read.
const PAGE: u8 = 100;
/// Most reads for one part of a list.
const MOST_READS: usize = 8;
/// How many months deliveries are kept, the current one included.
const MONTHS: usize = 13;

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
    fn partitions(&self, highest: &str, now: Timestamp) -> (&'static str, Vec<String>) {
        if let Some(user) = &self.user {
            return ("gsi1", vec![user_partition(user.as_str())]);
        }
        let lowest = self.from.map(|from| position(from, "")).unwrap_or_default();
        let months = months_until(now).into_iter();
        let wanted =
            months.filter(|month| month.as_str() <= month_of(highest) && month.as_str() >= month_of(&lowest));
        ("gsi2", wanted.map(|month| month_partition(&month)).collect())
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
        let mut to = after.map_or(highest.clone(), |place| place.as_str().to_owned().min(highest));
        let (index, partitions) = filter.partitions(&to, now);
        let mut partitions = partitions.into_iter();
        let mut partition = partitions.next();
        let mut deliveries = Vec::new();
        for _ in 0..MOST_READS {
            let Some(read_now) = partition.clone() else { return Ok(Listing { deliveries, next: None }) };
            let range = Range {
                index,
                partition: read_now,
                from: from.clone(),
                to: to.clone(),
                ascending: false,
                limit: PAGE,
            };
            let page = self.table.query(&range).await?;
            for item in page.items {
                let kept = read::<DeliveryItem>(item)?.kept()?;
                let place = place_of(&kept.delivery);
                // A range holds its ends: the last one looked at comes again.
                if place.as_str() >= to.as_str() {
                    continue;
                }
                if filter.wants(&kept.delivery) {
                    if deliveries.len() == usize::from(limit) {
                        let next = deliveries.last().map(|kept: &Kept| place_of(&kept.delivery));
                        return Ok(Listing { deliveries, next });
                    }
                    deliveries.push(kept);
                }
                to = place.as_str().to_owned();
            }
            if !page.has_more {
                partition = partitions.next();
                // Also a month without deliveries is passed, or the next part would begin above it again.
                to = partition.as_deref().map_or(to, end_of);
            }
        }
        let next = partition.is_some().then(|| Place::at(to));
        Ok(Listing { deliveries, next })
    }
}

/// Above every position of a month's partition, and below those of the month after.
fn end_of(partition: &str) -> String {
    let month = partition.rsplit('#').next().unwrap_or(partition);
    format!("{month}{LAST}")
}

fn place_of(delivery: &Delivery) -> Place {
    Place::at(position(delivery.created_at, &delivery.id.to_string()))
}

/// The months that deliveries are kept for, the newest first.
fn months_until(now: Timestamp) -> Vec<String> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = Date::new(today.year(), today.month(), 1).unwrap_or(today);
    let back = |number: usize| first.checked_sub(i32::try_from(number).unwrap_or(i32::MAX).months()).ok();
    (0..MONTHS).filter_map(back).map(|month| month.strftime("%Y-%m").to_string()).collect()
}
