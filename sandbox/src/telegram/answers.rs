//! Telegram's envelope: what went well, and what did not, in its own words.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// What a method gives.
pub(super) type Outcome = Result<Success, Refusal>;

/// The `result`, and words about it where Telegram adds some.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) result: Value,
    description: Option<&'static str>,
}

impl Success {
    pub(super) fn described(description: &'static str) -> Self {
        Self { result: Value::Bool(true), description: Some(description) }
    }
}

impl From<Value> for Success {
    fn from(result: Value) -> Self {
        Self { result, description: None }
    }
}

/// A refusal: the code is also the HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    pub(crate) parameters: Option<Value>,
}

impl Refusal {
    fn new(code: u16, description: &str) -> Self {
        Self { code, description: description.to_owned(), parameters: None }
    }

    /// 400; `words` without the `Bad Request: ` before them.
    pub(super) fn bad_request(words: &str) -> Self {
        Self::new(400, &format!("Bad Request: {words}"))
    }

    /// 403; `words` without the `Forbidden: ` before them.
    pub(super) fn forbidden(words: &str) -> Self {
        Self::new(403, &format!("Forbidden: {words}"))
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(super) fn unknown_method() -> Self {
        Self::new(404, "Not Found: method not found")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(405, "Method Not Allowed")
    }

    pub(super) fn migrated(to_chat: i64) -> Self {
        let parameters = Some(json!({ "migrate_to_chat_id": to_chat }));
        let words = "group chat was upgraded to a supergroup chat";
        Self { parameters, ..Self::bad_request(words) }
    }

    /// 429: come back in so many seconds.
    pub(crate) fn too_many_requests(retry_after_seconds: u64) -> Self {
        let parameters = Some(json!({ "retry_after": retry_after_seconds }));
        let description = format!("Too Many Requests: retry after {retry_after_seconds}");
        Self { code: 429, description, parameters }
    }

    /// The envelope.
    pub(crate) fn document(&self) -> String {
        let mut document = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(parameters) = &self.parameters {
            document["parameters"] = parameters.clone();
        }
        document.to_string()
    }
}

pub(super) fn respond(outcome: Outcome) -> Response {
    let content_type = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    match outcome {
        Ok(success) => {
            let mut document = json!({ "ok": true, "result": success.result });
            if let Some(description) = success.description {
                document["description"] = Value::from(description);
            }
            (StatusCode::OK, content_type, document.to_string()).into_response()
        }
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = (status, content_type, refusal.document()).into_response();
            let seconds =
                refusal.parameters.as_ref().and_then(|parameters| parameters["retry_after"].as_u64());
            if let Some(seconds) = seconds {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}
