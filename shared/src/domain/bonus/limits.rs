//! How many bonuses are paid out, and how much.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Bonus, Refusal, Refuser, Standing, Wait};
use crate::domain::money::Money;

/// The limits. A day is a day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bonuses in a day; none without a limit.
    pub per_day: Option<u32>,
    /// Bonuses of one user in a day; none without a limit.
    pub per_user: Option<u32>,
    /// The highest bonus. Its currency is the one that bonuses are paid in.
    pub highest: Money,
}

/// Bonuses that were counted on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day.
    pub on: Date,
    /// Of everybody.
    pub of_all: u32,
    /// Of this user.
    pub of_user: u32,
}

/// The day of an instant, in UTC.
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

impl Limits {
    /// Whether anything has to be counted.
    pub fn are_counted(&self) -> bool {
        self.per_day.is_some() || self.per_user.is_some()
    }
}

impl Bonus {
    /// Whether it is still to be counted among the payouts of this day before it is driven on. What was counted on
    /// an earlier day and not paid then is one of this day's.
    pub fn is_to_be_counted(&self, limits: &Limits, now: Timestamp) -> bool {
        let is_due = match &self.standing {
            Standing::Created(wait) | Standing::BillMade(wait) => wait.not_before <= now,
            Standing::MakingBill(_)
            | Standing::Paying { .. }
            | Standing::Paid { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => false,
        };
        limits.are_counted() && self.payments == 0 && self.counted_on != Some(day_of(now)) && is_due
    }

    /// Counts it among the day's payouts. Where the day is full it waits for the next; what is too much for its user
    /// is refused, and a person may have it tried on another day. A user's limit is asked about once: whoever had to
    /// wait for us does not lose a bonus by it.
    pub fn count(&mut self, limits: &Limits, counted: &Counted, now: Timestamp) {
        if !self.is_to_be_counted(limits, now) {
            return;
        }
        let is_new = self.counted_on.is_none();
        if is_new && limits.per_user.is_some_and(|most| counted.of_user >= most) {
            let reason = "this user has had as many bonuses today as one may have".to_owned();
            self.refuse(Refusal { by: Refuser::Paydesk, code: "user_limit".to_owned(), reason }, now);
        } else if limits.per_day.is_some_and(|most| counted.of_all >= most) {
            let next_day = counted.on.tomorrow().ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok());
            let not_before = next_day.map_or(Timestamp::MAX, |day| day.timestamp());
            let reason = Some("as many bonuses as a day may have were paid out today".to_owned());
            self.standing = self.unpaid(Wait { not_before, reason });
        } else {
            self.counted_on = Some(counted.on);
        }
    }
}
