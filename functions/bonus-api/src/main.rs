//! The REST API of bonuses: shows them and what was said about them with Portmone, takes people's decisions, and tells
//! the receipt system how a payout stands.
//!
//! Trigger: `/api/admin/bonuses/**`, `/api/admin/portmone/**`, `/internal/bonuses/**`. Safe to run twice: yes; a
//! decision names the step it is about. It never asks Portmone anything.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod bonus_list;
mod bonus_views;
mod bonuses;
mod exchanges;
mod openapi;
mod payouts;
mod routes;
#[cfg(test)]
mod tests;
mod unmatched_reports;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("bonus-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
