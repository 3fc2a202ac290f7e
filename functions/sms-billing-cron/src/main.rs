//! Plans whose SMS are billed, and which bills somebody has to look at: one message on `sms-charges` for each.
//!
//! Trigger: schedules, whose event is the run itself, and the queue `sms-billing-runs`. Safe to run twice: yes, also
//! at once, late, or in part. What is planned twice is billed once: a period is closed by one transaction.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod handler;
mod long_pending;
mod planning;
mod running;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().context("sms-billing-cron cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, handler::UNTOLD);
        handler::handle(app, event.payload, deadline).await.map_err(Error::from)
    }))
    .await
}
