//! Counts and logs what happened to bonuses.

use shared::domain::bonus::{Bonus, BonusEvent};
use shared::lambda::metrics::Metric;

use crate::driving::Driver;

impl Driver<'_> {
    /// Counts what happened to a bonus by a change, and says where it now stands.
    pub fn tell(&self, bonus: &Bonus, events: &[BonusEvent]) {
        for metric in events.iter().filter_map(metric_of) {
            self.app.metrics.count(metric);
        }
        let (correlation_id, receipt, state) = (&self.correlation_id, &bonus.receipt, bonus.state().as_str());
        let bill = bonus.bill.as_ref().map(|bill| bill.as_str());
        let reason = Self::reason(bonus);
        tracing::info!(correlationId = correlation_id, %receipt, bill, state, reason, "bonus");
    }

    /// Counts a bonus that was refused from its beginning.
    pub fn count_new(&self, bonus: &Bonus) {
        if bonus.due_at().is_none() {
            self.app.metrics.count(Metric::PayoutFailure);
        }
    }
}

fn metric_of(event: &BonusEvent) -> Option<Metric> {
    match event {
        BonusEvent::Succeeded => Some(Metric::PayoutSuccess),
        BonusEvent::Failed(_) => Some(Metric::PayoutFailure),
        BonusEvent::TimedOut => Some(Metric::PayoutTimeout),
        BonusEvent::ReviewOpened(_) | BonusEvent::Disagreed(_) | BonusEvent::Refunded => {
            Some(Metric::BonusNeedsReview)
        }
        BonusEvent::Wanted | BonusEvent::Initiated => None,
    }
}
