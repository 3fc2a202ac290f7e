//! What a job's events tell, as it is stored for the relay.

use serde::{Deserialize, Serialize};

use crate::domain::billz::job::{BillzJob, Standing};
use crate::domain::billz::operation::{Park, Refusal};
use crate::domain::billz::work::JobKind;
use crate::domain::money::Money;

/// A job that an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBillzJob {
    /// The sender's correlation id.
    pub job: String,
    /// What kind of work it is, such as `PLACE_ORDER`.
    pub kind: String,
    /// Where it stands, such as `SUCCEEDED`.
    pub state: String,
    /// Where its sender wants to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_queue: Option<String>,
    /// Whether the staff wants to know of it.
    pub is_told: bool,
    /// The order, as people know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// What the order costs, in minor units of soum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_minor: Option<i64>,
    /// Who buys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Billz's id of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_order: Option<String>,
    /// Billz's number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_number: Option<String>,
    /// Billz's id of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billz_client: Option<String>,
    /// How many products were put into the order.
    pub lines_added: usize,
    /// Whether somebody else had paid the order.
    pub was_paid_already: bool,
    /// The order as Billz showed it, as JSON, where the job was to look at it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// The code of why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was refused, is dead, or waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The product it was refused for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
}

impl StoredBillzJob {
    /// What there is to tell of a job.
    pub fn of(job: &BillzJob) -> Self {
        let progress = &job.progress;
        let (code, reason, product) = match &job.standing {
            Standing::Refused { refusal: Refusal { code, reason, product }, .. } => {
                (Some(code.clone()), Some(reason.clone()), product.clone())
            }
            Standing::NeedsReview { evidence, .. } => (None, Some(evidence.clone()), None),
            Standing::Dead { reason, .. } => (None, Some(reason.clone()), None),
            Standing::Open | Standing::Running { .. } | Standing::Succeeded { .. } => (None, None, None),
        };
        let is_completed = progress.seen.as_ref().is_some_and(|seen| seen.park == Park::Completed);
        let was_paid_already = job.kind == JobKind::MakePayment && is_completed && !progress.paid;
        Self {
            job: job.id.to_string(),
            kind: job.kind.as_str().to_owned(),
            state: job.state().as_str().to_owned(),
            reply_queue: job.reply_queue.clone(),
            // What somebody else paid is no news of ours.
            is_told: job.kind.is_told() && !was_paid_already,
            order: job.subject.order.clone(),
            total_minor: job.subject.total.map(Money::minor),
            customer: job.subject.customer.clone(),
            billz_order: job.billz_order().map(|id| id.as_str().to_owned()),
            billz_number: progress.order_number.clone(),
            billz_client: progress.client.as_ref().map(|id| id.as_str().to_owned()),
            lines_added: progress.lines_added,
            was_paid_already,
            document: progress.seen.as_ref().map(|seen| seen.document.clone()).unwrap_or_default(),
            code,
            reason,
            product,
        }
    }
}
