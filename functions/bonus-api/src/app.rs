//! What the API holds between requests.

use axum::extract::FromRef;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::bonuses::Bonuses;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::portmone_exchanges::PortmoneExchanges;
use shared::stores::table::Table;

/// The function.
pub struct App {
    pub edge: Edge,
    pub bonuses: Bonuses,
    pub bills: PortmoneBills,
    pub exchanges: PortmoneExchanges,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Bonuses, bills at Portmone, and what was said about them.
    pub bonuses: Table,
    /// Answers to repeats.
    pub idempotency: Table,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let dynamodb = aws_sdk_dynamodb::Client::new(&startup.aws);
    let tables = Tables {
        bonuses: Table::new(dynamodb.clone(), settings::required("BONUSES_TABLE")?),
        idempotency: Table::new(dynamodb, settings::required("IDEMPOTENCY_TABLE")?),
    };
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let tokens = Tokens::new(Caller::new(startup.http.clone()), rules);
    App::new(tables, startup.secrets()?, tokens).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(tables: Tables, secrets: SecretReader, tokens: Tokens) -> anyhow::Result<Self> {
        let secrets = ReadSecrets::read(secrets, &[]).await?;
        let keys = IdempotencyKeys::new(tables.idempotency);
        Ok(Self {
            edge: Edge::new(secrets, tokens, keys, Metrics::new("bonus-api"))?,
            bonuses: Bonuses::new(tables.bonuses.clone()),
            bills: PortmoneBills::new(tables.bonuses.clone()),
            exchanges: PortmoneExchanges::new(tables.bonuses),
        })
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
