//! The order service: tells what an order costs, and is told when it is paid.
//!
//! `GET /orders/internal/orders/{id}` and `POST /orders/internal/orders/{id}/payment-status`, both with
//! `X-Internal-Api-Key`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::problem::{Problem, read_body};
use crate::users::check_internal_key;
use crate::world::World;

/// What is bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderItem {
    pub(crate) name: String,
    pub(crate) price: i64,
    pub(crate) quantity: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<String>,
}

/// An order, as it is put in and as the service shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Order {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) amount: i64,
    #[serde(default = "rupiah")]
    pub(crate) currency: String,
    #[serde(default)]
    pub(crate) items: Vec<OrderItem>,
    #[serde(default = "pending")]
    pub(crate) status: String,
}

fn rupiah() -> String {
    "IDR".to_owned()
}

fn pending() -> String {
    "PENDING".to_owned()
}

/// A payment status that took effect.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentUpdate {
    idempotency_key: Option<String>,
    body: Value,
    at: String,
}

/// The first request with a key, and what it got.
#[derive(Clone, Debug)]
struct Keyed {
    order: String,
    body: Value,
    answer: Value,
}

/// All orders and what happened to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    pub(crate) orders: BTreeMap<String, Order>,
    updates: HashMap<String, Vec<PaymentUpdate>>,
    keyed: HashMap<String, Keyed>,
}

impl Orders {
    /// Orders that nothing happened to yet.
    pub(crate) fn holding<const COUNT: usize>(orders: [Order; COUNT]) -> Self {
        let orders = orders.into_iter().map(|order| (order.id.clone(), order)).collect();
        Self { orders, ..Self::default() }
    }

    /// An order with the updates that took effect, as control shows it.
    pub(crate) fn shown(&self, id: &str) -> Option<Value> {
        let mut shown = serde_json::to_value(self.orders.get(id)?).ok()?;
        shown["updates"] = json!(self.updates.get(id).cloned().unwrap_or_default());
        Some(shown)
    }
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/internal/orders/{id}", get(read))
        .route("/internal/orders/{id}/payment-status", post(update))
}

async fn read(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Order>, Problem> {
    check_internal_key(&world, &headers)?;
    let order = world.orders().orders.get(&id).cloned();
    order.map(Json).ok_or_else(|| Problem::not_found("order", &id))
}

/// What the service wants to be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PaymentStatus {
    status: String,
    #[serde(rename = "reference")]
    _reference: String,
    #[serde(rename = "paidAt")]
    _paid_at: Option<String>,
    #[serde(rename = "amount")]
    _amount: i64,
}

async fn update(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    check_internal_key(&world, &headers)?;
    let told: PaymentStatus = read_body(&body)?;
    let document: Value = read_body(&body)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let mut orders = world.orders();
    let before = key.as_ref().and_then(|key| orders.keyed.get(key));
    if let Some(before) = before {
        return match before.order == id && before.body == document {
            true => Ok(Json(before.answer.clone()).into_response()),
            false => {
                let detail = "this Idempotency-Key came before with another body or for another order";
                Err(Problem::new(StatusCode::CONFLICT, "idempotency_key_reused", detail))
            }
        };
    }
    let Some(order) = orders.orders.get_mut(&id) else {
        return Err(Problem::not_found("order", &id));
    };
    order.status = told.status;
    let answer = json!({ "id": id, "status": order.status });
    let update =
        PaymentUpdate { idempotency_key: key.clone(), body: document.clone(), at: world.clock.now_text() };
    orders.updates.entry(id.clone()).or_default().push(update);
    if let Some(key) = key {
        orders.keyed.insert(key, Keyed { order: id, body: document, answer: answer.clone() });
    }
    Ok(Json(answer).into_response())
}
