//! Counts SMS that were sent, as the sending service reports them.
//!
//! Trigger: the queue `sms-usage`. Safe to run twice: yes, each event counts once. A message with an event that cannot
//! count is buried with the reason; what else is in it counts, and it can be sent again as it is.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod app;
mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().context("sms-usage-recorder cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handler::handle(app, event.payload).await)
    }))
    .await
}
