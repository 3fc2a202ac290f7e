//! What a person decides when money moved in a way that does not fit.

use jiff::Timestamp;

use super::event::InvoiceEvent;
use super::settle::ReceivedReport;
use super::{Invoice, Payment, Standing};
use crate::domain::identifier::UserId;
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
    /// The money is accepted: the invoice counts as paid by it.
    AcceptPayment,
    /// The money was given back outside Paydesk: an unpaid invoice ends as refunded, a paid one stays paid.
    MoneyReturned,
    /// Nothing to do: the invoice stands as it stood.
    Dismiss,
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
    /// No report of a payment is among the unfitting ones.
    #[error("no payment is in question")]
    NoPaymentInQuestion,
    /// The reason is missing or too long.
    #[error("a reason has 1 to {MAX_REASON_LENGTH} characters")]
    ReasonMissing,
}

impl Invoice {
    /// Closes the open question as a person decided.
    ///
    /// # Errors
    /// When nothing is open, the decision does not apply, or the reason is missing.
    pub fn decide(&mut self, review: Review) -> Result<(), ReviewError> {
        if self.open_review.is_none() {
            return Err(ReviewError::NothingToDecide);
        }
        let length = review.reason.trim().chars().count();
        if length == 0 || length > MAX_REASON_LENGTH {
            return Err(ReviewError::ReasonMissing);
        }
        match review.decision {
            Decision::AcceptPayment => self.accept_payment()?,
            Decision::MoneyReturned => self.money_returned(review.decided_at)?,
            Decision::Dismiss => {}
        }
        self.open_review = None;
        self.reviews.push(review);
        Ok(())
    }

    fn accept_payment(&mut self) -> Result<(), ReviewError> {
        if self.payment().is_some() {
            return Ok(());
        }
        let payment = self.payment_in_question().ok_or(ReviewError::NoPaymentInQuestion)?;
        self.tell(InvoiceEvent::Paid, &payment, payment.paid_at);
        self.standing = Standing::Paid(payment);
        Ok(())
    }

    fn money_returned(&mut self, now: Timestamp) -> Result<(), ReviewError> {
        if self.payment().is_some() {
            return Ok(());
        }
        let payment = self.payment_in_question().ok_or(ReviewError::NoPaymentInQuestion)?;
        self.standing = Standing::Refunded { payment, at: now };
        Ok(())
    }

    /// The latest payment that did not fit.
    fn payment_in_question(&self) -> Option<Payment> {
        let is_payment = |report: &&ReceivedReport| {
            report.disagreement.is_some()
                && report.status == ReportedStatus::Paid
                && report.amount.is_positive()
        };
        let report = self.reports.iter().rev().find(is_payment)?;
        Some(Payment {
            reference: report.reference.clone(),
            channel: self.attempt(report.attempt).map(|attempt| attempt.channel),
            amount: report.amount,
            paid_at: report.received_at,
        })
    }
}
