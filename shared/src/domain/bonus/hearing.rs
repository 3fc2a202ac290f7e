//! What a bonus makes of the reports on its bill.
//!
//! A report is believed where it fits what we know: the bill is ours, we have begun to pay it, and the amount, the
//! payee and the phone, as far as they are told, are ours. Success is final: what comes after it, except that the money
//! was given back, is kept and changes nothing.

use jiff::Timestamp;

use super::exchange::Exchange;
use super::report::{BillReport, ReportSource, ReportedOutcome};
use super::{Bonus, BonusEvent, Payment, Question, Refusal, Refuser, Standing, Word};

/// What asking the gateway about a report of its own brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It says the same.
    Confirmed,
    /// It says something else.
    Denied,
    /// It cannot be asked here.
    NotAsked,
}

impl Bonus {
    /// Hears the next report on its bill. `confirmation` counts for reports of the gateway, which prove nothing by
    /// themselves.
    pub fn hear(&mut self, report: &BillReport, confirmation: Confirmation, now: Timestamp) {
        self.reports_heard = self.reports_heard.saturating_add(1);
        self.exchanges = self.exchanges.saturating_add(1);
        self.evidence.push(Exchange::reported(self.exchanges, report));
        if report.source == ReportSource::Gateway && confirmation != Confirmation::Confirmed {
            if confirmation == Confirmation::Denied {
                self.disagree(format!(
                    "the gateway does not know of what was reported: {}",
                    report.outcome.as_str()
                ));
            }
            return;
        }
        match self.misfit(report) {
            Some(evidence) => self.doubt(evidence, now),
            None => match &report.outcome {
                ReportedOutcome::Paid => self.hear_paid(now),
                ReportedOutcome::Failed { code, reason } => {
                    let refusal =
                        Refusal { by: Refuser::Portmone, code: code.clone(), reason: reason.clone() };
                    self.hear_failed(refusal, now);
                }
                ReportedOutcome::Refunded => self.hear_refunded(now),
            },
        }
    }

    /// What in a report is not as we know it.
    fn misfit(&self, report: &BillReport) -> Option<String> {
        if let Some(amount) = report.amount
            && amount != self.amount
        {
            return Some(format!(
                "reported as {} with {amount} instead of {}",
                report.outcome.as_str(),
                self.amount
            ));
        }
        if let (Some(told), Some(ours)) = (&report.payee, &self.payee)
            && told != ours
        {
            return Some(format!("reported for the payee {told} instead of {ours}"));
        }
        // Only what is not masked of them can be compared.
        if let Some(told) = &report.recipient
            && !has_same_end(told, &self.recipient)
        {
            return Some(format!("reported for {told} instead of {}", self.recipient));
        }
        None
    }

    fn hear_paid(&mut self, now: Timestamp) {
        self.is_reported_paid = true;
        match &self.standing {
            Standing::Paying { .. } | Standing::NeedsReview { question: Question::Payment, .. }
                if self.payments > 0 =>
            {
                self.pay(Word::Report, now);
            }
            // We have not paid it yet, and whoever did is unknown: our own payment will show.
            Standing::Created(_) | Standing::MakingBill(_) | Standing::BillMade(_) => {}
            Standing::Paying { .. } | Standing::NeedsReview { question: Question::Payment, .. } => {}
            Standing::Refused { .. } | Standing::Cancelled { .. } => {
                let evidence = format!("reported as paid, and it was {}", self.state().as_str());
                self.open_review(Question::Payment, evidence, now);
            }
            Standing::Paid { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::NeedsReview { question: Question::TopUp(_), .. }
            | Standing::Refunded { .. } => {}
        }
    }

    fn hear_failed(&mut self, refusal: Refusal, now: Timestamp) {
        match &self.standing {
            // Nobody asked Portmone to pay yet.
            Standing::Created(_) | Standing::MakingBill(_) | Standing::BillMade(_) => {}
            // Whoever asked may still hear that it is paid.
            Standing::Paying { is_unclear: false, .. } => self.reported_failure = Some(refusal),
            Standing::Paying { is_unclear: true, .. } => self.refuse(refusal, now),
            Standing::NeedsReview { question: Question::Payment, .. }
                if self.payments > 0 && !self.is_reported_paid =>
            {
                self.refuse(refusal, now);
            }
            Standing::NeedsReview { .. }
            | Standing::Paid { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. } => {
                let state = self.state().as_str();
                self.disagree(format!("reported as failed, and it is {state}: {}", refusal.reason));
            }
            Standing::Refused { .. } | Standing::Cancelled { .. } | Standing::Refunded { .. } => {}
        }
    }

    fn hear_refunded(&mut self, now: Timestamp) {
        match &self.standing {
            Standing::Paid { payment, .. }
            | Standing::ToppingUp { payment, .. }
            | Standing::Done { payment, .. }
            | Standing::NeedsReview { question: Question::TopUp(payment), .. } => self.refund(*payment, now),
            // What was given back had been paid, whatever the answer to paying it was or will be.
            Standing::Paying { .. } => self.refund(Payment { at: now, word: Word::Report }, now),
            Standing::NeedsReview { question: Question::Payment, .. } if self.payments > 0 => {
                self.refund(Payment { at: now, word: Word::Report }, now);
            }
            Standing::Created(_)
            | Standing::MakingBill(_)
            | Standing::BillMade(_)
            | Standing::Refused { .. }
            | Standing::Cancelled { .. }
            | Standing::NeedsReview { question: Question::Payment, .. } => {
                self.disagree("reported as given back, and it was not paid".to_owned());
            }
            Standing::Refunded { .. } => {}
        }
    }

    fn refund(&mut self, payment: Payment, now: Timestamp) {
        self.standing = Standing::Refunded { at: now, payment };
        self.outbox.push(BonusEvent::Refunded);
    }

    /// A report on a bill of ours that does not fit: a person's question where the payment is in question, and
    /// otherwise told to the operators.
    fn doubt(&mut self, evidence: String, now: Timestamp) {
        match &self.standing {
            Standing::Paying { is_unclear: true, .. } => self.open_review(Question::Payment, evidence, now),
            Standing::Created(_)
            | Standing::MakingBill(_)
            | Standing::BillMade(_)
            | Standing::Paying { is_unclear: false, .. }
            | Standing::Paid { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => self.disagree(evidence),
        }
    }

    fn disagree(&mut self, evidence: String) {
        self.outbox.push(BonusEvent::Disagreed(evidence));
    }
}

fn has_same_end(one: &str, other: &str) -> bool {
    let end = |text: &str| -> String { text.chars().rev().take(2).collect() };
    end(one) == end(other)
}
