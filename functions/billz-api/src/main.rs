//! The REST API of Billz: shows jobs and orders, keeps payment methods, takes decisions about jobs in doubt, and says
//! how the queues fare.
//!
//! Trigger: `/internal/billz/**`, `/api/admin/billz/**`. Safe to run twice: yes; a decision about a job names the step
//! it is about, and a payment method that is put again is as it was. It never asks Billz anything.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod cards;
mod health;
mod job_views;
mod jobs;
mod openapi;
mod order_views;
mod orders;
mod routes;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_http::Error;
use shared::lambda::http_function::serve;
use shared::rest::edge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("billz-api cannot start")?;
    // The function lives as long as its process.
    let router = routes::router(Box::leak(Box::new(app)));
    serve(move |request| edge::answer(router.clone(), request)).await
}
