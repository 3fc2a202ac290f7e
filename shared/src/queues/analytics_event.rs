//! Something about payouts that the company's analytics counts. Queue `analytics`, read by others.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One event, in the form that analytics had from the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalyticsEvent {
    /// The same for every sending.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: AnalyticsKind,
    /// When.
    pub ts: Timestamp,
    /// What it happened to.
    pub payload: AnalyticsPayload,
}

/// What happened to a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnalyticsKind {
    /// It is being paid.
    PayoutInitiated,
    /// It is paid.
    PayoutSuccess,
    /// It was refused.
    PayoutFailure,
    /// Nobody knew in time whether it was paid.
    PayoutTimeout,
    /// It came back.
    PayoutRefunded,
}

/// The payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalyticsPayload {
    /// The receipt.
    pub receipt_id: String,
    /// The bonus: it bears the receipt's id.
    pub bonus_id: String,
    /// The bill at Portmone, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_id: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Its currency's code.
    pub currency: String,
}
