//! What the function is made of at its start.

use aws_sdk_dynamodb::Client;
use jiff::SignedDuration;
use shared::lambda::metrics::Metrics;
use shared::lambda::{settings, startup::Startup};
use shared::providers::call::Caller;
use shared::stores::{invoices::Invoices, sweeps::Sweeps, table::Table};
use shared::workflows::tripay_client::{TripayClient, base_url};

use crate::handler::App;

/// Reads the settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let table = Table::new(Client::new(&startup.aws), settings::required("INVOICES_TABLE")?);
    let secrets = startup.secrets()?;
    let tripay = TripayClient::start(Caller::new(startup.http), base_url()?, secrets).await?;
    let (invoices, sweeps) = (Invoices::new(table.clone()), Sweeps::new(table));
    let minutes: u32 = settings::parsed("EXPIRY_REMINDER_MINUTES")?;
    Ok(App {
        invoices,
        sweeps,
        tripay,
        reminder_lead_time: SignedDuration::from_mins(minutes.into()),
        metrics: Metrics::new("reconciler"),
    })
}
