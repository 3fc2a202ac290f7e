//! Events of SMS accounts and bills as they are stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::sms::account::{LimitNear, SmsAccount};
use crate::domain::sms::bill::SmsBill;

/// The user whose limit was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSmsUser {
    /// Who.
    pub user_id: String,
}

/// A limit that is near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLimitNear {
    /// Whose.
    pub user_id: String,
    /// When the period began.
    pub period_start: Timestamp,
    /// What was used, in minor units, rounded.
    pub used_minor: i64,
    /// The limit, likewise.
    pub limit_minor: i64,
    /// Their currency's code.
    pub currency: String,
    /// Messages that were sent.
    pub messages: u64,
}

/// The bill an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSmsBill {
    /// Its number.
    pub number: String,
    /// Who is billed.
    pub user_id: String,
    /// The first instant of its period.
    pub period_start: Timestamp,
    /// The first instant after it.
    pub period_end: Timestamp,
    /// Messages that were sent.
    pub messages: u64,
    /// What is charged, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
}

/// A bill that was not plainly charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSmsTrouble {
    /// The bill.
    pub bill: StoredSmsBill,
    /// What is known.
    pub reason: String,
}

impl StoredSmsUser {
    /// The stored form.
    pub fn of(account: &SmsAccount) -> Self {
        Self { user_id: account.user.to_string() }
    }
}

impl StoredLimitNear {
    /// The stored form.
    pub fn of(account: &SmsAccount, near: &LimitNear) -> Self {
        Self {
            user_id: account.user.to_string(),
            period_start: near.start,
            used_minor: near.totals.cost.rounded(near.currency).minor(),
            limit_minor: near.limit.rounded(near.currency).minor(),
            currency: near.currency.code().to_owned(),
            messages: near.totals.messages,
        }
    }
}

impl StoredSmsBill {
    /// The stored form.
    pub fn of(bill: &SmsBill) -> Self {
        Self {
            number: bill.number.to_string(),
            user_id: bill.user.to_string(),
            period_start: bill.start,
            period_end: bill.end,
            messages: bill.totals.messages,
            amount_minor: bill.amount.minor(),
            currency: bill.amount.currency().code().to_owned(),
        }
    }
}
