//! How the switch answers: XML-RPC under HTTP 200, whether it is done or not, and pages where HTTP itself refuses.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use super::REALM;
use super::xml_rpc::{self, Value};
use crate::page::escape;

/// What XML-RPC answers are labelled with.
pub(crate) const XML: &str = "text/xml";
/// What pages are labelled with.
pub(crate) const HTML: &str = "text/html";

/// Why something is not done. Nothing was booked. The numbers are ours: the real switch's are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    code: i32,
    words: String,
}

impl Refusal {
    pub(super) fn bad_parameters(words: impl Into<String>) -> Self {
        Self { code: 400, words: words.into() }
    }

    pub(super) fn denied(words: impl Into<String>) -> Self {
        Self { code: 403, words: words.into() }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self { code: 404, words: format!("{what} not found") }
    }
}

/// The document of a fault.
pub(crate) fn fault_document(code: i32, words: &str) -> String {
    xml_rpc::fault(code, words)
}

/// A page that says what HTTP says.
pub(crate) fn html_document(status: StatusCode, words: &str) -> String {
    let (code, words) = (status.as_u16(), escape(words));
    format!(
        "<html>\n<head><title>{code} {words}</title></head>\n<body><h1>{code} {words}</h1></body>\n</html>\n"
    )
}

/// What became of a call.
pub(super) fn answer(outcome: Result<Value, Refusal>) -> Response {
    let document = match outcome {
        Ok(value) => xml_rpc::response(&value),
        Err(refusal) => fault_document(refusal.code, &refusal.words),
    };
    ([(CONTENT_TYPE, HeaderValue::from_static(XML))], document).into_response()
}

/// A refusal of HTTP's own.
pub(super) fn html(status: StatusCode, words: &str) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static(HTML))], html_document(status, words)).into_response()
}

/// The challenge. `stale`: the credentials are right, and only the nonce is over.
pub(super) fn unauthorized(nonce: &str, stale: bool) -> Response {
    let stale = if stale { ", stale=true" } else { "" };
    let challenge = format!(r#"Digest realm="{REALM}", nonce="{nonce}", qop="auth", algorithm=MD5{stale}"#);
    let mut response = html(StatusCode::UNAUTHORIZED, "Unauthorized");
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// `result` `OK`, and what there is to tell besides.
pub(super) fn done(told: Vec<(&'static str, Value)>) -> Value {
    let mut members = vec![("result", Value::Text("OK".to_owned()))];
    members.extend(told);
    Value::Struct(members)
}
