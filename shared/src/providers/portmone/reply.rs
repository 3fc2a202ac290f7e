//! Answers to notices, in the words of the one who asks.
//!
//! Portmone sends a notice again until it reads that all is well: the biller protocol by `ERROR_CODE` 0, the gateway
//! by `errorCode` 0.

use http::StatusCode;
use jiff::Timestamp;
use quick_xml::escape::escape;
use serde_json::json;

use super::callback::{CallbackError, Dialect, Payer};

/// Codes of the biller protocol, as billers' servers use them.
const PAYER_NOT_FOUND: u32 = 1;
const TECHNICAL_ERROR: u32 = 2;
/// In a `<RESULT>`: anything that went wrong.
const UNHANDLED: u32 = 4;

const XML: &str = "text/xml; charset=utf-8";
const JSON: &str = "application/json";

/// An answer to a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// The reports are kept.
pub fn acknowledged(dialect: Dialect, now: Timestamp) -> Reply {
    let (content_type, body) = match dialect {
        Dialect::Direct => (JSON, json!({ "status": "ok" }).to_string()),
        Dialect::Biller | Dialect::Requests => (XML, result(0, "OK")),
        Dialect::Gateway => (JSON, gateway(0, "OK", now)),
    };
    Reply { status: StatusCode::OK, content_type, body }
}

/// Nobody who is asked about owes us anything: bonuses are paid by us.
pub fn nobody_owes(payee: &str, payers: &[Payer]) -> Reply {
    let reject = |payer: &Payer| {
        format!(
            "<REJECT><PAYER><CONTRACT_NUMBER>{}</CONTRACT_NUMBER></PAYER>\
             <ERROR_CODE>{PAYER_NOT_FOUND}</ERROR_CODE><ERROR_MESSAGE>Payer not found</ERROR_MESSAGE></REJECT>",
            written(&payer.0)
        )
    };
    let rejects: String = payers.iter().map(reject).collect();
    let rejects = format!("<REJECTS><PAYEE>{}</PAYEE>{rejects}</REJECTS>", written(payee));
    Reply { status: StatusCode::OK, content_type: XML, body: response(&rejects) }
}

/// The notice is not believed. What it calls itself says how it is answered, where it was not read.
pub fn refused(error: CallbackError, suggested: Dialect, now: Timestamp) -> Reply {
    let (status, dialect) = match error {
        CallbackError::Disabled => (StatusCode::SERVICE_UNAVAILABLE, suggested),
        CallbackError::ForeignAddress => (StatusCode::FORBIDDEN, suggested),
        CallbackError::TokenInvalid | CallbackError::CertificateInvalid => {
            (StatusCode::UNAUTHORIZED, suggested)
        }
        CallbackError::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, suggested),
        CallbackError::Unreadable { dialect, .. } => (StatusCode::BAD_REQUEST, dialect),
    };
    wrong(status, dialect, &error.to_string(), now)
}

/// The reports could not be kept: please send them again.
pub fn send_again(dialect: Dialect, now: Timestamp) -> Reply {
    wrong(StatusCode::SERVICE_UNAVAILABLE, dialect, "Technical error", now)
}

fn wrong(status: StatusCode, dialect: Dialect, reason: &str, now: Timestamp) -> Reply {
    let (content_type, body) = match dialect {
        Dialect::Direct => (JSON, json!({ "status": "fail", "detail": reason }).to_string()),
        Dialect::Biller => (XML, result(UNHANDLED, reason)),
        Dialect::Requests => (XML, system_error(reason)),
        Dialect::Gateway => (JSON, gateway(UNHANDLED, reason, now)),
    };
    Reply { status, content_type, body }
}

fn result(code: u32, reason: &str) -> String {
    let reason = written(reason);
    document(&format!("<RESULT><ERROR_CODE>{code}</ERROR_CODE><REASON>{reason}</REASON></RESULT>"))
}

fn system_error(reason: &str) -> String {
    let reason = written(reason);
    response(&format!(
        "<SYSTEM_ERROR><ERROR_CODE>{TECHNICAL_ERROR}</ERROR_CODE><REASON>{reason}</REASON></SYSTEM_ERROR>"
    ))
}

fn response(inner: &str) -> String {
    document(&format!("<RESPONSE>{inner}</RESPONSE>"))
}

fn document(root: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}")
}

fn gateway(code: u32, reason: &str, now: Timestamp) -> String {
    let response_id = now.as_second().to_string();
    json!({ "errorCode": code.to_string(), "reason": reason, "responseId": response_id }).to_string()
}

/// What stood in a document may stand in one again.
fn written(text: &str) -> String {
    let allowed = |letter: char| if letter.is_control() { ' ' } else { letter };
    escape(text.chars().map(allowed).collect::<String>()).into_owned()
}
