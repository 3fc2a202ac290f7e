//! The REST API of the Telegram bot: ties chats to users, and shows support tasks to administrators.
//!
//! Trigger: `/api/v1/telegram/**`, `/api/admin/support-tasks/**`. Safe to run twice: yes; a decision about a
//! task names the attempt it is about, and each link can be used once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod link_token;
mod links;
mod openapi;
mod routes;
mod task_views;
mod tasks;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("chat-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
