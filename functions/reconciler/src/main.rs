//! Expires due invoices, reminds customers of those that soon will be, and asks Tripay about every payment
//! whose callback may have been lost.
//!
//! Trigger: a schedule, every 5 minutes. Safe to run twice: yes, also at once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod check;
mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().await.context("reconciler cannot start")?;
    let app = &app;
    run(service_fn(move |event: LambdaEvent<EventBridgeEvent>| async move {
        handler::handle(app, event.context.deadline()).await.map_err(Error::from)
    }))
    .await
}
