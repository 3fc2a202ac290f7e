//! Asks the merchant gateway about notices of its own, as Portmone's rule for these is.
//!
//! A gateway that says nothing holds up nobody else's report: behind a notice that it cannot be asked about now, only
//! other notices of the gateway wait.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::domain::bonus::Bonus;
use shared::domain::bonus::hearing::Confirmation;
use shared::domain::bonus::report::{BillReport, PortmoneBill, ReportSource, ReportedOutcome};
use shared::lambda::metrics::Metric;
use shared::providers::portmone::gateway::{
    GatewayError, GatewayOrder, PortmoneGateway, RESULT_TAKES_AT_MOST,
};
use shared::queues::batch::{Delivery, Try};

use crate::deadline::has_time_for;
use crate::driving::Driver;

/// How long the gateway may take to show what it gave notice of.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How often it is asked meanwhile.
const SHOWN_AGAIN: Duration = Duration::from_secs(60);

/// What asking about a bill's reports brought.
#[derive(Debug)]
pub struct Confirmed {
    /// One for each report, from the first on. Fewer than there are reports where the rest has to wait.
    pub confirmations: Vec<Confirmation>,
    /// When the rest is to be asked about again, where it has to wait.
    pub again: Option<Delivery>,
}

/// What the gateway says about a bill.
#[derive(Debug)]
enum Said {
    /// What it shows.
    Shows(Vec<GatewayOrder>),
    /// It is not to be asked.
    Nothing,
    /// It cannot be asked now; why.
    NotNow(String),
}

impl Driver<'_> {
    /// Asks the gateway about its notices that the bonus has not heard, once for all of them.
    pub async fn confirm(&self, bonus: &Bonus, known: &PortmoneBill, turn: Try) -> Confirmed {
        let heard = usize::try_from(bonus.reports_heard).unwrap_or(usize::MAX);
        let is_notice = |report: &BillReport| {
            report.source == ReportSource::Gateway && report.outcome == ReportedOutcome::Paid
        };
        // The gateway speaks of payments alone: once one is known, its word says nothing new.
        let is_in_question = bonus.payment().is_none();
        let said = match &self.parties.gateway {
            Some(gateway) if is_in_question && known.reports.iter().skip(heard).any(is_notice) => {
                self.ask(gateway, known).await
            }
            Some(_) | None => Said::Nothing,
        };
        let now = Timestamp::now();
        let mut confirmations = Vec::new();
        for (place, report) in known.reports.iter().enumerate() {
            if place < heard || !is_notice(report) {
                confirmations.push(Confirmation::NotAsked);
                continue;
            }
            let mut behind = known.reports.iter().skip(place);
            match said.about(report, bonus, known, now) {
                Ok(confirmation) => confirmations.push(confirmation),
                // What proves more than a notice does is not to wait for it.
                Err(_) if turn == Try::Last || !behind.all(is_notice) => {
                    confirmations.push(Confirmation::NotAsked);
                }
                Err(again) => return Confirmed { confirmations, again: Some(again) },
            }
        }
        Confirmed { confirmations, again: None }
    }

    async fn ask(&self, gateway: &PortmoneGateway, known: &PortmoneBill) -> Said {
        if !has_time_for(RESULT_TAKES_AT_MOST, self.deadline) {
            return Said::NotNow("no time is left to ask the gateway".to_owned());
        }
        match gateway.result(&known.id).await {
            Ok(orders) => Said::Shows(orders),
            Err(error @ GatewayError::Refused { .. }) => {
                let (correlation_id, bill) = (&self.correlation_id, &known.id);
                tracing::warn!(correlationId = correlation_id, %bill, %error, "a notice cannot be confirmed");
                // The login may be another one by now.
                self.read_again().await;
                Said::NotNow(error.to_string())
            }
            Err(error @ GatewayError::Call(_)) => {
                self.app.metrics.count(Metric::ProviderCallFailed);
                Said::NotNow(error.to_string())
            }
        }
    }
}

impl Said {
    /// What that means for a notice; when it is to be asked about again, where it has to be.
    fn about(
        &self,
        notice: &BillReport,
        bonus: &Bonus,
        known: &PortmoneBill,
        now: Timestamp,
    ) -> Result<Confirmation, Delivery> {
        let orders = match self {
            Self::Shows(orders) => orders,
            Self::Nothing => return Ok(Confirmation::NotAsked),
            Self::NotNow(reason) => return Err(Delivery::Retry { after: None, reason: reason.clone() }),
        };
        if notice.amount.is_some_and(|amount| amount != bonus.amount) {
            return Ok(Confirmation::Denied);
        }
        let of_bill = || orders.iter().filter(|order| order.bill.as_ref() == Some(&known.id));
        if of_bill().any(|order| order.is_paid() && order.amount == Some(bonus.amount)) {
            return Ok(Confirmation::Confirmed);
        }
        let is_fresh = now.duration_since(notice.received_at) < SHOWN_WITHIN;
        if is_fresh && !of_bill().any(GatewayOrder::is_paid) {
            let reason = "the gateway does not show yet what it gave notice of".to_owned();
            return Err(Delivery::Later { after: SHOWN_AGAIN, reason });
        }
        Ok(Confirmation::Denied)
    }
}
