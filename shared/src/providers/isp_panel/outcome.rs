//! What became of logging in, and of creating a task.

use std::time::Duration;

use crate::domain::panel_failure::{PanelCode, PanelFailure};
use crate::providers::call::CallError;
use crate::retry::{Failure, Retry, Verdict};

/// Why nobody is logged in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{failure}")]
pub struct LoginError {
    /// Why.
    pub failure: PanelFailure,
    /// How long the panel wants to be left alone, if it said.
    pub after: Option<Duration>,
    /// Whether the panel read account and password and said no: trying them again by ourselves would only lock
    /// the account.
    pub is_final: bool,
}

impl LoginError {
    /// A login that may be tried again.
    pub fn passing(failure: PanelFailure, after: Option<Duration>) -> Self {
        Self { failure, after, is_final: false }
    }
}

impl Verdict for LoginError {
    fn retry(&self) -> Retry {
        let is_final = self.is_final || !self.failure.code.is_retryable();
        if is_final { Retry::Never } else { Retry::Safe { after: self.after } }
    }
}

/// Why it is not known that a task was created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// The panel wants us to log in first. Nothing was created.
    #[error("the panel's session is over")]
    SessionOver,
    /// The panel refused. Nothing was created, and the same task will be refused again.
    #[error("{0}")]
    Refused(PanelFailure),
    /// Nothing was created: the same task may be tried again.
    #[error("{failure}")]
    Safe {
        /// Why.
        failure: PanelFailure,
        /// How long the panel wants to be left alone, if it said.
        after: Option<Duration>,
    },
    /// It may have been created or not. The panel cannot be asked: a person has to look.
    #[error("{0}")]
    Unclear(PanelFailure),
}

impl Verdict for CreateError {
    fn retry(&self) -> Retry {
        match self {
            Self::SessionOver => Retry::Safe { after: None },
            Self::Safe { after, .. } => Retry::Safe { after: *after },
            Self::Refused(_) => Retry::Never,
            Self::Unclear(_) => Retry::AskFirst,
        }
    }
}

impl From<CallError> for LoginError {
    fn from(error: CallError) -> Self {
        let code = match error.failure {
            Failure::NotReached | Failure::NoAnswer => PanelCode::AuthRequestFailed,
            Failure::Limited(_) | Failure::ServerError | Failure::Unreadable | Failure::Refused => {
                PanelCode::AuthHttpError
            }
        };
        Self { failure: PanelFailure::new(code, error.detail), after: wished(error.failure), is_final: false }
    }
}

impl From<CallError> for CreateError {
    fn from(error: CallError) -> Self {
        let code = match error.failure {
            Failure::NotReached | Failure::NoAnswer => PanelCode::TaskCreateRequestFailed,
            Failure::Limited(_) | Failure::ServerError | Failure::Unreadable | Failure::Refused => {
                PanelCode::TaskCreateHttpError
            }
        };
        let verdict = error.retry();
        let failure = PanelFailure::new(code, error.detail);
        match verdict {
            Retry::Never => Self::Refused(failure),
            Retry::Safe { after } => Self::Safe { failure, after },
            Retry::AskFirst => Self::Unclear(failure),
        }
    }
}

fn wished(failure: Failure) -> Option<Duration> {
    match failure {
        Failure::Limited(after) => after,
        Failure::NotReached
        | Failure::NoAnswer
        | Failure::ServerError
        | Failure::Unreadable
        | Failure::Refused => None,
    }
}
