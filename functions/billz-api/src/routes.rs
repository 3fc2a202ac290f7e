//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{cards, health, jobs, orders};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
        .route("/internal/billz/jobs", get(jobs::list))
        .route("/internal/billz/jobs/{correlationId}", get(jobs::one))
        .route("/internal/billz/cards", get(cards::list).put(cards::put))
        .route("/internal/billz/cards/{id}", get(cards::one))
        .route("/internal/billz/orders/{orderId}", get(orders::one))
        .route("/internal/billz/health", get(health::health))
        .route("/api/admin/billz/jobs", get(jobs::list_for_operators))
        .route("/api/admin/billz/jobs/{correlationId}", get(jobs::one_for_operators))
        .route("/api/admin/billz/jobs/{correlationId}/resolve", post(jobs::resolve));
    app.edge.around(routes).with_state(app)
}
