//! Receives Portmone's reports about bills and keeps each on its bill.
//!
//! Trigger: `POST /webhooks/portmone`. Safe to run twice: yes. Whether a bonus has the bill, and what a report means for
//! it, is not decided here. Where a report could not be kept, Portmone is asked to send it again.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::App::start().await.context("portmone-callback cannot start")?;
    let app = &app;
    serve(move |request| handler::handle(app, request)).await
}
