//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{logs, preferences, resend, send, templates};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
        .route("/internal/notifications/send", post(send::send))
        .route("/internal/notifications/templates", get(templates::list))
        .route("/internal/notifications/templates/{event}/preview", get(templates::preview))
        .route("/internal/notifications/logs", get(logs::list))
        .route("/internal/notifications/{id}/resend", post(resend::resend))
        .route("/api/v1/notifications/preferences", get(preferences::show).put(preferences::replace));
    app.edge.around(routes).with_state(app)
}
