//! What a request is called in the log and for faults, and what the log keeps of it.

use http::{Method, Request};
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::party::UNKNOWN_OPERATION;
use crate::world::World;

pub(super) const DIRECT_PATH: &str = "/portmone/api/directcash/";
pub(super) const GATEWAY_PATH: &str = "/portmone/gateway/";

/// The gateway's only method here.
pub(crate) const GATEWAY_RESULT: &str = "gateway.result";

/// Every name.
pub(crate) const PORTMONE_OPERATIONS: [&str; 4] =
    ["bills.create", "bills.pay", "payers.getPayersList", GATEWAY_RESULT];

/// The name of a request: of the method in its body.
pub(crate) fn portmone_operation(request: &Request<Bytes>) -> &'static str {
    if request.method() != Method::POST {
        return UNKNOWN_OPERATION;
    }
    let called = match request.uri().path() {
        DIRECT_PATH => parameter(request.body(), "method"),
        GATEWAY_PATH => document(request.body())["method"].as_str().map(|method| format!("gateway.{method}")),
        _ => None,
    };
    let known = PORTMONE_OPERATIONS.into_iter().find(|operation| called.as_deref() == Some(*operation));
    known.unwrap_or(UNKNOWN_OPERATION)
}

/// The version that a request is answered in.
pub(crate) fn answered_version(world: &World, body: &[u8]) -> u8 {
    let wants_second = parameter(body, "version").as_deref() == Some("2");
    if wants_second && !world.portmone().settings.fallback { 2 } else { 1 }
}

/// The first of that name, wherever the rest cannot be read.
pub(super) fn parameter(body: &[u8], wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(body);
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

fn document(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// A query or a body as the log may keep it.
pub(crate) fn without_password(text: &str) -> String {
    if let Ok(mut document) = serde_json::from_str::<Value>(text) {
        if let Some(password) = document.pointer_mut("/params/data/password") {
            *password = json!("(present)");
            return document.to_string();
        }
        return text.to_owned();
    }
    let (path, form) = text.split_once('?').map_or(("", text), |(path, query)| (path, query));
    let kept = form.split('&').map(|pair| {
        let name = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name.into_owned());
        if name.as_deref() == Some("password") { "password=(present)" } else { pair }
    });
    let kept = kept.collect::<Vec<_>>().join("&");
    if path.is_empty() { kept } else { format!("{path}?{kept}") }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_log_keeps_no_password() {
        for (text, kept) in [
            ("login=a&password=b%20c&method=m", "login=a&password=(present)&method=m"),
            ("%70assword=b", "password=(present)"),
            ("/portmone/api/directcash/?password=b&x=1", "/portmone/api/directcash/?password=(present)&x=1"),
            (
                r#"{"params":{"data":{"login":"a","password":"b"}}}"#,
                r#"{"params":{"data":{"login":"a","password":"(present)"}}}"#,
            ),
            (r#"{"password": 1"#, r#"{"password": 1"#),
            ("", ""),
        ] {
            assert_eq!(without_password(text), kept);
        }
    }
}
