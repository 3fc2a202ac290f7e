//! Bills that are pending for long, for whoever is to be told.

use jiff::{SignedDuration, Timestamp};
use shared::domain::sms::bill::BillState;
use shared::lambda::metrics::Metric;

use crate::handler::App;

/// A bill that is pending for longer waits for somebody who does not know.
const LONG: SignedDuration = SignedDuration::from_hours(48);

impl App {
    /// Counts when a bill is pending for long. A run does not depend on it.
    pub async fn count_long_pending(&self, now: Timestamp) {
        let before = now.checked_sub(LONG).unwrap_or(now);
        match self.bills.is_any_older(BillState::Pending, before).await {
            Ok(true) => self.metrics.count(Metric::SmsBillsPendingLong),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "nobody knows whether bills are pending for long"),
        }
    }
}
