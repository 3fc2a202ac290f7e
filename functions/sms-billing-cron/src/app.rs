//! What the function is made of at its start.

use shared::lambda::metrics::Metrics;
use shared::lambda::{settings, startup::Startup};
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::stores::table::Table;

use crate::handler::{App, DELAYS};

/// Reads the settings.
///
/// # Errors
/// When one is missing or wrong, by name.
pub fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let dynamodb = aws_sdk_dynamodb::Client::new(&startup.aws);
    let table = Table::new(dynamodb, settings::required("SMS_BILLING_TABLE")?);
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let queue = |url: String| Queue::new(sqs.clone(), url);
    let runs = SqsBatch {
        queue: queue(settings::required("SMS_BILLING_RUNS_QUEUE_URL")?),
        dead_letters: queue(settings::required("SMS_BILLING_RUNS_DLQ_URL")?),
        delays: DELAYS,
    };
    Ok(App {
        accounts: SmsAccounts::new(table.clone()),
        bills: SmsBills::new(table),
        charges: queue(settings::required("SMS_CHARGES_QUEUE_URL")?),
        runs,
        metrics: Metrics::new("sms-billing-cron"),
    })
}
