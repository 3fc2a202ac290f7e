//! What the API holds between requests.

use aws_sdk_dynamodb::Client;
use axum::extract::FromRef;
use jiff::SignedDuration;
use shared::lambda::metrics::Metrics;
use shared::lambda::settings;
use shared::lambda::startup::Startup;
use shared::providers::call::Caller;
use shared::providers::internal_service::InternalService;
use shared::providers::order_service::OrderService;
use shared::providers::tripay::Tripay;
use shared::providers::user_service::UserService;
use shared::rest::edge::{Edge, ReadSecrets};
use shared::rest::replies::{Refusal, provider_disabled};
use shared::rest::tokens::{TokenRules, Tokens};
use shared::stores::idempotency_keys::IdempotencyKeys;
use shared::stores::invoices::Invoices;
use shared::stores::table::Table;
use shared::stores::unmatched_reports::UnmatchedReports;
use shared::workflows::channel_list::ChannelList;
use shared::workflows::pay_invoice::Cashier;
use shared::workflows::tripay_client::{TripayClient, base_url};

use crate::health::HealthChecks;

/// The longest lifetime of an invoice: a year.
const MAX_LIFETIME_MINUTES: i64 = 525_600;

/// The function.
pub struct App {
    pub invoices: Invoices,
    pub unmatched: UnmatchedReports,
    pub edge: Edge,
    tripay: TripayClient,
    pub channels: ChannelList,
    pub orders: OrderService,
    pub users: UserService,
    pub health: HealthChecks,
    pub payment: PaymentSettings,
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
        let secrets = ReadSecrets::read(secrets, &["tripay"]).await?;
        let internal = secrets.batch.get("internal")?;
        let credentials = secrets.batch.get("tripay")?;
        let orders = InternalService::new(caller.clone(), &services.orders, &internal)?;
        let users = InternalService::new(caller.clone(), &services.users, &internal)?;
        let tokens = Tokens::new(caller.clone(), rules);
        let reader = secrets.reader.clone();
        let (keys, metrics) = (IdempotencyKeys::new(tables.1), Metrics::new("billing-api"));
        Ok(Self {
            invoices: Invoices::new(tables.0.clone()),
            unmatched: UnmatchedReports::new(tables.0),
            edge: Edge::new(secrets, tokens, keys, metrics)?,
            tripay: TripayClient::new(caller, services.tripay.clone(), reader, credentials),
            channels: ChannelList::default(),
            orders: OrderService::new(orders),
            users: UserService::new(users),
            health: HealthChecks::default(),
            payment,
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

    /// Who makes codes to pay invoices with.
    pub fn cashier(&self) -> Cashier<'_> {
        Cashier {
            tripay: &self.tripay,
            channels: &self.channels,
            invoices: &self.invoices,
            users: &self.users,
            metrics: &self.edge.metrics,
            callback_url: self.payment.callback_url.as_deref(),
            return_url: self.payment.return_url.as_deref(),
        }
    }
}

impl FromRef<&'static App> for &'static Edge {
    fn from_ref(app: &&'static App) -> Self {
        &app.edge
    }
}
