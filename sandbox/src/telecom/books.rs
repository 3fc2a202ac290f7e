//! What the telecom holds: the top-ups by their keys, and who is refused.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::decimal::Decimal;

/// A top-up that was made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TopUp {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) msisdn: String,
    pub(crate) amount: Decimal<2>,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) at: String,
    /// How many requests with this key and body came, the first one too.
    pub(crate) requests: u32,
    /// The whole document of the request.
    #[serde(skip)]
    pub(crate) body: Value,
}

/// How often what happened since the reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// Phones that were topped up: once for each key.
    pub(crate) top_ups: u32,
    /// Requests that got the first answer again.
    pub(crate) replays: u32,
    /// Requests that were refused, whatever the reason.
    pub(crate) refused: u32,
}

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// By their keys.
    pub(crate) top_ups: BTreeMap<String, TopUp>,
    pub(crate) counts: Counts,
    /// Numbers that are refused, with what they are told.
    pub(crate) refused: BTreeMap<String, String>,
}

/// Whether it is a number as the API wants it: `380` and nine digits.
pub(crate) fn is_msisdn(text: &str) -> bool {
    text.len() == 12 && text.starts_with("380") && text.bytes().all(|byte| byte.is_ascii_digit())
}
