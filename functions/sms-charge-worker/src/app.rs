//! What the function holds between events.

use std::time::Duration;

use jiff::SignedDuration;
use shared::domain::sms::bill::charging::Patience;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::settings::{SettingError, list, optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::Table;
use shared::workflows::sms_terms::{SmsTerms, defaults};
use tokio::sync::Mutex;

use crate::access::{SwitchAccess, SwitchSource};

/// How long a message waits that handling it panicked: nothing else is tried by count here. What the switch or the store
/// did not do has its own time, with the bill or as long as it takes. The next run plans whoever is buried again.
pub const AFTER_PANICS: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    Duration::from_secs(7_200),
];

/// The function.
#[derive(Debug)]
pub struct App {
    /// The queue and its dead letters.
    pub batch: SqsBatch,
    /// Who used what.
    pub accounts: SmsAccounts,
    /// The bills.
    pub bills: SmsBills,
    /// What counts for everybody.
    pub terms: SmsTerms,
    /// The switch, with the credentials last read.
    pub switch: Refreshed<SwitchAccess>,
    /// Where the switch and its credentials are.
    pub source: SwitchSource,
    /// One call to the switch at a time in each instance: how many at once is how many instances there may be.
    pub line: Mutex<()>,
    /// When things are tried again.
    pub patience: Patience,
    /// Counters.
    pub metrics: Metrics,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let batch = SqsBatch {
        queue: Queue::new(sqs.clone(), required("SMS_CHARGES_QUEUE_URL")?),
        dead_letters: Queue::new(sqs, required("SMS_CHARGES_DLQ_URL")?),
        delays: AFTER_PANICS,
    };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&startup.aws), required("SMS_BILLING_TABLE")?);
    let secrets = startup.secrets()?;
    // A switch often has a certificate of its company's own making.
    let http = startup.http_believing(optional("SIPPY_CA_PEM").as_deref())?;
    let source = SwitchSource { secrets, caller: Caller::new(http), url: optional("SIPPY_URL") };
    let switch = Refreshed::new(source.read(&SwitchAccess::Off { reason: "it was not read yet" }).await?);
    Ok(App {
        batch,
        accounts: SmsAccounts::new(table.clone()),
        bills: SmsBills::new(table.clone()),
        terms: SmsTerms::new(SmsSettings::new(table), defaults()?),
        switch,
        source,
        line: Mutex::new(()),
        patience: patience()?,
        metrics: Metrics::new("sms-charge-worker"),
    })
}

/// `SMS_BILLING_RETRY_HOURS` and `SIPPY_SETTLE_SECONDS`.
fn patience() -> Result<Patience, SettingError> {
    let hours: Vec<u16> = list("SMS_BILLING_RETRY_HOURS")?;
    let settle: u32 = parsed("SIPPY_SETTLE_SECONDS")?;
    Ok(Patience {
        retries: hours.into_iter().map(|hours| SignedDuration::from_hours(hours.into())).collect(),
        settle: SignedDuration::from_secs(settle.into()),
    })
}
