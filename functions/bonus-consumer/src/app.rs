//! What the function holds between events.

use std::time::Duration;

use jiff::SignedDuration;
use shared::domain::bonus::driving::Patience;
use shared::domain::bonus::limits::Limits;
use shared::domain::bonus::payees::{PayeeRule, Payees};
use shared::domain::locale::Locale;
use shared::domain::money::{Currency, Money};
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::settings::{SettingError, list, optional, parsed, required};
use shared::lambda::startup::Startup;
use shared::queues::batch::SqsBatch;
use shared::queues::queue::Queue;
use shared::stores::bonuses::Bonuses;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::table::Table;

use crate::access::{Parties, PartiesSource};

/// How long to wait after each try of a message that could not be dealt with: the store, or a secret, is missing. What
/// Portmone does not do is not tried again by the queue, but by the bonus.
pub const DELAYS: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    Duration::from_secs(7_200),
];

/// The function.
#[derive(Debug)]
pub struct App {
    /// What was decided about receipts.
    pub decisions: SqsBatch,
    /// Which bonuses and bills are to be looked at.
    pub payouts: SqsBatch,
    /// The bonuses.
    pub bonuses: Bonuses,
    /// Their bills at Portmone.
    pub bills: PortmoneBills,
    /// Who is called, with the credentials last read.
    pub parties: Refreshed<Parties>,
    /// Where they and their credentials are.
    pub source: PartiesSource,
    /// What is decided by settings.
    pub rules: Rules,
    /// Counters.
    pub metrics: Metrics,
}

/// What is decided by settings.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How many, and how much.
    pub limits: Limits,
    /// Whose numbers are whose.
    pub payees: Payees,
    /// When things are tried again.
    pub patience: Patience,
    /// The language of people of whom nothing is said.
    pub default_locale: Locale,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing or wrong, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let batch = |queue, dead_letters| SqsBatch {
        queue: Queue::new(sqs.clone(), queue),
        dead_letters: Queue::new(sqs.clone(), dead_letters),
        delays: DELAYS,
    };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&startup.aws), required("BONUSES_TABLE")?);
    let source = PartiesSource::from_settings(startup.secrets()?, startup.http.clone())?;
    Ok(App {
        decisions: batch(required("RECEIPT_DECISIONS_QUEUE_URL")?, required("RECEIPT_DECISIONS_DLQ_URL")?),
        payouts: batch(required("BONUS_PAYOUTS_QUEUE_URL")?, required("BONUS_PAYOUTS_DLQ_URL")?),
        bonuses: Bonuses::new(table.clone()),
        bills: PortmoneBills::new(table),
        parties: Refreshed::new(source.read().await?),
        source,
        rules: rules()?,
        metrics: Metrics::new("bonus-consumer"),
    })
}

fn rules() -> Result<Rules, SettingError> {
    let highest: u32 = parsed("BONUS_MOST_AMOUNT_MINOR")?;
    let minutes: Vec<u16> = list("BONUS_RETRY_MINUTES")?;
    let settle: u32 = parsed("PORTMONE_SETTLE_SECONDS")?;
    let rules: Vec<PayeeRule> = list("PORTMONE_PAYEES")?;
    let otherwise = optional("PORTMONE_PAYEE_ID").map(|_| parsed("PORTMONE_PAYEE_ID")).transpose()?;
    Ok(Rules {
        limits: Limits {
            per_day: optional("BONUS_MOST_PER_DAY").map(|_| parsed("BONUS_MOST_PER_DAY")).transpose()?,
            per_user: optional("BONUS_MOST_PER_USER").map(|_| parsed("BONUS_MOST_PER_USER")).transpose()?,
            highest: Money::new(highest.into(), Currency::Uah),
        },
        payees: Payees::new(rules, otherwise),
        patience: Patience {
            retries: minutes.into_iter().map(|minutes| SignedDuration::from_mins(minutes.into())).collect(),
            settle: SignedDuration::from_secs(settle.into()),
        },
        default_locale: Locale::of_tag(&required("BONUS_DEFAULT_LOCALE")?),
    })
}
