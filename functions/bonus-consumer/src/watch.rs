//! Goes on with whatever is due: what waited for its time, and what somebody began who is gone.

use jiff::Timestamp;
use shared::domain::identifier::ReceiptId;
use shared::lambda::correlation;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::stores::table::StoreError;

use crate::app::App;
use crate::deadline::has_time;
use crate::driving::Driver;

/// Bonuses in one page.
const PAGE: u8 = 50;

/// How far a run got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// Bonuses that were looked at.
    pub looked: u32,
    /// Whether these were all. What is left is due in the next run, too.
    pub is_complete: bool,
}

/// Goes on with what is due, the longest due first, one after the other.
///
/// # Errors
/// When the list cannot be read.
pub async fn go_on(app: &App, deadline: Deadline) -> Result<Watched, StoreError> {
    let correlation_id = correlation::new();
    let (now, mut looked, mut after) = (Timestamp::now(), 0_u32, None);
    let ended = |looked, is_complete: bool| {
        if !is_complete {
            app.metrics.count(Metric::ReconcileIncomplete);
        }
        tracing::info!(correlationId = correlation_id, looked, isComplete = is_complete, "bonuses watched");
        Watched { looked, is_complete }
    };
    loop {
        let page = app.bonuses.due(now, after.as_ref(), PAGE).await?;
        for receipt in &page.items {
            if !has_time(deadline) {
                return Ok(ended(looked, false));
            }
            // Each with the secrets as they are now: the one before may have had them read again.
            let parties = app.parties.get();
            let driver = Driver { app, parties, correlation_id: correlation_id.clone(), deadline };
            one(&driver, receipt).await;
            looked = looked.saturating_add(1);
        }
        after = page.next;
        if after.is_none() {
            return Ok(ended(looked, true));
        }
    }
}

/// One that cannot be read, or written, delays no other. It stays due, so it is counted in each run until it is mended.
async fn one(driver: &Driver<'_>, receipt: &ReceiptId) {
    if let Err(error) = driver.drive(receipt).await {
        driver.app.metrics.count(Metric::ReconcileIncomplete);
        tracing::error!(correlationId = driver.correlation_id, %receipt, %error, "a bonus is not gone on with");
    }
}
