//! The correlation id: one from the first request to the last log line.

use http::HeaderMap;
use uuid::Uuid;

/// The header it comes and goes with.
pub const HEADER: &str = "x-correlation-id";

/// The caller's id, if it sent a usable one; otherwise a new one.
pub fn of_request(headers: &HeaderMap) -> String {
    let usable = |text: &&str| {
        (8..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let sent = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(usable);
    sent.map_or_else(new, str::to_owned)
}

/// A new id.
pub fn new() -> String {
    Uuid::now_v7().to_string()
}
