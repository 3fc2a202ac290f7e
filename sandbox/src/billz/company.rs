//! Everything that one company has at Billz.

use std::collections::BTreeMap;

use super::clients::Client;
use super::objections::Objection;
use super::order::{Order, Standing};
use super::pace::Pace;
use super::products::Product;
use super::tokens::Tokens;

/// The number of the first order, less one.
const ORDER_NUMBERS: usize = 213_944;

/// The company: its products, orders and customers, who is logged in, and how fast they may ask.
#[derive(Debug, Default)]
pub(crate) struct Company {
    /// By id.
    pub(crate) products: BTreeMap<String, Product>,
    /// In the order they were made, deleted ones too.
    pub(crate) orders: Vec<Order>,
    /// In the order they were made.
    pub(crate) clients: Vec<Client>,
    pub(crate) tokens: Tokens,
    pub(crate) pace: Pace,
}

impl Company {
    /// A company where nothing was sold yet.
    pub(crate) fn selling(products: impl IntoIterator<Item = Product>) -> Self {
        let products = products.into_iter().map(|product| (product.id.clone(), product)).collect();
        Self { products, ..Self::default() }
    }

    /// The number of the next order.
    pub(super) fn next_number(&self) -> String {
        (ORDER_NUMBERS + self.orders.len() + 1).to_string()
    }

    /// An order that was not deleted.
    pub(super) fn order(&self, id: &str) -> Result<&Order, Objection> {
        let found = self.orders.iter().find(|order| order.id == id && order.standing != Standing::Deleted);
        found.ok_or_else(|| Objection::not_found("order"))
    }

    /// The same, to be changed.
    pub(super) fn order_mut(&mut self, id: &str) -> Result<&mut Order, Objection> {
        let found =
            self.orders.iter_mut().find(|order| order.id == id && order.standing != Standing::Deleted);
        found.ok_or_else(|| Objection::not_found("order"))
    }

    /// An order that may still be changed.
    pub(super) fn draft_mut(&mut self, id: &str) -> Result<&mut Order, Objection> {
        let order = self.order_mut(id)?;
        match order.standing {
            Standing::Draft => Ok(order),
            Standing::Postponed { .. } | Standing::Completed | Standing::Deleted => {
                Err(Objection::because("order is not a draft"))
            }
        }
    }

    /// How many thousandths of a product this order may have: what is in stock, less what postponed orders keep.
    pub(super) fn available(&self, product_id: &str, for_order: &str, now: i64) -> i64 {
        let stock = self.products.get(product_id).map_or(0, |product| product.stock.0);
        let others = self.orders.iter().filter(|order| order.id != for_order && order.keeps_products(now));
        others.fold(stock, |left, order| left.saturating_sub(order.quantity_of(product_id)))
    }

    /// Whether everything in an order is there.
    pub(super) fn is_in_stock(&self, order: &Order, now: i64) -> bool {
        let fits =
            |product_id: &str| order.quantity_of(product_id) <= self.available(product_id, &order.id, now);
        order.lines.iter().all(|line| fits(&line.product_id))
    }
}
