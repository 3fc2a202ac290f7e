//! The REST API: invoices for customers, lists for services, decisions for operators.
//!
//! Trigger: `/api/v1/**`, `/internal/**`, `/api/admin/**`, `GET /health`. Safe to run twice: yes; an
//! `Idempotency-Key` gives a repeat the first answer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod admin;
mod app;
mod channels;
mod health;
mod invoices;
mod openapi;
mod routes;
#[cfg(test)]
mod tests;
mod transactions;
mod views;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("billing-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
