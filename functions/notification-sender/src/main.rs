//! Decides who is told what by which channels, and sends it: once.
//!
//! Triggers: the queues `notifications`, `email-queue`, `telegram-queue.fifo` and `email-feedback`. Safe to
//! run twice: yes. A delivery is claimed before it is sent; what may have been sent is not sent again.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod deliver;
mod directory;
mod feedback;
mod handler;
mod lanes;
mod message;
mod parties;
mod patience;
mod plan;
mod recipient;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().await.context("notification-sender cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, handler::UNTOLD);
        Ok::<_, Error>(handler::handle(app, event.payload, deadline).await)
    }))
    .await
}
