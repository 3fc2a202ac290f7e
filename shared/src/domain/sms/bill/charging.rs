//! Charging a bill: claimed, called once, and asked about where the answer was lost.

use jiff::{SignedDuration, Timestamp};

use super::{BillEvent, Charging, SmsBill, Standing, Word};
use crate::domain::sms::switch_account::SwitchAccount;

/// How long whoever charges a bill is believed to be at it. Longer than the function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(150);
/// The first question about a debit whose answer was lost comes after this long.
const FIRST_QUESTION: SignedDuration = SignedDuration::from_secs(60);
/// Questions come at growing distances, up to this.
const LAST_DISTANCE: SignedDuration = SignedDuration::from_mins(60);
/// A debit that is not clear after this long is a person's question.
const CLEAR_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A bill that the switch could not be reached for is tried again after this long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// A bill of a user without an account at the switch is looked at again after this long.
const NO_ACCOUNT_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// What to do with a request to charge a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is claimed: ask the switch to charge it, once, then tell what became of it.
    Charge(Charging),
    /// Ask the switch what became of this debit.
    Ask(Charging),
    /// There is nothing to do, or not yet.
    Settled,
}

/// What became of asking the switch to charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charged {
    /// It did.
    Done,
    /// It said no, and why.
    Refused(String),
    /// It was not asked to, because the account cannot be charged, and why: tried again like what was refused.
    Unfit(String),
    /// It certainly did not, and may be asked again; not before this long, if it said.
    NotReached {
        /// Its own wish.
        after: Option<SignedDuration>,
        /// Why.
        reason: String,
    },
    /// It may or may not have.
    Unclear,
}

/// What asking the switch about a debit brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A payment of this bill: its id.
    Paid(i64),
    /// There is none.
    Absent,
    /// The switch could not tell.
    Unknown,
    /// A payment names the bill and does not fit it.
    Differs(String),
}

/// When things are tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// After each refusal; given up after the last.
    pub retries: Vec<SignedDuration>,
    /// How long the switch may take to show a payment.
    pub settle: SignedDuration,
}

impl Patience {
    /// How soon the switch is asked for the first time.
    fn first_question(&self) -> SignedDuration {
        FIRST_QUESTION.min(self.settle)
    }
}

impl Charging {
    /// Another question, later: as soon as the switch had its time, where that is sooner.
    fn look_again(&mut self, patience: &Patience, now: Timestamp) {
        let distance =
            patience.first_question().saturating_mul(1_i32 << self.asked.min(6)).min(LAST_DISTANCE);
        self.asked = self.asked.saturating_add(1);
        let (settled, next) = (later(self.since, patience.settle), later(now, distance));
        self.look_at = if now < settled { next.min(settled) } else { next };
    }
}

impl SmsBill {
    /// Whether the switch is to be asked before it is charged: it was asked to charge before, and nobody knows for sure
    /// what its refusals mean.
    pub fn is_asked_first(&self) -> bool {
        self.attempts > 0 && matches!(self.standing, Standing::Ready { .. } | Standing::Failed { .. })
    }

    /// The accounts to ask about before `account` is charged: those that were tried, and it.
    pub fn accounts_to_ask(&self, account: SwitchAccount) -> Vec<SwitchAccount> {
        let mut accounts = self.tried_accounts.clone();
        if !accounts.contains(&account) {
            accounts.push(account);
        }
        accounts
    }

    /// Keeps what the switch says about earlier debits of `account`, before another is begun. Nothing when there is
    /// none.
    pub fn found_before(&mut self, account: SwitchAccount, finding: Finding, now: Timestamp) {
        if !self.is_asked_first() {
            return;
        }
        match finding {
            Finding::Absent => {}
            Finding::Paid(payment) => self.pay(Some(payment), Word::Found, now),
            Finding::Unknown => {
                let reason = Some("the switch could not be asked about earlier debits".to_owned());
                self.standing = Standing::Ready { not_before: later(now, FIRST_PAUSE), reason };
            }
            Finding::Differs(evidence) => {
                self.standing = Standing::Charging(Charging { account, since: now, asked: 0, look_at: now });
                self.open_review(evidence, now);
            }
        }
    }

    /// Claims what is to be done about it, for the account that its user has at the switch now.
    pub fn claim(&mut self, account: Option<SwitchAccount>, now: Timestamp) -> Claim {
        if self.due_at().is_none_or(|due| due > now) {
            return Claim::Settled;
        }
        match (&mut self.standing, account) {
            (Standing::Charging(charging), _) => Claim::Ask(charging.clone()),
            (Standing::Ready { .. } | Standing::Failed { .. }, Some(account)) => {
                let look_at = later(now, LEASE);
                let charging = Charging { account, since: now, asked: 0, look_at };
                self.attempts = self.attempts.saturating_add(1);
                self.standing = Standing::Charging(charging.clone());
                Claim::Charge(charging)
            }
            (Standing::Ready { .. } | Standing::Failed { .. }, None) => {
                let reason = Some("the user has no account at the switch".to_owned());
                self.standing = Standing::Ready { not_before: later(now, NO_ACCOUNT_PAUSE), reason };
                Claim::Settled
            }
            (
                Standing::AwaitingApproval
                | Standing::GivenUp { .. }
                | Standing::Paid { .. }
                | Standing::Cancelled { .. }
                | Standing::NeedsReview { .. },
                _,
            ) => Claim::Settled,
        }
    }

    /// Keeps what became of a debit. Nothing when that debit is not in question any more.
    pub fn charged(&mut self, debit: &Charging, charged: Charged, patience: &Patience, now: Timestamp) {
        let Standing::Charging(current) = &mut self.standing else { return };
        if current.since != debit.since {
            return;
        }
        match charged {
            Charged::Done => self.pay(None, Word::Switch, now),
            Charged::Refused(reason) => {
                self.tried_accounts = self.accounts_to_ask(debit.account);
                self.refuse(reason, patience, now);
            }
            Charged::Unfit(reason) => self.refuse(reason, patience, now),
            Charged::NotReached { after, reason } => {
                let pause = after.unwrap_or(FIRST_PAUSE).max(FIRST_PAUSE);
                self.standing = Standing::Ready { not_before: later(now, pause), reason: Some(reason) };
            }
            Charged::Unclear => current.look_at = later(now, patience.first_question()),
        }
    }

    /// Keeps what the switch says about a debit. Nothing when that debit is not in question any more.
    pub fn found(&mut self, debit: &Charging, finding: Finding, patience: &Patience, now: Timestamp) {
        let Standing::Charging(current) = &mut self.standing else { return };
        if current != debit {
            return;
        }
        let age = now.duration_since(current.since);
        match finding {
            Finding::Paid(payment) => self.pay(Some(payment), Word::Found, now),
            // Seen twice: what is shown late is not taken for absent at the first look.
            Finding::Absent if age >= patience.settle && current.asked > 0 => {
                self.tried_accounts = self.accounts_to_ask(debit.account);
                let reason = Some("the switch shows no payment of an earlier try".to_owned());
                self.standing = Standing::Ready { not_before: now, reason };
            }
            Finding::Absent => current.look_again(patience, now),
            Finding::Unknown if age < CLEAR_WITHIN => current.look_again(patience, now),
            Finding::Unknown => {
                self.open_review(
                    "the switch could not tell within a day whether it was charged".to_owned(),
                    now,
                );
            }
            Finding::Differs(evidence) => self.open_review(evidence, now),
        }
    }

    pub(super) fn pay(&mut self, payment: Option<i64>, word: Word, now: Timestamp) {
        self.standing = Standing::Paid { at: now, payment, word };
        if self.is_told {
            self.outbox.push(BillEvent::Paid);
        }
    }

    fn refuse(&mut self, reason: String, patience: &Patience, now: Timestamp) {
        let retry = usize::try_from(self.refusals).ok().and_then(|index| patience.retries.get(index));
        self.refusals = self.refusals.saturating_add(1);
        // The user hears of the first refusal and of the last.
        if self.is_told && (self.refusals == 1 || retry.is_none()) {
            self.outbox.push(BillEvent::ChargeFailed(reason.clone()));
        }
        self.standing = match retry {
            Some(pause) => Standing::Failed { at: now, reason, retry_at: later(now, *pause) },
            None => Standing::GivenUp { at: now, reason },
        };
    }

    fn open_review(&mut self, evidence: String, now: Timestamp) {
        if let Standing::Charging(charging) = self.standing.clone() {
            self.outbox.push(BillEvent::ReviewOpened(evidence.clone()));
            self.standing = Standing::NeedsReview { since: now, charging, evidence };
        }
    }
}

fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}
