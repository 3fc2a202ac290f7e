//! How Billz answers: plain HTTP errors, and the envelope of the sale methods, whose refusals come under HTTP 200.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::ids::new_id;
use super::objections::Objection;

/// An error that HTTP itself tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpError {
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
    pub(crate) error: String,
}

impl HttpError {
    pub(crate) fn new(status: StatusCode, message: &'static str, error: impl Into<String>) -> Self {
        Self { status, message, error: error.into() }
    }

    pub(super) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad request", error)
    }

    pub(super) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", error)
    }

    pub(super) fn token(error: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token error", error)
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests", "rate limit exceeded")
    }

    /// The document.
    pub(crate) fn document(&self) -> Value {
        json!({ "code": self.status.as_u16(), "message": self.message, "error": self.error, "data": null })
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        (self.status, Json(self.document())).into_response()
    }
}

/// What a sale method answers over HTTP.
#[derive(Debug, Serialize)]
struct Envelope<T> {
    session_id: String,
    status_code: u16,
    id: String,
    error: EnvelopeError,
    data: T,
    correlation_id: String,
    topic: String,
}

#[derive(Debug, Default, Serialize)]
struct EnvelopeError {
    code: String,
    message: String,
}

/// It is done. `id` is what it was done to.
pub(super) fn done(topic: &str, id: &str, data: impl Serialize) -> Response {
    let envelope = Envelope {
        session_id: new_id(),
        status_code: 200,
        id: id.to_owned(),
        error: EnvelopeError::default(),
        data,
        correlation_id: new_id(),
        topic: format!("v2.order_service.{topic}"),
    };
    Json(envelope).into_response()
}

/// It is not done.
pub(super) fn refused(topic: &str, objection: &Objection) -> Response {
    let data = match objection.error_code {
        Some(code) => json!({ "error_code": code }),
        None => json!({}),
    };
    Json(refusal(topic, objection.status_code, &objection.message, data)).into_response()
}

/// A refusal's document. `data` may have an `error_code`, which is the code of the error then.
pub(crate) fn refusal(topic: &str, status_code: u16, message: &str, data: Value) -> Value {
    let code = data.get("error_code").map_or_else(|| status_code.to_string(), Value::to_string);
    json!(Envelope {
        session_id: "0".to_owned(),
        status_code,
        id: String::new(),
        error: EnvelopeError { code, message: message.to_owned() },
        data,
        correlation_id: "0".to_owned(),
        topic: format!("v2.order_service.{topic}"),
    })
}

/// The message was accepted: its own id, whatever becomes of it.
pub(super) fn accepted() -> Response {
    Json(json!({ "id": new_id() })).into_response()
}

/// A JSON body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    serde_json::from_slice(body).map_err(|error| HttpError::bad_request(error.to_string()))
}
