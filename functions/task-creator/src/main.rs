//! Creates support tasks in the ISP's panel.
//!
//! Trigger: the queue `support-tasks`. Safe to run twice: yes. A task is claimed before the panel is called,
//! and the panel is called once for a claim; whoever finds the claim of somebody who is gone asks a person.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod deadline;
mod handler;
mod making;
mod panel;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().await.context("task-creator cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, deadline::UNTOLD);
        Ok::<_, Error>(handler::handle(app, event.payload, deadline).await)
    }))
    .await
}
