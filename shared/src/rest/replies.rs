//! Answers: JSON, or a problem that carries the request's correlation id.

use crate::lambda::problem::{self, Problem};
use crate::retry::{Retry, Verdict};
use crate::stores::table::StoreError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// A request that is answered with a problem.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self(match error.retry() {
            Retry::Never => Problem::lasting(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "something is wrong on our side; the operators are told",
            ),
            Retry::Safe { .. } | Retry::AskFirst => {
                Problem::passing(status, "store_unavailable", "the store is unavailable, please try again", 2)
            }
        })
    }
}

/// A provider could not do its part. Its own words go to the log, for operators.
pub fn provider_failed<E: Verdict + std::error::Error>(error: &E) -> Refusal {
    tracing::error!(%error, "a provider failed");
    let detail = "a provider we depend on did not do its part";
    Refusal(match error.retry() {
        Retry::Never => Problem::lasting(StatusCode::BAD_GATEWAY, "provider_refused", detail),
        Retry::Safe { after } => {
            let seconds = after.map_or(5, |after| i64::try_from(after.as_secs()).unwrap_or(60));
            Problem::passing(StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable", detail, seconds)
        }
        Retry::AskFirst => Problem::passing(StatusCode::SERVICE_UNAVAILABLE, "provider_unclear", detail, 5),
    })
}

/// A provider is not configured: an operator has to fill in its credentials.
pub fn provider_disabled(provider: &str) -> Refusal {
    let detail = format!("{provider} is not configured");
    Problem::lasting(StatusCode::SERVICE_UNAVAILABLE, "provider_disabled", detail).into()
}

/// There is no such thing, or it is somebody else's.
pub fn no_such(what: &str) -> Refusal {
    Problem::lasting(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}")).into()
}

/// The request says something that cannot be.
pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Refusal {
    Problem::lasting(StatusCode::UNPROCESSABLE_ENTITY, code, detail).into()
}

/// The thing is not in a state for it.
pub fn conflict(code: &'static str, detail: impl Into<String>) -> Refusal {
    Problem::lasting(StatusCode::CONFLICT, code, detail).into()
}

impl IntoResponse for Refusal {
    /// Leaves the problem to be written by whoever knows the correlation id: [`super::edge`].
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// The response for a problem.
pub fn problem(problem: &Problem, correlation_id: &str) -> Response {
    let body = serde_json::to_string(&problem.body(correlation_id)).unwrap_or_default();
    let mut response = text(problem.status, problem::CONTENT_TYPE, body);
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The response for a result.
pub fn json(status: StatusCode, result: &impl Serialize) -> Result<Response, Refusal> {
    let body = serde_json::to_string(result).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Problem::lasting(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "the answer could not be written",
        )
    })?;
    Ok(text(status, "application/json", body))
}

/// A response of text.
pub fn text(status: StatusCode, content_type: &str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}
