//! What the function holds between events.

use std::time::Duration;

use futures::lock::Mutex;
use shared::domain::sms::settings::Defaults;
use shared::lambda::metrics::Metrics;
use shared::lambda::settings::required;
use shared::lambda::startup::Startup;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_decks::SmsDecks;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::Table;
use shared::workflows::record_sms_usage::UsageRecorder;
use shared::workflows::sms_tariffs::SmsTariffs;
use shared::workflows::sms_terms::{SmsTerms, defaults};

/// How long to wait after each try at a store that does not answer: about a day and a half in all.
pub const DELAYS: &[Duration] = &[
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(3 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(11 * 60 * 60),
    Duration::from_secs(11 * 60 * 60),
];

/// The function.
#[derive(Debug)]
pub struct App {
    /// The queue and its dead letters.
    pub batch: SqsBatch,
    /// Counts. One message at a time: those of a batch are often of one user, whose account is one item.
    pub recorder: Mutex<UsageRecorder>,
    /// Counters.
    pub metrics: Metrics,
}

/// Reads settings.
///
/// # Errors
/// When one is missing or wrong, by name.
pub fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let queue = Queue::new(sqs.clone(), required("SMS_USAGE_QUEUE_URL")?);
    let dead_letters = Queue::new(sqs, required("SMS_USAGE_DLQ_URL")?);
    let table = Table::new(aws_sdk_dynamodb::Client::new(&startup.aws), required("SMS_BILLING_TABLE")?);
    Ok(App::new(table, queue, dead_letters, defaults()?))
}

impl App {
    /// The function over its parts.
    pub fn new(table: Table, queue: Queue, dead_letters: Queue, defaults: Defaults) -> Self {
        let recorder = UsageRecorder {
            accounts: SmsAccounts::new(table.clone()),
            terms: SmsTerms::new(SmsSettings::new(table.clone()), defaults),
            tariffs: SmsTariffs::new(SmsDecks::new(table)),
        };
        Self {
            batch: SqsBatch { queue, dead_letters, delays: DELAYS },
            recorder: Mutex::new(recorder),
            metrics: Metrics::new("sms-usage-recorder"),
        }
    }
}
