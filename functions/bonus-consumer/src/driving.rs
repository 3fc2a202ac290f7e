//! Goes on with a bonus as far as it goes now: claims what is next, makes the call, writes down what became of it, and
//! claims what is next by the same write.

use jiff::Timestamp;
use shared::domain::bonus::driving::Next;
use shared::domain::bonus::exchange::Method;
use shared::domain::bonus::limits::day_of;
use shared::domain::bonus::{Bonus, Call, Question, Standing};
use shared::domain::identifier::ReceiptId;
use shared::lambda::deadline::Deadline;
use shared::stores::bonuses::ChangedBonus;
use shared::stores::bonuses::counts::PayoutCounts;
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use shared::workflows::store_trouble::write_down;

use crate::access::Parties;
use crate::app::App;
use crate::calls::Told;
use crate::deadline::has_time;

/// How often a day's counts are read again when others count theirs at the same time: as many as may run at once.
const COUNT_AGAIN: u8 = 10;

/// Goes on with bonuses, for one message.
#[derive(Debug)]
pub struct Driver<'a> {
    /// The function.
    pub app: &'a App,
    /// Who is called.
    pub parties: Parties,
    /// Correlates all log lines.
    pub correlation_id: String,
    /// When the invocation ends.
    pub deadline: Deadline,
}

impl Driver<'_> {
    /// Goes on with a bonus. None when there is none.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt. What had been claimed then is looked at when its lease is
    /// over.
    pub async fn drive(&self, receipt: &ReceiptId) -> Result<Option<()>, StoreError> {
        let mut tries_left = COUNT_AGAIN;
        loop {
            match self.begin(receipt).await {
                // Others were counted at the same time: what was read of the day is old.
                Err(StoreError::Conflict) if tries_left > 0 => tries_left = tries_left.saturating_sub(1),
                Err(error) => return Err(error),
                Ok(None) => return Ok(None),
                Ok(Some(begun)) => {
                    self.go_on(begun).await;
                    return Ok(Some(()));
                }
            }
        }
    }

    /// Claims what is next of a bonus, where it is due. None when there is no bonus.
    async fn begin(&self, receipt: &ReceiptId) -> Result<Option<Option<ChangedBonus<Next>>>, StoreError> {
        let Some(bonus) = self.app.bonuses.get(receipt).await? else { return Ok(None) };
        if bonus.due_at().is_none_or(|due| due > Timestamp::now()) {
            return Ok(Some(None));
        }
        let counts = self.counts_for(&bonus).await?;
        let cause = self.cause();
        let begin = |bonus: &mut Bonus| {
            if let Some(counts) = &counts {
                bonus.count(&self.app.rules.limits, &counts.counted, cause.now);
            }
            self.claim(bonus, cause.now)
        };
        self.app.bonuses.change(receipt, counts.as_ref(), &cause, begin).await.map(Some)
    }

    /// Makes the call that was claimed by a change, and those that follow from it.
    pub async fn go_on(&self, changed: Option<ChangedBonus<Next>>) {
        let mut changed = changed;
        while let Some(ChangedBonus { outcome: next, bonus, events }) = changed {
            self.tell(&bonus, &events);
            changed = match next {
                Next::Rest => None,
                Next::MakeBill(call) => {
                    let told = self.make_bill(&bonus).await;
                    self.keep(&bonus, &call, told).await
                }
                Next::Pay(call) => {
                    let told = self.pay_bill(&bonus).await;
                    self.keep(&bonus, &call, told).await
                }
                Next::TopUp(call) => {
                    let told = self.top_up(&bonus).await;
                    self.keep(&bonus, &call, told).await
                }
            };
        }
    }

    /// Claims what is next, and keeps what is going to be asked. Nothing is claimed that there is no time for.
    pub fn claim(&self, bonus: &mut Bonus, now: Timestamp) -> Next {
        if !has_time(self.deadline) || self.is_to_be_counted(bonus, now) {
            return Next::Rest;
        }
        let next = bonus.next(self.parties.ways(), &self.app.rules.patience, now);
        let asked = match &next {
            Next::MakeBill(call) => Some((call, Method::CreateBill)),
            Next::Pay(call) => Some((call, Method::PayBill)),
            Next::TopUp(call) => Some((call, Method::TopUp)),
            Next::Rest => None,
        };
        if let Some((call, method)) = asked {
            let request = self.request_of(bonus, method);
            bonus.ask(call, method, request);
        }
        next
    }

    /// Writes down what became of a call, and claims what is next. Where it cannot be written, whoever looks at the
    /// bonus when the call's lease is over takes its answer for lost.
    async fn keep(&self, bonus: &Bonus, call: &Call, told: Told) -> Option<ChangedBonus<Next>> {
        let method = told.answer.method();
        let request = self.request_of(bonus, method);
        let write = async || {
            let cause = self.cause();
            let keep = |bonus: &mut Bonus| {
                bonus.answered(call, method, request.clone(), told.words.clone(), cause.now);
                told.answer.clone().tell(bonus, call, &self.app.rules.patience, cause.now);
                self.claim(bonus, cause.now)
            };
            self.app.bonuses.change(&bonus.receipt, None, &cause, keep).await
        };
        let written = write_down(write, |error| {
            let (correlation_id, receipt) = (&self.correlation_id, &bonus.receipt);
            tracing::warn!(correlationId = correlation_id, %receipt, %error, "what was answered is not written down");
        });
        written.await.ok().flatten()
    }

    /// The counts of the day, where the bonus is still to be counted.
    async fn counts_for(&self, bonus: &Bonus) -> Result<Option<PayoutCounts>, StoreError> {
        let now = Timestamp::now();
        if !self.is_to_be_counted(bonus, now) {
            return Ok(None);
        }
        self.app.bonuses.counts(day_of(now), &bonus.user).await.map(Some)
    }

    /// Whether it has to be counted before it is gone on with: what nobody can pay now takes up no place of a day.
    fn is_to_be_counted(&self, bonus: &Bonus, now: Timestamp) -> bool {
        self.parties.portmone.is_some() && bonus.is_to_be_counted(&self.app.rules.limits, now)
    }

    /// A cause at this moment.
    pub fn cause(&self) -> Cause {
        Cause::new(self.correlation_id.clone(), Timestamp::now())
    }

    /// Why a bonus waits, for its log line.
    pub fn reason(bonus: &Bonus) -> Option<&str> {
        match &bonus.standing {
            Standing::Created(wait) | Standing::BillMade(wait) | Standing::Paid { wait, .. } => {
                wait.reason.as_deref()
            }
            // What others said stays with the bonus: it may name people.
            Standing::NeedsReview { question: Question::Payment, .. } => Some("is the bill paid?"),
            Standing::NeedsReview { question: Question::TopUp(_), .. } => Some("is the phone topped up?"),
            Standing::Refused { refusal, .. } => Some(&refusal.code),
            Standing::MakingBill(_)
            | Standing::Paying { .. }
            | Standing::ToppingUp { .. }
            | Standing::Done { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => None,
        }
    }
}
