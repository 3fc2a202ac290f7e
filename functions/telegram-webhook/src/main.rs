//! The Telegram bot: proves an update, advances the chat's dialogue, answers in the HTTP response.
//!
//! Trigger: `POST /webhooks/telegram`. Safe to run twice: yes. Answers 503 to ask for redelivery. It never
//! calls Telegram: one update is answered by one method, in the response.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod account;
mod app;
mod buttons;
mod commands;
mod handler;
mod invoices;
mod reply;
mod settings;
mod subscribers;
mod tasks;
#[cfg(test)]
mod tests;
mod turn;
mod usage;
mod views;
mod wizard;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("telegram-webhook cannot start")?;
    let app = &app;
    serve(move |request| handler::handle(app, request)).await
}
