//! How many bonuses count on a day: one item for everybody and one for each user, written with the bonus that counts.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Bonuses;
use crate::domain::bonus::limits::Counted;
use crate::domain::identifier::UserId;
use crate::stores::table::{Change, Expected, Key, StoreError, write};

const SORT_KEY: &str = "PAYOUTS";
/// How long the counts of a day are kept, in days.
const KEPT_DAYS: i64 = 100;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct CountItem {
    pk: String,
    sk: String,
    version: u64,
    payouts: u32,
    ttl: i64,
}

/// The counts of a day, as they were read.
#[derive(Debug, Clone)]
pub struct PayoutCounts {
    /// What they say.
    pub counted: Counted,
    items: [CountItem; 2],
}

impl Bonuses {
    /// The counts of `on`, of everybody and of `user`.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn counts(&self, on: Date, user: &UserId) -> Result<PayoutCounts, StoreError> {
        let of_all = self.count(format!("{SORT_KEY}#{on}"), on).await?;
        let of_user = self.count(format!("{SORT_KEY}#{on}#{user}"), on).await?;
        let counted = Counted { on, of_all: of_all.payouts, of_user: of_user.payouts };
        Ok(PayoutCounts { counted, items: [of_all, of_user] })
    }

    async fn count(&self, pk: String, on: Date) -> Result<CountItem, StoreError> {
        let key = Key { pk: pk.clone(), sk: SORT_KEY };
        let none = || CountItem { pk, sk: SORT_KEY.to_owned(), version: 0, payouts: 0, ttl: ttl(on) };
        Ok(self.table.get(&key).await?.unwrap_or_else(none))
    }
}

impl PayoutCounts {
    /// The changes that count one more.
    pub(super) fn one_more(&self) -> Result<Vec<Change>, StoreError> {
        let more = |item: &CountItem| {
            let expected = if item.version == 0 { Expected::Absent } else { Expected::Version(item.version) };
            let version = item.version.saturating_add(1);
            let payouts = item.payouts.saturating_add(1);
            Ok(Change::Put(write(&CountItem { version, payouts, ..item.clone() })?, expected))
        };
        self.items.iter().map(more).collect()
    }
}

fn ttl(on: Date) -> i64 {
    let end = on.checked_add(KEPT_DAYS.days()).ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    end.map_or(Timestamp::MAX, |day| day.timestamp()).as_second()
}
