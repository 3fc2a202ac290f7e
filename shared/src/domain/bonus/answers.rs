//! What became of calls.
//!
//! An answer counts for the call that it answers; a late one to an earlier call changes nothing, with one exception:
//! that the bill is paid is true whichever call was told so. An answer that speaks against a report which was believed
//! before it came changes nothing, either, and is told to people.

use jiff::{SignedDuration, Timestamp};

use super::driving::Patience;
use super::exchange::{Exchange, Method};
use super::{Bonus, BonusEvent, Call, Payment, Question, Refusal, Standing, Wait, Word};
use crate::domain::identifier::{PortmoneBillId, ReceiptId};

/// What became of asking Portmone to make a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillAnswer {
    /// It did.
    Made(PortmoneBillId),
    /// It named a bill that another bonus has.
    Taken(PortmoneBillId, ReceiptId),
    /// It said no.
    Refused(Refusal),
    /// Nothing usable came back, and nothing was lost by it.
    NotNow {
        /// Portmone's own wish.
        after: Option<SignedDuration>,
        /// Why.
        reason: String,
    },
}

/// What became of asking Portmone to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayAnswer {
    /// It did.
    Paid,
    /// It says that it did, and something about it is wrong.
    Differs(String),
    /// It said no.
    Refused(Refusal),
    /// It certainly did not, and may be asked again.
    NotReached {
        /// Portmone's own wish.
        after: Option<SignedDuration>,
        /// Why.
        reason: String,
    },
    /// It may or may not have.
    Unclear(String),
}

/// What became of asking the telecom for the top-up. It carries our key: asking again is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopUpAnswer {
    /// It is done.
    Done,
    /// It said no, and why.
    Refused(String),
    /// Nothing usable came back.
    NotNow {
        /// Its own wish.
        after: Option<SignedDuration>,
        /// Why.
        reason: String,
    },
}

impl Bonus {
    /// Keeps what was answered to a call, as evidence, whatever it means.
    pub fn answered(&mut self, call: &Call, method: Method, request: String, answer: String, now: Timestamp) {
        self.evidence.push(Exchange::asked(call, method, request).answered(answer, now));
    }

    /// Keeps what became of making a bill.
    pub fn bill_made(&mut self, call: &Call, answer: BillAnswer, patience: &Patience, now: Timestamp) {
        if !matches!(&self.standing, Standing::MakingBill(current) if current.number == call.number) {
            return;
        }
        match answer {
            BillAnswer::Made(bill) => {
                self.bill = Some(bill);
                self.tries = 0;
                self.standing = Standing::BillMade(Wait::none(now));
            }
            BillAnswer::Taken(bill, other) => {
                let evidence = format!("Portmone named the bill {bill}, which the bonus {other} has");
                self.open_review(Question::Payment, evidence, now);
            }
            BillAnswer::Refused(refusal) => self.refuse(refusal, now),
            BillAnswer::NotNow { after, reason } => self.put_off(after, reason, patience, now),
        }
    }

    /// Keeps what became of paying the bill.
    pub fn bill_paid(&mut self, call: &Call, answer: PayAnswer, patience: &Patience, now: Timestamp) {
        if answer == PayAnswer::Paid {
            return self.pay(Word::Answer, now);
        }
        if !matches!(&self.standing, Standing::Paying { call: current, .. } if current.number == call.number)
        {
            return self.compare_with_report(answer);
        }
        match answer {
            PayAnswer::Paid => {}
            PayAnswer::Differs(evidence) => {
                // Portmone said that something was paid: that it failed is no clear word any more.
                self.is_reported_paid = true;
                self.is_contradicted = true;
                self.open_review(Question::Payment, evidence, now);
            }
            PayAnswer::Refused(refusal) if self.may_be_paid() => {
                let evidence = format!("perhaps paid before, and paying it was refused: {}", refusal.reason);
                self.open_review(Question::Payment, evidence, now);
            }
            PayAnswer::Refused(refusal) => self.refuse(refusal, now),
            PayAnswer::NotReached { after, reason } => {
                self.unreached = self.unreached.saturating_add(1);
                self.put_off(after, reason, patience, now);
            }
            PayAnswer::Unclear(reason) => self.lose_answer(call, &reason, patience, now),
        }
    }

    /// A payment was believed by a report before its answer came: what speaks against it is told to people. That one of
    /// several was refused does not.
    fn compare_with_report(&mut self, answer: PayAnswer) {
        if self.payment().is_none_or(|payment| payment.word != Word::Report) {
            return;
        }
        match answer {
            PayAnswer::Differs(evidence) => self.disagree(format!("reported as paid, but {evidence}")),
            PayAnswer::Refused(refusal) if self.possible_payments() == 1 => {
                self.disagree(format!("reported as paid, but paying it was refused: {}", refusal.reason));
            }
            PayAnswer::Refused(_)
            | PayAnswer::Paid
            | PayAnswer::NotReached { .. }
            | PayAnswer::Unclear(_) => {}
        }
    }

    /// Keeps what became of the top-up.
    pub fn topped_up(&mut self, call: &Call, answer: TopUpAnswer, patience: &Patience, now: Timestamp) {
        let Standing::ToppingUp { payment, call: current } = &self.standing else { return };
        if current.number != call.number && answer != TopUpAnswer::Done {
            return;
        }
        match answer {
            TopUpAnswer::Done => {
                self.standing = Standing::Done { payment: *payment, at: now };
                self.outbox.push(BonusEvent::Succeeded);
            }
            TopUpAnswer::Refused(reason) => {
                self.open_review(
                    Question::TopUp(*payment),
                    format!("the telecom refused the top-up: {reason}"),
                    now,
                );
            }
            TopUpAnswer::NotNow { after, reason } => self.put_off(after, reason, patience, now),
        }
    }

    /// The bill is paid. Nothing that was known before speaks against it, except that it was known already, or that
    /// the payment has come back since.
    pub(super) fn pay(&mut self, word: Word, now: Timestamp) {
        if self.payment().is_none() {
            self.tries = 0;
            self.standing = Standing::Paid { payment: Payment { at: now, word }, wait: Wait::none(now) };
        }
    }
}
