//! What became of a job at Billz, in the words of the reply and of the API.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::queues::billz_reply::{BillzReply, ReplyRefusal, VERSION};
use crate::stores::billz_jobs::event::StoredBillzJob;

/// What came of a job. Parts that its kind does not bring are left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobResult<'a> {
    /// Billz's id of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billz_order_id: Option<&'a str>,
    /// Billz's number of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<&'a str>,
    /// Billz's id of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billz_client_id: Option<&'a str>,
    /// How many products were put into the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products_added: Option<usize>,
    /// Whether somebody else had paid the order before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already_paid: Option<bool>,
    /// The order as Billz shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub order: Option<&'a RawValue>,
    /// Said where an order was looked at that is too long to be told (64 KB): it is there, and `order` is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_too_long: Option<bool>,
}

/// What came of a job that is done; none of one that is not.
pub fn result(job: &StoredBillzJob) -> Option<JobResult<'_>> {
    (job.state == "SUCCEEDED").then(|| JobResult {
        billz_order_id: job.billz_order.as_deref(),
        order_number: job.billz_number.as_deref(),
        billz_client_id: job.billz_client.as_deref(),
        products_added: Some(job.lines_added).filter(|added| *added > 0),
        already_paid: (job.kind == "MAKE_PAYMENT").then_some(job.was_paid_already),
        order: serde_json::from_str(&job.document).ok().filter(|_| job.kind == "GET_ORDER"),
        order_too_long: (job.kind == "GET_ORDER" && job.document.is_empty()).then_some(true),
    })
}

/// The reply to who asked for a job, under the id of the event that tells of it.
///
/// # Errors
/// When the result cannot be written: a defect of ours.
pub fn reply(event_id: &str, job: &StoredBillzJob) -> Result<BillzReply, serde_json::Error> {
    let refusal = |code: &String| ReplyRefusal {
        code: code.clone(),
        reason: job.reason.clone().unwrap_or_default(),
        product: job.product.clone(),
    };
    // A dead job was refused by nobody, but its sender wants to know why all the same.
    let code = job.code.clone().or_else(|| (job.state == "DEAD").then(|| "dead".to_owned()));
    Ok(BillzReply {
        version: VERSION,
        id: event_id.to_owned(),
        correlation_id: job.job.clone(),
        kind: job.kind.clone(),
        state: job.state.clone(),
        result: result(job).map(|result| to_raw_value(&result)).transpose()?,
        refusal: code.as_ref().map(refusal),
    })
}
