//! What became of a job at Billz, for the service that sent it. The queue that the job named as `replyQueue`.
//!
//! Its form is described by `docs/billz/reply.schema.json`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The version of [`BillzReply`] that is sent.
pub const VERSION: u8 = 1;

/// What became of a job. Sent once it is over, and when it waits for a person; the same reply may come twice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BillzReply {
    /// Of this form of the message: 1.
    pub version: u8,
    /// The same for every sending of the same reply.
    pub id: String,
    /// The job's correlation id.
    pub correlation_id: String,
    /// What the job asked for, such as `PLACE_ORDER`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it stands, such as `SUCCEEDED`, `REFUSED` or `NEEDS_REVIEW`; as in the API.
    pub state: String,
    /// What came of it, as `result` in the API. Null when nothing did. An order above 64 KB is `orderTooLong`: true.
    #[cfg_attr(test, schemars(with = "Option<serde_json::Map<String, serde_json::Value>>"))]
    pub result: Option<Box<RawValue>>,
    /// Why it was refused. Null when it was not.
    pub refusal: Option<ReplyRefusal>,
}

/// Why a job was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplyRefusal {
    /// For programs, such as `out_of_stock`.
    pub code: String,
    /// In words.
    pub reason: String,
    /// The product it is about, by Billz's id.
    pub product: Option<String>,
}
