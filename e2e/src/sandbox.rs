//! The outside parties, told what to do through the sandbox's control API.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::stack::Stack;
use crate::wait;

/// What an order of [`Stack::new_order`] costs, in rupiah.
pub const ORDER_AMOUNT: i64 = 150_000;
/// Fifty reports at once take their time on a small machine.
const CONTROL_TIMEOUT: Duration = Duration::from_secs(120);
/// How long the stack may take to tell the order service.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(30);

impl Stack {
    /// A request to the sandbox's control API.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn control(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/_control/{path}", self.file.sandbox_url);
        let mut request = self.http.request(method, url).timeout(CONTROL_TIMEOUT);
        if !body.is_null() {
            request = request.json(body);
        }
        Answer::to(request).await?.ok()
    }

    /// Puts a new order of [`ORDER_AMOUNT`] at the order service; answers its id.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn new_order(&self, user: &str) -> anyhow::Result<String> {
        let id = format!("order-{}", Uuid::now_v7().simple());
        let items = json!([
            { "name": "Kopi Gayo 1 kg", "price": 120_000, "quantity": 1, "sku": "KOPI-1" },
            { "name": "Delivery", "price": 30_000, "quantity": 1 },
        ]);
        let order = json!({ "userId": user, "amount": ORDER_AMOUNT, "currency": "IDR", "items": items });
        self.control(Method::PUT, &format!("orders/orders/{id}"), &order).await?;
        Ok(id)
    }

    /// An order at the order service, with the `updates` that took effect.
    ///
    /// # Errors
    /// When there is none.
    pub async fn order(&self, id: &str) -> anyhow::Result<Value> {
        self.control(Method::GET, &format!("orders/orders/{id}"), &Value::Null).await
    }

    /// Moves a transaction of Tripay's - `pay`, `expire`, `fail`, `refund` - and sends the report as `wish` says.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn tripay(&self, reference: &str, event: &str, wish: &Value) -> anyhow::Result<Value> {
        self.control(Method::POST, &format!("tripay/transactions/{reference}/{event}"), wish).await
    }

    /// Lets the next requests to an operation of a party go wrong.
    ///
    /// # Errors
    /// When the sandbox knows no such fault.
    pub async fn fault(&self, fault: &Value) -> anyhow::Result<Value> {
        self.control(Method::POST, "faults", fault).await
    }

    /// Forgets the faults that are still waiting.
    ///
    /// # Errors
    /// When the sandbox is down.
    pub async fn forget_faults(&self) -> anyhow::Result<Value> {
        self.control(Method::DELETE, "faults", &Value::Null).await
    }

    /// Waits until the order service has the order in that status.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn order_becomes(&self, id: &str, status: &str) -> anyhow::Result<Value> {
        wait::until(&format!("{id} becomes {status}"), UPDATE_TIMEOUT, async || {
            let order = self.order(id).await?;
            Ok((order["status"] == status).then_some(order))
        })
        .await
    }
}
