//! Billz 2.0 at `/billz`: a point of sale with its drafts, its stock and its customers.
//!
//! Where Billz's own behaviour is not known, it is strict; `README.md` of this crate says where. Nothing is
//! idempotent: whoever makes a draft, a line or a customer twice has two.

mod amounts;
pub(crate) mod answers;
mod caller;
mod checkout;
mod client_methods;
pub(crate) mod clients;
pub(crate) mod company;
mod ids;
mod json_rpc;
mod lists;
pub(crate) mod local_time;
mod objections;
pub(crate) mod operations;
pub(crate) mod order;
mod order_reads;
mod order_view;
pub(crate) mod pace;
pub(crate) mod pages;
pub(crate) mod products;
mod sale;
mod sale_methods;
pub(crate) mod session_methods;
pub(crate) mod tokens;
#[cfg(test)]
mod total_properties;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, delete, get, post, put};
use http::StatusCode;

use crate::world::World;
use answers::HttpError;

/// The integration key that logs in. It opens nothing but this sandbox.
pub const SECRET_TOKEN: &str = "sandbox-billz-secret-token-00000000";
/// The only shop.
pub const SHOP_ID: &str = "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10";
/// Its only cash box.
pub const CASHBOX_ID: &str = "0c9a7c2e-8f5b-4c0d-a2a7-6b1d3e4f5a60";
/// The way to pay that is called Cash.
pub const CASH_PAYMENT_TYPE_ID: &str = "c6e84d9b-0ef0-4d5a-886d-147c74a9b051";
/// The way to pay that is called Card terminal.
pub const CARD_PAYMENT_TYPE_ID: &str = "7f1d2c3b-4a59-4e68-8f70-91a2b3c4d5e6";

const SHOP_NAME: &str = "Main Store";
const CASHBOX_NAME: &str = "Cashbox 1";
const COMPANY_ID: &str = "b1f6c2d4-0a3e-4b5c-9d7f-2e8a6c4b1d90";
const USER_ID: &str = "9a7b5c3d-1e2f-4a6b-8c9d-0e1f2a3b4c5d";
/// Everybody sends the same one; it is no secret.
const PLATFORM_ID: &str = "7d4a4c38-dd84-4902-b744-0488b80a4c01";

/// How much of a list is shown where nothing is asked for.
const USUAL_LIMIT: usize = 10;

/// Everything below `/billz`, with the prefix in it: the path itself is a page.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/billz", get(pages::overview))
        .route("/billz/", get(|| async { Redirect::to("/billz") }))
        .route("/billz/v1/auth/login", post(session_methods::log_in))
        .route("/billz/v2/auth/refresh", post(session_methods::refresh))
        .route("/billz/v2/order", post(sale_methods::create_order))
        .route("/billz/v2/order-product/{order_id}", post(sale_methods::add_item))
        .route("/billz/v1/order-item/{item_id}", put(sale_methods::change_item))
        .route("/billz/v2/order-manual-discount/{order_id}", post(sale_methods::discount))
        .route("/billz/v2/order-customer-new/{order_id}", put(sale_methods::attach_client))
        .route("/billz/v1/recalculate-order-bill/{order_id}", post(order_reads::one))
        .route("/billz/v2/order-payment/{order_id}", post(sale_methods::pay))
        .route("/billz/v2/order/create_postpone", post(sale_methods::postpone))
        .route("/billz/v2/order/return-postpone", post(sale_methods::return_postpone))
        .route("/billz/v2/order/{order_id}", delete(sale_methods::delete_order).get(order_reads::one))
        .route("/billz/v2/order-notes", get(order_reads::drafts))
        .route("/billz/v1/client", post(client_methods::create).get(client_methods::find))
        .route("/billz/v1/shop", get(lists::shops))
        .route("/billz/v1/cash-box", get(lists::cash_boxes))
        .route("/billz/v1/company-payment-type", get(lists::payment_types))
        .route("/billz/v2/products", get(lists::products))
        .route("/billz/v1/orders", post(json_rpc::call))
        .route("/billz/{*other}", any(|| async { HttpError::not_found("route not found") }))
        .method_not_allowed_fallback(|| async {
            HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", "method not allowed")
        })
}

/// One page of a list; pages are counted from 1.
fn page_of<T>(all: &[T], limit: Option<usize>, page: Option<usize>) -> &[T] {
    let limit = limit.unwrap_or(USUAL_LIMIT);
    let from = page.unwrap_or(1).saturating_sub(1).saturating_mul(limit).min(all.len());
    let to = from.saturating_add(limit).min(all.len());
    &all[from..to]
}
