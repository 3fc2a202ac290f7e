//! Why the ISP panel did not do what it was asked, in the codes that its users know.

use std::fmt;
use std::str::FromStr;

/// A code of a failure. Shown in logs, by the API and in the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelCode {
    /// The panel is switched off or not configured.
    ServiceDisabled,
    /// The panel's first page brought no cookie.
    AuthNoInitialCookie,
    /// The panel answered, and did not log us in.
    AuthHttpError,
    /// Logging in brought no answer.
    AuthRequestFailed,
    /// The panel answered to the new task, and not with a success.
    TaskCreateHttpError,
    /// The new task brought no answer.
    TaskCreateRequestFailed,
}

/// Why the panel did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct PanelFailure {
    /// The code.
    pub code: PanelCode,
    /// The cause, in words for operators. Holds no credentials, and nothing that the panel answered.
    pub detail: String,
}

/// A text that is no code of the panel's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such code of the panel's")]
pub struct PanelCodeError;

impl PanelCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::ServiceDisabled,
        Self::AuthNoInitialCookie,
        Self::AuthHttpError,
        Self::AuthRequestFailed,
        Self::TaskCreateHttpError,
        Self::TaskCreateRequestFailed,
    ];

    /// The code as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceDisabled => "SERVICE_DISABLED",
            Self::AuthNoInitialCookie => "AUTH_NO_INITIAL_COOKIE",
            Self::AuthHttpError => "AUTH_HTTP_ERROR",
            Self::AuthRequestFailed => "AUTH_REQUEST_FAILED",
            Self::TaskCreateHttpError => "TASK_CREATE_HTTP_ERROR",
            Self::TaskCreateRequestFailed => "TASK_CREATE_REQUEST_FAILED",
        }
    }

    /// Whether a person may expect that trying again helps. It says nothing about whether a task was made.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::ServiceDisabled | Self::AuthNoInitialCookie => false,
            Self::AuthHttpError
            | Self::AuthRequestFailed
            | Self::TaskCreateHttpError
            | Self::TaskCreateRequestFailed => true,
        }
    }
}

impl fmt::Display for PanelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PanelCode {
    type Err = PanelCodeError;

    fn from_str(text: &str) -> Result<Self, PanelCodeError> {
        Self::ALL.into_iter().find(|code| code.as_str() == text).ok_or(PanelCodeError)
    }
}

impl PanelFailure {
    /// A failure with this code.
    pub fn new(code: PanelCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_their_retryable_flag_are_the_documented_table() {
        let table = [
            ("SERVICE_DISABLED", false),
            ("AUTH_NO_INITIAL_COOKIE", false),
            ("AUTH_HTTP_ERROR", true),
            ("AUTH_REQUEST_FAILED", true),
            ("TASK_CREATE_HTTP_ERROR", true),
            ("TASK_CREATE_REQUEST_FAILED", true),
        ];
        let ours = PanelCode::ALL.map(|code| (code.as_str(), code.is_retryable()));
        assert_eq!(ours, table);
    }

    #[test]
    fn a_code_is_read_as_it_is_written_and_in_no_other_way() {
        for code in PanelCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
            assert_eq!(code.to_string().to_lowercase().parse::<PanelCode>(), Err(PanelCodeError));
        }
        for text in ["", "AUTH_HTTP_ERROR ", "TASK_CREATE", "OTHER"] {
            assert_eq!(text.parse::<PanelCode>(), Err(PanelCodeError), "{text:?}");
        }
    }

    #[test]
    fn a_failure_reads_as_its_code_and_its_cause() {
        let failure = PanelFailure::new(PanelCode::AuthRequestFailed, "no answer in time");
        assert_eq!(failure.to_string(), "AUTH_REQUEST_FAILED: no answer in time");
    }
}
