//! Jobs as the API shows them: what became of them, never what was sent.

use jiff::Timestamp;
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::billz::job::{BillzJob, Standing};
use shared::domain::billz::operation::Refusal;
use shared::stores::billz_jobs::event::StoredBillzJob;
use shared::workflows::tell_billz_job::{JobResult, result};
use utoipa::ToSchema;

/// A job at Billz.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView<'a> {
    /// Names the job, in its sender's words.
    #[schema(example = "unique_id_125")]
    correlation_id: &'a str,
    /// What was asked for, such as `MAKE_PAYMENT`.
    #[serde(rename = "type")]
    #[schema(example = "MAKE_PAYMENT")]
    kind: &'static str,
    /// `RECEIVED`, `RUNNING`, `SUCCEEDED`, `REFUSED`, `NEEDS_REVIEW` or `DEAD`.
    state: &'static str,
    /// How many calls were begun that may act but once, and how often a person was asked. A decision names the one that
    /// it is about.
    step: u32,
    /// When the job came.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ended; null while it did not.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// The call to Billz that may or may not have been made, such as `pay`; null when none is in doubt.
    #[schema(example = "pay")]
    pending_operation: Option<&'static str>,
    /// Since when it is in doubt.
    #[schema(value_type = Option<String>, format = DateTime)]
    pending_since: Option<Timestamp>,
    /// Since when a person has to look, in `NEEDS_REVIEW`.
    #[schema(value_type = Option<String>, format = DateTime)]
    review_since: Option<Timestamp>,
    /// What is known, for the person who has to look.
    evidence: Option<&'a str>,
    /// Why it is `DEAD`.
    reason: Option<&'a str>,
    /// Why it was `REFUSED`.
    refusal: Option<RefusalView<'a>>,
    /// What came of it, once it is `SUCCEEDED`.
    result: Option<JobResult<'a>>,
    /// The order that it is about: its sender's number where it places one, or else Billz's id.
    #[schema(example = "12345")]
    order_id: Option<&'a str>,
    /// Billz's id of the order, as soon as there is one.
    billz_order_id: Option<&'a str>,
    /// What the order costs, as far as its sender said; exact.
    #[schema(example = 150)]
    total: Option<Decimal>,
    /// Of the total.
    #[schema(example = "UZS")]
    currency: Option<&'static str>,
}

/// Why a job was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusalView<'a> {
    /// For programs, such as `out_of_stock`.
    #[schema(example = "out_of_stock")]
    code: &'a str,
    /// In words.
    reason: &'a str,
    /// The product it is about, by Billz's id.
    product: Option<&'a str>,
}

/// What a job's view is written from.
pub struct Shown {
    job: BillzJob,
    told: StoredBillzJob,
}

impl Shown {
    /// A job to be shown.
    pub fn new(job: BillzJob) -> Self {
        let told = StoredBillzJob::of(&job);
        Self { job, told }
    }

    /// All there is to show.
    pub fn whole(&self) -> JobView<'_> {
        let (job, told) = (&self.job, &self.told);
        let standing = StandingView::of(&job.standing);
        JobView {
            correlation_id: job.id.as_str(),
            kind: job.kind.as_str(),
            state: job.state().as_str(),
            step: job.step,
            created_at: job.created_at,
            ended_at: job.ended_at(),
            pending_operation: job.pending.map(|pending| pending.operation.as_str()),
            pending_since: job.pending.map(|pending| pending.since),
            review_since: standing.review_since,
            evidence: standing.evidence,
            reason: standing.reason,
            refusal: standing.refusal.map(RefusalView::of),
            result: result(told),
            order_id: told.order.as_deref(),
            billz_order_id: told.billz_order.as_deref(),
            total: job.subject.total.map(Decimal::of_money),
            currency: job.subject.total.map(|total| total.currency().code()),
        }
    }

    /// The same without the order as Billz shows it: a hundred of those are more than an answer may hold.
    pub fn in_list(&self) -> JobView<'_> {
        let mut view = self.whole();
        if let Some(result) = &mut view.result {
            result.order = None;
        }
        view
    }
}

/// What a standing says, taken apart.
#[derive(Default)]
struct StandingView<'a> {
    review_since: Option<Timestamp>,
    evidence: Option<&'a str>,
    reason: Option<&'a str>,
    refusal: Option<&'a Refusal>,
}

impl<'a> StandingView<'a> {
    fn of(standing: &'a Standing) -> Self {
        match standing {
            Standing::Open | Standing::Running { .. } | Standing::Succeeded { .. } => Self::default(),
            Standing::Refused { refusal, .. } => Self { refusal: Some(refusal), ..Self::default() },
            Standing::NeedsReview { since, evidence } => {
                Self { review_since: Some(*since), evidence: Some(evidence), ..Self::default() }
            }
            Standing::Dead { reason, .. } => Self { reason: Some(reason), ..Self::default() },
        }
    }
}

impl<'a> RefusalView<'a> {
    fn of(refusal: &'a Refusal) -> Self {
        Self { code: &refusal.code, reason: &refusal.reason, product: refusal.product.as_deref() }
    }
}
