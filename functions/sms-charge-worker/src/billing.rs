//! Closing a user's periods: each becomes a bill, in one transaction, and is charged.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::identifier::UserId;
use shared::domain::money::Currency;
use shared::domain::sms::account::{ClosedPeriod, SeenAtSwitch, SmsAccount};
use shared::domain::sms::bill::charging::{Charged, Claim};
use shared::domain::sms::bill::{BillState, Charging, SmsBill};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::closing::Closing;
use shared::domain::sms::rhythm::date_of;
use shared::domain::sms::settings::{Settings, Terms};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::domain::sms::usage::UsageError;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::stores::invoices::Cause;
use shared::stores::sms_accounts::HeldAccount;
use shared::stores::table::StoreError;
use tokio::time::Instant;
use uuid::Uuid;

use crate::access::SwitchAccess;
use crate::app::App;
use crate::charging::Looked;
use crate::deadline::{debit_by, look_by};

/// How often closing is tried when others write the same account.
const MAX_CONFLICTS: usize = 5;
/// How soon what there was no time for is gone on with.
const SOON: Duration = Duration::from_secs(1);

/// One message, and what it is dealt with by.
pub struct Billing<'a> {
    pub app: &'a App,
    pub switch: SwitchAccess,
    pub terms: Terms,
    pub correlation_id: String,
    pub deadline: Deadline,
}

impl Billing<'_> {
    /// Closes what is to be closed of a user's periods, the oldest first, and charges each bill.
    ///
    /// # Errors
    /// When the store is unavailable or the account corrupt. What was closed stays closed.
    pub async fn close(&self, user: &UserId, mut closing: Closing) -> Result<Delivery, StoreError> {
        // The switch is asked by one at a time, so that nothing is claimed that has to wait for others.
        let _line = self.app.line.lock().await;
        let mut conflicts = 0_usize;
        loop {
            if Instant::now() >= look_by(self.deadline) {
                return Ok(later());
            }
            let mut held = self.app.accounts.get(user).await?;
            let before = held.account.periods.clone();
            let settings = self.terms.of(&held.account.overrides);
            // What counts for everybody may have changed since they used anything.
            held.account.align(&settings, Timestamp::now());
            let is_aligned = held.account.periods != before;
            let Some(closed) = closing.next(&mut held.account, &settings) else {
                if is_aligned {
                    self.keep_aligned(user).await?;
                }
                return Ok(Delivery::Done);
            };
            match self.make(&mut held, closed, &settings).await {
                Ok((bill, debit)) => {
                    conflicts = 0;
                    if let Some(debit) = debit {
                        self.debit(&bill, &debit).await;
                    }
                }
                Err(StoreError::Conflict) if conflicts < MAX_CONFLICTS => {
                    conflicts = conflicts.saturating_add(1)
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// Writes an account whose periods end otherwise than when it was last written, so that runs find it.
    async fn keep_aligned(&self, user: &UserId) -> Result<(), StoreError> {
        let cause = self.cause();
        let align = |account: &mut SmsAccount| account.align(&self.terms.of(&account.overrides), cause.now);
        self.app.accounts.change(user, &self.terms, &cause, align).await.map(drop)
    }

    /// Makes the bill of a closed period; with a debit to be called next, where it is to be charged and can be.
    async fn make(
        &self,
        held: &mut HeldAccount,
        closed: ClosedPeriod,
        settings: &Settings,
    ) -> Result<(SmsBill, Option<Charging>), StoreError> {
        let currency = closed.currency;
        let cause = self.cause();
        let (_, random) = Uuid::new_v4().as_u64_pair();
        let number = BillNumber::new(date_of(cause.now), random);
        let defect = |error: UsageError| StoreError::Refused(error.to_string());
        let user = held.account.user.clone();
        let mut bill = SmsBill::new(number, user, closed, settings, cause.now).map_err(defect)?;
        let mut debit = None;
        if bill.state() == BillState::Pending && bill.due_at().is_some() {
            let looked = self.look(&mut held.account, settings.switch_account, currency).await;
            // The time of looking counts: a claim is as old as its debit.
            let now = Timestamp::now();
            if let Claim::Charge(claimed) = bill.claim(settings.switch_account, now) {
                match looked {
                    Looked::Fits if Instant::now() < debit_by(self.deadline) => debit = Some(claimed),
                    Looked::Fits => bill.charged(&claimed, no_time(), &self.app.patience, now),
                    Looked::No(charged) => bill.charged(&claimed, charged, &self.app.patience, now),
                }
            }
        }
        self.app.accounts.close(held, &bill, &self.terms, &cause).await?;
        bill.outbox.clear();
        self.app.metrics.count(Metric::SmsBillMade);
        tracing::info!(
            correlationId = self.correlation_id, bill = %bill.number, user = %bill.user, from = %bill.start,
            to = %bill.end, messages = bill.totals.messages, amount = %bill.amount, state = bill.state().as_str(),
            "SMS bill made"
        );
        if debit.is_none() {
            self.ended(&bill);
        }
        Ok((bill, debit))
    }

    /// Looks whether the account at the switch is kept in the bill's currency, if nobody looked lately.
    pub(crate) async fn look(
        &self,
        account: &mut SmsAccount,
        at_switch: Option<SwitchAccount>,
        currency: Currency,
    ) -> Looked {
        // Without an account nothing is claimed.
        let Some(at_switch) = at_switch else { return Looked::Fits };
        let now = Timestamp::now();
        // What does not fit may have been mended there: it is looked at again.
        let fits = |seen: &SeenAtSwitch| seen.is_fresh(at_switch, now) && seen.currency == currency;
        if account.seen_at_switch.as_ref().is_some_and(fits) {
            return Looked::Fits;
        }
        match self.currency_of(at_switch).await {
            Ok(Some(seen)) => {
                account.seen_at_switch = Some(SeenAtSwitch { account: at_switch, currency: seen, at: now });
                Looked::of(seen, currency)
            }
            Ok(None) => Looked::No(Charged::Unfit("the account's currency is not known here".to_owned())),
            Err(charged) => Looked::No(charged),
        }
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause::new(self.correlation_id.clone(), Timestamp::now())
    }
}

/// The bill is made, and charged by whoever looks at it next.
fn no_time() -> Charged {
    Charged::NotReached { after: None, reason: "too little time was left to charge it".to_owned() }
}

/// What there was no time for is done by the next invocation.
pub fn later() -> Delivery {
    Delivery::Later { after: SOON, reason: "too little time is left to ask the switch".to_owned() }
}
