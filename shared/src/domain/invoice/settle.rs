//! What a payment report does to an invoice.
//!
//! A report never changes an invoice twice, a disagreement is never dropped and never believed,
//! and a payment is never undone by a later report of expiry or failure.

use jiff::Timestamp;

use super::attempt::Progress;
use super::event::InvoiceEvent;
use super::number::AttemptNumber;
use super::review::OpenReview;
use super::{Invoice, Payment, Standing};
use crate::domain::identifier::Reference;
use crate::domain::money::Money;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};

/// Most reports kept with one invoice. Real invoices see a handful.
pub const MAX_REPORTS: usize = 64;

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// The invoice is paid by it.
    Settled,
    /// The payment was given back.
    Refunded,
    /// Its attempt is over; the invoice still waits.
    AttemptEnded,
    /// The invoice's time is over.
    Expired,
    /// Nothing new: it was known, or says that nothing happened yet.
    AlreadyKnown,
    /// It contradicts what we know, and was kept for a person.
    Disagrees(Disagreement),
}

/// How a report contradicts what we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disagreement {
    /// We never made an attempt of that number.
    UnknownAttempt,
    /// The attempt has another reference at the provider.
    ReferenceDiffers,
    /// Another amount or currency than the invoice's.
    AmountDiffers,
    /// Paid after the invoice had expired.
    PaidAfterExpiry,
    /// Paid after the invoice had been cancelled.
    PaidAfterCancellation,
    /// Another payment had settled the invoice.
    PaidTwice,
    /// Said to have ended unpaid after it had been paid.
    EndedAfterPayment,
    /// Money went back that never came, by what we know.
    RefundWithoutPayment,
}

impl Disagreement {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::UnknownAttempt,
        Self::ReferenceDiffers,
        Self::AmountDiffers,
        Self::PaidAfterExpiry,
        Self::PaidAfterCancellation,
        Self::PaidTwice,
        Self::EndedAfterPayment,
        Self::RefundWithoutPayment,
    ];

    /// The name in the API, in stored invoices and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAttempt => "unknown_attempt",
            Self::ReferenceDiffers => "reference_differs",
            Self::AmountDiffers => "amount_differs",
            Self::PaidAfterExpiry => "paid_after_expiry",
            Self::PaidAfterCancellation => "paid_after_cancellation",
            Self::PaidTwice => "paid_twice",
            Self::EndedAfterPayment => "ended_after_payment",
            Self::RefundWithoutPayment => "refund_without_payment",
        }
    }
}

/// A report that changed something or disagreed, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedReport {
    /// The attempt it names.
    pub attempt: AttemptNumber,
    /// The provider's reference.
    pub reference: Reference,
    /// What it says happened.
    pub status: ReportedStatus,
    /// What counts towards the invoice.
    pub amount: Money,
    /// How it reached us.
    pub source: ReportSource,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Why it was not believed, if so.
    pub disagreement: Option<Disagreement>,
    /// The report as it came.
    pub raw: String,
}

impl ReceivedReport {
    fn says_the_same_as(&self, report: &PaymentReport) -> bool {
        self.attempt == report.merchant_ref.attempt
            && self.reference == report.reference
            && self.status == report.status
            && (self.amount == report.amount || self.status != ReportedStatus::Paid)
    }
}

impl Invoice {
    /// Applies a report.
    pub fn settle(&mut self, report: &PaymentReport, now: Timestamp) -> Settlement {
        if self.reports.iter().any(|known| known.says_the_same_as(report)) {
            return Settlement::AlreadyKnown;
        }
        let judged = match report.status {
            ReportedStatus::Unpaid => return Settlement::AlreadyKnown,
            ReportedStatus::Paid => self.judge_payment(report),
            ReportedStatus::Failed | ReportedStatus::Expired => self.judge_end(report),
            ReportedStatus::Refunded => self.judge_refund(report),
        };
        let settlement = judged.map_or_else(Settlement::Disagrees, |change| self.apply(change, report, now));
        if let Settlement::Disagrees(_) = settlement
            && money_moved(report)
            && self.open_review.is_none()
        {
            self.open_review = Some(OpenReview { opened_at: now });
        }
        if settlement != Settlement::AlreadyKnown {
            self.keep(report, settlement, now);
        }
        settlement
    }

    fn judge_payment(&self, report: &PaymentReport) -> Result<Settlement, Disagreement> {
        self.check_attempt(report)?;
        if report.amount != self.order.amount {
            return Err(Disagreement::AmountDiffers);
        }
        match &self.standing {
            Standing::Pending => Ok(Settlement::Settled),
            Standing::Paid(payment) | Standing::Refunded { payment, .. } => {
                if payment.reference == report.reference {
                    Ok(Settlement::AlreadyKnown)
                } else {
                    Err(Disagreement::PaidTwice)
                }
            }
            Standing::Expired { .. } => Err(Disagreement::PaidAfterExpiry),
            Standing::Cancelled { .. } => Err(Disagreement::PaidAfterCancellation),
        }
    }

    fn judge_end(&self, report: &PaymentReport) -> Result<Settlement, Disagreement> {
        self.check_attempt(report)?;
        let Some(attempt) = self.attempt(report.merchant_ref.attempt) else {
            return Err(Disagreement::UnknownAttempt);
        };
        match &attempt.progress {
            Progress::Paid(_) => Err(Disagreement::EndedAfterPayment),
            Progress::Ended(_) => Ok(Settlement::AlreadyKnown),
            Progress::Submitting | Progress::Open(_) | Progress::Absent | Progress::Refused(_) => {
                let last_hope = self.live_attempts().all(|other| other.number == attempt.number);
                let over = report.status == ReportedStatus::Expired
                    && self.standing == Standing::Pending
                    && last_hope
                    && attempt.lives_as_long_as(self.expires_at);
                Ok(if over { Settlement::Expired } else { Settlement::AttemptEnded })
            }
        }
    }

    fn judge_refund(&self, report: &PaymentReport) -> Result<Settlement, Disagreement> {
        self.check_attempt(report)?;
        match &self.standing {
            Standing::Paid(payment) if payment.reference == report.reference => Ok(Settlement::Refunded),
            Standing::Refunded { payment, .. } if payment.reference == report.reference => {
                Ok(Settlement::AlreadyKnown)
            }
            Standing::Pending
            | Standing::Paid(_)
            | Standing::Expired { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => Err(Disagreement::RefundWithoutPayment),
        }
    }

    fn check_attempt(&self, report: &PaymentReport) -> Result<(), Disagreement> {
        let attempt = self.attempt(report.merchant_ref.attempt).ok_or(Disagreement::UnknownAttempt)?;
        match attempt.transaction() {
            Some(transaction) if transaction.reference != report.reference => {
                Err(Disagreement::ReferenceDiffers)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn apply(&mut self, change: Settlement, report: &PaymentReport, now: Timestamp) -> Settlement {
        let number = report.merchant_ref.attempt;
        let channel = self.attempt(number).map(|attempt| attempt.channel);
        let attempt = self.attempts.iter_mut().find(|attempt| attempt.number == number);
        match change {
            Settlement::Settled => {
                if let Some(attempt) = attempt {
                    attempt.end(Progress::Paid);
                }
                let paid_at = report.paid_at.unwrap_or(now);
                let (reference, amount) = (report.reference.clone(), report.amount);
                let payment = Payment { reference, channel, amount, paid_at };
                self.tell(InvoiceEvent::Paid, &payment, paid_at);
                self.standing = Standing::Paid(payment);
            }
            Settlement::Refunded => {
                if let Some(payment) = self.payment().cloned() {
                    self.tell(InvoiceEvent::Refunded, &payment, now);
                    self.standing = Standing::Refunded { payment, at: now };
                }
            }
            Settlement::AttemptEnded | Settlement::Expired => {
                if let Some(attempt) = attempt {
                    attempt.end(Progress::Ended);
                }
                if change == Settlement::Expired {
                    self.standing = Standing::Expired { at: now };
                }
            }
            Settlement::AlreadyKnown | Settlement::Disagrees(_) => {}
        }
        change
    }

    fn keep(&mut self, report: &PaymentReport, settlement: Settlement, now: Timestamp) {
        let disagreement = match settlement {
            Settlement::Disagrees(disagreement) => Some(disagreement),
            Settlement::Settled
            | Settlement::Refunded
            | Settlement::AttemptEnded
            | Settlement::Expired
            | Settlement::AlreadyKnown => None,
        };
        if self.reports.len() >= MAX_REPORTS {
            return;
        }
        self.reports.push(ReceivedReport {
            attempt: report.merchant_ref.attempt,
            reference: report.reference.clone(),
            status: report.status,
            amount: report.amount,
            source: report.source,
            received_at: now,
            disagreement,
            raw: report.raw.clone(),
        });
    }
}

/// Whether a report says that money came in or went out. A tester's "paid" of nothing does not.
fn money_moved(report: &PaymentReport) -> bool {
    match report.status {
        ReportedStatus::Paid | ReportedStatus::Refunded => report.amount.is_positive(),
        ReportedStatus::Unpaid | ReportedStatus::Failed | ReportedStatus::Expired => false,
    }
}
