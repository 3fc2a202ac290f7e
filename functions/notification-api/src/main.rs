//! The REST API of notifications: what is to be told, what was told, in which words, and to whom not.
//!
//! Trigger: `/internal/notifications/**`, `/api/v1/notifications/**`. Safe to run twice: yes; an
//! `Idempotency-Key` gives a repeat the first answer, and what it sends again is delivered once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod logs;
mod openapi;
mod preferences;
mod queues;
mod resend;
mod routes;
mod send;
mod templates;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("notification-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
