//! The company's order service: what an order costs, and that it is paid.

use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::call::{CallError, Operation};
use super::internal_service::InternalService;
use crate::domain::identifier::{EventId, OrderId};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{MAX_ITEMS, Order, OrderItem};
use crate::retry::{Failure, Kind};

const ORDER: Operation = Operation { provider: "orders", name: "order", kind: Kind::Read };
const PAYMENT_STATUS: Operation = Operation { provider: "orders", name: "payment-status", kind: Kind::Keyed };

/// The client.
#[derive(Debug, Clone)]
pub struct OrderService {
    service: InternalService,
}

/// An order, and whether it still waits for money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOrder {
    /// The order.
    pub order: Order,
    /// False when the order service says that it is paid or cancelled.
    pub is_open: bool,
}

/// What the order service is told about an order's payment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentStatus {
    /// `PAID` or `REFUNDED`.
    pub status: &'static str,
    /// The provider's reference.
    pub reference: String,
    /// When it was paid, or given back.
    pub paid_at: Timestamp,
    /// What was paid, in minor units.
    pub amount: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireOrder {
    user_id: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    items: Vec<WireItem>,
}

#[derive(Debug, Deserialize)]
struct WireItem {
    #[serde(default)]
    sku: Option<String>,
    name: String,
    price: i64,
    quantity: u32,
}

impl OrderService {
    /// A client for `service`.
    pub fn new(service: InternalService) -> Self {
        Self { service }
    }

    /// The order of that id; none when there is none.
    ///
    /// # Errors
    /// When the service cannot be asked, refuses, or tells an order that breaks our rules.
    pub async fn order(&self, id: &OrderId) -> Result<Option<FoundOrder>, CallError> {
        let answer = self.service.call(ORDER, Method::GET, &format!("/internal/orders/{id}")).send().await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !answer.status.is_success() {
            return Err(answer.error(Failure::Refused, "the order service refused"));
        }
        let unreadable = |what: &str| answer.error(Failure::Unreadable, what);
        let wire: WireOrder = answer.json()?;
        let currency: Currency = wire.currency.parse().map_err(|_| unreadable("unknown currency"))?;
        let customer = wire.user_id.parse().map_err(|_| unreadable("unusable user id"))?;
        let item = |item: WireItem| OrderItem {
            sku: item.sku,
            name: item.name,
            price: Money::new(item.price, currency),
            quantity: item.quantity,
        };
        let items = wire.items.into_iter().take(MAX_ITEMS).map(item).collect();
        let order = Order { id: id.clone(), customer, amount: Money::new(wire.amount, currency), items };
        let is_open = !matches!(wire.status.as_deref(), Some("PAID" | "CANCELLED"));
        Ok(Some(FoundOrder { order, is_open }))
    }

    /// Tells that an order's payment changed. `event` makes repeats harmless.
    ///
    /// # Errors
    /// When the service cannot be told, or refuses.
    pub async fn tell(&self, id: &OrderId, event: &EventId, status: &PaymentStatus) -> Result<(), CallError> {
        let path = format!("/internal/orders/{id}/payment-status");
        // Without its key the call could take effect twice: there is no way to leave it out.
        let Ok(key) = HeaderValue::from_str(event.as_str()) else {
            unreachable!("an identifier is printable ASCII")
        };
        let call = self.service.call(PAYMENT_STATUS, Method::POST, &path).json(status);
        let answer = call.header("idempotency-key", key).send().await?;
        if answer.status.is_success() {
            // A page of somebody in between, such as a proxy's login, is no word of the order service.
            return if answer.body.is_empty() { Ok(()) } else { answer.json::<IgnoredAny>().map(drop) };
        }
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            // Says nothing about the update: the key is being rotated, or wrong until somebody mends it.
            return Err(answer.error(Failure::NotReached, "the order service does not accept our key"));
        }
        Err(answer.error(Failure::Refused, "the order service refused"))
    }

    /// Asks whether the service answers and accepts our key.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), CallError> {
        let answer = self.service.call(ORDER, Method::GET, "/internal/orders/health-check").send().await?;
        if answer.status.is_success() || answer.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(answer.error(Failure::Refused, "the order service refused"))
    }
}
