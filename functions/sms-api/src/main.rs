//! The REST API of SMS billing: usage and prices, settings and rate decks, bills and decisions about them, runs.
//!
//! Trigger: `/internal/sms/**`, `/api/admin/sms/**`, `/api/cron/process-sms-billing`, `/api/user/billing-*`. Safe to run
//! twice: yes; usage counts once by its id, settings are replaced whole, and a bill is decided about once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod bill_views;
mod bills;
mod check;
mod cron_caller;
mod decks;
mod dry_run;
mod openapi;
mod own_bills;
mod pending;
mod price;
mod routes;
mod run_queue;
mod runs;
mod setting_views;
mod settings;
mod stats;
#[cfg(test)]
mod tests;
mod usage;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("sms-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
