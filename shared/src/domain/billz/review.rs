//! What a person decides about a job that nobody else can go on with.

use super::job::{BillzJob, JobEvent, Standing};
use super::operation::{Answer, OperationKind};

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The call was made: they saw its effect at Billz.
    ItHappened {
        /// Billz's id of what it made, where it made something.
        billz_id: Option<String>,
    },
    /// It was not: the job goes on from there.
    ItDidNotHappen,
    /// The job is not needed any more; what it left at Billz is theirs to tidy up.
    GiveUp,
}

/// What became of a person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Done,
    /// The same was decided before.
    AlreadyDone,
    /// The job is in no doubt, or in doubt about another step.
    NotOpen,
    /// What the call made has to be named by Billz's id.
    NeedsId,
}

impl BillzJob {
    /// Keeps what a person decided about a step; the job is gone on with from there.
    pub fn decide(&mut self, step: u32, decision: Decision) -> Decided {
        if self.decided.as_ref() == Some(&(step, decision.clone())) {
            if self.standing == Standing::Open {
                // Nobody went on with it yet: should the message for that be lost, this is another.
                self.outbox.push(JobEvent::Resumed);
            }
            return Decided::AlreadyDone;
        }
        if step != self.step || !matches!(self.standing, Standing::NeedsReview { .. }) {
            return Decided::NotOpen;
        }
        match &decision {
            Decision::ItHappened { billz_id } => {
                let Some(pending) = self.pending else { return Decided::NotOpen };
                let Some(answer) = answer_of(pending.operation, billz_id.as_deref()) else {
                    return Decided::NeedsId;
                };
                self.learn(pending.operation, answer);
            }
            Decision::ItDidNotHappen => self.pending = None,
            Decision::GiveUp => {
                self.pending = None;
                self.progress.given_up = true;
            }
        }
        self.standing = Standing::Open;
        self.tries = 0;
        self.decided = Some((step, decision));
        self.outbox.push(JobEvent::Resumed);
        Decided::Done
    }
}

/// The answer that was lost, as a person saw it.
fn answer_of(operation: OperationKind, billz_id: Option<&str>) -> Option<Answer> {
    match operation {
        OperationKind::CreateClient => Some(Answer::ClientCreated(billz_id?.parse().ok()?)),
        OperationKind::CreateDraft => {
            Some(Answer::DraftCreated { order: billz_id?.parse().ok()?, number: None })
        }
        OperationKind::Postpone => Some(Answer::Postponed(None)),
        OperationKind::AddItem
        | OperationKind::Pay
        | OperationKind::ReturnToDraft
        | OperationKind::DeleteDraft => Some(Answer::Done),
        OperationKind::FindClient
        | OperationKind::FindDraft
        | OperationKind::AttachClient
        | OperationKind::SetTotal
        | OperationKind::ReadOrder => None,
    }
}
