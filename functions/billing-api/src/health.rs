//! `GET /health`: every dependency and provider, with its state.
//!
//! Anybody may ask, so asking costs nothing: what is answered was found at most 30 seconds ago.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use shared::rest::replies::{self, Refusal};

/// How long a finding is told again.
const KEPT: Duration = Duration::from_secs(30);

/// The findings last made.
#[derive(Debug, Default)]
pub struct HealthChecks {
    held: RwLock<Option<(HealthView, Instant)>>,
}

/// How everything is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// `ok`, or `degraded` when something below is not.
    status: &'static str,
    /// When this was found.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
    /// What Paydesk depends on.
    dependencies: Vec<DependencyView>,
}

/// How one of them is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DependencyView {
    /// Which.
    name: &'static str,
    /// `ok`, `disabled` when it is not configured, or `unavailable`: why is in the log, for operators.
    status: &'static str,
}

/// The state of every dependency and provider.
#[utoipa::path(get, path = "/health", tag = "operations",
    responses((status = 200, body = HealthView, description = "All is well"),
        (status = 503, body = HealthView, description = "Something is unavailable")))]
pub async fn health(State(app): State<&'static App>) -> Result<Response, Refusal> {
    let view = match app.health.fresh() {
        Some(view) => view,
        None => app.health.hold(check(app).await),
    };
    let status = if view.status == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    replies::json(status, &view)
}

impl HealthChecks {
    fn fresh(&self) -> Option<HealthView> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(_, at)| at.elapsed() < KEPT).map(|(view, _)| view.clone())
    }

    fn hold(&self, view: HealthView) -> HealthView {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((view.clone(), Instant::now()));
        view
    }
}

async fn check(app: &App) -> HealthView {
    let tripay = async {
        match app.tripay().await {
            Ok(tripay) => tripay.channels().await.err().map(|error| error.to_string()),
            Err(Refusal(problem)) => Some(problem.code.to_owned()),
        }
    };
    let (store, tripay, orders, users) =
        tokio::join!(app.invoices.check(), tripay, app.orders.check(), app.users.check());
    let dependencies = vec![
        finding("store", store.err().map(|error| error.to_string())),
        finding("tripay", tripay),
        finding("orders", orders.err().map(|error| error.to_string())),
        finding("users", users.err().map(|error| error.to_string())),
    ];
    let all_well = dependencies.iter().all(|dependency| dependency.status != "unavailable");
    let status = if all_well { "ok" } else { "degraded" };
    HealthView { status, checked_at: Timestamp::now(), dependencies }
}

fn finding(name: &'static str, trouble: Option<String>) -> DependencyView {
    match trouble {
        None => DependencyView { name, status: "ok" },
        Some(trouble) if trouble == "provider_disabled" => DependencyView { name, status: "disabled" },
        Some(trouble) => {
            tracing::warn!(dependency = name, trouble, "unhealthy");
            DependencyView { name, status: "unavailable" }
        }
    }
}
