//! Pays out the bonuses that accepted receipts earn: one bill at Portmone each, paid once, and a top-up where the
//! telecom is asked for it.
//!
//! Trigger: the queues `receipt-decisions` and `bonus-payouts`, and a schedule every 5 minutes, which goes on with
//! whatever is due. Safe to run twice: yes, also at once. A payment is committed before it is called, called once, and
//! never repeated without Portmone's report or a person's word.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod access;
mod app;
mod calls;
mod confirming;
mod deadline;
mod driving;
mod handler;
mod hearing;
mod measures;
mod receipts;
mod seals;
#[cfg(test)]
mod tests;
mod watch;

use anyhow::Context;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::deadline::Deadline;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &app::start().await.context("bonus-consumer cannot start")?;
    run(service_fn(move |event: LambdaEvent<_>| async move {
        let deadline = Deadline::of(&event.context, deadline::UNTOLD);
        handler::handle(app, event.payload, deadline).await.map_err(Error::from)
    }))
    .await
}
