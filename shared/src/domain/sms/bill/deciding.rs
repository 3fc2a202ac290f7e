//! What people decide about a bill.

use jiff::Timestamp;

use super::{BillEvent, SmsBill, Standing, Word};

/// What a person decides about a bill in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They saw the payment at the switch.
    Paid,
    /// They saw that there is none: it is charged again.
    NotPaid,
    /// It is given up.
    Cancel,
}

/// What became of a person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Done,
    /// The same was said before.
    AlreadyDone,
    /// The bill is not where that can be said.
    NotOpen,
}

impl SmsBill {
    /// Has it charged now, by a person's word.
    pub fn process(&mut self, by: &str, now: Timestamp) -> Decided {
        match &self.standing {
            Standing::AwaitingApproval
            | Standing::Ready { .. }
            | Standing::Failed { .. }
            | Standing::GivenUp { .. } => {
                self.processed_by = Some(by.to_owned());
                self.refusals = 0;
                self.standing = Standing::Ready { not_before: now, reason: None };
                self.outbox.push(BillEvent::ChargeWanted);
                Decided::Done
            }
            Standing::Charging(_) | Standing::Paid { .. } => Decided::AlreadyDone,
            Standing::Cancelled { .. } | Standing::NeedsReview { .. } => Decided::NotOpen,
        }
    }

    /// Cancels it, where it was certainly not charged.
    pub fn cancel(&mut self, reason: &str, now: Timestamp) -> Decided {
        match &self.standing {
            Standing::AwaitingApproval
            | Standing::Ready { .. }
            | Standing::Failed { .. }
            | Standing::GivenUp { .. } => {
                self.standing = Standing::Cancelled { at: now, reason: reason.to_owned() };
                Decided::Done
            }
            Standing::Cancelled { .. } => Decided::AlreadyDone,
            Standing::Charging(_) | Standing::Paid { .. } | Standing::NeedsReview { .. } => Decided::NotOpen,
        }
    }

    /// Keeps what a person says about its debit number `attempt`.
    pub fn resolve(&mut self, attempt: u32, decision: Decision, by: &str, now: Timestamp) -> Decided {
        if attempt != self.attempts {
            return Decided::NotOpen;
        }
        match (&self.standing, decision) {
            (Standing::NeedsReview { .. }, Decision::Paid) => {
                self.processed_by = Some(by.to_owned());
                self.pay(None, Word::Person, now);
                Decided::Done
            }
            (Standing::NeedsReview { charging, .. }, Decision::NotPaid) => {
                // They looked at that account: it may not be there to be asked any more.
                let seen = charging.account;
                self.tried_accounts.retain(|account| *account != seen);
                self.processed_by = Some(by.to_owned());
                self.standing = Standing::Ready { not_before: now, reason: None };
                self.outbox.push(BillEvent::ChargeWanted);
                Decided::Done
            }
            (Standing::NeedsReview { .. }, Decision::Cancel) => {
                self.standing = Standing::Cancelled { at: now, reason: format!("given up by {by}") };
                Decided::Done
            }
            (Standing::Paid { word: Word::Person, .. }, Decision::Paid)
            | (Standing::Cancelled { .. }, Decision::Cancel) => Decided::AlreadyDone,
            (Standing::Ready { .. }, Decision::NotPaid) => {
                // Said again before anybody charged it: whoever was to do it may not have heard.
                self.outbox.push(BillEvent::ChargeWanted);
                Decided::AlreadyDone
            }
            (
                Standing::AwaitingApproval
                | Standing::Ready { .. }
                | Standing::Charging(_)
                | Standing::Failed { .. }
                | Standing::GivenUp { .. }
                | Standing::Paid { .. }
                | Standing::Cancelled { .. },
                Decision::Paid | Decision::NotPaid | Decision::Cancel,
            ) => Decided::NotOpen,
        }
    }
}
