//! Moves events from the outbox of changed items to the queues.
//!
//! Trigger: the streams of the tables that hold aggregates. Safe to run twice: yes, an event keeps its id.
//! Nothing else sends events.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod billz_route;
mod bonus_route;
mod handler;
mod mail;
mod route;
mod sms_route;
mod task_route;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = app::start().context("event-relay cannot start")?;
    let app = &app;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handler::handle(app, event.payload).await)
    }))
    .await
}
