//! The order inside an invoice's item.

use serde::{Deserialize, Serialize};

use super::parsed;
use crate::domain::money::{Currency, Money};
use crate::domain::order::{Order, OrderItem};

/// The order as it is stored. Amounts are minor units of `currency`.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredOrder {
    id: String,
    user_id: String,
    amount_minor: i64,
    currency: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<StoredLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    name: String,
    price_minor: i64,
    quantity: u32,
}

impl StoredOrder {
    /// The stored form of an order.
    pub fn of(order: &Order) -> Self {
        let line = |item: &OrderItem| StoredLine {
            sku: item.sku.clone(),
            name: item.name.clone(),
            price_minor: item.price.minor(),
            quantity: item.quantity,
        };
        Self {
            id: order.id.to_string(),
            user_id: order.customer.to_string(),
            amount_minor: order.amount.minor(),
            currency: order.amount.currency().code().to_owned(),
            items: order.items.iter().map(line).collect(),
        }
    }

    /// The order.
    ///
    /// # Errors
    /// What is wrong with the stored form.
    pub fn order(self) -> Result<Order, String> {
        let currency: Currency = parsed("order.currency", &self.currency)?;
        let item = |line: StoredLine| OrderItem {
            sku: line.sku,
            name: line.name,
            price: Money::new(line.price_minor, currency),
            quantity: line.quantity,
        };
        Ok(Order {
            id: parsed("order.id", &self.id)?,
            customer: parsed("order.user_id", &self.user_id)?,
            amount: Money::new(self.amount_minor, currency),
            items: self.items.into_iter().map(item).collect(),
        })
    }
}
