//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{bills, check, decks, own_bills, pending, price, runs, settings, stats, usage};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
        .route("/internal/sms/check", post(check::check))
        .route("/internal/sms/usage", post(usage::report))
        .route("/internal/sms/price", post(price::explain))
        .route(
            "/api/admin/sms/billing-settings",
            get(settings::show).put(settings::put).delete(settings::remove),
        )
        .route("/api/admin/sms/billing", get(bills::list).post(bills::process))
        .route("/api/admin/sms/billing/process-pending", post(pending::process))
        .route("/api/admin/sms/billing/{id}", get(bills::one))
        .route("/api/admin/sms/billing/{id}/cancel", post(bills::cancel))
        .route("/api/admin/sms/billing/{id}/resolve", post(bills::resolve))
        .route("/api/admin/sms/billing-stats", get(stats::show))
        .route("/api/admin/sms/rate-decks", get(decks::list))
        .route("/api/admin/sms/rate-decks/{id}", get(decks::one).put(decks::put))
        .route("/api/cron/process-sms-billing", post(runs::start))
        .route("/api/user/billing-summary", get(own_bills::summary))
        .route("/api/user/billing-history", get(own_bills::history));
    app.edge.around(routes).with_state(app)
}
