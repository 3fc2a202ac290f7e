//! A support task: asked for in a chat, made once in the provider's panel.
//!
//! The panel takes no key of ours and cannot be asked whether a task is there. So making it is claimed
//! before the panel is called, called once, and where the answer is lost a person has to look.

pub mod draft;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use self::draft::TaskDraft;
use super::dialogue::ChatId;
use super::identifier::{TaskId, UserId};
use super::locale::Locale;
use super::panel_failure::{PanelCode, PanelFailure};

/// How long a claim is believed to be somebody's at work. Longer than the function that makes tasks may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// A support task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportTask {
    /// Names it.
    pub id: TaskId,
    /// What is to be done.
    pub draft: TaskDraft,
    /// Who asked for it.
    pub asked_by: UserId,
    /// Where they asked, and are told what became of it.
    pub chat: ChatId,
    /// The language of that chat.
    pub locale: Locale,
    /// When they asked.
    pub created_at: Timestamp,
    /// 1, and one more each time a person has it made again.
    pub attempt: u32,
    /// Where it stands.
    pub standing: Standing,
    /// What the change being made must tell others. Empty in a loaded task.
    pub outbox: Vec<TaskEvent>,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is to be made.
    Ready,
    /// The panel is just being asked, or whoever asked it died.
    Submitting {
        /// Since when.
        since: Timestamp,
    },
    /// It is in the panel.
    Created {
        /// When that was known.
        at: Timestamp,
        /// By whose word.
        word: Word,
    },
    /// It is certainly not in the panel.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// Why.
        failure: PanelFailure,
    },
    /// It may or may not be in the panel: a person has to look.
    NeedsReview {
        /// Since when.
        since: Timestamp,
        /// What is known.
        failure: PanelFailure,
    },
    /// A person gave it up.
    GivenUp {
        /// When.
        at: Timestamp,
    },
}

/// By whose word a task is in the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The panel took it.
    Panel,
    /// A person saw it there.
    Person,
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// To be made, or just being made.
    Pending,
    /// In the panel.
    Created,
    /// Not in the panel.
    Failed,
    /// A person has to look.
    NeedsReview,
    /// Given up by a person.
    GivenUp,
}

/// Something that happened to a task and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEvent {
    /// It is to be made.
    Submitted,
    /// It is in the panel.
    Created,
    /// It is not, and why.
    Failed(PanelFailure),
    /// A person has to look, and why.
    ReviewOpened(PanelFailure),
}

/// What to do with a request to make a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is claimed: ask the panel, once, then tell what became of it.
    Make,
    /// There is nothing to do: it was dealt with, or a later attempt has begun.
    Settled,
    /// Somebody is at it; look again after this long.
    Busy {
        /// Until the claim is no longer believed.
        wait: SignedDuration,
    },
    /// Somebody died at it. A person has to look from now on.
    Lost,
}

/// What became of asking the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// The panel took it.
    Created,
    /// It certainly was not made.
    Failed(PanelFailure),
    /// It certainly was not made, and the panel may be asked again later.
    Postponed,
    /// It may or may not have been made.
    Unclear(PanelFailure),
}

/// What a person decides about a task that was not plainly made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They saw it in the panel.
    ItIsThere,
    /// It is to be made again.
    CreateAgain,
    /// It is not needed any more.
    GiveUp,
}

/// What became of a person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Done,
    /// The same was decided before.
    AlreadyDone,
    /// It is about an earlier attempt, or the task is in no doubt.
    NotOpen,
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Created, Self::Failed, Self::NeedsReview, Self::GivenUp];

    /// The name in the API and in stored tasks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Created => "CREATED",
            Self::Failed => "FAILED",
            Self::NeedsReview => "NEEDS_REVIEW",
            Self::GivenUp => "GIVEN_UP",
        }
    }
}

/// Who asks for a task, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Who.
    pub user: UserId,
    /// In which chat.
    pub chat: ChatId,
    /// In which language.
    pub locale: Locale,
}

impl SupportTask {
    /// A new task, to be made.
    pub fn ask(id: TaskId, draft: TaskDraft, asker: Asker, now: Timestamp) -> Self {
        Self {
            id,
            draft,
            asked_by: asker.user,
            chat: asker.chat,
            locale: asker.locale,
            created_at: now,
            attempt: 1,
            standing: Standing::Ready,
            outbox: vec![TaskEvent::Submitted],
        }
    }

    /// The state as people and lists name it.
    pub fn state(&self) -> TaskState {
        match self.standing {
            Standing::Ready | Standing::Submitting { .. } => TaskState::Pending,
            Standing::Created { .. } => TaskState::Created,
            Standing::Failed { .. } => TaskState::Failed,
            Standing::NeedsReview { .. } => TaskState::NeedsReview,
            Standing::GivenUp { .. } => TaskState::GivenUp,
        }
    }

    /// Claims the making of it. Whoever finds the claim of somebody who is gone leaves it to a person.
    pub fn claim(&mut self, attempt: u32, now: Timestamp) -> Claim {
        if attempt != self.attempt {
            return Claim::Settled;
        }
        match self.standing {
            Standing::Ready => {
                self.standing = Standing::Submitting { since: now };
                Claim::Make
            }
            Standing::Submitting { since } => {
                let wait = LEASE.saturating_sub(now.duration_since(since));
                if wait.is_positive() {
                    return Claim::Busy { wait };
                }
                let what = "whoever asked the panel ended before its answer was kept";
                self.open_review(PanelFailure::new(PanelCode::TaskCreateRequestFailed, what), now);
                Claim::Lost
            }
            Standing::Created { .. }
            | Standing::Failed { .. }
            | Standing::NeedsReview { .. }
            | Standing::GivenUp { .. } => Claim::Settled,
        }
    }

    /// Keeps what became of the claim of `attempt` that began at `since`. Nothing when it is not that claim
    /// any more.
    pub fn made(&mut self, attempt: u32, since: Timestamp, made: Made, now: Timestamp) {
        if attempt != self.attempt || self.standing != (Standing::Submitting { since }) {
            return;
        }
        match made {
            Made::Created => {
                self.standing = Standing::Created { at: now, word: Word::Panel };
                self.outbox.push(TaskEvent::Created);
            }
            Made::Failed(failure) => self.fail(failure, now),
            Made::Postponed => self.standing = Standing::Ready,
            Made::Unclear(failure) => self.open_review(failure, now),
        }
    }

    /// Ends an attempt that never reached the panel.
    pub fn give_up_making(&mut self, attempt: u32, failure: PanelFailure, now: Timestamp) {
        if attempt == self.attempt && self.standing == Standing::Ready {
            self.fail(failure, now);
        }
    }

    /// Keeps what a person decides about `attempt`.
    pub fn decide(&mut self, attempt: u32, decision: Decision, now: Timestamp) -> Decided {
        match (&self.standing, decision) {
            // Whoever presses twice asks for the attempt after the one they saw.
            (_, Decision::CreateAgain) if attempt.checked_add(1) == Some(self.attempt) => {
                Decided::AlreadyDone
            }
            _ if attempt != self.attempt => Decided::NotOpen,
            (Standing::NeedsReview { .. }, Decision::ItIsThere) => {
                self.standing = Standing::Created { at: now, word: Word::Person };
                Decided::Done
            }
            (Standing::Created { .. }, Decision::ItIsThere) => Decided::AlreadyDone,
            (Standing::NeedsReview { .. } | Standing::Failed { .. }, Decision::CreateAgain) => {
                self.attempt = self.attempt.saturating_add(1);
                self.standing = Standing::Ready;
                self.outbox.push(TaskEvent::Submitted);
                Decided::Done
            }
            (Standing::NeedsReview { .. } | Standing::Failed { .. }, Decision::GiveUp) => {
                self.standing = Standing::GivenUp { at: now };
                Decided::Done
            }
            (Standing::GivenUp { .. }, Decision::GiveUp) => Decided::AlreadyDone,
            (
                Standing::Ready
                | Standing::Submitting { .. }
                | Standing::Created { .. }
                | Standing::Failed { .. }
                | Standing::GivenUp { .. },
                Decision::ItIsThere | Decision::CreateAgain | Decision::GiveUp,
            ) => Decided::NotOpen,
        }
    }

    fn fail(&mut self, failure: PanelFailure, now: Timestamp) {
        self.standing = Standing::Failed { at: now, failure: failure.clone() };
        self.outbox.push(TaskEvent::Failed(failure));
    }

    fn open_review(&mut self, failure: PanelFailure, now: Timestamp) {
        self.standing = Standing::NeedsReview { since: now, failure: failure.clone() };
        self.outbox.push(TaskEvent::ReviewOpened(failure));
    }
}
