//! Charging one bill: claimed, called once, and what became of it written down.

use jiff::{SignedDuration, Timestamp};
use shared::domain::money::Currency;
use shared::domain::sms::account::SmsAccount;
use shared::domain::sms::bill::charging::{Charged, Claim};
use shared::domain::sms::bill::{BillState, Charging, SmsBill, Standing};
use shared::domain::sms::bill_number::BillNumber;
use shared::domain::sms::rhythm::date_of;
use shared::domain::sms::switch_account::SwitchAccount;
use shared::lambda::metrics::Metric;
use shared::providers::sippy::ledger::Debit;
use shared::providers::sippy::outcome::SippyError;
use shared::queues::batch::Delivery;
use shared::retry::{Retry, Verdict};
use shared::stores::table::StoreError;
use shared::workflows::store_trouble::write_down;
use tokio::time::Instant;

use crate::access::SwitchAccess;
use crate::billing::{Billing, later};
use crate::deadline::{debit_by, look_by};

/// How long a bill waits for a switch that is not configured.
const OFF_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// What looking at the account at the switch says about charging it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It is kept in the bill's currency.
    Fits,
    /// It is not charged, and what that means.
    No(Charged),
}

impl Looked {
    /// What an account of `seen` means for a bill in `wanted`.
    pub fn of(seen: Currency, wanted: Currency) -> Self {
        if seen == wanted {
            return Self::Fits;
        }
        let (seen, wanted) = (seen.code(), wanted.code());
        Self::No(Charged::Unfit(format!("the account is kept in {seen}, and the bill is in {wanted}")))
    }
}

impl Billing<'_> {
    /// Charges a bill that is due, or asks what became of its debit.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn charge(&self, number: &BillNumber) -> Result<Delivery, StoreError> {
        let _line = self.app.line.lock().await;
        let Some(bill) = self.app.bills.get(number).await? else {
            return Ok(Delivery::Dead { reason: "there is no such bill".to_owned() });
        };
        // Only looked at: what is asked first is asked before anything is claimed.
        let mut account = self.app.accounts.get(&bill.user).await?.account;
        let at_switch = self.terms.of(&account.overrides).switch_account;
        match bill.clone().claim(at_switch, Timestamp::now()) {
            Claim::Settled if bill.due_at().is_none_or(|due| due > Timestamp::now()) => {
                return Ok(Delivery::Done);
            }
            Claim::Ask(debit) => return self.ask(&bill, &debit).await,
            Claim::Charge(_) | Claim::Settled => {}
        }
        if bill.is_asked_first()
            && let (Some(at_switch), SwitchAccess::On(sippy)) = (at_switch, &self.switch)
            && let Some(delivery) = self.ask_before(sippy, &bill, at_switch).await?
        {
            return Ok(delivery);
        }
        if Instant::now() >= look_by(self.deadline) {
            return Ok(later());
        }
        let before = account.seen_at_switch;
        let looked = self.look(&mut account, at_switch, bill.amount.currency()).await;
        if account.seen_at_switch != before {
            self.remember(&account).await;
        }
        if Instant::now() >= debit_by(self.deadline) {
            return Ok(later());
        }
        let cause = self.cause();
        let claim = |bill: &mut SmsBill| {
            let claim = bill.claim(at_switch, cause.now);
            if let (Claim::Charge(debit), Looked::No(charged)) = (&claim, &looked) {
                bill.charged(debit, charged.clone(), &self.app.patience, cause.now);
            }
            claim
        };
        let Some(changed) = self.app.bills.change(number, &self.terms, &cause, claim).await? else {
            return Ok(Delivery::Dead { reason: "there is no such bill".to_owned() });
        };
        match (changed.outcome, looked) {
            (Claim::Charge(debit), Looked::Fits) => self.debit(&changed.bill, &debit).await,
            (Claim::Charge(_) | Claim::Settled, _) => self.ended(&changed.bill),
            // Somebody else claimed it meanwhile: it is theirs.
            (Claim::Ask(_), _) => {}
        }
        Ok(Delivery::Done)
    }

    /// Keeps what an account at the switch was seen to be, so that it is not looked at again soon. Lost, it is looked
    /// at again.
    async fn remember(&self, seen: &SmsAccount) {
        let remember = |account: &mut SmsAccount| {
            account.seen_at_switch = seen.seen_at_switch;
        };
        if let Err(error) = self.app.accounts.change(&seen.user, &self.terms, &self.cause(), remember).await {
            tracing::warn!(correlationId = self.correlation_id, %error, "the account's currency is not kept");
        }
    }

    /// Calls a debit that was committed, once, and writes down what became of it. Where that cannot be written,
    /// whoever looks at the bill when its lease is over asks the switch.
    pub(crate) async fn debit(&self, bill: &SmsBill, debit: &Charging) {
        let words = format!(
            "SMS usage billing: {} messages ({} to {})",
            bill.totals.messages,
            date_of(bill.start),
            date_of(bill.end)
        );
        let wanted = Debit {
            account: debit.account,
            amount: bill.amount,
            reference: bill.number.as_str(),
            words: &words,
        };
        let charged = match &self.switch {
            SwitchAccess::On(sippy) => match sippy.debit(&wanted).await {
                Ok(()) => Charged::Done,
                Err(error) => self.meaning(error).await,
            },
            SwitchAccess::Off { reason } => off(reason),
        };
        let write = async || {
            let cause = self.cause();
            let keep =
                |bill: &mut SmsBill| bill.charged(debit, charged.clone(), &self.app.patience, cause.now);
            self.app.bills.change(&bill.number, &self.terms, &cause, keep).await
        };
        let written = write_down(write, |error| {
            tracing::warn!(
                correlationId = self.correlation_id, bill = %bill.number, %error,
                "the switch's word is not written down"
            );
        });
        if let Ok(Some(changed)) = written.await {
            self.ended(&changed.bill);
        }
    }

    /// What an error of the switch means for a debit.
    pub(crate) async fn meaning(&self, error: SippyError) -> Charged {
        self.failed(&error).await;
        let reason = error.to_string();
        match (error.retry(), error) {
            (_, SippyError::Refused(fault)) => Charged::Refused(fault.text),
            (Retry::Never, _) => Charged::Refused(reason),
            (Retry::Safe { after }, _) => {
                let after = after.and_then(|after| SignedDuration::try_from(after).ok());
                Charged::NotReached { after, reason }
            }
            (Retry::AskFirst, _) => Charged::Unclear,
        }
    }

    /// Counts and logs an error of the switch, without its words, which may name persons. Credentials that it does
    /// not take are read again.
    pub(crate) async fn failed(&self, error: &SippyError) {
        self.app.metrics.count(Metric::ProviderCallFailed);
        tracing::warn!(correlationId = self.correlation_id, %error, "the switch did not do what was asked");
        if matches!(error, SippyError::CredentialsRefused) && self.app.switch.may_be_rotated() {
            // For the next message: this client was made with what was refused.
            self.app.switch.renew(self.app.source.read(&self.app.switch.get()).await);
        }
    }

    /// The currency of an account at the switch; none when it is none of ours.
    pub(crate) async fn currency_of(&self, account: SwitchAccount) -> Result<Option<Currency>, Charged> {
        match &self.switch {
            SwitchAccess::On(sippy) => match sippy.account(account).await {
                Ok(seen) => Ok(seen.base_currency.parse().ok()),
                Err(error) => Err(match self.meaning(error).await {
                    Charged::Refused(reason) => Charged::Unfit(reason),
                    other => other,
                }),
            },
            SwitchAccess::Off { reason } => Err(off(reason)),
        }
    }

    /// Counts and logs where a bill now stands.
    pub(crate) fn ended(&self, bill: &SmsBill) {
        let (correlation_id, number, state) = (&self.correlation_id, &bill.number, bill.state().as_str());
        let (metric, reason) = match &bill.standing {
            Standing::Paid { .. } => (Some(Metric::SmsBillPaid), None),
            Standing::Failed { .. } => (Some(Metric::SmsChargeFailed), None),
            Standing::GivenUp { .. } => (Some(Metric::SmsChargeGivenUp), None),
            Standing::NeedsReview { evidence, .. } => (Some(Metric::SmsBillNeedsReview), Some(evidence)),
            Standing::Charging(_) => (Some(Metric::SmsChargeUnclear), None),
            Standing::Ready { reason, .. } => (None, reason.as_ref()),
            Standing::AwaitingApproval | Standing::Cancelled { .. } => (None, None),
        };
        if let Some(metric) = metric {
            self.app.metrics.count(metric);
        }
        match bill.state() {
            BillState::Paid => self.app.metrics.sample(Metric::SmsChargeRefusedPercent, 0),
            BillState::Failed | BillState::GivenUp => {
                self.app.metrics.sample(Metric::SmsChargeRefusedPercent, 100);
            }
            BillState::Pending | BillState::Charging | BillState::Cancelled | BillState::NeedsReview => {}
        }
        if matches!(bill.state(), BillState::Failed | BillState::GivenUp) {
            // The reason is with the bill: the switch's words may name persons.
            tracing::warn!(correlationId = correlation_id, bill = %number, state, "Failed to process SMS billing");
        } else {
            tracing::info!(correlationId = correlation_id, bill = %number, state, reason, "SMS bill");
        }
    }
}

/// A switch that is not configured: bills are made, and wait for it.
fn off(reason: &str) -> Charged {
    Charged::NotReached { after: Some(OFF_PAUSE), reason: reason.to_owned() }
}
