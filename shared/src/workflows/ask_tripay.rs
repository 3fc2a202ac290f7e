//! What became of an attempt to pay: Tripay is asked, and the answer is stored.
//!
//! Used where an answer was lost, before an invoice is cancelled or expired, and by the reconciler
//! for every callback that may have been lost.

use jiff::{SignedDuration, Timestamp};

use crate::domain::invoice::Invoice;
use crate::domain::invoice::attempt::Attempt;
use crate::domain::invoice::number::AttemptNumber;
use crate::domain::invoice::settle::Settlement;
use crate::providers::tripay::{TransactionDetail, Tripay, TripayError};
use crate::retry::{Retry, Verdict};
use crate::stores::invoices::{Cause, Invoices};
use crate::stores::table::StoreError;

/// How long after we set out to create a transaction its absence proves that there is none.
///
/// Tripay does not say how soon a new transaction is listed; a call of ours takes 15 s at most.
pub const SETTLING_DELAY: SignedDuration = SignedDuration::from_secs(60);

/// What Tripay knows of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// These transactions; usually one.
    Found(Vec<TransactionDetail>),
    /// None, and there will be none.
    Absent,
    /// None yet.
    Unclear,
}

/// What asking brought.
#[derive(Debug)]
pub struct Asked {
    /// Whether Tripay's word was clear.
    pub is_clear: bool,
    /// What the reports did: what matters most of it.
    pub settlement: Settlement,
    /// The invoice now.
    pub invoice: Invoice,
    /// The first attempt that could not be asked about, of several.
    pub failure: Option<AskError>,
}

/// Why an attempt's end stays unknown.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Tripay could not be asked.
    #[error(transparent)]
    Tripay(#[from] TripayError),
    /// The answer could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The invoice is gone.
    #[error("the invoice is gone")]
    NoInvoice,
}

impl Verdict for AskError {
    fn retry(&self) -> Retry {
        match self {
            Self::Tripay(error) => error.retry(),
            Self::Store(error) => error.retry(),
            Self::NoInvoice => Retry::Never,
        }
    }
}

/// Asks about one attempt and stores the answer.
///
/// # Errors
/// When Tripay cannot be asked, or the answer cannot be stored.
pub async fn ask(
    tripay: &Tripay,
    invoices: &Invoices,
    invoice: &Invoice,
    attempt: &Attempt,
    cause: &Cause,
) -> Result<Asked, AskError> {
    let inquiry = inquire(tripay, invoice, attempt, cause.now).await?;
    let apply = |invoice: &mut Invoice| apply(invoice, attempt.number, &inquiry, cause.now);
    let changed = invoices.change(&invoice.number, cause, apply).await?.ok_or(AskError::NoInvoice)?;
    let is_clear = inquiry != Inquiry::Unclear;
    if let Settlement::Disagrees(disagreement) = changed.outcome {
        let (invoice, disagreement) = (&invoice.number, disagreement.as_str());
        tracing::warn!(correlationId = cause.correlation_id, %invoice, disagreement, "a report disagrees");
    }
    Ok(Asked { is_clear, settlement: changed.outcome, invoice: changed.invoice, failure: None })
}

/// Asks about every attempt that may still bring money.
pub async fn ask_about_all(tripay: &Tripay, invoices: &Invoices, invoice: Invoice, cause: &Cause) -> Asked {
    let live: Vec<Attempt> = invoice.live_attempts().cloned().collect();
    ask_about(tripay, invoices, invoice, &live, cause).await
}

/// Asks about each of these attempts. One that cannot be asked about does not hide the others.
pub async fn ask_about(
    tripay: &Tripay,
    invoices: &Invoices,
    invoice: Invoice,
    attempts: &[Attempt],
    cause: &Cause,
) -> Asked {
    let mut all = Asked { is_clear: true, settlement: Settlement::AlreadyKnown, invoice, failure: None };
    for attempt in attempts {
        match ask(tripay, invoices, &all.invoice, attempt, cause).await {
            Ok(one) => {
                let settlement = graver(all.settlement, one.settlement);
                all =
                    Asked { is_clear: all.is_clear && one.is_clear, settlement, failure: all.failure, ..one };
            }
            Err(error) => (all.is_clear, all.failure) = (false, all.failure.or(Some(error))),
        }
    }
    all
}

/// Of two things that reports did, the one that matters more.
fn graver(one: Settlement, other: Settlement) -> Settlement {
    let weight = |settlement| match settlement {
        Settlement::AlreadyKnown => 0,
        Settlement::AttemptEnded => 1,
        Settlement::Expired => 2,
        Settlement::Settled | Settlement::Refunded => 3,
        Settlement::Disagrees(_) => 4,
    };
    if weight(other) > weight(one) { other } else { one }
}

async fn inquire(
    tripay: &Tripay,
    invoice: &Invoice,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Inquiry, TripayError> {
    if let Some(transaction) = attempt.transaction() {
        return Ok(Inquiry::Found(vec![tripay.detail(&transaction.reference).await?]));
    }
    let references = tripay.find(&invoice.merchant_ref(attempt.number)).await?;
    if references.is_empty() {
        let waited = now.duration_since(attempt.submitted_at);
        return Ok(if waited >= SETTLING_DELAY { Inquiry::Absent } else { Inquiry::Unclear });
    }
    if references.len() > 1 {
        let number = attempt.number.get();
        tracing::warn!(invoice = %invoice.number, attempt = number, "Tripay has several transactions of one attempt");
    }
    let mut found = Vec::with_capacity(references.len());
    for reference in references {
        found.push(tripay.detail(&reference).await?);
    }
    Ok(Inquiry::Found(found))
}

fn apply(invoice: &mut Invoice, number: AttemptNumber, inquiry: &Inquiry, now: Timestamp) -> Settlement {
    match inquiry {
        Inquiry::Unclear => Settlement::AlreadyKnown,
        Inquiry::Absent => {
            invoice.transaction_absent(number);
            Settlement::AlreadyKnown
        }
        Inquiry::Found(details) => {
            let mut settlement = Settlement::AlreadyKnown;
            for detail in details {
                invoice.transaction_created(number, detail.transaction.clone());
                settlement = graver(settlement, invoice.settle(&detail.report, now));
            }
            settlement
        }
    }
}
