//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::invoices::{cancel, create, pay, read};
use crate::{admin, channels, health, transactions};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
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
        .route("/api/admin/unmatched-reports", get(admin::unmatched));
    app.edge.around(routes).with_state(app)
}
