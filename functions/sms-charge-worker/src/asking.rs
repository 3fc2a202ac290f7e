//! Asking the switch what became of a debit whose answer was lost.

use jiff::{SignedDuration, Timestamp};
use shared::domain::sms::bill::charging::Finding;
use shared::domain::sms::bill::{Charging, SmsBill};
use shared::domain::sms::switch_account::SwitchAccount;
use shared::providers::sippy::Sippy;
use shared::providers::sippy::ledger::{Payment, PaymentOutcome};
use shared::providers::sippy::outcome::SippyError;
use shared::queues::batch::Delivery;
use shared::stores::table::StoreError;
use tokio::time::Instant;

use crate::access::SwitchAccess;
use crate::billing::{Billing, later};
use crate::deadline::ask_by;

/// The switch's clock may differ from ours by as much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(1);

impl Billing<'_> {
    /// Asks about a debit of a bill, and keeps what is found.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub(crate) async fn ask(&self, bill: &SmsBill, debit: &Charging) -> Result<Delivery, StoreError> {
        if Instant::now() >= ask_by(self.deadline) {
            return Ok(later());
        }
        let finding = match &self.switch {
            SwitchAccess::On(sippy) => self.payments_of(sippy, bill, debit.account).await.ok(),
            SwitchAccess::Off { .. } => None,
        };
        let finding = finding.unwrap_or(Finding::Unknown);
        let cause = self.cause();
        let keep = |bill: &mut SmsBill| bill.found(debit, finding.clone(), &self.app.patience, cause.now);
        if let Some(changed) = self.app.bills.change(&bill.number, &self.terms, &cause, keep).await? {
            self.ended(&changed.bill);
        }
        Ok(Delivery::Done)
    }

    /// Asks about earlier debits of a bill before another is begun, on every account that was charged with one, and
    /// keeps what is found. None when there is none, so that it may be charged; otherwise what becomes of the message.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub(crate) async fn ask_before(
        &self,
        sippy: &Sippy,
        bill: &SmsBill,
        account: SwitchAccount,
    ) -> Result<Option<Delivery>, StoreError> {
        for asked in bill.accounts_to_ask(account) {
            if Instant::now() >= ask_by(self.deadline) {
                return Ok(Some(later()));
            }
            let finding = match self.payments_of(sippy, bill, asked).await {
                Ok(Finding::Absent) => continue,
                Ok(finding) => finding,
                // Nobody waits for an account that may be gone: a person looks.
                Err(SippyError::Refused(fault)) if asked != account => {
                    let why = fault.text;
                    Finding::Differs(format!(
                        "account {asked}, which was charged before, cannot be asked: {why}"
                    ))
                }
                Err(_) => Finding::Unknown,
            };
            let cause = self.cause();
            let keep = |bill: &mut SmsBill| bill.found_before(asked, finding.clone(), cause.now);
            if let Some(changed) = self.app.bills.change(&bill.number, &self.terms, &cause, keep).await? {
                self.ended(&changed.bill);
            }
            return Ok(Some(Delivery::Done));
        }
        Ok(None)
    }

    async fn payments_of(
        &self,
        sippy: &Sippy,
        bill: &SmsBill,
        account: SwitchAccount,
    ) -> Result<Finding, SippyError> {
        // From the bill's beginning: a debit of an earlier try counts as well.
        let from = bill.created_at.checked_sub(CLOCKS_DIFFER).unwrap_or(bill.created_at);
        let to = Timestamp::now().checked_add(CLOCKS_DIFFER).unwrap_or(Timestamp::MAX);
        match sippy.payments(account, from, to).await {
            Ok(payments) => Ok(finding(bill, &payments)),
            Err(error) => {
                self.failed(&error).await;
                Err(error)
            }
        }
    }
}

/// What an account's payments say about a bill.
pub fn finding(bill: &SmsBill, payments: &[Payment]) -> Finding {
    let is_ours =
        |payment: &&Payment| payment.names(bill.number.as_str()) && payment.outcome != PaymentOutcome::Failed;
    let ours: Vec<&Payment> = payments.iter().filter(is_ours).collect();
    match ours[..] {
        [] => Finding::Absent,
        [payment] if payment.amount == Some(bill.amount) => Finding::Paid(payment.id),
        [payment] => Finding::Differs(format!(
            "payment {} names the bill and is {} instead of {}",
            payment.id, payment.amount_as_told, bill.amount
        )),
        [..] => {
            let ids: Vec<String> = ours.iter().map(|payment| payment.id.to_string()).collect();
            Finding::Differs(format!("more than one payment names the bill: {}", ids.join(", ")))
        }
    }
}
