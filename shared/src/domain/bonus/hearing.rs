//! What a bonus makes of the reports on its bill.
//!
//! A report is believed where it fits what we know: the bill is ours, we had begun to pay it when the report came, and
//! the amount, the payee and the phone, as far as they are told, are ours. Success is final: what comes after it, except
//! that the money was given back, is kept and changes nothing.

use jiff::{SignedDuration, Timestamp};

use super::driving::later;
use super::exchange::Exchange;
use super::report::{BillReport, ReportSource, ReportedOutcome};
use super::{Bonus, BonusEvent, Payment, Question, Refusal, Refuser, Standing, Word};

/// How far the clock of whoever takes a report in may be behind that of whoever pays.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

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
        if report.source == ReportSource::Gateway {
            match confirmation {
                Confirmation::Confirmed => {}
                Confirmation::Denied => {
                    let outcome = report.outcome.as_str();
                    return self
                        .disagree(format!("the gateway does not know of what was reported: {outcome}"));
                }
                // It proves nothing, and no failure is believed over it.
                Confirmation::NotAsked => {
                    self.is_reported_paid |= report.outcome == ReportedOutcome::Paid;
                    return;
                }
            }
        }
        match self.misfit(report) {
            Some(evidence) => self.doubt(evidence, now),
            None => match &report.outcome {
                ReportedOutcome::Paid => self.hear_paid(report, now),
                ReportedOutcome::Failed { code, reason } => {
                    let refusal =
                        Refusal { by: Refuser::Portmone, code: code.clone(), reason: reason.clone() };
                    if came_after(self.last_payment_at, report) {
                        self.hear_failed(refusal, now);
                    }
                }
                ReportedOutcome::Refunded => self.hear_refunded(report, now),
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

    fn hear_paid(&mut self, report: &BillReport, now: Timestamp) {
        self.is_reported_paid = true;
        let settles =
            came_after(self.first_payment_at, report) && (report.amount.is_some() || !self.is_contradicted);
        match &self.standing {
            Standing::Paying { .. } | Standing::NeedsReview { question: Question::Payment, .. }
                if settles =>
            {
                self.pay(Word::Report, now);
            }
            // An earlier payment, of which the answer was lost.
            Standing::BillMade(_) if settles && self.possible_payments() > 0 => self.pay(Word::Report, now),
            // Our payments certainly did not reach it. Whoever paid it, it is not paid again without a person.
            Standing::BillMade(_) if settles => {
                self.open_review(Question::Payment, "reported as paid, and not by us".to_owned(), now);
            }
            // We have not paid it yet, and whoever did is unknown: our own payment will show.
            Standing::Created(_) | Standing::MakingBill(_) | Standing::BillMade(_) => {}
            Standing::Paying { .. } | Standing::NeedsReview { question: Question::Payment, .. } => {}
            Standing::Refused { .. } | Standing::Cancelled { payment: None, .. } => {
                let evidence = format!("reported as paid, and it was {}", self.state().as_str());
                self.open_review(Question::Payment, evidence, now);
            }
            Standing::Paid { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::Cancelled { payment: Some(_), .. }
            | Standing::NeedsReview { question: Question::TopUp(_), .. }
            | Standing::Refunded { .. } => {}
        }
    }

    fn hear_failed(&mut self, refusal: Refusal, now: Timestamp) {
        match &self.standing {
            // No payment is out: the next one's own answer counts.
            Standing::Created(_) | Standing::MakingBill(_) | Standing::BillMade(_) => {}
            // Whoever asked may still hear that it is paid.
            Standing::Paying { is_unclear: false, .. } => self.reported_failure = Some(refusal),
            Standing::Paying { is_unclear: true, .. } => self.believe_failure(refusal, now),
            // It may speak of any payment, where there were several.
            Standing::NeedsReview { question: Question::Payment, .. } if self.is_failure_clear() => {
                self.believe_failure(refusal, now);
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

    fn hear_refunded(&mut self, report: &BillReport, now: Timestamp) {
        if matches!(&self.standing, Standing::Refunded { .. }) {
            return;
        }
        let is_in_question = matches!(
            &self.standing,
            Standing::Paying { .. } | Standing::NeedsReview { question: Question::Payment, .. }
        );
        // What was given back had been paid, whatever the answer to paying it was or will be.
        let reported = (is_in_question && came_after(self.first_payment_at, report))
            .then_some(Payment { at: now, word: Word::Report });
        match self.payment().or(reported) {
            Some(payment) => self.refund(payment, now),
            None => self.disagree("reported as given back, and it was not paid".to_owned()),
        }
    }

    fn refund(&mut self, payment: Payment, now: Timestamp) {
        self.standing = Standing::Refunded { at: now, payment };
        self.outbox.push(BonusEvent::Refunded);
    }

    /// A report on a bill of ours that does not fit: a person's question where the payment is in question, and
    /// otherwise told to the operators.
    fn doubt(&mut self, evidence: String, now: Timestamp) {
        self.is_contradicted = true;
        if let Standing::Paying { is_unclear: true, .. } = &self.standing {
            self.open_review(Question::Payment, evidence, now);
        } else {
            self.disagree(evidence);
        }
    }

    pub(super) fn disagree(&mut self, evidence: String) {
        self.outbox.push(BonusEvent::Disagreed(evidence));
    }
}

/// Whether a report came when a payment of ours had been begun.
fn came_after(payment_at: Option<Timestamp>, report: &BillReport) -> bool {
    payment_at.is_some_and(|since| later(report.received_at, CLOCKS_DIFFER) >= since)
}

fn has_same_end(one: &str, other: &str) -> bool {
    let end = |text: &str| -> String { text.chars().rev().take(2).collect() };
    end(one) == end(other)
}
