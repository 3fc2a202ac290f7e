//! What the API holds between requests.

use aws_sdk_dynamodb::Client;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde::Deserialize;
use shared::lambda::metrics::Metrics;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::providers::internal_service::InternalService;
use shared::providers::order_service::OrderService;
use shared::providers::tripay::Tripay;
use shared::providers::user_service::UserService;
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::invoices::Invoices;
use shared::stores::table::Table;
use shared::stores::unmatched_reports::UnmatchedReports;
use shared::workflows::tripay_client::{TripayClient, base_url};

use crate::auth::{ApiSecret, Auth};
use crate::channels::ChannelList;
use crate::cursor::Cursors;
use crate::health::HealthChecks;
use crate::replies::{Refusal, provider_disabled};
use crate::tokens::{TokenRules, Tokens};

/// The longest lifetime of an invoice: a year.
const MAX_LIFETIME_MINUTES: i64 = 525_600;

/// The function.
pub struct App {
    pub invoices: Invoices,
    pub unmatched: UnmatchedReports,
    pub idempotency: IdempotencyKeys,
    tripay: TripayClient,
    pub channels: ChannelList,
    pub orders: OrderService,
    pub users: UserService,
    pub auth: Auth,
    pub cursors: Cursors,
    pub health: HealthChecks,
    pub payment: PaymentSettings,
    pub metrics: Metrics,
}

/// How invoices are paid.
#[derive(Debug, Clone)]
pub struct PaymentSettings {
    /// How long an invoice can be paid: `INVOICE_LIFETIME_MINUTES`.
    pub lifetime: SignedDuration,
    /// Where Tripay reports: `TRIPAY_CALLBACK_URL`; none for the merchant's default.
    pub callback_url: Option<String>,
    /// Where customers are sent after paying: `TRIPAY_RETURN_URL`.
    pub return_url: Option<String>,
}

/// Reads settings and secrets.
///
/// # Errors
/// When one is missing, by name.
pub async fn start() -> anyhow::Result<App> {
    let startup = Startup::begin()?;
    let client = Client::new(&startup.aws);
    let table = Table::new(client.clone(), settings::required("INVOICES_TABLE")?);
    let keys = Table::new(client, settings::required("IDEMPOTENCY_TABLE")?);
    let rules = TokenRules {
        jwks_url: settings::optional("JWKS_URL"),
        issuer: settings::optional("JWT_ISSUER"),
        audience: settings::optional("JWT_AUDIENCE"),
    };
    let minutes: i64 = settings::parsed("INVOICE_LIFETIME_MINUTES")?;
    anyhow::ensure!((1..=MAX_LIFETIME_MINUTES).contains(&minutes), "INVOICE_LIFETIME_MINUTES is 1 to 525600");
    let payment = PaymentSettings {
        lifetime: SignedDuration::from_mins(minutes),
        callback_url: settings::optional("TRIPAY_CALLBACK_URL"),
        return_url: settings::optional("TRIPAY_RETURN_URL"),
    };
    let services = Services {
        tripay: base_url()?,
        orders: settings::required("ORDER_SERVICE_BASE_URL")?,
        users: settings::required("USER_SERVICE_BASE_URL")?,
    };
    let caller = Caller::new(startup.http.clone());
    App::new((table, keys), caller, startup.secrets()?, &services, rules, payment).await
}

/// Where the services are.
#[derive(Debug, Clone)]
pub struct Services {
    pub tripay: String,
    pub orders: String,
    pub users: String,
}

/// The part of the secret `api` that is not for proving callers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CursorSecret {
    cursor_key: secrecy::SecretString,
}

impl App {
    /// The function over its parts. The tables are the invoices' and the idempotency keys'.
    ///
    /// # Errors
    /// When a secret is missing or malformed.
    pub async fn new(
        tables: (Table, Table),
        caller: Caller,
        secrets: shared::lambda::secrets::SecretReader,
        services: &Services,
        rules: TokenRules,
        payment: PaymentSettings,
    ) -> anyhow::Result<Self> {
        tokens_ready();
        let (batch, before) =
            tokio::join!(secrets.batch(&["tripay", "api", "internal"]), secrets.previous::<ApiSecret>("api"));
        let batch = batch?;
        let internal = batch.get("internal")?;
        let credentials = batch.get("tripay")?;
        let cursor: CursorSecret = batch.get("api")?;
        anyhow::ensure!(
            !cursor.cursor_key.expose_secret().trim().is_empty(),
            "the secret api has no cursorKey"
        );
        let orders = InternalService::new(caller.clone(), &services.orders, &internal)?;
        let users = InternalService::new(caller.clone(), &services.users, &internal)?;
        let tokens = Tokens::new(caller.clone(), rules);
        Ok(Self {
            invoices: Invoices::new(tables.0.clone()),
            unmatched: UnmatchedReports::new(tables.0),
            idempotency: IdempotencyKeys::new(tables.1),
            tripay: TripayClient::new(caller, services.tripay.clone(), secrets.clone(), credentials),
            channels: ChannelList::default(),
            orders: OrderService::new(orders),
            users: UserService::new(users),
            auth: Auth::new(secrets, tokens, batch.get("api")?, before?, internal),
            cursors: Cursors::new(cursor.cursor_key),
            health: HealthChecks::default(),
            payment,
            metrics: Metrics::new("billing-api"),
        })
    }
}

impl App {
    /// Tripay.
    ///
    /// # Errors
    /// When it is not configured.
    pub async fn tripay(&self) -> Result<Tripay, Refusal> {
        self.tripay.tripay().await.ok_or_else(|| provider_disabled("tripay"))
    }
}

fn tokens_ready() {
    crate::tokens::ring_verifier::install();
}
