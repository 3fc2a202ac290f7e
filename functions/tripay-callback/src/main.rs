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
use lambda_http::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::App::start().await.context("tripay-callback cannot start")?;
    let app = &app;
    run(service_fn(move |request| async move { Ok::<_, Error>(handler::handle(app, request).await) })).await
}
