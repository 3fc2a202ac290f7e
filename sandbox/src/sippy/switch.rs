//! Everything that the switch holds.

use std::collections::BTreeMap;

use super::accounts::Account;
use super::answers::Refusal;
use super::nonces::Nonces;
use super::payments::{Payment, Visibility};

/// The number of the first payment.
const FIRST_PAYMENT: i32 = 991;

/// The switch.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    /// By `i_account`.
    pub(crate) accounts: BTreeMap<i32, Account>,
    /// In the order they were booked.
    pub(crate) payments: Vec<Payment>,
    pub(crate) visibility: Visibility,
    pub(crate) nonces: Nonces,
}

impl Switch {
    /// A switch on which nothing was paid yet.
    pub(crate) fn holding(accounts: impl IntoIterator<Item = Account>) -> Self {
        let accounts = accounts.into_iter().map(|account| (account.i_account, account)).collect();
        Self { accounts, ..Self::default() }
    }

    pub(super) fn account(&self, i_account: i32) -> Result<&Account, Refusal> {
        self.accounts.get(&i_account).ok_or_else(|| Refusal::not_found("Account"))
    }

    pub(super) fn next_payment(&self) -> i32 {
        self.payments.last().map_or(FIRST_PAYMENT, |payment| payment.i_payment + 1)
    }

    /// The payments of one account, in the order they were booked.
    pub(crate) fn payments_of(&self, i_account: i32) -> impl DoubleEndedIterator<Item = &Payment> {
        self.payments.iter().filter(move |payment| payment.i_account == i_account)
    }
}
