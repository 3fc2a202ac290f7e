//! Which request goes where, and what every request and answer has in common.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use shared::lambda::correlation;
use shared::lambda::metrics::Metric;
use shared::lambda::problem::Problem;
use shared::stores::invoices::Cause;
use tower::ServiceExt;

use crate::app::App;
use crate::invoices::{cancel, create, pay, read};
use crate::replies::{self, Refusal};
use crate::{admin, channels, health, transactions};

/// The API.
pub fn router(app: &'static App) -> Router {
    Router::new()
        .route("/health", get(health::health))
        .route("/api/v1/billing/channels", get(channels::list))
        .route("/api/v1/billing/invoices", get(read::list).post(create::create))
        .route("/api/v1/billing/invoices/{id}", get(read::get))
        .route("/api/v1/billing/invoices/{id}/pay", post(pay::pay))
        .route("/api/v1/billing/invoices/{id}/cancel", post(cancel::cancel))
        .route("/internal/billing/transactions", get(transactions::list))
        .route("/api/admin/invoices", get(admin::invoices))
        .route("/api/admin/invoices/{id}", get(admin::invoice))
        .route("/api/admin/invoices/{id}/resolve", post(admin::resolve))
        .route("/api/admin/unmatched-reports", get(admin::unmatched))
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app, around))
        .with_state(app)
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
async fn around(State(app): State<&'static App>, mut request: Request, next: Next) -> Response {
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
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.as_ref().is_some_and(|problem| problem.code.starts_with("provider_")) {
        app.metrics.count(Metric::ProviderCallFailed);
    }
    if response.status().is_server_error() {
        app.metrics.count(Metric::RequestFailed);
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
