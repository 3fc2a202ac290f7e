//! A repeat of a request under the same `Idempotency-Key` gets the first answer.

use std::future::Future;

use crate::lambda::problem::Problem;
use crate::stores::idempotency_keys::{Beginning, KeptAnswer, KeyedRequest, Running};
use crate::stores::invoices::Cause;
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;

use super::command::Command;
use super::edge::Edge;
use super::replies::{self, Refusal, unprocessable};

/// Does `work` for a command of `subject`, unless it was done under the same key before.
///
/// # Errors
/// What the work says; and when the key was used for something else, or is in use.
pub async fn once<T, const KIB: usize>(
    edge: &Edge,
    subject: &str,
    command: &Command<T, KIB>,
    cause: &Cause,
    work: impl Future<Output = Result<Response, Refusal>>,
) -> Result<Response, Refusal> {
    let Some(key) = &command.key else {
        return work.await;
    };
    let name = format!("{subject}#{}#{key}", command.route);
    let request = KeyedRequest { name, fingerprint: command.fingerprint.clone() };
    match edge.idempotency.begin(&request, cause.now).await? {
        Beginning::Started(running) => finish(edge, running, work.await, cause).await,
        Beginning::Answered(answer) => replay(answer),
        Beginning::OtherContent => {
            Err(unprocessable("idempotency_key_reused", "this Idempotency-Key was used with another body"))
        }
        Beginning::StillRunning { retry_after_seconds } => {
            let detail = "a request with this Idempotency-Key is still running";
            Err(Problem::passing(StatusCode::CONFLICT, "request_running", detail, retry_after_seconds).into())
        }
    }
}

/// Keeps the answer, unless it is one that a repeat may better.
async fn finish(
    edge: &Edge,
    running: Running,
    worked: Result<Response, Refusal>,
    cause: &Cause,
) -> Result<Response, Refusal> {
    let kept = match &worked {
        Err(Refusal(problem)) if problem.retryable || problem.status.is_server_error() => {
            edge.idempotency.release(running).await
        }
        Err(Refusal(_)) | Ok(_) => {
            let response =
                worked.unwrap_or_else(|Refusal(problem)| replies::problem(&problem, &cause.correlation_id));
            let (response, answer) = copy(response).await;
            if let Err(error) = edge.idempotency.finish(running, answer).await {
                tracing::warn!(%error, "the answer was not kept under its key");
            }
            return Ok(response);
        }
    };
    if let Err(error) = kept {
        tracing::warn!(%error, "the key was not released");
    }
    worked
}

/// A response, and what is kept of it.
async fn copy(response: Response) -> (Response, KeptAnswer) {
    let (parts, body) = response.into_parts();
    // Our own answers are in memory: reading them cannot fail.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let answer = KeptAnswer {
        status: parts.status.as_u16(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    (Response::from_parts(parts, Body::from(body)), answer)
}

fn replay(answer: KeptAnswer) -> Result<Response, Refusal> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = replies::text(status, &answer.content_type, answer.body);
    response.headers_mut().insert("idempotent-replay", HeaderValue::from_static("true"));
    Ok(response)
}
