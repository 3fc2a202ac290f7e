//! What came of a call to Portmone, with the evidence of it.

use crate::providers::call::CallError;
use crate::retry::{Retry, Verdict};

/// Longest code that is counted by its own name, in bytes.
const MAX_COUNTED: usize = 16;

/// Portmone's own no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Portmone's code, such as `p001`. Opaque: the list of them is not public. Bounded.
    pub code: String,
    /// Its short words, bounded, with numbers of phones masked.
    pub text: String,
    /// Its long words, likewise: protocol version 2 has them.
    pub description: Option<String>,
    /// Whether it answered as protocol version 1 although asked for a later one: there are no long words.
    pub fell_back: bool,
    /// Whether its code or its short words seem to be about the login or the password. A guess: the list of codes is not
    /// public.
    pub seems_about_access: bool,
}

/// Why Portmone did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortmoneError {
    /// Portmone said no, and did nothing. Its words may be shown to operators; only the code goes to the log. Whatever it
    /// says to a payment is this: a guess about its words is no reason to ask for money twice.
    #[error("Portmone refused: {}", .0.code)]
    Refused(Fault),
    /// Portmone does not accept the login, the password or the client certificate: nothing was done, and nothing will
    /// be until they are mended. They may have been rotated. A payment is told so by HTTP alone.
    #[error("Portmone does not let us in: {}", .0.code)]
    CredentialsRefused(Fault),
    /// No answer that says anything.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A call, and what is kept of it for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged<T> {
    /// What came of it.
    pub outcome: Result<T, PortmoneError>,
    /// The answer, bounded, with numbers of phones masked; without one, why there is none.
    pub answer: String,
}

impl Fault {
    /// For people: the long words, or else the short ones, or else the code.
    pub fn words(&self) -> String {
        let said = self.description.as_deref().unwrap_or(&self.text);
        if said.is_empty() { self.code.clone() } else { said.to_owned() }
    }

    /// The code as a metric's dimension: what is no short plain word counts as `other`, so that an odd answer makes no
    /// new metrics.
    pub fn code_for_counting(&self) -> &str {
        let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.');
        let is_short = (1..=MAX_COUNTED).contains(&self.code.len());
        if is_short && self.code.bytes().all(is_plain) { &self.code } else { "other" }
    }
}

impl PortmoneError {
    /// Portmone's no, where it said one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Refused(fault) | Self::CredentialsRefused(fault) => Some(fault),
            Self::Call(_) => None,
        }
    }
}

impl Verdict for PortmoneError {
    fn retry(&self) -> Retry {
        match self {
            Self::Refused(_) => Retry::Never,
            Self::CredentialsRefused(_) => Retry::Safe { after: None },
            Self::Call(error) => error.retry(),
        }
    }
}
