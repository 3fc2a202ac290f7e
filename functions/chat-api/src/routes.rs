//! Which request goes where.

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{links, tasks};

/// The API.
pub fn router(app: &'static App) -> Router {
    let routes = Router::new()
        .route("/api/v1/telegram/link", get(links::show).post(links::issue).delete(links::unlink))
        .route("/api/admin/support-tasks", get(tasks::list))
        .route("/api/admin/support-tasks/{id}", get(tasks::one))
        .route("/api/admin/support-tasks/{id}/resolve", post(tasks::resolve));
    app.edge.around(routes).with_state(app)
}
