//! Every request to a party passes here: it is written down, its fault is played, then the party answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use serde_json::json;
use tower::ServiceExt;

use crate::billz::answers::{HttpError, refusal as refusal_document};
use crate::billz::session_methods::{self, without_tokens};
use crate::connections::{Cut, Outcome};
use crate::faults::{Fault, FaultKind};
use crate::isp_panel::pages::refused;
use crate::party::{Party, recognise};
use crate::portmone;
use crate::portmone::answers::fail_document;
use crate::portmone::gateway::error_document;
use crate::portmone::operations::{GATEWAY_RESULT, answered_version, portmone_operation, without_password};
use crate::problem::Problem;
use crate::request_log::{Entry, loggable};
use crate::sippy::answers::{HTML, XML, fault_document, html_document};
use crate::sippy::operations::sippy_operation;
use crate::telegram;
use crate::telegram::answers::Refusal;
use crate::tripay::php_json;
use crate::world::World;
use crate::{isp_api, isp_panel};

/// Answers one request, or drops its connection where a fault says so.
pub(crate) async fn answer(world: Arc<World>, router: Router, request: Request<Bytes>) -> Outcome {
    let Some((party, operation)) = recognise(request.method(), request.uri().path()) else {
        return Ok(act(router, request).await);
    };
    let operation = match party {
        Party::Sippy => sippy_operation(&world, &request),
        Party::Portmone => portmone_operation(&request),
        _ => operation,
    };
    let fault = world.faults.take(party, operation);
    let began = Instant::now();
    let number = world.log.open(Entry {
        number: 0,
        at: world.clock.now_text(),
        party: party.name(),
        operation: operation.to_owned(),
        direction: "received",
        method: request.method().to_string(),
        path: loggable_path(party, &request),
        headers: loggable(request.headers()),
        request_body: loggable_body(party, operation, &request),
        fault: fault.as_ref().map(|fault| fault.fault.name()),
        status: None,
        response_body: None,
        duration_ms: None,
    });
    let outcome = match fault {
        None => Ok(act(router, request).await),
        Some(fault) => {
            let version = answered_version(&world, request.body());
            misbehave(&fault, (party, version), router, request).await
        }
    };
    let answered = outcome.as_ref().ok();
    let body = answered.map(|response| loggable_answer(party, operation, response));
    let status = answered.map(|response| response.status().as_u16());
    world.log.close(number, status, body, began.elapsed().as_millis());
    outcome
}

/// The path as the log keeps it: Telegram's callers have their token in it.
fn loggable_path(party: Party, request: &Request<Bytes>) -> String {
    let path = request.uri().to_string();
    match party {
        Party::Telegram => telegram::without_secrets(&path),
        Party::Portmone => without_password(&path),
        _ => path,
    }
}

fn loggable_body(party: Party, operation: &str, request: &Request<Bytes>) -> String {
    let body = String::from_utf8_lossy(request.body());
    match party {
        Party::Telegram => telegram::without_webhook_secret(&body),
        Party::IspPanel => isp_panel::without_password(&body),
        Party::IspApi => isp_api::without_password(&body),
        Party::Billz if is_billz_session(operation) => without_tokens(&body),
        Party::Portmone => without_password(&body),
        Party::Tripay | Party::Orders | Party::Users | Party::Billz | Party::Sippy | Party::Telecom => {
            body.into_owned()
        }
    }
}

/// The answer as the log keeps it: the ISP API's is a token, where it is one, and Billz's log-in has two inside.
fn loggable_answer(party: Party, operation: &str, response: &Response<Bytes>) -> String {
    let body = String::from_utf8_lossy(response.body());
    match (party, operation) {
        (Party::IspApi, "authenticate") if response.status() == StatusCode::OK => "(present)".to_owned(),
        (Party::Billz, _) if is_billz_session(operation) => without_tokens(&body),
        _ => body.into_owned(),
    }
}

fn is_billz_session(operation: &str) -> bool {
    matches!(operation, "login" | "refresh")
}

/// Lets the party act on the request, and reads its whole answer.
pub(crate) async fn act(router: Router, request: Request<Bytes>) -> Response<Bytes> {
    let response = match router.oneshot(request.map(Body::from)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(parts, body.to_bytes()),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string()),
    }
}

async fn misbehave(
    fault: &Fault,
    (party, version): (Party, u8),
    router: Router,
    request: Request<Bytes>,
) -> Outcome {
    let retry = (router.clone(), request.clone());
    let done = if fault.acts { Some(act(router, request).await) } else { None };
    match fault.fault {
        FaultKind::Refuse => Ok(refusal(party, version, fault)),
        FaultKind::Limit => Ok(limit(party, fault)),
        FaultKind::Hang => futures::future::pending().await,
        FaultKind::CutBefore | FaultKind::CutAfter => Err(Cut),
        FaultKind::Slow => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            match done {
                Some(response) => Ok(response),
                None => Ok(act(retry.0, retry.1).await),
            }
        }
        FaultKind::Garbage => {
            let page =
                "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>";
            Ok(plain(status_of(fault, StatusCode::OK), "text/html; charset=UTF-8", page.to_owned()))
        }
        FaultKind::ServerError => Ok(server_error(party, fault)),
    }
}

fn status_of(fault: &Fault, usual: StatusCode) -> StatusCode {
    fault.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(usual)
}

/// `version` is that of Portmone's protocol.
fn refusal(party: Party, version: u8, fault: &Fault) -> Response<Bytes> {
    let message = fault.message.clone();
    match party {
        Party::Tripay => {
            let message = message.unwrap_or_else(|| "Transaksi tidak dapat diproses".to_owned());
            let body = php_json::refusal(&message);
            plain(status_of(fault, StatusCode::OK), "application/json", body)
        }
        Party::Telegram => {
            let refusal = Refusal {
                code: fault.status.unwrap_or(400),
                description: message.unwrap_or_else(|| "Bad Request: refused on request".to_owned()),
                parameters: fault.parameters.clone(),
            };
            plain(status_of(fault, StatusCode::BAD_REQUEST), "application/json", refusal.document())
        }
        Party::Orders | Party::Users | Party::Telecom => {
            let message = message.unwrap_or_else(|| "refused on request".to_owned());
            problem(&Problem::new(status_of(fault, StatusCode::FORBIDDEN), "refused", message))
        }
        Party::IspPanel | Party::IspApi => {
            let words = message.unwrap_or_else(|| "refused on request".to_owned());
            isp_words(party, status_of(fault, StatusCode::BAD_REQUEST), words)
        }
        Party::Billz => billz_refusal(fault),
        Party::Sippy => sippy_refusal(fault),
        Party::Portmone => portmone_refusal(version, fault),
    }
}

fn limit(party: Party, fault: &Fault) -> Response<Bytes> {
    let seconds = fault.retry_after_seconds;
    let mut response = match party {
        Party::Tripay => {
            plain(StatusCode::TOO_MANY_REQUESTS, "application/json", php_json::refusal("Too Many Attempts."))
        }
        Party::Telegram => plain(
            StatusCode::TOO_MANY_REQUESTS,
            "application/json",
            Refusal::too_many_requests(seconds).document(),
        ),
        Party::Orders | Party::Users | Party::Telecom => {
            problem(&Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "slow down"))
        }
        Party::IspPanel | Party::IspApi | Party::Portmone => {
            isp_words(party, StatusCode::TOO_MANY_REQUESTS, "Too Many Requests".to_owned())
        }
        Party::Billz => billz_error(&HttpError::too_many_requests()),
        Party::Sippy => sippy_page(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
    };
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn server_error(party: Party, fault: &Fault) -> Response<Bytes> {
    let status = status_of(fault, StatusCode::INTERNAL_SERVER_ERROR);
    match party {
        Party::Tripay => plain(status, "application/json", php_json::refusal("Server Error")),
        Party::Telegram => {
            let words = status.canonical_reason().unwrap_or("Error");
            let page = format!(
                "<html>\r\n<head><title>{0} {words}</title></head>\r\n<body><center><h1>{0} {words}</h1></center></body>\r\n</html>",
                status.as_u16()
            );
            plain(status, "text/html", page)
        }
        Party::Orders | Party::Users | Party::Telecom => {
            problem(&Problem::new(status, "server_error", "broken on request"))
        }
        Party::IspPanel | Party::IspApi | Party::Portmone => {
            isp_words(party, status, "Internal Server Error".to_owned())
        }
        Party::Billz => billz_error(&HttpError::new(status, "internal server error", "broken on request")),
        Party::Sippy => sippy_page(status, "Internal Server Error"),
    }
}

/// In the envelope under HTTP 200, or by HTTP itself where a log-in is refused or a status is wanted.
fn billz_refusal(fault: &Fault) -> Response<Bytes> {
    let words = fault.message.clone().unwrap_or_else(|| "refused on request".to_owned());
    match fault.status {
        Some(_) => billz_error(&HttpError::new(status_of(fault, StatusCode::FORBIDDEN), "refused", words)),
        None if is_billz_session(fault.operation) => billz_error(&session_methods::refused(words)),
        None => {
            let inside = fault.parameters.clone().unwrap_or_else(|| json!({}));
            let document = refusal_document(fault.operation, 400, &words, inside);
            plain(StatusCode::OK, "application/json", document.to_string())
        }
    }
}

fn billz_error(error: &HttpError) -> Response<Bytes> {
    plain(error.status, "application/json", error.document().to_string())
}

/// A fault under HTTP 200, or by HTTP itself where nobody is let in or a status is wanted.
fn sippy_refusal(fault: &Fault) -> Response<Bytes> {
    let words = fault.message.clone().unwrap_or_else(|| "refused on request".to_owned());
    if fault.status.is_some() || fault.operation == "challenge" {
        return sippy_page(status_of(fault, StatusCode::FORBIDDEN), &words);
    }
    let code = fault.parameters.as_ref().and_then(|told| told["faultCode"].as_i64());
    let code = code.and_then(|code| i32::try_from(code).ok()).unwrap_or(403);
    plain(StatusCode::OK, XML, fault_document(code, &words))
}

/// An `<rsp>` in the version that was asked for, or the gateway's JSON.
fn portmone_refusal(version: u8, fault: &Fault) -> Response<Bytes> {
    let words = fault.message.clone().unwrap_or_else(|| "refused on request".to_owned());
    let told = |name: &str, usual: &str| {
        let value = fault.parameters.as_ref().and_then(|told| told[name].as_str());
        value.unwrap_or(usual).to_owned()
    };
    let status = status_of(fault, StatusCode::OK);
    if fault.operation == GATEWAY_RESULT {
        let document = error_document(&told("code", "5"), &words);
        return plain(status, "application/json", document.to_string());
    }
    let refusal = portmone::refusals::Refusal::new(
        &told("code", "p008"),
        &words,
        told("description", "Nothing was done, because that was asked for"),
    );
    plain(status, portmone::answers::XML, fail_document(&refusal, version))
}

fn sippy_page(status: StatusCode, words: &str) -> Response<Bytes> {
    plain(status, HTML, html_document(status, words))
}

/// The panel answers with pages, the API and Portmone with plain words.
fn isp_words(party: Party, status: StatusCode, words: String) -> Response<Bytes> {
    match party {
        Party::IspPanel => plain(status, "text/html; charset=UTF-8", refused(&words)),
        _ => plain(status, "text/plain; charset=utf-8", words),
    }
}

fn problem(problem: &Problem) -> Response<Bytes> {
    plain(problem.status, "application/problem+json", problem.document())
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
