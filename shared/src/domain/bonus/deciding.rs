//! What a person decides about a bonus.

use jiff::Timestamp;

use super::{Bonus, BonusEvent, Question, Refusal, Refuser, Standing, Wait, Word};

/// A decision about what is in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Somebody saw that it was paid, or topped up.
    ItHappened,
    /// It was not: it is done again.
    ItDidNotHappen,
    /// It is not wanted any more.
    GiveUp,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Done,
    /// The same was decided before.
    AlreadyDone,
    /// Nothing is in question, or something else than what was looked at.
    NotOpen,
}

impl Decision {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::ItHappened, Self::ItDidNotHappen, Self::GiveUp];

    /// The name in the API and in stored bonuses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ItHappened => "it_happened",
            Self::ItDidNotHappen => "it_did_not_happen",
            Self::GiveUp => "give_up",
        }
    }
}

impl Bonus {
    /// Answers what is in question. `step` is the one that was looked at: whoever is late decides nothing about a
    /// later one. What was refused can be given up, too.
    pub fn decide(&mut self, step: u32, decision: Decision, now: Timestamp) -> Decided {
        if self.decided == Some((step, decision)) {
            return Decided::AlreadyDone;
        }
        if self.exchanges != step || self.decided.is_some_and(|(decided, _)| decided == step) {
            return Decided::NotOpen;
        }
        let standing = match (&self.standing, decision) {
            // Where it has no bill, whatever was paid is another bonus's.
            (Standing::NeedsReview { question: Question::Payment, .. }, Decision::ItHappened)
                if self.bill.is_some() =>
            {
                self.pay(Word::Person, now);
                self.standing.clone()
            }
            (Standing::NeedsReview { question: Question::Payment, .. }, Decision::ItDidNotHappen) => {
                self.is_reported_paid = false;
                self.is_contradicted = false;
                self.unpaid(Wait::none(now))
            }
            (Standing::NeedsReview { question: Question::TopUp(payment), .. }, Decision::ItHappened) => {
                self.outbox.push(BonusEvent::Succeeded);
                Standing::Done { payment: *payment, at: now }
            }
            (Standing::NeedsReview { question: Question::TopUp(payment), .. }, Decision::ItDidNotHappen) => {
                Standing::Paid { payment: *payment, wait: Wait::none(now) }
            }
            (Standing::NeedsReview { question, evidence, .. }, Decision::GiveUp) => {
                let (reason, payment) = (evidence.clone(), self.payment());
                if *question == Question::Payment {
                    let refusal =
                        Refusal { by: Refuser::Paydesk, code: "given_up".to_owned(), reason: reason.clone() };
                    self.outbox.push(BonusEvent::Failed(refusal));
                }
                Standing::Cancelled { at: now, reason, payment }
            }
            (Standing::Refused { refusal, .. }, Decision::GiveUp) => {
                Standing::Cancelled { at: now, reason: refusal.reason.clone(), payment: None }
            }
            (
                Standing::Created(_)
                | Standing::MakingBill(_)
                | Standing::BillMade(_)
                | Standing::Paying { .. }
                | Standing::Paid { .. }
                | Standing::ToppingUp { .. }
                | Standing::Done { .. }
                | Standing::Refused { .. }
                | Standing::NeedsReview { question: Question::Payment, .. }
                | Standing::Cancelled { .. }
                | Standing::Refunded { .. },
                _,
            ) => return Decided::NotOpen,
        };
        self.tries = 0;
        self.standing = standing;
        self.decided = Some((step, decision));
        self.want();
        Decided::Done
    }

    /// Has what waits, or was refused, tried again now. Paying again means the bill that is known.
    pub fn retry(&mut self, step: u32, now: Timestamp) -> Decided {
        if self.exchanges != step {
            return Decided::NotOpen;
        }
        match &mut self.standing {
            Standing::Created(wait) | Standing::BillMade(wait) | Standing::Paid { wait, .. } => {
                if wait.not_before <= now {
                    return Decided::AlreadyDone;
                }
                wait.not_before = now;
            }
            // What is higher than a limit is paid by a person's word.
            Standing::Refused { refusal, .. } if refusal.is_for_good() => return Decided::NotOpen,
            Standing::Refused { .. } => self.standing = self.unpaid(Wait::none(now)),
            Standing::MakingBill(_)
            | Standing::Paying { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => return Decided::NotOpen,
        }
        self.tries = 0;
        self.want();
        Decided::Done
    }

    /// Tells whoever drives bonuses that there is something to do.
    fn want(&mut self) {
        if self.due_at().is_some() {
            self.outbox.push(BonusEvent::Wanted);
        }
    }
}
