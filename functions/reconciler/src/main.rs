//! Expires due invoices, reminds customers of those that soon will be, and asks Tripay about every payment
//! whose callback may have been lost.
//!
//! Trigger: a schedule, every 5 minutes. Safe to run twice: yes, also at once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod check;
mod handler;
#[cfg(test)]
mod tests;

use anyhow::Context;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use aws_sdk_dynamodb::Client;
use jiff::SignedDuration;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::metrics::Metrics;
use shared::lambda::{settings, startup::Startup};
use shared::providers::call::Caller;
use shared::stores::{invoices::Invoices, sweeps::Sweeps, table::Table};
use shared::workflows::tripay_client::{TripayClient, base_url};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = start().await.context("reconciler cannot start")?;
    let app = &app;
    run(service_fn(move |event: LambdaEvent<EventBridgeEvent>| async move {
        handler::handle(app, event.context.deadline()).await.map_err(Error::from)
    }))
    .await
}

async fn start() -> anyhow::Result<handler::App> {
    let startup = Startup::begin()?;
    let table = Table::new(Client::new(&startup.aws), settings::required("INVOICES_TABLE")?);
    let secrets = startup.secrets()?;
    let tripay = TripayClient::start(Caller::new(startup.http), base_url()?, secrets).await?;
    let (invoices, sweeps) = (Invoices::new(table.clone()), Sweeps::new(table));
    let minutes: u32 = settings::parsed("EXPIRY_REMINDER_MINUTES")?;
    Ok(handler::App {
        invoices,
        sweeps,
        tripay,
        reminder_lead_time: SignedDuration::from_mins(minutes.into()),
        metrics: Metrics::new("reconciler"),
    })
}
