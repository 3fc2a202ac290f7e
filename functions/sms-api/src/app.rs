//! What the API holds between requests.

use axum::extract::FromRef;
use shared::domain::sms::settings::Defaults;
use shared::lambda::aws::account;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::lambda::settings;
use shared::lambda::signed_call::SignedCalls;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::sms_accounts::SmsAccounts;
use shared::stores::sms_bills::SmsBills;
use shared::stores::sms_decks::SmsDecks;
use shared::stores::sms_settings::SmsSettings;
use shared::stores::table::Table;
use shared::workflows::record_sms_usage::UsageRecorder;
use shared::workflows::sms_tariffs::SmsTariffs;
use shared::workflows::sms_terms::{SmsTerms, defaults};

use crate::cron_caller::{CronCallers, SECRET};
use crate::run_queue::RunQueue;
use crate::stats::HeldStats;

/// The function.
pub struct App {
    pub edge: Edge,
    pub cron: CronCallers,
    /// Accounts, what counts for everybody, and prices.
    pub usage: UsageRecorder,
    pub settings: SmsSettings,
    pub decks: SmsDecks,
    pub bills: SmsBills,
    /// `SMS_BILLING_RUNS_QUEUE_URL`.
    pub runs: RunQueue,
    pub stats: HeldStats,
}

/// What the function is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Accounts, bills, settings and decks.
    pub billing: Table,
    /// Answers to repeats.
    pub idempotency: Table,
    /// Takes runs.
    pub runs: RunQueue,
    /// What counts where nobody set anything.
    pub defaults: Defaults,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let dynamodb = aws_sdk_dynamodb::Client::new(&startup.aws);
    let parts = Parts {
        billing: Table::new(dynamodb.clone(), settings::required("SMS_BILLING_TABLE")?),
        idempotency: Table::new(dynamodb, settings::required("IDEMPOTENCY_TABLE")?),
        runs: RunQueue::new(
            SignedCalls::new(&startup.http, account()?),
            settings::required("SMS_BILLING_RUNS_QUEUE_URL")?,
        ),
        defaults: defaults()?,
    };
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let tokens = Tokens::new(Caller::new(startup.http.clone()), rules);
    App::new(parts, startup.secrets()?, tokens).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(parts: Parts, secrets: SecretReader, tokens: Tokens) -> anyhow::Result<Self> {
        let (read, before) =
            tokio::join!(ReadSecrets::read(secrets.clone(), &[SECRET]), secrets.previous(SECRET));
        let read = read?;
        let cron = CronCallers::new(secrets.clone(), read.batch.get(SECRET)?, before?);
        let Parts { billing, idempotency, runs, defaults } = parts;
        let keys = IdempotencyKeys::new(idempotency);
        let settings = SmsSettings::new(billing.clone());
        Ok(Self {
            edge: Edge::new(read, tokens, keys, Metrics::new("sms-api"))?,
            cron,
            usage: UsageRecorder {
                accounts: SmsAccounts::new(billing.clone()),
                terms: SmsTerms::new(settings.clone(), defaults),
                tariffs: SmsTariffs::new(SmsDecks::new(billing.clone())),
            },
            settings,
            decks: SmsDecks::new(billing.clone()),
            bills: SmsBills::new(billing),
            runs,
            stats: HeldStats::default(),
        })
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
