//! An account: whose it is, what is on it, and what may be taken from it.

use super::answers::Refusal;
use super::payments::PaymentKind;
use crate::decimal::Decimal;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) i_account: i32,
    pub(crate) username: String,
    /// What is on it; positive is what the customer has.
    pub(crate) balance: Decimal<2>,
    /// How far below nought the balance may go, where that is looked at.
    pub(crate) credit_limit: Decimal<2>,
    /// Of the balance, and of every payment.
    pub(crate) currency: String,
    /// Told, and nothing else.
    pub(crate) payment_currency: String,
    pub(crate) blocked: bool,
    /// Whether a debit may take more than the balance and the credit limit.
    pub(crate) allow_negative: bool,
}

impl Account {
    /// An account that is not blocked, from which anything may be taken.
    pub(crate) fn holding(i_account: i32, username: &str, currency: &str, balance: Decimal<2>) -> Self {
        Self {
            i_account,
            username: username.to_owned(),
            balance,
            credit_limit: Decimal(0),
            currency: currency.to_owned(),
            payment_currency: currency.to_owned(),
            blocked: false,
            allow_negative: true,
        }
    }

    /// Moves the balance, or says why not.
    pub(super) fn book(
        &mut self,
        kind: PaymentKind,
        amount: Decimal<2>,
        currency: &str,
    ) -> Result<(), Refusal> {
        if self.blocked {
            return Err(Refusal::denied("Account is blocked"));
        }
        if currency != self.currency {
            let words = format!("Currency {currency} is not the account's, which is {}", self.currency);
            return Err(Refusal::bad_parameters(words));
        }
        let moved = match kind {
            PaymentKind::Debit => self.balance.0.checked_sub(amount.0),
            PaymentKind::Credit | PaymentKind::AddFunds => self.balance.0.checked_add(amount.0),
        };
        let moved = moved.ok_or_else(|| Refusal::bad_parameters("amount is too large"))?;
        let is_too_low = moved < -self.credit_limit.0;
        if kind == PaymentKind::Debit && is_too_low && !self.allow_negative {
            return Err(Refusal::denied("Insufficient funds"));
        }
        self.balance = Decimal(moved);
        Ok(())
    }
}

/// Whether it is written like a currency.
pub(crate) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
