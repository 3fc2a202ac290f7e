//! The story of one order update.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::lambda::metrics::{Metric, Metrics};
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::providers::call::Caller;
use shared::providers::internal_service::{InternalKeyError, InternalService};
use shared::providers::order_service::{OrderService, PaymentStatus};
use shared::queues::batch::{Delivery, SqsBatch};
use shared::queues::order_update::{OrderUpdate, VERSION};
use shared::retry::{Retry, Verdict};

/// How long to wait after each try: about a day and a half in all.
pub const DELAYS: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(3 * 60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(11 * 60 * 60),
    Duration::from_secs(11 * 60 * 60),
];

/// What the function holds between events.
#[derive(Debug)]
pub struct App {
    /// The queue and its dead letters.
    pub batch: SqsBatch,
    /// For calls to the order service.
    pub caller: Caller,
    /// Where the order service is.
    pub base_url: String,
    /// Where its key is.
    pub secrets: SecretReader,
    /// The order service, with the key last read.
    pub orders: Refreshed<OrderService>,
    /// Counters.
    pub metrics: Metrics,
}

/// The order service, with its key as it is now.
///
/// # Errors
/// When the key cannot be read.
pub async fn order_service(
    secrets: &SecretReader,
    caller: &Caller,
    base_url: &str,
) -> Result<OrderService, StartError> {
    let keys = secrets.batch(&["internal"]).await?.get("internal")?;
    Ok(OrderService::new(InternalService::new(caller.clone(), base_url, &keys)?))
}

/// Why the order service cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The key is unusable.
    #[error(transparent)]
    Key(#[from] InternalKeyError),
}

impl App {
    /// Reads the key again when it is old: it may have been rotated.
    async fn refresh(&self) {
        if self.orders.is_stale() {
            self.orders.renew(order_service(&self.secrets, &self.caller, &self.base_url).await);
        }
    }
}

/// Delivers a batch of order updates; each on its own.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    app.refresh().await;
    let orders = app.orders.get();
    app.batch.run(event, |update: OrderUpdate| deliver(app, &orders, update)).await
}

async fn deliver(app: &App, orders: &OrderService, update: OrderUpdate) -> Delivery {
    if update.version != VERSION {
        return Delivery::Dead { reason: format!("version {} is unknown", update.version) };
    }
    let Ok(order) = update.order_id.parse() else {
        return Delivery::Dead { reason: "orderId is not an id".to_owned() };
    };
    let Ok(event) = update.event_id.parse() else {
        return Delivery::Dead { reason: "eventId is not an id".to_owned() };
    };
    let status = PaymentStatus {
        status: update.status.as_str(),
        reference: update.reference,
        paid_at: update.at,
        amount: update.amount_minor,
    };
    let correlation_id = &update.correlation_id;
    let Err(error) = orders.tell(&order, &event, &status).await else {
        app.metrics.count(Metric::OrderUpdateDelivered);
        tracing::info!(correlationId = correlation_id, eventId = update.event_id, %order, "order updated");
        return Delivery::Done;
    };
    tracing::warn!(correlationId = correlation_id, eventId = update.event_id, %order, %error, "order not updated");
    match error.retry() {
        Retry::Never => {
            app.metrics.count(Metric::OrderUpdateRefused);
            Delivery::Dead { reason: error.to_string() }
        }
        Retry::Safe { after } => {
            app.metrics.count(Metric::ProviderCallFailed);
            app.metrics.count(Metric::OrderUpdateRetried);
            Delivery::Retry { after, reason: error.to_string() }
        }
        // The call is keyed: to ask first is to tell again.
        Retry::AskFirst => Delivery::Retry { after: None, reason: error.to_string() },
    }
}
