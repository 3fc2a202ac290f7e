//! How Portmone behaves where that can be set, and where its notices go.

use serde::{Deserialize, Serialize};

use super::WEBHOOK_TOKEN;
use crate::options::Options;

/// Where the number of a bill stands in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// In an attribute and in an element.
    #[default]
    Superset,
    /// In an attribute, as a real client reads it.
    Attribute,
    /// In an element.
    Element,
}

/// How a notice about a bill is worded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    /// An `<rsp>` document as the body.
    #[default]
    Rsp,
    /// `<BILLS>` in the form field `data`.
    Bills,
    /// The gateway's JSON, which names the bill and says nothing of it.
    Json,
    /// `<PAY_ORDERS>` in the form field `data`.
    PayOrders,
}

/// The settings of the reseller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Where notices go; `None` is nowhere.
    pub(crate) callback_url: Option<String>,
    /// What they bear.
    pub(crate) webhook_token: String,
    /// Whether everything is answered as version 1, whatever was asked for.
    pub(crate) fallback: bool,
    pub(crate) shape: Shape,
    /// What is sent by itself after a payment; `None` is nothing.
    pub(crate) auto_callback: Option<Dialect>,
    /// How long after it.
    pub(crate) auto_callback_delay_ms: u64,
}

impl Settings {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            callback_url: options.portmone_callback_url.clone(),
            webhook_token: options.portmone_webhook_token.clone().unwrap_or_else(|| WEBHOOK_TOKEN.to_owned()),
            fallback: false,
            shape: Shape::default(),
            auto_callback: None,
            auto_callback_delay_ms: 0,
        }
    }
}
