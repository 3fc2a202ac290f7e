//! Bills a user's SMS usage by the period, and charges each bill on the Sippy switch.
//!
//! Trigger: the queue `sms-charges`. Safe to run twice: yes. A period is closed and its bill made in one transaction;
//! a debit is committed before it is called, called once, and asked about where its answer was lost.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod app;
mod asking;
mod billing;
mod charging;
mod deadline;
mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().await.context("sms-charge-worker cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, deadline::UNTOLD);
        Ok::<_, Error>(handler::handle(app, event.payload, deadline).await)
    }))
    .await
}
