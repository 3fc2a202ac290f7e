//! `/v1/auth/login` and `/v2/auth/refresh`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers::{HttpError, read};
use super::caller::Stranger;
use super::tokens::Pair;
use super::{PLATFORM_ID, SECRET_TOKEN};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    secret_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refresh {
    refresh_token: String,
}

fn told(pair: &Pair) -> Response {
    Json(json!({ "code": 200, "message": "ok", "error": null, "data": pair })).into_response()
}

pub(super) async fn log_in(stranger: Stranger, body: Bytes) -> Result<Response, HttpError> {
    let login: Login = read(&body)?;
    let tokens = &mut stranger.company().tokens;
    if login.secret_token != SECRET_TOKEN {
        tokens.logins.refused += 1;
        return Err(refused("secret token is invalid"));
    }
    Ok(told(&tokens.log_in(stranger.now())))
}

pub(super) async fn refresh(
    stranger: Stranger,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, HttpError> {
    if headers.get("platform-id").is_none_or(|value| value != PLATFORM_ID) {
        return Err(HttpError::bad_request("platform-id is required"));
    }
    let refresh: Refresh = read(&body)?;
    let pair = stranger.company().tokens.refresh(&refresh.refresh_token, stranger.now());
    pair.map(|pair| told(&pair)).ok_or_else(|| refused("refresh token is invalid"))
}

/// A log-in that is not let in.
pub(crate) fn refused(words: impl Into<String>) -> HttpError {
    HttpError::new(StatusCode::UNAUTHORIZED, "unauthorized", words)
}

/// A body or an answer of a log-in, as the log may keep it.
pub(crate) fn without_tokens(document: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(document) else { return document.to_owned() };
    hide(&mut document);
    if let Some(inside) = document.get_mut("data") {
        hide(inside);
    }
    document.to_string()
}

fn hide(document: &mut Value) {
    for name in ["secret_token", "refresh_token", "access_token"] {
        if let Some(secret) = document.get_mut(name) {
            *secret = json!("(present)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn a_log_keeps_no_token() {
        assert_eq!(without_tokens(r#"{"secret_token": "s"}"#), r#"{"secret_token":"(present)"}"#);
        let answer = r#"{"data":{"access_token":"a","expires_in":5,"refresh_token":"r"}}"#;
        let kept = r#"{"data":{"access_token":"(present)","expires_in":5,"refresh_token":"(present)"}}"#;
        assert_eq!(without_tokens(answer), kept);
        assert_eq!(without_tokens("{"), "{");
    }
}
