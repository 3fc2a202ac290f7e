//! A proved payment report meets the invoice it names.
//!
//! Inquiries (`ask_tripay`) end in the same `Invoice::settle`, so that a payment is settled in one way only.

use crate::domain::identifier::Reference;
use crate::domain::invoice::number::MerchantRef;
use crate::domain::invoice::settle::Settlement;
use crate::domain::payment_report::PaymentReport;
use crate::lambda::metrics::{Metric, Metrics};
use crate::stores::invoices::{Cause, Invoices};
use crate::stores::table::StoreError;
use crate::stores::unmatched_reports::{Keeping, UnmatchedReport, UnmatchedReports};

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// The invoice decided.
    Decided(Settlement),
    /// There is no such invoice: the report is kept for a person.
    Unmatched(Keeping),
}

/// Applies a report to the invoice it names, or keeps it when there is none.
///
/// # Errors
/// When the store is unavailable: nothing is acknowledged then.
pub async fn settle(
    invoices: &Invoices,
    unmatched: &UnmatchedReports,
    report: &PaymentReport,
    cause: &Cause,
) -> Result<Settling, StoreError> {
    let decide = |invoice: &mut crate::domain::invoice::Invoice| invoice.settle(report, cause.now);
    if let Some(changed) = invoices.change(&report.merchant_ref.invoice, cause, decide).await? {
        log_settlement(&report.merchant_ref, &report.reference, changed.outcome);
        return Ok(Settling::Decided(changed.outcome));
    }
    let kept = unmatched
        .keep(UnmatchedReport {
            reference: report.reference.to_string(),
            merchant_ref: report.merchant_ref.to_string(),
            status: report.status.as_str().to_owned(),
            amount: report.amount.minor(),
            received_at: cause.now,
            raw: report.raw.clone(),
        })
        .await?;
    Ok(Settling::Unmatched(kept))
}

/// Counts what became of a report.
pub fn count(metrics: &Metrics, settling: Settling) {
    metrics.count(match settling {
        Settling::Decided(Settlement::Disagrees(_)) => Metric::PaymentDisagreed,
        Settling::Decided(Settlement::AlreadyKnown) | Settling::Unmatched(Keeping::AlreadyKept) => {
            Metric::PaymentRepeated
        }
        Settling::Decided(_) => Metric::PaymentSettled,
        Settling::Unmatched(Keeping::Kept) => Metric::ReportUnmatched,
    });
}

fn log_settlement(merchant_ref: &MerchantRef, reference: &Reference, settlement: Settlement) {
    if let Settlement::Disagrees(disagreement) = settlement {
        let (merchant_ref, reference) = (merchant_ref.to_string(), reference.to_string());
        tracing::warn!(
            merchantRef = merchant_ref,
            reference,
            disagreement = disagreement.as_str(),
            "a report disagrees"
        );
    }
}
