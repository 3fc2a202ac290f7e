//! What a function holds for its callers, and what every request and answer has in common.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tower::ServiceExt;

use super::auth::{ApiSecret, Auth};
use super::cursor::Cursors;
use super::replies::{self, Refusal};
use super::tokens::{Tokens, ring_verifier};
use crate::lambda::correlation;
use crate::lambda::metrics::{Metric, Metrics};
use crate::lambda::problem::Problem;
use crate::lambda::secrets::{SecretBatch, SecretError, SecretReader};
use crate::stores::idempotency_keys::IdempotencyKeys;
use crate::stores::invoices::Cause;

/// The secrets that an edge is made from: a function reads them at its start, with its own.
pub const SECRETS: [&str; 2] = ["api", "internal"];

/// What a function with a REST API holds for its callers.
#[derive(Debug)]
pub struct Edge {
    /// Proves callers.
    pub auth: Auth,
    /// Cursors of lists.
    pub cursors: Cursors,
    /// Answers to repeats.
    pub idempotency: IdempotencyKeys,
    /// Counters.
    pub metrics: Metrics,
}

/// The secrets as they were read: [`SECRETS`], and the secret `api` before its last rotation.
#[derive(Debug)]
pub struct ReadSecrets {
    /// Reads them again.
    pub reader: SecretReader,
    /// The current ones.
    pub batch: SecretBatch,
    /// The one before.
    pub before: Option<ApiSecret>,
}

/// Why there is no edge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// A secret is missing or malformed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Cursors cannot be proved.
    #[error("the secret api has no cursorKey")]
    NoCursorKey,
}

/// The part of the secret `api` that is not for proving callers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CursorSecret {
    cursor_key: SecretString,
}

impl ReadSecrets {
    /// Reads [`SECRETS`] and `more` in one request, and beside it the secret `api` as it was before.
    ///
    /// # Errors
    /// When Secrets Manager does not answer, or refuses.
    pub async fn read(reader: SecretReader, more: &[&str]) -> Result<Self, SecretError> {
        let names = [more, &SECRETS].concat();
        let (batch, before) = tokio::join!(reader.batch(&names), reader.previous("api"));
        Ok(Self { batch: batch?, before: before?, reader })
    }
}

impl Edge {
    /// The edge of a function.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub fn new(
        secrets: ReadSecrets,
        tokens: Tokens,
        idempotency: IdempotencyKeys,
        metrics: Metrics,
    ) -> Result<Self, EdgeError> {
        ring_verifier::install();
        let ReadSecrets { reader, batch, before } = secrets;
        let cursor: CursorSecret = batch.get("api")?;
        if cursor.cursor_key.expose_secret().trim().is_empty() {
            return Err(EdgeError::NoCursorKey);
        }
        let auth = Auth::new(reader, tokens, batch.get("api")?, before, batch.get("internal")?);
        Ok(Self { auth, cursors: Cursors::new(cursor.cursor_key), idempotency, metrics })
    }

    /// The routes of a function, with what every request and answer has in common.
    pub fn around<S: Clone + Send + Sync + 'static>(&'static self, routes: Router<S>) -> Router<S> {
        routes
            .fallback(no_such_route)
            .method_not_allowed_fallback(wrong_method)
            .layer(from_fn_with_state(self, around))
    }
}

/// The API's answer to a request.
pub async fn answer(router: Router, request: http::Request<lambda_http::Body>) -> http::Response<String> {
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    // Our own answers are text in memory: reading them cannot fail.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    http::Response::from_parts(parts, String::from_utf8_lossy(&body).into_owned())
}

/// Gives the request its correlation id, writes problems, counts and logs.
async fn around(State(edge): State<&'static Edge>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let correlation_id = correlation::of_request(request.headers());
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let cause = Cause::new(correlation_id.clone(), Timestamp::now());
    request.extensions_mut().insert(cause);
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = replies::problem(problem, &correlation_id);
    }
    if let Ok(value) = HeaderValue::from_str(&correlation_id) {
        response.headers_mut().insert(correlation::HEADER, value);
    }
    // Unless a route says otherwise of a success.
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if problem.as_ref().is_some_and(|problem| problem.code.starts_with("provider_")) {
        edge.metrics.count(Metric::ProviderCallFailed);
    }
    if response.status().is_server_error() {
        edge.metrics.count(Metric::RequestFailed);
    }
    tracing::info!(
        correlationId = correlation_id,
        method = method.as_str(),
        route = path.as_deref().unwrap_or("none"),
        status = response.status().as_u16(),
        code = problem.map(|problem| problem.code),
        durationMs = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

async fn no_such_route() -> Refusal {
    Problem::lasting(StatusCode::NOT_FOUND, "no_such_route", "there is nothing at this address").into()
}

async fn wrong_method() -> Refusal {
    let detail = "this address does not take that method";
    Problem::lasting(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).into()
}
