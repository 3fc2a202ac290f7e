//! Why the switch did not do what was asked.

use crate::providers::call::CallError;
use crate::retry::{Retry, Verdict};

/// The switch's own no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its number. What it means is not documented: nothing may depend on it.
    pub code: i64,
    /// Its words, bounded, in one line. They may be shown to operators.
    pub text: String,
}

/// Why the switch did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SippyError {
    /// The switch said no, and did nothing. Its words may be shown to operators; only the number goes to the log.
    #[error("the switch refused: fault {}", .0.code)]
    Refused(Fault),
    /// The switch does not take user and password: nothing was done, and nothing will be until a person mends them.
    #[error("the switch does not accept the user or the API password")]
    CredentialsRefused,
    /// The switch did not ask for a digest that we can make: nothing was sent to it.
    #[error("the switch did not ask for digest authentication in a way that is known")]
    NoChallenge,
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Verdict for SippyError {
    fn retry(&self) -> Retry {
        match self {
            Self::Refused(_) => Retry::Never,
            Self::CredentialsRefused | Self::NoChallenge => Retry::Safe { after: None },
            Self::Call(error) => error.retry(),
        }
    }
}
