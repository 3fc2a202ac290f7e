//! Runs point-of-sale jobs at Billz for other services.
//!
//! Trigger: the queues `billz-payments` and `billz-operations`. Safe to run twice: yes. Nothing at Billz takes a
//! key of ours: what may act twice is committed before it is called, and whoever finds a call without its answer
//! asks Billz before anything else is sent.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod app;
mod asking;
mod calls;
mod clients;
mod handler;
mod orders;
mod running;
mod taking;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().await.context("billz-consumer cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, handler::UNTOLD);
        Ok::<_, Error>(handler::handle(app, event.payload, deadline).await)
    }))
    .await
}
