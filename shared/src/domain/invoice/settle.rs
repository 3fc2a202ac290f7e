//! What a payment report does to an invoice.
//!
//! A report never changes an invoice twice, a disagreement is never dropped and never believed,
//! and a payment is never undone by a later report of expiry or failure.

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::attempt::{Progress, Transaction};
use super::event::InvoiceEvent;
use super::number::AttemptNumber;
use super::review::OpenReview;
use super::{Invoice, Payment, Standing};
use crate::domain::identifier::Reference;
use crate::domain::money::Money;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};

/// Most reports kept with one invoice that are not about money. Real invoices see a handful.
pub const MAX_REPORTS: usize = 32;
/// Most of a report that is kept as evidence, in bytes. Real ones have some hundreds, with payment
/// instructions some thousands; an item of the store holds 400 KB.
const MAX_RAW_BYTES: usize = 8 << 10;

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
    /// Another amount or currency than the invoice's, or than the payment it speaks of had.
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
            && (self.amount == report.amount || !is_payment_or_refund(report.status))
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
        let settlement = match judged {
            Ok(change) => self.apply(change, report, now),
            Err(disagreement) => self.doubt(disagreement, report, now),
        };
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
            Standing::Pending if self.is_refund_kept(report) => Ok(Settlement::Refunded),
            Standing::Pending => Ok(Settlement::Settled),
            Standing::Paid(payment) | Standing::Refunded { payment, .. } => {
                if payment.reference != report.reference {
                    Err(Disagreement::PaidTwice)
                } else if payment.amount != report.amount {
                    Err(Disagreement::AmountDiffers)
                } else {
                    Ok(Settlement::AlreadyKnown)
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

    /// A refund is about the payment that settled the invoice, whichever attempt that came by:
    /// a person may have accepted one that fitted none.
    fn judge_refund(&self, report: &PaymentReport) -> Result<Settlement, Disagreement> {
        let Some(payment) = self.payment().filter(|payment| payment.reference == report.reference) else {
            self.check_attempt(report)?;
            return Err(Disagreement::RefundWithoutPayment);
        };
        if payment.amount != report.amount {
            return Err(Disagreement::AmountDiffers);
        }
        Ok(if self.is_paid_by(&report.reference) { Settlement::Refunded } else { Settlement::AlreadyKnown })
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
        match change {
            Settlement::Settled => {
                let payment = self.take_payment(report, now);
                self.tell(InvoiceEvent::Paid, &payment, payment.paid_at);
                self.standing = Standing::Paid(payment);
            }
            Settlement::Refunded => {
                let payment = match self.payment().cloned() {
                    Some(payment) => {
                        self.tell(InvoiceEvent::Refunded, &payment, now);
                        payment
                    }
                    // Its refund was reported first. Nobody was told that it was paid, so nobody is
                    // told that it went back: the two might overtake each other again.
                    None => self.take_payment(report, now),
                };
                self.standing = Standing::Refunded { payment, at: now };
            }
            Settlement::AttemptEnded | Settlement::Expired => {
                self.end_attempt(report, Progress::Ended);
                if change == Settlement::Expired {
                    self.standing = Standing::Expired { at: now };
                    if self.open_review.is_none() {
                        self.tell_expired(now);
                    }
                }
            }
            Settlement::AlreadyKnown | Settlement::Disagrees(_) => {}
        }
        change
    }

    /// Leaves what is not believed to a person, where money is in question.
    fn doubt(&mut self, disagreement: Disagreement, report: &PaymentReport, now: Timestamp) -> Settlement {
        if money_moved(report) && self.check_attempt(report).is_ok() {
            // Whatever becomes of the money, this code was paid: it is not offered or asked about again.
            self.end_attempt(report, Progress::Paid);
        }
        if self.is_about_money(report) && self.open_review.is_none() {
            self.open_review = Some(OpenReview { opened_at: now });
            self.tell_review_opened(disagreement, report);
        }
        Settlement::Disagrees(disagreement)
    }

    fn take_payment(&mut self, report: &PaymentReport, now: Timestamp) -> Payment {
        self.end_attempt(report, Progress::Paid);
        Payment {
            reference: report.reference.clone(),
            channel: self.attempt(report.merchant_ref.attempt).map(|attempt| attempt.channel),
            amount: report.amount,
            paid_at: report.paid_at.unwrap_or(now),
        }
    }

    fn end_attempt(&mut self, report: &PaymentReport, ending: fn(Option<Transaction>) -> Progress) {
        let number = report.merchant_ref.attempt;
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.end(ending);
        }
    }

    /// Whether the report says that money moved, or may say so of the money the invoice is paid by.
    fn is_about_money(&self, report: &PaymentReport) -> bool {
        let gone = report.status == ReportedStatus::Refunded && self.is_paid_by(&report.reference);
        money_moved(report) || gone
    }

    fn is_paid_by(&self, reference: &Reference) -> bool {
        matches!(&self.standing, Standing::Paid(payment) if payment.reference == *reference)
    }

    /// Whether the refund of exactly this payment was reported before the payment was.
    fn is_refund_kept(&self, payment: &PaymentReport) -> bool {
        self.reports.iter().any(|kept| {
            kept.status == ReportedStatus::Refunded
                && kept.reference == payment.reference
                && kept.amount == payment.amount
        })
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
        if self.reports.len() >= MAX_REPORTS && !self.is_about_money(report) {
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
            raw: report.raw[..report.raw.floor_char_boundary(MAX_RAW_BYTES)].to_owned(),
        });
    }
}

/// Whether a report says that money came in or went out. A tester's "paid" of nothing does not.
fn money_moved(report: &PaymentReport) -> bool {
    is_payment_or_refund(report.status) && report.amount.is_positive()
}

fn is_payment_or_refund(status: ReportedStatus) -> bool {
    match status {
        ReportedStatus::Paid | ReportedStatus::Refunded => true,
        ReportedStatus::Unpaid | ReportedStatus::Failed | ReportedStatus::Expired => false,
    }
}
