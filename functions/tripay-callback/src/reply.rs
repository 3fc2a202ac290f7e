//! Answers in Tripay's own words: `{"success": true}`, or false with a message.
//!
//! Without `success: true` Tripay sends the callback again, every two minutes, three times at most.

use http::{Response, StatusCode};
use serde_json::json;
use shared::providers::tripay::callback::CallbackError;

/// The callback is dealt with for good.
pub fn acknowledged() -> Response<String> {
    answer(StatusCode::OK, &json!({ "success": true }))
}

/// The callback is not believed.
pub fn refused(error: CallbackError) -> Response<String> {
    let status = match error {
        CallbackError::Disabled => StatusCode::SERVICE_UNAVAILABLE,
        CallbackError::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        CallbackError::ForeignAddress => StatusCode::FORBIDDEN,
        CallbackError::SignatureMissing | CallbackError::SignatureInvalid => StatusCode::UNAUTHORIZED,
        CallbackError::UnknownEvent | CallbackError::Unreadable => StatusCode::BAD_REQUEST,
    };
    answer(status, &json!({ "success": false, "message": error.to_string() }))
}

/// The callback could not be stored: please send it again.
pub fn send_again() -> Response<String> {
    let message = "The report could not be stored, please send it again";
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "success": false, "message": message }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<String> {
    let mut response = Response::new(body.to_string());
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
