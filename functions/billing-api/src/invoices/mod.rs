//! `/api/v1/billing/invoices`: one file per thing a customer can do with invoices.

pub mod cancel;
pub mod create;
pub mod pay;
pub mod read;

use shared::domain::identifier::UserId;
use shared::domain::invoice::Invoice;
use shared::domain::invoice::number::InvoiceNumber;
use shared::domain::invoice::settle::Settlement;
use shared::lambda::metrics::Metric;

use crate::app::App;
use shared::rest::replies::{Refusal, no_such, provider_failed};
use shared::workflows::ask_tripay::AskError;

/// The caller's own invoice of that id. Somebody else's is not there.
///
/// # Errors
/// When there is no such invoice of the caller's, or the store is unavailable.
async fn own(app: &App, user: &UserId, id: &str) -> Result<Invoice, Refusal> {
    let number: InvoiceNumber = id.parse().map_err(|_| no_such("invoice"))?;
    let invoice = app.invoices.get(&number).await?;
    invoice.filter(|invoice| invoice.order.customer == *user).ok_or_else(|| no_such("invoice"))
}

/// Counts a report that contradicts what we know, for the operators' alarm.
fn count_disagreement(app: &App, settlement: Settlement) {
    if let Settlement::Disagrees(_) = settlement {
        app.edge.metrics.count(Metric::PaymentDisagreed);
    }
}

/// Tripay could not be asked about an attempt.
fn ask_failed(error: AskError) -> Refusal {
    match error {
        AskError::Store(error) => error.into(),
        AskError::Tripay(error) => provider_failed(&error),
        AskError::NoInvoice => no_such("invoice"),
    }
}
