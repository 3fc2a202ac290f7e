//! A job as it is stored. Flat: an enum that is read by a tag inside is read by way of a copy, which takes room in
//! every function.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::position;
use super::stored_progress::{StoredProgress, StoredRefusal, soum};
use crate::domain::billz::job::{BillzJob, JobState, Pending, Standing};
use crate::domain::billz::operation::OperationKind;
use crate::domain::billz::review::Decision;
use crate::domain::billz::work::{JobKind, Subject};
use crate::domain::identifier::JobId;
use crate::domain::money::Money;
use crate::stores::invoices::Cause;
use crate::stores::outbox::{StoredEvent, StoredEventKind};
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "JOB";
/// How long a job is kept after its end. It answers repeats for as long.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The item.
#[derive(Debug, Serialize, Deserialize)]
pub struct JobItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    /// Its place in both lists.
    pub gsi1sk: String,
    gsi2pk: String,
    gsi2sk: String,
    /// Grows with each commit.
    pub version: u64,
    /// Drawn anew for each commit: whoever lost the answer to its commit knows it again by this.
    pub commit: String,
    id: String,
    kind: String,
    fingerprint: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_queue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    subject: StoredSubject,
    created_at: Timestamp,
    step: u32,
    standing: StoredStanding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<StoredPending>,
    #[serde(default)]
    tries: u32,
    progress: StoredProgress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decided: Option<StoredDecision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredSubject {
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredStanding {
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<StoredRefusal>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPending {
    operation: String,
    since: Timestamp,
    asked: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredDecision {
    step: u32,
    decision: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billz_id: Option<String>,
}

/// The key of a job.
pub fn key(id: &JobId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

/// The list of the jobs in one state.
pub fn state_partition(state: JobState) -> String {
    format!("JOB_STATE#{}", state.as_str())
}

/// The list of the jobs that came in one month, such as `2026-11`.
pub fn month_partition(month: &str) -> String {
    format!("JOBS#{month}")
}

impl JobItem {
    /// The item of a job as it is to be written.
    pub fn of(job: &BillzJob, version: u64, commit: String, cause: &Cause) -> Self {
        let event = |(index, event)| StoredEvent {
            id: format!("{}.{version}.{index}", job.id),
            correlation_id: cause.correlation_id.clone(),
            occurred_at: cause.now,
            event: StoredEventKind::of_job(job, event),
        };
        let outbox: Vec<StoredEvent> = job.outbox.iter().copied().enumerate().map(event).collect();
        let Key { pk, sk } = key(&job.id);
        let position = position(job.created_at, &job.id);
        let month = position.get(..7).unwrap_or_default();
        let ends = |at: Timestamp| at.saturating_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: state_partition(job.state()),
            gsi1sk: position.clone(),
            gsi2pk: month_partition(month),
            gsi2sk: position,
            version,
            commit,
            id: job.id.to_string(),
            kind: job.kind.as_str().to_owned(),
            fingerprint: job.fingerprint.clone(),
            message: job.message.clone(),
            reply_queue: job.reply_queue.clone(),
            order: job.order.as_ref().map(|id| id.as_str().to_owned()),
            subject: StoredSubject::of(&job.subject),
            created_at: job.created_at,
            step: job.step,
            standing: StoredStanding::of(&job.standing),
            pending: job.pending.map(StoredPending::of),
            tries: job.tries,
            progress: StoredProgress::of(&job.progress),
            decided: job.decided.as_ref().map(StoredDecision::of),
            ttl: job.ended_at().map(ends),
            outbox_size: Some(outbox.len()).filter(|size| *size > 0),
            outbox,
        }
    }

    /// The job.
    ///
    /// # Errors
    /// `Corrupt` with the item's key.
    pub fn job(self) -> Result<BillzJob, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<BillzJob, String> {
        Ok(BillzJob {
            id: parsed("id", &self.id)?,
            kind: JobKind::of_name(&self.kind).ok_or_else(|| format!("there is no kind {:?}", self.kind))?,
            fingerprint: self.fingerprint,
            message: self.message,
            reply_queue: self.reply_queue,
            order: self.order.map(|id| parsed("order", &id)).transpose()?,
            subject: self.subject.subject(),
            created_at: self.created_at,
            step: self.step,
            standing: self.standing.standing()?,
            pending: self.pending.map(StoredPending::pending).transpose()?,
            tries: self.tries,
            progress: self.progress.progress()?,
            decided: self.decided.map(StoredDecision::decided).transpose()?,
            outbox: Vec::new(),
        })
    }
}

impl StoredSubject {
    fn of(subject: &Subject) -> Self {
        let Subject { order, total, customer } = subject.clone();
        Self { order, total_minor: total.map(Money::minor), customer }
    }

    fn subject(self) -> Subject {
        Subject { order: self.order, total: self.total_minor.map(soum), customer: self.customer }
    }
}

const OPEN: &str = "OPEN";
const RUNNING: &str = "RUNNING";
const SUCCEEDED: &str = "SUCCEEDED";
const REFUSED: &str = "REFUSED";
const NEEDS_REVIEW: &str = "NEEDS_REVIEW";
const DEAD: &str = "DEAD";

impl StoredStanding {
    fn of(standing: &Standing) -> Self {
        let stands =
            |state: &str, at: Option<Timestamp>| Self { state: state.to_owned(), at, ..Self::default() };
        match standing {
            Standing::Open => stands(OPEN, None),
            Standing::Running { until } => stands(RUNNING, Some(*until)),
            Standing::Succeeded { at } => stands(SUCCEEDED, Some(*at)),
            Standing::Refused { at, refusal } => {
                Self { refusal: Some(StoredRefusal::of(refusal)), ..stands(REFUSED, Some(*at)) }
            }
            Standing::NeedsReview { since, evidence } => {
                Self { reason: Some(evidence.clone()), ..stands(NEEDS_REVIEW, Some(*since)) }
            }
            Standing::Dead { at, reason } => Self { reason: Some(reason.clone()), ..stands(DEAD, Some(*at)) },
        }
    }

    fn standing(self) -> Result<Standing, String> {
        let at = self.at.ok_or("a standing without its time");
        let reason = self.reason.ok_or("a standing without its reason");
        Ok(match self.state.as_str() {
            OPEN => Standing::Open,
            RUNNING => Standing::Running { until: at? },
            SUCCEEDED => Standing::Succeeded { at: at? },
            REFUSED => {
                let refusal = self.refusal.ok_or("a refused job without its refusal")?.refusal();
                Standing::Refused { at: at?, refusal }
            }
            NEEDS_REVIEW => Standing::NeedsReview { since: at?, evidence: reason? },
            DEAD => Standing::Dead { at: at?, reason: reason? },
            other => return Err(format!("there is no standing {other:?}")),
        })
    }
}

impl StoredPending {
    fn of(pending: Pending) -> Self {
        let Pending { operation, since, asked } = pending;
        Self { operation: operation.as_str().to_owned(), since, asked }
    }

    fn pending(self) -> Result<Pending, String> {
        let known = OperationKind::ALL.into_iter().find(|kind| kind.as_str() == self.operation);
        let operation = known.ok_or_else(|| format!("there is no operation {:?}", self.operation))?;
        Ok(Pending { operation, since: self.since, asked: self.asked })
    }
}

const IT_HAPPENED: &str = "it_happened";
const IT_DID_NOT_HAPPEN: &str = "it_did_not_happen";
const GIVE_UP: &str = "give_up";

impl StoredDecision {
    fn of(decided: &(u32, Decision)) -> Self {
        let (step, decision) = decided;
        let (name, billz_id) = match decision {
            Decision::ItHappened { billz_id } => (IT_HAPPENED, billz_id.clone()),
            Decision::ItDidNotHappen => (IT_DID_NOT_HAPPEN, None),
            Decision::GiveUp => (GIVE_UP, None),
        };
        Self { step: *step, decision: name.to_owned(), billz_id }
    }

    fn decided(self) -> Result<(u32, Decision), String> {
        let decision = match self.decision.as_str() {
            IT_HAPPENED => Decision::ItHappened { billz_id: self.billz_id },
            IT_DID_NOT_HAPPEN => Decision::ItDidNotHappen,
            GIVE_UP => Decision::GiveUp,
            other => return Err(format!("there is no decision {other:?}")),
        };
        Ok((self.step, decision))
    }
}
