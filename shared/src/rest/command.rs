//! The body of a request that changes something, read strictly.

use crate::lambda::problem::Problem;
use axum::extract::{FromRequest, Request};
use http::{Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::replies::{Refusal, unprocessable};

/// Longest body read where a route says nothing else, in kibibytes.
const MAX_BODY_KIB: usize = 16;
/// Longest idempotency key, in characters.
const MAX_KEY: usize = 128;

/// A request to change something: what, and the key that makes a repeat of it harmless. Its body has `KIB`
/// kibibytes at most.
#[derive(Debug)]
pub struct Command<T, const KIB: usize = MAX_BODY_KIB> {
    /// What is asked for.
    pub wish: T,
    /// `Idempotency-Key`, if there is one.
    pub key: Option<String>,
    /// Method and path.
    pub route: String,
    /// Hash of the body.
    pub fingerprint: String,
}

impl<S: Send + Sync, T: DeserializeOwned, const KIB: usize> FromRequest<S> for Command<T, KIB> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let key = idempotency_key(&request)?;
        let is_replacing = request.method() == Method::PUT;
        let route = format!("{} {}", request.method(), request.uri().path());
        let too_long = || {
            let detail = format!("a body has {} bytes at most", KIB << 10);
            Refusal::from(Problem::lasting(StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", detail))
        };
        let body = Limited::new(request.into_body(), KIB << 10).collect().await.map_err(|_| too_long())?;
        let body = body.to_bytes();
        // What replaces everything is said in full: a body that was lost on the way is no wish.
        let text: &[u8] = if body.is_empty() && !is_replacing { b"{}" } else { &body };
        let wish = serde_json::from_slice(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => unprocessable("invalid_body", error.to_string()),
            _ => {
                let detail = format!("the body is not JSON: {error}");
                Refusal::from(Problem::lasting(StatusCode::BAD_REQUEST, "not_json", detail))
            }
        })?;
        let digest: [u8; 32] = Sha256::digest(text).into();
        let fingerprint = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { wish, key, route, fingerprint })
    }
}

fn idempotency_key(request: &Request) -> Result<Option<String>, Refusal> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let usable =
        |text: &&str| (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    match value.to_str().ok().filter(usable) {
        Some(key) => Ok(Some(key.to_owned())),
        None => {
            let detail = format!("an Idempotency-Key has 1 to {MAX_KEY} printable characters");
            Err(Problem::lasting(StatusCode::BAD_REQUEST, "invalid_idempotency_key", detail).into())
        }
    }
}
