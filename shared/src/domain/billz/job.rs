//! A job at Billz: asked for by another service, done once, whoever asks again.
//!
//! Nothing at Billz takes a key of ours. So what it may do twice is committed as pending before it is called;
//! whoever finds it pending asks Billz what became of it before anything else is sent, and where Billz cannot
//! tell, a person does.

use jiff::{SignedDuration, Timestamp};

use super::asking::Finding;
use super::operation::{Answer, Operation, OperationKind, Refusal};
use super::review::Decision;
use super::running::Progress;
use super::work::{JobKind, Subject, Work};
use crate::domain::identifier::{BillzOrderId, JobId};

/// How long somebody at a job is believed to be alive. Longer than the function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// How often Billz is asked about a call that nobody can tell about, before a person is: each time after three
/// times as long as the time before.
const MAX_QUESTIONS: u32 = 3;

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillzJob {
    /// Its sender's correlation id.
    pub id: JobId,
    /// What kind of work it is.
    pub kind: JobKind,
    /// Tells the same content from another.
    pub fingerprint: String,
    /// The message that asked for it, to go on from.
    pub message: String,
    /// Where its sender wants to be told what became of it.
    pub reply_queue: Option<String>,
    /// The order at Billz that it is about, where it does not make one.
    pub order: Option<BillzOrderId>,
    /// What people know it by.
    pub subject: Subject,
    /// When it came.
    pub created_at: Timestamp,
    /// Grows with each call that may act but once, and with each question to a person, which it names.
    pub step: u32,
    /// Where it stands.
    pub standing: Standing,
    /// The call that may or may not have been made.
    pub pending: Option<Pending>,
    /// How often in a row Billz gave no usable answer; nothing that waited for something else counts.
    pub tries: u32,
    /// What is known of its work.
    pub progress: Progress,
    /// What a person last decided, and about which step.
    pub decided: Option<(u32, Decision)>,
    /// What the change being made must tell others. Empty in a loaded job.
    pub outbox: Vec<JobEvent>,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is to be done, or to be gone on with.
    Open,
    /// Somebody is at it.
    Running {
        /// Until when they are believed to be.
        until: Timestamp,
    },
    /// It is done.
    Succeeded {
        /// Since when.
        at: Timestamp,
    },
    /// It was refused; nothing of it is left at Billz.
    Refused {
        /// Since when.
        at: Timestamp,
        /// Why.
        refusal: Refusal,
    },
    /// A person has to say what became of a call, or whether to go on.
    NeedsReview {
        /// Since when.
        since: Timestamp,
        /// What is known.
        evidence: String,
    },
    /// It was given up before anything was done.
    Dead {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// A call that was begun, and whose answer nobody has kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub operation: OperationKind,
    /// Since when.
    pub since: Timestamp,
    /// How often Billz was asked about it.
    pub asked: u32,
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Nothing was done yet.
    Received,
    /// It is being done.
    Running,
    /// It is done.
    Succeeded,
    /// Billz, or we, said no.
    Refused,
    /// A person has to look.
    NeedsReview,
    /// Given up.
    Dead,
}

/// Something that happened to a job and must reach others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEvent {
    /// It ended: who asked is told, and the staff where it concerns them.
    Ended,
    /// It was asked for again: who asked is told again what became of it.
    Repeated,
    /// A person has to look.
    ReviewOpened,
    /// A person decided: it is gone on with.
    Resumed,
}

/// What to do with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is ours: go on with it.
    Run,
    /// Somebody is at it; look again after this long.
    Busy {
        /// Until they are believed to be gone.
        wait: SignedDuration,
    },
    /// It ended before.
    Ended,
    /// It waits for a person.
    InReview,
    /// The same id was used for something else.
    OtherContent,
}

/// What asking about a lost call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is known what became of it: go on.
    GoOn,
    /// Nobody can tell yet: ask again after this long.
    Wait(SignedDuration),
    /// Nobody can tell: a person has to.
    Review,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Running, Self::Succeeded, Self::Refused, Self::NeedsReview, Self::Dead];

    /// The name in the API, in replies and in stored jobs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Refused => "REFUSED",
            Self::NeedsReview => "NEEDS_REVIEW",
            Self::Dead => "DEAD",
        }
    }
}

impl BillzJob {
    /// A job that just came, and is ours to do.
    pub fn receive(id: JobId, work: &Work, fingerprint: String, message: String, now: Timestamp) -> Self {
        Self {
            id,
            kind: work.kind(),
            fingerprint,
            message,
            reply_queue: None,
            order: work.order().cloned(),
            subject: work.subject(),
            created_at: now,
            step: 0,
            standing: running(now),
            pending: None,
            tries: 0,
            progress: Progress::default(),
            decided: None,
            outbox: Vec::new(),
        }
    }

    /// A job that nobody can do, because its message cannot be read. Nothing of it was done, so that a job that
    /// can be read may take its id.
    pub fn unreadable(id: JobId, kind: JobKind, message: String, reason: String, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            fingerprint: String::new(),
            message,
            reply_queue: None,
            order: None,
            subject: Subject::default(),
            created_at: now,
            step: 0,
            standing: Standing::Dead { at: now, reason },
            pending: None,
            tries: 0,
            progress: Progress::default(),
            decided: None,
            outbox: vec![JobEvent::Ended],
        }
    }

    /// Whether it is one of those that nobody can do.
    pub fn is_unreadable(&self) -> bool {
        self.fingerprint.is_empty()
    }

    /// The same, with its sender to be told on a queue.
    pub fn replying_to(mut self, queue: Option<String>) -> Self {
        self.reply_queue = queue;
        self
    }

    /// Where it stands, as people name it.
    pub fn state(&self) -> JobState {
        match self.standing {
            Standing::Open if self.step == 0 => JobState::Received,
            Standing::Open | Standing::Running { .. } => JobState::Running,
            Standing::Succeeded { .. } => JobState::Succeeded,
            Standing::Refused { .. } => JobState::Refused,
            Standing::NeedsReview { .. } => JobState::NeedsReview,
            Standing::Dead { .. } => JobState::Dead,
        }
    }

    /// When it ended, if it did.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Succeeded { at } | Standing::Refused { at, .. } | Standing::Dead { at, .. } => Some(at),
            Standing::Open | Standing::Running { .. } | Standing::NeedsReview { .. } => None,
        }
    }

    /// The order at Billz: the one it made, or the one it was to do something to.
    pub fn billz_order(&self) -> Option<&BillzOrderId> {
        self.progress.order.as_ref().or(self.order.as_ref())
    }

    /// Takes the job for whoever has a message that asks for it; `fingerprint` of that message, none for our own
    /// message to go on. A job that was given up is taken up again: somebody put its message back.
    pub fn claim(&mut self, fingerprint: Option<&str>, now: Timestamp) -> Claim {
        if fingerprint.is_some_and(|fingerprint| fingerprint != self.fingerprint) {
            return Claim::OtherContent;
        }
        match &self.standing {
            Standing::Running { until } if *until > now => {
                return Claim::Busy { wait: now.duration_until(*until) };
            }
            Standing::NeedsReview { .. } => {
                self.tell_again(fingerprint);
                return Claim::InReview;
            }
            Standing::Succeeded { .. } | Standing::Refused { .. } => {
                self.tell_again(fingerprint);
                return Claim::Ended;
            }
            Standing::Open | Standing::Running { .. } | Standing::Dead { .. } => {}
        }
        if self.pending.is_none() && !self.progress.paid && self.kind == JobKind::MakePayment {
            // Before an order is paid it is looked at, and how it is paid is, each time anew.
            self.progress.seen = None;
            self.progress.payment_type = None;
        }
        self.standing = running(now);
        Claim::Run
    }

    /// Our own message, which has no fingerprint, asks for nothing to be told.
    fn tell_again(&mut self, fingerprint: Option<&str>) {
        if fingerprint.is_some() && self.reply_queue.is_some() {
            self.outbox.push(JobEvent::Repeated);
        }
    }

    /// Begins a call. What may act twice is pending until its answer is kept.
    pub fn begin(&mut self, operation: &Operation, now: Timestamp) {
        if operation.kind().is_once() {
            self.step = self.step.saturating_add(1);
            self.pending = Some(Pending { operation: operation.kind(), since: now, asked: 0 });
        }
    }

    /// Keeps an answer to a call that was begun.
    pub fn learn(&mut self, operation: OperationKind, answer: Answer) {
        self.pending = None;
        self.tries = 0;
        self.progress.learn(operation, answer);
    }

    /// Keeps that Billz said no. Where nobody but a person can go on, their question is opened.
    pub fn refuse(&mut self, work: &Work, operation: OperationKind, refusal: Refusal, now: Timestamp) {
        let evidence = format!("Billz refused {}: {}", operation.as_str(), refusal.reason);
        match self.progress.refuse(work, operation, refusal) {
            true => self.pending = None,
            false => self.review(evidence, now),
        }
    }

    /// Counts a try in vain; how many those are in a row.
    pub fn count_try(&mut self) -> u32 {
        self.tries = self.tries.saturating_add(1);
        self.tries
    }

    /// Keeps that the call certainly never reached Billz, so that it may be made again.
    pub fn forget_call(&mut self) {
        self.pending = None;
    }

    /// Keeps what Billz says about the pending call. `settle` is how long Billz may take to show what it did.
    pub fn asked(&mut self, work: &Work, answer: Answer, settle: SignedDuration, now: Timestamp) -> Asked {
        let Some(pending) = self.pending else { return Asked::GoOn };
        let waited = now.duration_since(pending.since);
        match self.progress.judge(work, pending.operation, answer) {
            Finding::Happened(answer) => {
                self.learn(pending.operation, answer);
                Asked::GoOn
            }
            Finding::Absent if waited < settle => Asked::Wait(settle.saturating_sub(waited)),
            Finding::Absent => {
                self.pending = None;
                Asked::GoOn
            }
            Finding::Unclear(evidence) => {
                let asked = pending.asked.saturating_add(1);
                if asked > MAX_QUESTIONS {
                    self.review(evidence, now);
                    return Asked::Review;
                }
                self.pending = Some(Pending { asked, ..pending });
                Asked::Wait(settle.saturating_mul(3_i32.saturating_pow(asked.saturating_sub(1))))
            }
        }
    }

    /// Lets the job go, for whoever gets its message next.
    pub fn release(&mut self) {
        if matches!(self.standing, Standing::Running { .. }) {
            self.standing = Standing::Open;
        }
    }

    /// Ends the job as done.
    pub fn succeed(&mut self, now: Timestamp) {
        self.standing = Standing::Succeeded { at: now };
        self.outbox.push(JobEvent::Ended);
    }

    /// Ends the job as refused.
    pub fn end_refused(&mut self, refusal: Refusal, now: Timestamp) {
        self.pending = None;
        self.standing = Standing::Refused { at: now, refusal };
        self.outbox.push(JobEvent::Ended);
    }

    /// Ends the job after its last try. Where something of it is, or may be, at Billz, a person has to look.
    pub fn give_up(&mut self, reason: String, now: Timestamp) {
        if self.pending.is_some() || self.progress.leaves_something() {
            return self.review(reason, now);
        }
        self.standing = Standing::Dead { at: now, reason };
        self.outbox.push(JobEvent::Ended);
    }

    /// Opens a person's question, under a number of its own: whoever answers an earlier one decides nothing.
    pub fn review(&mut self, evidence: String, now: Timestamp) {
        self.step = self.step.saturating_add(1);
        self.standing = Standing::NeedsReview { since: now, evidence };
        self.outbox.push(JobEvent::ReviewOpened);
    }
}

fn running(now: Timestamp) -> Standing {
    Standing::Running { until: now.saturating_add(LEASE).unwrap_or(Timestamp::MAX) }
}
