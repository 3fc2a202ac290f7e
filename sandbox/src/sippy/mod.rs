//! A Sippy softswitch at `/sippy`: XML-RPC behind HTTP digest, and accounts with balances.
//!
//! Nothing is executed before the caller has proven who it is. Nothing is idempotent: a debit that comes twice is
//! booked twice. Where the real switch's behaviour is not known, it is strict; `README.md` of this crate says where.

mod account_methods;
pub(crate) mod accounts;
pub(crate) mod answers;
mod balance_methods;
mod caller;
pub(crate) mod dates;
mod digest;
mod elements;
mod members;
pub(crate) mod nonces;
pub(crate) mod operations;
pub(crate) mod pages;
mod payment_methods;
pub(crate) mod payments;
pub(crate) mod switch;
mod xml_rpc;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, get, post};
use http::StatusCode;

use crate::world::World;
use answers::html;

/// The web login of the customer that calls. It opens nothing but this sandbox.
pub const USERNAME: &str = "sandbox-sippy-user";
/// Its API password.
pub const PASSWORD: &str = "sandbox-sippy-api-password-0000";
/// What the challenge says the credentials are for.
pub const REALM: &str = "Sippy";

/// The customer whose accounts they are, and who calls.
const CUSTOMER: i32 = 1;
/// So much of a list is shown where nothing is asked for.
const USUAL_LIMIT: usize = 50;
/// No more of a list is shown at once, whatever is asked for.
const MOST_LISTED: usize = 100;

/// Everything below `/sippy`, with the prefix in it: the path itself is a page, and digests name the whole path.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/sippy", get(pages::overview))
        .route("/sippy/", get(|| async { Redirect::to("/sippy") }))
        .route("/sippy/xmlapi/xmlapi", post(operations::call))
        .route("/sippy/{*other}", any(|| async { html(StatusCode::NOT_FOUND, "Not Found") }))
        .method_not_allowed_fallback(|| async { html(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
}

/// One page of a list.
fn page_of<T>(all: Vec<T>, offset: Option<usize>, limit: Option<usize>) -> Vec<T> {
    let limit = limit.unwrap_or(USUAL_LIMIT).min(MOST_LISTED);
    all.into_iter().skip(offset.unwrap_or(0)).take(limit).collect()
}
