//! Has a bonus hear what Portmone reported about its bill.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::domain::bonus::Bonus;
use shared::domain::bonus::report::PortmoneBill;
use shared::domain::identifier::PortmoneBillId;
use shared::lambda::metrics::Metric;
use shared::queues::batch::{Delivery, Try};
use shared::stores::table::StoreError;

use crate::confirming::Confirmed;
use crate::driving::Driver;

/// How long a report waits for a bonus to have its bill: longer than making a bill and writing it down takes.
const UNMATCHED_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// How often it is looked whether one has.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Deals with the reports on a bill. At the message's last try what the gateway does not say counts as not asked.
///
/// # Errors
/// When the store is unavailable or an item corrupt.
pub async fn reported(driver: &Driver<'_>, bill: &PortmoneBillId, turn: Try) -> Result<Delivery, StoreError> {
    let known = driver.app.bills.get(bill).await?;
    let correlation_id = &driver.correlation_id;
    let Some(receipt) = &known.bonus else { return Ok(of_nobody(driver, &known)) };
    let Some(bonus) = driver.app.bonuses.get(receipt).await? else {
        return Ok(Delivery::Dead { reason: "the bill is of a bonus that is not there".to_owned() });
    };
    let heard = usize::try_from(bonus.reports_heard).unwrap_or(usize::MAX);
    let Confirmed { confirmations, again } = driver.confirm(&bonus, &known, turn).await;
    let cause = driver.cause();
    let hear = |bonus: &mut Bonus| {
        let heard = usize::try_from(bonus.reports_heard).unwrap_or(usize::MAX);
        for (report, confirmation) in known.reports.iter().zip(&confirmations).skip(heard) {
            bonus.hear(report, *confirmation, cause.now);
        }
        driver.claim(bonus, cause.now)
    };
    let changed = driver.app.bonuses.change(receipt, None, &cause, hear).await?;
    for (report, _) in known.reports.iter().zip(&confirmations).skip(heard) {
        let millis = cause.now.duration_since(report.received_at).as_millis();
        let millis = usize::try_from(millis.max(0)).unwrap_or(usize::MAX);
        driver.app.metrics.sample(Metric::PortmoneCallbackLatency, millis);
        let (source, outcome) = (report.source.as_str(), report.outcome.as_str());
        tracing::info!(correlationId = correlation_id, %receipt, %bill, source, outcome, "report heard");
    }
    driver.go_on(changed).await;
    Ok(again.unwrap_or(Delivery::Done))
}

/// A report may come before its bill is written down with the bonus. One that stays alone is a person's.
fn of_nobody(driver: &Driver<'_>, known: &PortmoneBill) -> Delivery {
    let Some(last) = known.reports.last() else { return Delivery::Done };
    if Timestamp::now().duration_since(last.received_at) < UNMATCHED_AFTER {
        return Delivery::Later { after: LOOK_AGAIN, reason: "no bonus has the bill yet".to_owned() };
    }
    driver.app.metrics.count(Metric::PortmoneReportUnmatched);
    let (correlation_id, bill) = (&driver.correlation_id, &known.id);
    tracing::warn!(correlationId = correlation_id, %bill, "reported about a bill that no bonus has");
    Delivery::Done
}
