//! The telecom API at `/telecom`: tops up a phone, once for each `Idempotency-Key`.

pub(crate) mod books;
pub(crate) mod pages;
mod top_ups;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::world::World;

/// What `x-api-key` must be. It opens nothing but this sandbox.
pub const API_KEY: &str = "sandbox-telecom-api-key-0000";
/// The name of the only operation.
pub(crate) const TOP_UP: &str = "top-up";

/// Everything below `/telecom`, with the prefix in it: the path itself is a page.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/telecom", get(pages::overview))
        .route("/telecom/", get(|| async { Redirect::to("/telecom") }))
        .route("/telecom/top-ups", post(top_ups::make))
}
