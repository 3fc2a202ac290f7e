//! What a person decides when money moved in a way that does not fit.

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::event::InvoiceEvent;
use super::settle::ReceivedReport;
use super::{Invoice, Payment, Standing};
use crate::domain::identifier::{Reference, UserId};
use crate::domain::payment_report::ReportedStatus;

/// Longest reason kept, in characters.
pub const MAX_REASON_LENGTH: usize = 500;

/// A question that waits for a person. The evidence is in the invoice's reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// When the first unfitting report came.
    pub opened_at: Timestamp,
}

/// How a person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What.
    pub decision: Decision,
    /// Why, in their words.
    pub reason: String,
    /// Who.
    pub decided_by: UserId,
    /// When.
    pub decided_at: Timestamp,
}

/// What can be decided about money that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The money is accepted: the invoice counts as paid by it. A paid one stays as it is.
    AcceptPayment,
    /// The money was given back outside Paydesk: an unpaid invoice ends as refunded. A paid one
    /// stays paid, unless what is in question is the refund of the very payment that settled it.
    MoneyReturned,
    /// Nothing to do: the invoice stands as it stood.
    Dismiss,
}

impl Review {
    fn says_the_same_as(&self, other: &Self) -> bool {
        let said = |review: &Self| (review.decision, review.reason.clone(), review.decided_by.clone());
        said(self) == said(other)
    }
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 3] = [Self::AcceptPayment, Self::MoneyReturned, Self::Dismiss];

    /// The name in the API and in stored invoices.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcceptPayment => "accept_payment",
            Self::MoneyReturned => "money_returned",
            Self::Dismiss => "dismiss",
        }
    }
}

/// Why a decision cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Nothing waits for a decision.
    #[error("the invoice does not wait for a decision")]
    NothingToDecide,
    /// None of the unfitting reports is of a payment that can be accepted, or given back.
    #[error("no payment is in question")]
    NoPaymentInQuestion,
    /// The reason is missing or too long.
    #[error("a reason has 1 to {MAX_REASON_LENGTH} characters")]
    ReasonMissing,
}

impl Invoice {
    /// Closes the open question as a person decided. Saying again what closed the last one changes
    /// nothing: the answer to the first time may have been lost.
    ///
    /// # Errors
    /// When nothing is open, the decision does not apply, or the reason is missing.
    pub fn decide(&mut self, mut review: Review) -> Result<(), ReviewError> {
        review.reason = review.reason.trim().to_owned();
        if self.open_review.is_none() {
            let is_repeat = self.reviews.last().is_some_and(|last| last.says_the_same_as(&review));
            return if is_repeat { Ok(()) } else { Err(ReviewError::NothingToDecide) };
        }
        let length = review.reason.chars().count();
        if length == 0 || length > MAX_REASON_LENGTH {
            return Err(ReviewError::ReasonMissing);
        }
        match review.decision {
            Decision::AcceptPayment => self.accept_payment()?,
            Decision::MoneyReturned => self.money_returned(review.decided_at)?,
            Decision::Dismiss => self.tell_of_end_during_review(),
        }
        self.open_review = None;
        self.reviews.push(review);
        Ok(())
    }

    /// The end of an invoice is not told while money is in question. It is once that turned out to be
    /// none of this invoice's.
    fn tell_of_end_during_review(&mut self) {
        let opened_at = self.open_review.as_ref().map(|review| review.opened_at);
        if let Standing::Expired { at } = self.standing
            && opened_at.is_some_and(|opened_at| opened_at < at)
        {
            self.tell_expired(at);
        }
    }

    fn accept_payment(&mut self) -> Result<(), ReviewError> {
        match &self.standing {
            Standing::Paid(_) => return Ok(()),
            // The order service knows this order as paid and given back: it is never paid again.
            Standing::Refunded { .. } if self.was_accepted() => return Err(ReviewError::NoPaymentInQuestion),
            Standing::Pending
            | Standing::Expired { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => {}
        }
        let payment = self.payment_in_question(|report| !self.went_back(&report.reference))?;
        self.tell(InvoiceEvent::Paid, &payment, payment.paid_at);
        self.standing = Standing::Paid(payment);
        Ok(())
    }

    fn money_returned(&mut self, now: Timestamp) -> Result<(), ReviewError> {
        let payment = match &self.standing {
            Standing::Paid(payment) if self.is_only_refund_in_question(&payment.reference) => {
                let payment = payment.clone();
                self.tell(InvoiceEvent::Refunded, &payment, now);
                payment
            }
            Standing::Paid(_) | Standing::Refunded { .. } => return Ok(()),
            Standing::Pending | Standing::Expired { .. } | Standing::Cancelled { .. } => {
                self.payment_in_question(|_| true)?
            }
        };
        self.standing = Standing::Refunded { payment, at: now };
        Ok(())
    }

    /// The payment a decision is about: of this question before an earlier one, of the right amount
    /// before another, and the latest of several alike.
    fn payment_in_question(&self, may_be: impl Fn(&ReceivedReport) -> bool) -> Result<Payment, ReviewError> {
        let start = self.start_of_question();
        let rank =
            |place: usize, report: &ReceivedReport| (place >= start, report.amount == self.order.amount);
        let unfitting = self.reports.iter().enumerate().filter(|(_, report)| is_unfitting_payment(report));
        let (_, report) = unfitting
            .filter(|(_, report)| may_be(report))
            .max_by_key(|(place, report)| rank(*place, report))
            .ok_or(ReviewError::NoPaymentInQuestion)?;
        Ok(Payment {
            reference: report.reference.clone(),
            channel: self.attempt(report.attempt).map(|attempt| attempt.channel),
            amount: report.amount,
            paid_at: report.received_at,
        })
    }

    /// Where in the reports the open question begins.
    fn start_of_question(&self) -> usize {
        let opened_at = self.open_review.as_ref().map(|review| review.opened_at);
        self.reports.iter().position(|report| Some(report.received_at) == opened_at).unwrap_or(0)
    }

    /// Whether the open question is about the refund of `settled_by`, and about no other payment.
    fn is_only_refund_in_question(&self, settled_by: &Reference) -> bool {
        let in_question = || self.reports.iter().skip(self.start_of_question());
        let is_refund = |report: &ReceivedReport| {
            report.status == ReportedStatus::Refunded && report.reference == *settled_by
        };
        let is_other =
            |report: &ReceivedReport| is_unfitting_payment(report) && report.reference != *settled_by;
        in_question().any(is_refund) && !in_question().any(is_other)
    }

    /// Whether money of that reference is known to have gone back.
    fn went_back(&self, reference: &Reference) -> bool {
        let is_refund = |report: &ReceivedReport| {
            report.status == ReportedStatus::Refunded
                && report.reference == *reference
                && report.amount.is_positive()
        };
        let is_given_back =
            matches!(&self.standing, Standing::Refunded { payment, .. } if payment.reference == *reference);
        is_given_back || self.reports.iter().any(is_refund)
    }

    /// Whether a payment was ever believed, or accepted by a person.
    fn was_accepted(&self) -> bool {
        let by_report =
            |report: &ReceivedReport| report.status == ReportedStatus::Paid && report.disagreement.is_none();
        let by_person = |review: &Review| review.decision == Decision::AcceptPayment;
        self.reports.iter().any(by_report) || self.reviews.iter().any(by_person)
    }
}

fn is_unfitting_payment(report: &ReceivedReport) -> bool {
    report.disagreement.is_some() && report.status == ReportedStatus::Paid && report.amount.is_positive()
}
