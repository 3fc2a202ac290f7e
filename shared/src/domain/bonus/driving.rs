//! What is next to be done for a bonus, claimed for whoever does it.

use jiff::{SignedDuration, Timestamp};

use super::exchange::{Exchange, Method};
use super::{Bonus, BonusEvent, Call, Payment, Question, Refusal, Refuser, Standing, Wait};

/// How long whoever made a call is believed to wait for its answer. Longer than the function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// The longest that a wish of others to be asked later is followed.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(24);
/// How long a bonus waits for a Portmone, or a telecom, that is not configured.
const OFF_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask Portmone to make a bill.
    MakeBill(Call),
    /// Ask Portmone to pay the bill, once.
    Pay(Call),
    /// Ask the telecom for the top-up.
    TopUp(Call),
    /// Nothing, or not yet.
    Rest,
}

/// Who can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// Portmone is configured.
    pub portmone: bool,
    /// Who tops the phone up once the bill is paid.
    pub telecom: TopUpWay,
}

/// Who tops a phone up once its bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopUpWay {
    /// Nobody has to: Portmone's payment is the top-up.
    NotWanted,
    /// A telecom, which cannot be asked as it is configured. Nobody is told that they were topped up meanwhile.
    Off,
    /// A telecom, which can be asked.
    On,
}

/// When things are tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// After each try that came to nothing; given up after the last.
    pub retries: Vec<SignedDuration>,
    /// How long after a payment Portmone may take to report it.
    pub settle: SignedDuration,
}

impl Bonus {
    /// Claims what is next. Whoever gets a call makes it, once, and tells what became of it.
    pub fn next(&mut self, ways: Ways, patience: &Patience, now: Timestamp) -> Next {
        if self.due_at().is_none_or(|due| due > now) {
            return Next::Rest;
        }
        match &self.standing {
            Standing::Created(_) | Standing::BillMade(_) if !ways.portmone => {
                self.standing = self.unpaid(off("Portmone", now));
                Next::Rest
            }
            Standing::Created(_) => {
                let call = self.begin(now);
                self.standing = Standing::MakingBill(call.clone());
                Next::MakeBill(call)
            }
            Standing::BillMade(_) => {
                let call = self.begin(now);
                if self.payments == 0 {
                    self.first_payment_at = Some(now);
                    self.outbox.push(BonusEvent::Initiated);
                }
                self.last_payment_at = Some(now);
                self.payments = self.payments.saturating_add(1);
                // What was said of an earlier payment says nothing of this one.
                self.reported_failure = None;
                self.standing = Standing::Paying { call: call.clone(), is_unclear: false };
                Next::Pay(call)
            }
            Standing::MakingBill(_) => {
                // Whoever asked is gone. Should a bill have been made, nobody knows it and nobody pays it.
                self.put_off(None, "the answer was lost".to_owned(), patience, now);
                Next::Rest
            }
            Standing::Paying { call, .. } => {
                let call = call.clone();
                self.lose_answer(&call, "no answer came, and no report", patience, now);
                Next::Rest
            }
            Standing::Paid { payment, .. } => {
                let payment = *payment;
                self.after_payment(payment, ways.telecom, now)
            }
            Standing::ToppingUp { .. } => {
                self.put_off(None, "the answer was lost".to_owned(), patience, now);
                Next::Rest
            }
            Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => Next::Rest,
        }
    }

    /// What follows on a payment.
    fn after_payment(&mut self, payment: Payment, telecom: TopUpWay, now: Timestamp) -> Next {
        match telecom {
            TopUpWay::NotWanted => {
                self.standing = Standing::Done { payment, at: now };
                self.outbox.push(BonusEvent::Succeeded);
                Next::Rest
            }
            TopUpWay::Off => {
                self.standing = Standing::Paid { payment, wait: off("the telecom", now) };
                Next::Rest
            }
            TopUpWay::On => {
                let call = self.begin(now);
                self.standing = Standing::ToppingUp { payment, call: call.clone() };
                Next::TopUp(call)
            }
        }
    }

    /// Keeps what is asked of others in a call that was just claimed, before it is made.
    pub fn ask(&mut self, call: &Call, method: Method, request: String) {
        self.evidence.push(Exchange::asked(call, method, request));
    }

    fn begin(&mut self, now: Timestamp) -> Call {
        self.exchanges = self.exchanges.saturating_add(1);
        Call { number: self.exchanges, since: now, look_at: later(now, LEASE) }
    }

    /// The present step came to nothing, and certainly did nothing: it is tried again, or given up.
    pub(super) fn put_off(
        &mut self,
        after: Option<SignedDuration>,
        reason: String,
        patience: &Patience,
        now: Timestamp,
    ) {
        let place = usize::try_from(self.tries).unwrap_or(usize::MAX);
        let Some(delay) = patience.retries.get(place) else { return self.give_up(reason, now) };
        self.tries = self.tries.saturating_add(1);
        let not_before = later(now, after.unwrap_or_default().min(LONGEST_WISH).max(*delay));
        let wait = Wait { not_before, reason: Some(reason) };
        self.standing = match &self.standing {
            Standing::Created(_)
            | Standing::MakingBill(_)
            | Standing::BillMade(_)
            | Standing::Paying { .. } => self.unpaid(wait),
            Standing::Paid { payment, .. } | Standing::ToppingUp { payment, .. } => {
                Standing::Paid { payment: *payment, wait }
            }
            Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => return,
        };
    }

    fn give_up(&mut self, reason: String, now: Timestamp) {
        match &self.standing {
            Standing::Paid { payment, .. } | Standing::ToppingUp { payment, .. } => {
                self.open_review(Question::TopUp(*payment), reason, now);
            }
            Standing::BillMade(_) | Standing::Paying { .. } if self.may_be_paid() => {
                let evidence = format!("perhaps paid before, and it could not be paid now: {reason}");
                self.open_review(Question::Payment, evidence, now);
            }
            Standing::Created(_)
            | Standing::MakingBill(_)
            | Standing::BillMade(_)
            | Standing::Paying { .. } => {
                let code = "gave_up".to_owned();
                self.refuse(Refusal { by: Refuser::Paydesk, code, reason }, now);
            }
            Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => {}
        }
    }

    /// The answer to a payment was lost. What was reported says what became of it; else a report is waited for, and
    /// at last a person is asked.
    pub(super) fn lose_answer(&mut self, call: &Call, why: &str, patience: &Patience, now: Timestamp) {
        self.has_lost_answer = true;
        if let Some(refusal) = self.reported_failure.take() {
            return self.believe_failure(refusal, now);
        }
        let settled = later(call.since, patience.settle);
        if now < settled {
            let call = Call { look_at: settled, ..call.clone() };
            self.standing = Standing::Paying { call, is_unclear: true };
        } else {
            self.outbox.push(BonusEvent::TimedOut);
            self.open_review(Question::Payment, why.to_owned(), now);
        }
    }

    /// Portmone says that the payment failed. Where it may be speaking of one payment of several, or said otherwise
    /// before, a person has to look.
    pub(super) fn believe_failure(&mut self, refusal: Refusal, now: Timestamp) {
        if !self.is_failure_clear() {
            let evidence = format!("reported as failed, and perhaps paid before: {}", refusal.reason);
            return self.open_review(Question::Payment, evidence, now);
        }
        self.has_lost_answer = false;
        self.refuse(refusal, now);
    }

    /// From the bill that is known, or else from the beginning.
    pub(super) fn unpaid(&self, wait: Wait) -> Standing {
        match &self.bill {
            Some(_) => Standing::BillMade(wait),
            None => Standing::Created(wait),
        }
    }

    /// Nothing was paid, and nothing will be by itself.
    pub(super) fn refuse(&mut self, refusal: Refusal, now: Timestamp) {
        self.outbox.push(BonusEvent::Failed(refusal.clone()));
        self.standing = Standing::Refused { at: now, refusal };
    }

    /// A person has to look.
    pub(super) fn open_review(&mut self, question: Question, evidence: String, now: Timestamp) {
        self.outbox.push(BonusEvent::ReviewOpened(evidence.clone()));
        self.standing = Standing::NeedsReview { since: now, question, evidence };
    }
}

/// So long after.
pub(super) fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

fn off(who: &str, now: Timestamp) -> Wait {
    Wait { not_before: later(now, OFF_PAUSE), reason: Some(format!("{who} is not configured")) }
}
