//! Receives Tripay payment callbacks and settles the invoice they pay.
//!
//! Trigger: `POST /webhooks/tripay`, also `/internal/billing/webhooks/tripay`. Safe to run twice: yes.
//! Answers 503 to ask for redelivery.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod handler;
mod reply;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::App::start().await.context("tripay-callback cannot start")?;
    let app = &app;
    serve(move |request| handler::handle(app, request)).await
}
