//! Portmone at `/portmone`: PortmoneDirect, which makes bills and pays them, the gateway that tells what became of a
//! bill, and the notices that it sends.
//!
//! Nothing is idempotent: two equal `bills.create` make two bills. Where Portmone's behaviour is not known, this one
//! is strict, and its error codes are its own; `README.md` of this crate says where.

mod amounts;
pub(crate) mod answers;
mod bill_methods;
pub(crate) mod bills;
mod dates;
pub(crate) mod documents;
mod form;
pub(crate) mod gateway;
pub(crate) mod notices;
pub(crate) mod office;
pub(crate) mod operations;
pub(crate) mod pages;
pub(crate) mod payees;
pub(crate) mod refusals;
pub(crate) mod settings;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, get, post};
use http::StatusCode;

use crate::world::World;

/// The reseller's login at PortmoneDirect. It opens nothing but this sandbox.
pub const LOGIN: &str = "sandbox-portmone-login";
/// Its password.
pub const PASSWORD: &str = "sandbox-portmone-password-0000";
/// The merchant's login at the gateway.
pub const GATEWAY_LOGIN: &str = "sandbox-gateway-login";
/// Its password.
pub const GATEWAY_PASSWORD: &str = "sandbox-gateway-password-0000";
/// The number that the merchant has at the gateway.
pub const GATEWAY_PAYEE: &str = "1185";
/// What notices bear in [`TOKEN_HEADER`] unless told otherwise.
pub const WEBHOOK_TOKEN: &str = "sandbox-portmone-webhook-token-0000";
/// The header that proves a notice.
pub const TOKEN_HEADER: &str = "x-portmone-token";

/// Everything below `/portmone`, with the prefix in it: the path itself is a page.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/portmone", get(pages::overview))
        .route("/portmone/", get(|| async { Redirect::to("/portmone") }))
        .route(operations::DIRECT_PATH, any(bill_methods::call))
        .route(operations::GATEWAY_PATH, post(gateway::call))
        .route("/portmone/{*other}", any(|| async { (StatusCode::NOT_FOUND, "Not Found") }))
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
}
