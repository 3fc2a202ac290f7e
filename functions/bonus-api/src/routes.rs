//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{bonus_list, bonuses, exchanges, payouts, unmatched_reports};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
        .route("/api/admin/bonuses", get(bonus_list::list))
        .route("/api/admin/bonuses/{receiptId}", get(bonuses::one))
        .route("/api/admin/bonuses/{receiptId}/retry", post(bonuses::retry))
        .route("/api/admin/bonuses/{receiptId}/resolve", post(bonuses::resolve))
        .route("/api/admin/portmone/exchanges", get(exchanges::list))
        .route("/api/admin/portmone/unmatched-reports", get(unmatched_reports::list))
        .route("/internal/bonuses/{receiptId}", get(payouts::show));
    app.edge.around(routes).with_state(app)
}
