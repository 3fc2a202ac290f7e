//! Payments: what was taken from accounts and what was put on them, and when the switch shows it.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentKind {
    Debit,
    Credit,
    AddFunds,
}

/// A payment, which never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) i_payment: i32,
    pub(crate) i_account: i32,
    pub(crate) kind: PaymentKind,
    /// Above nought.
    pub(crate) amount: Decimal<2>,
    pub(crate) currency: String,
    pub(crate) notes: Option<String>,
    /// Unix seconds: what the caller said, or else when it was booked.
    pub(crate) payment_time: i64,
    /// Unix milliseconds.
    pub(crate) booked_at_ms: i64,
}

/// What control sets, for all payments, those that are booked already too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Visibility {
    /// How long after it was booked a payment is shown to callers.
    pub(crate) delay_ms: i64,
    /// Whether debits are shown below nought: which the real switch does is not known.
    pub(crate) negative_debits: bool,
}

impl Payment {
    /// Whether a caller is shown it.
    pub(crate) fn is_visible(&self, visibility: Visibility, now_ms: i64) -> bool {
        now_ms.saturating_sub(self.booked_at_ms) >= visibility.delay_ms
    }
}
