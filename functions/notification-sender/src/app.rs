//! What the function holds between events.

use aws_sdk_sqs::Client as SqsClient;
use shared::domain::zone::Zone;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::settings::{list, optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::notices::texts::Texts;
use shared::providers::call::Caller;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::chats::Chats;
use shared::stores::contacts::Contacts;
use shared::stores::deliveries::Deliveries;
use shared::stores::preferences::PreferenceBook;
use shared::stores::table::Table;

use crate::directory::Directory;
use crate::parties::{MailRoute, Parties, PartySource};
use crate::patience::{DELAYS, TELEGRAM_DELAYS};
use crate::recipient::Operators;

/// The function.
pub struct App {
    pub notifications: SqsBatch,
    pub email: SqsBatch,
    pub telegram: SqsBatch,
    pub feedback: SqsBatch,
    pub deliveries: Deliveries,
    pub contacts: Contacts,
    pub preferences: PreferenceBook,
    pub chats: Chats,
    pub directory: Directory,
    pub operators: Operators,
    /// Where the clock of a person hangs who did not say.
    pub time_zone: Zone,
    pub texts: Texts,
    pub parties: Refreshed<Parties>,
    pub source: PartySource,
    pub metrics: Metrics,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = SqsClient::new(&startup.aws);
    let batch = |queue: String, dead_letters: String, delays| SqsBatch {
        queue: Queue::new(sqs.clone(), queue),
        dead_letters: Queue::new(sqs.clone(), dead_letters),
        delays,
    };
    let dynamodb = aws_sdk_dynamodb::Client::new(&startup.aws);
    let table = Table::new(dynamodb.clone(), required("NOTIFICATIONS_TABLE")?);
    let chats = Chats::new(Table::new(dynamodb, required("CHATS_TABLE")?));
    let source = PartySource {
        secrets: startup.secrets()?,
        caller: Caller::new(startup.http.clone()),
        users_url: required("USER_SERVICE_BASE_URL")?,
        telegram_url: required("TELEGRAM_API_BASE_URL")?,
        mail: MailRoute::from_settings(&startup)?,
    };
    let parties = Refreshed::new(source.read().await?);
    Ok(App {
        notifications: batch(
            required("NOTIFICATIONS_QUEUE_URL")?,
            required("NOTIFICATIONS_DLQ_URL")?,
            &DELAYS,
        ),
        email: batch(required("EMAIL_QUEUE_URL")?, required("EMAIL_DLQ_URL")?, &DELAYS),
        telegram: batch(required("TELEGRAM_QUEUE_URL")?, required("TELEGRAM_DLQ_URL")?, &TELEGRAM_DELAYS),
        feedback: batch(required("EMAIL_FEEDBACK_QUEUE_URL")?, required("EMAIL_FEEDBACK_DLQ_URL")?, &DELAYS),
        deliveries: Deliveries::new(table.clone()),
        contacts: Contacts::new(table.clone()),
        preferences: PreferenceBook::new(table),
        chats,
        directory: Directory::default(),
        operators: operators()?,
        time_zone: parsed("DEFAULT_TIME_ZONE")?,
        texts: Texts::new(&required("COMPANY_NAME")?),
        parties,
        source,
        metrics: Metrics::new("notification-sender"),
    })
}

fn operators() -> anyhow::Result<Operators> {
    let chat =
        optional("OPERATORS_TELEGRAM_CHAT_ID").map(|_| parsed("OPERATORS_TELEGRAM_CHAT_ID")).transpose()?;
    Ok(Operators { chat, emails: list("OPERATORS_EMAILS")?, locale: optional("OPERATORS_LOCALE") })
}
