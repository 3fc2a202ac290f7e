//! Errors of the API: `application/problem+json` (RFC 9457).

use http::StatusCode;
use serde::Serialize;

/// `Content-Type` of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What went wrong, for people and programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name of the problem, for programs.
    pub code: &'static str,
    /// What happened, for people.
    pub detail: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// When to try again, in seconds.
    pub retry_after_seconds: Option<i64>,
}

/// The body.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    retryable: bool,
    correlation_id: &'a str,
}

impl Problem {
    /// A problem that the same request meets again.
    pub fn lasting(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retryable: false, retry_after_seconds: None }
    }

    /// A problem that may pass.
    pub fn passing(status: StatusCode, code: &'static str, detail: impl Into<String>, seconds: i64) -> Self {
        Self { status, code, detail: detail.into(), retryable: true, retry_after_seconds: Some(seconds) }
    }

    /// The body that is sent.
    pub fn body<'a>(&'a self, correlation_id: &'a str) -> ProblemBody<'a> {
        ProblemBody {
            r#type: format!("urn:paydesk:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            retryable: self.retryable,
            correlation_id,
        }
    }
}
