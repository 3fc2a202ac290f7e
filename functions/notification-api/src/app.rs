//! What the API holds between requests.

use axum::extract::FromRef;
use shared::domain::zone::Zone;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::notices::texts::Texts;
use shared::providers::call::Caller;
use shared::queues::queue::Queue;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::deliveries::Deliveries;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::preferences::PreferenceBook;
use shared::stores::table::Table;

use crate::queues::Queues;

/// The function.
pub struct App {
    pub edge: Edge,
    pub deliveries: Deliveries,
    pub preferences: PreferenceBook,
    pub queues: Queues,
    pub texts: Texts,
    /// Of persons who chose none: `DEFAULT_TIME_ZONE`.
    pub time_zone: Zone,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Deliveries and preferences.
    pub notifications: Table,
    /// Answers to repeats.
    pub idempotency: Table,
}

/// What the texts are written with.
#[derive(Debug, Clone)]
pub struct Wording {
    /// Who writes: `COMPANY_NAME`.
    pub company_name: String,
    /// `DEFAULT_TIME_ZONE`.
    pub time_zone: Zone,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let dynamodb = aws_sdk_dynamodb::Client::new(&startup.aws);
    let sqs = aws_sdk_sqs::Client::new(&startup.aws);
    let tables = Tables {
        notifications: Table::new(dynamodb.clone(), settings::required("NOTIFICATIONS_TABLE")?),
        idempotency: Table::new(dynamodb, settings::required("IDEMPOTENCY_TABLE")?),
    };
    let queues = Queues {
        notifications: Queue::new(sqs.clone(), settings::required("NOTIFICATIONS_QUEUE_URL")?),
        email: Queue::new(sqs.clone(), settings::required("EMAIL_QUEUE_URL")?),
        telegram: Queue::new(sqs, settings::required("TELEGRAM_QUEUE_URL")?),
    };
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let wording = Wording {
        company_name: settings::required("COMPANY_NAME")?,
        time_zone: settings::parsed("DEFAULT_TIME_ZONE")?,
    };
    let tokens = Tokens::new(Caller::new(startup.http.clone()), rules);
    App::new(tables, queues, startup.secrets()?, tokens, wording).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(
        tables: Tables,
        queues: Queues,
        secrets: SecretReader,
        tokens: Tokens,
        wording: Wording,
    ) -> anyhow::Result<Self> {
        let secrets = ReadSecrets::read(secrets, &[]).await?;
        let keys = IdempotencyKeys::new(tables.idempotency);
        Ok(Self {
            edge: Edge::new(secrets, tokens, keys, Metrics::new("notification-api"))?,
            deliveries: Deliveries::new(tables.notifications.clone()),
            preferences: PreferenceBook::new(tables.notifications),
            queues,
            texts: Texts::new(&wording.company_name),
            time_zone: wording.time_zone,
        })
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
