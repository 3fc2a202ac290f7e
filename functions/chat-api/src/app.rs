//! What the API holds between requests.

use axum::extract::FromRef;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::chats::Chats;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::support_tasks::SupportTasks;
use shared::stores::table::Table;

/// The function.
pub struct App {
    pub edge: Edge,
    pub chats: Chats,
    pub tasks: SupportTasks,
    /// `TELEGRAM_BOT_USERNAME`, without `@`; none where there is no bot, and so no links to it.
    pub bot: Option<String>,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Chats and tasks.
    pub chats: Table,
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
        chats: Table::new(dynamodb.clone(), settings::required("CHATS_TABLE")?),
        idempotency: Table::new(dynamodb, settings::required("IDEMPOTENCY_TABLE")?),
    };
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let tokens = Tokens::new(Caller::new(startup.http.clone()), rules);
    App::new(tables, startup.secrets()?, tokens, settings::optional("TELEGRAM_BOT_USERNAME")).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(
        tables: Tables,
        secrets: SecretReader,
        tokens: Tokens,
        bot: Option<String>,
    ) -> anyhow::Result<Self> {
        let secrets = ReadSecrets::read(secrets, &[]).await?;
        let keys = IdempotencyKeys::new(tables.idempotency);
        Ok(Self {
            edge: Edge::new(secrets, tokens, keys, Metrics::new("chat-api"))?,
            chats: Chats::new(tables.chats.clone()),
            tasks: SupportTasks::new(tables.chats),
            bot,
        })
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
