//! The story of one run: a sweep over all invoices that wait for money or have a code that may bring
//! some, oldest first.
//!
//! A sweep that runs out of time is continued by the next run. What could not be asked about is
//! asked about again at its next turn.

use std::time::{Duration, SystemTime};

use futures::StreamExt;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::lambda::correlation;
use shared::lambda::metrics::{Metric, Metrics};
use shared::stores::invoice_item::Versioned;
use shared::stores::invoices::{Cause, Invoices};
use shared::stores::sweeps::Sweeps;
use shared::stores::table::StoreError;
use shared::workflows::tripay_client::TripayClient;

use crate::check::{Checked, check};

/// Invoices read at once.
pub const PAGE: u8 = 10;
/// Invoices asked about at once: Tripay's rate limit is unknown, so few.
const AT_ONCE: usize = 5;
/// A further page is begun only while this much time is left: two rounds, and the stores.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(85);

/// What the function holds between events.
#[derive(Debug)]
pub struct App {
    pub invoices: Invoices,
    pub sweeps: Sweeps,
    pub tripay: TripayClient,
    /// How long before its end a customer is reminded of an invoice; 0 for never.
    pub reminder_lead_time: SignedDuration,
    pub metrics: Metrics,
}

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Invoices looked at.
    pub seen: usize,
    /// Payments found whose callback had not come.
    pub healed: usize,
    /// Reports found that contradict what we know: a person decides.
    pub disagreed: usize,
    /// Invoices whose time ran out.
    pub expired: usize,
    /// Customers reminded of an invoice whose time is nearly over.
    pub reminded: usize,
    /// Invoices that could not be asked about.
    pub unanswered: usize,
    /// Whether the sweep is complete.
    pub complete: bool,
}

/// Goes on with the sweep until it is complete or time runs out.
///
/// # Errors
/// When the store is unavailable.
pub async fn handle(app: &App, deadline: SystemTime) -> Result<Summary, StoreError> {
    let cause = Cause::new(correlation::new(), Timestamp::now());
    let mut sweep = app.sweeps.current(cause.now).await?;
    let mut summary = Summary::default();
    let Some(tripay) = app.tripay.tripay().await else {
        tracing::warn!(
            correlationId = cause.correlation_id,
            "Tripay is not configured: nothing can be asked"
        );
        app.metrics.count(Metric::ReconcileIncomplete);
        return Ok(Summary::default());
    };
    loop {
        let listing = app.invoices.watched(sweep.place.as_ref(), PAGE).await?;
        summary.corrupt(&listing.corrupt);
        let window = sweep.clone();
        let one = |read: Versioned| check(app, &tripay, &window, read, &cause);
        let mut checked = stream::iter(listing.invoices).map(one).buffer_unordered(AT_ONCE);
        while let Some(checked) = checked.next().await {
            summary.add(checked);
        }
        sweep.place = listing.next;
        if sweep.place.is_none() {
            app.sweeps.complete(&sweep).await?;
            summary.complete = true;
            break;
        }
        let time_left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        if time_left < TIME_FOR_A_PAGE {
            app.sweeps.pause(&sweep).await?;
            break;
        }
    }
    report(app, &summary, &cause);
    Ok(summary)
}

impl Summary {
    /// Items that cannot be read hold up no others; somebody has to look at them.
    fn corrupt(&mut self, errors: &[StoreError]) {
        for error in errors {
            tracing::error!(%error, "an invoice cannot be looked at");
            self.add(Checked::Unanswered);
        }
    }

    fn add(&mut self, checked: Checked) {
        self.seen = self.seen.saturating_add(1);
        let count = match checked {
            Checked::NothingNew => return,
            Checked::Healed => &mut self.healed,
            Checked::Disagrees => &mut self.disagreed,
            Checked::Expired => &mut self.expired,
            Checked::Reminded => &mut self.reminded,
            Checked::Unanswered => &mut self.unanswered,
        };
        *count = count.saturating_add(1);
    }
}

fn report(app: &App, summary: &Summary, cause: &Cause) {
    app.metrics.add(Metric::InvoiceExpired, summary.expired);
    app.metrics.add(Metric::PaymentReminded, summary.reminded);
    app.metrics.add(Metric::ProviderCallFailed, summary.unanswered);
    app.metrics.add(Metric::PaymentHealed, summary.healed);
    app.metrics.add(Metric::PaymentDisagreed, summary.disagreed);
    if !summary.complete || summary.unanswered > 0 {
        app.metrics.count(Metric::ReconcileIncomplete);
    }
    tracing::info!(
        correlationId = cause.correlation_id,
        seen = summary.seen,
        healed = summary.healed,
        disagreed = summary.disagreed,
        expired = summary.expired,
        reminded = summary.reminded,
        unanswered = summary.unanswered,
        complete = summary.complete,
        "sweep"
    );
}
