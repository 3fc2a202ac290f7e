//! What may be done to a draft: its lines, its prices and its customer.

use serde::Deserialize;

use super::amounts::{Amount, Quantity, share};
use super::company::Company;
use super::ids::new_id;
use super::objections::Objection;
use super::order::{CartDiscount, Line, Order, WHOLE};
use crate::decimal::Decimal;

/// The least that a line may be changed to, in thousandths: it cannot be taken away so.
const LEAST_CHANGED: i64 = 10;

/// A line that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewLine {
    pub(super) product_id: String,
    pub(super) quantity: Quantity,
    /// A price of its own, for one.
    pub(super) free_price: Option<Amount>,
}

/// What a discount's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum DiscountUnit {
    /// So much of a hundred is taken off.
    Percentage,
    /// The new price: nothing is taken off it.
    Currency,
}

/// A discount that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Discount {
    pub(super) unit: DiscountUnit,
    pub(super) value: Amount,
    /// `None`: the whole cart.
    pub(super) product_id: Option<String>,
}

impl Company {
    /// Makes an empty draft; its id.
    pub(super) fn create_order(&mut self, comment: String, now: i64) -> String {
        let order = Order::draft(new_id(), self.next_number(), comment, now);
        let id = order.id.clone();
        self.orders.push(order);
        id
    }

    /// Adds a line, even where the product is there already; the line's id. A free price that the product does not
    /// allow leaves the retail price, without a word.
    pub(super) fn add_item(
        &mut self,
        order_id: &str,
        wanted: NewLine,
        now: i64,
    ) -> Result<String, Objection> {
        let product = self.products.get(&wanted.product_id).cloned();
        let available = self.available(&wanted.product_id, order_id, now);
        let order = self.draft_mut(order_id)?;
        let product = product.ok_or_else(|| Objection::not_found("product"))?;
        if wanted.quantity.0 <= 0 {
            return Err(Objection::because("sold_measurement_value must be greater than 0"));
        }
        if order.quantity_of(&product.id).saturating_add(wanted.quantity.0) > available {
            return Err(Objection::out_of_stock());
        }
        let free_price = wanted.free_price.filter(|_price| product.allows_free_price);
        let line = Line {
            id: new_id(),
            product_id: product.id,
            name: product.name,
            quantity: wanted.quantity,
            unit_price: free_price.unwrap_or(product.price),
            retail_price: product.price,
        };
        let id = line.id.clone();
        order.lines.push(line);
        order.updated_at = now;
        Ok(id)
    }

    /// Changes how much of its product a line has.
    pub(super) fn change_item(
        &mut self,
        line_id: &str,
        product_id: &str,
        quantity: Quantity,
        now: i64,
    ) -> Result<(), Objection> {
        let has_line = |order: &&Order| order.lines.iter().any(|line| line.id == line_id);
        let order_id = self.orders.iter().find(has_line).map(|order| order.id.clone());
        let order_id = order_id.ok_or_else(|| Objection::not_found("order item"))?;
        let available = self.available(product_id, &order_id, now);
        let order = self.draft_mut(&order_id)?;
        let all = order.quantity_of(product_id);
        let line = order.lines.iter_mut().find(|line| line.id == line_id && line.product_id == product_id);
        let line = line.ok_or_else(|| Objection::not_found("order item"))?;
        if quantity.0 < LEAST_CHANGED {
            return Err(Objection::because("measurement_value: min_allowed 0.01"));
        }
        if all.saturating_sub(line.quantity.0).saturating_add(quantity.0) > available {
            return Err(Objection::out_of_stock());
        }
        line.quantity = quantity;
        order.updated_at = now;
        Ok(())
    }

    /// Sets a price, or takes a part of it off. The second discount of the whole cart takes the place of the first.
    pub(super) fn discount(&mut self, order_id: &str, wanted: &Discount, now: i64) -> Result<(), Objection> {
        let order = self.draft_mut(order_id)?;
        let value = wanted.value.0;
        if value < 0 || (wanted.unit == DiscountUnit::Percentage && value > WHOLE) {
            return Err(Objection::because("discount_value is out of range"));
        }
        match &wanted.product_id {
            Some(product_id) => {
                if order.quantity_of(product_id) == 0 {
                    return Err(Objection::not_found("order item"));
                }
                for line in order.lines.iter_mut().filter(|line| line.product_id == *product_id) {
                    line.unit_price = match wanted.unit {
                        DiscountUnit::Currency => wanted.value,
                        DiscountUnit::Percentage => Decimal(share(line.retail_price.0, WHOLE - value, WHOLE)),
                    };
                }
            }
            None if order.lines.is_empty() => return Err(Objection::because("order has no items")),
            None => {
                order.cart_discount = match wanted.unit {
                    DiscountUnit::Currency => CartDiscount::Off(order.sum().0.saturating_sub(value)),
                    DiscountUnit::Percentage => CartDiscount::Percent(value),
                };
            }
        }
        order.updated_at = now;
        Ok(())
    }

    /// Makes an order a customer's.
    pub(super) fn attach_client(
        &mut self,
        order_id: &str,
        client_id: &str,
        now: i64,
    ) -> Result<(), Objection> {
        let is_known = self.clients.iter().any(|client| client.id == client_id);
        let order = self.draft_mut(order_id)?;
        if !is_known {
            return Err(Objection::not_found("customer"));
        }
        order.customer_id = Some(client_id.to_owned());
        order.updated_at = now;
        Ok(())
    }
}
