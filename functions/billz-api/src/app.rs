//! What the API holds between requests.

use axum::extract::FromRef;
use shared::lambda::metrics::Metrics;
use shared::lambda::secrets::SecretReader;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::queues::queue::Queue;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::billz_cards::BillzCards;
use shared::stores::billz_jobs::BillzJobs;
use shared::stores::billz_orders::BillzOrders;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::pulses::Pulses;
use shared::stores::table::Table;

/// The function.
pub struct App {
    pub edge: Edge,
    pub jobs: BillzJobs,
    pub orders: BillzOrders,
    pub cards: BillzCards,
    pub pulses: Pulses,
    pub billz: Billz,
}

/// The tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Jobs, orders, payment methods, and how batches fared.
    pub billz: Table,
    /// Answers to repeats.
    pub idempotency: Table,
}

/// What there is of Billz, of which its health is told.
#[derive(Debug, Clone)]
pub struct Billz {
    /// Whether `BILLZ_BASE_URL` names it.
    pub is_on: bool,
    /// `BILLZ_PAYMENTS_QUEUE_URL`.
    pub payments: Queue,
    /// `BILLZ_OPERATIONS_QUEUE_URL`.
    pub operations: Queue,
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
        billz: Table::new(dynamodb.clone(), settings::required("BILLZ_TABLE")?),
        idempotency: Table::new(dynamodb, settings::required("IDEMPOTENCY_TABLE")?),
    };
    let billz = Billz {
        is_on: settings::optional("BILLZ_BASE_URL").is_some(),
        payments: Queue::new(sqs.clone(), settings::required("BILLZ_PAYMENTS_QUEUE_URL")?),
        operations: Queue::new(sqs, settings::required("BILLZ_OPERATIONS_QUEUE_URL")?),
    };
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let tokens = Tokens::new(Caller::new(startup.http.clone()), rules);
    App::new(tables, billz, startup.secrets()?, tokens).await
}

impl App {
    /// The function over its parts.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(
        tables: Tables,
        billz: Billz,
        secrets: SecretReader,
        tokens: Tokens,
    ) -> anyhow::Result<Self> {
        let secrets = ReadSecrets::read(secrets, &[]).await?;
        let keys = IdempotencyKeys::new(tables.idempotency);
        Ok(Self {
            edge: Edge::new(secrets, tokens, keys, Metrics::new("billz-api"))?,
            jobs: BillzJobs::new(tables.billz.clone()),
            orders: BillzOrders::new(tables.billz.clone()),
            cards: BillzCards::new(tables.billz.clone()),
            pulses: Pulses::new(tables.billz),
            billz,
        })
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
