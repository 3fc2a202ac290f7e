//! Tripay: the merchant's API for closed payments, at `/tripay/api-sandbox` and `/tripay/api`, the checkout
//! page that customers pay on, and the reports that follow.
//!
//! Source: <https://tripay.co.id/developer>.

pub(crate) mod books;
pub(crate) mod callbacks;
pub(crate) mod channels;
mod checkout;
mod create;
mod create_body;
pub mod credentials;
mod instructions;
mod lookups;
mod merchant;
pub(crate) mod php_json;
mod pictures;
pub(crate) mod reports;
pub(crate) mod transaction;
mod views;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use crate::world::World;
use credentials::Side;

/// Everything below `/tripay`.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .nest("/api-sandbox", api(Side::Sandbox))
        .nest("/api", api(Side::Production))
        .merge(checkout::routes())
        .merge(pictures::routes())
}

fn api(side: Side) -> Router<Arc<World>> {
    Router::new()
        .route("/payment/instruction", get(lookups::payment_instruction))
        .route("/merchant/payment-channel", get(lookups::payment_channels))
        .route("/merchant/fee-calculator", get(lookups::fee_calculator))
        .route("/merchant/transactions", get(lookups::transactions))
        .route("/transaction/create", post(create::create))
        .route("/transaction/detail", get(lookups::detail))
        .route("/transaction/check-status", get(lookups::check_status))
        .fallback(|| async { refuse(StatusCode::NOT_FOUND, "Not Found") })
        .layer(Extension(side))
}

/// An answer in Tripay's JSON.
fn answer(status: StatusCode, body: String) -> Response {
    let content_type = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, content_type, body).into_response()
}

fn refuse(status: StatusCode, message: &str) -> Response {
    answer(status, php_json::refusal(message))
}
