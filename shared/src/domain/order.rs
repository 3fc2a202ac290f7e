//! The order an invoice is made for, as the order service tells it.

use super::identifier::{OrderId, UserId};
use super::money::Money;

/// Most lines an order may have.
pub const MAX_ITEMS: usize = 100;

/// An order that can be invoiced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order service's id.
    pub id: OrderId,
    /// Who ordered, and will pay.
    pub customer: UserId,
    /// What it costs in all.
    pub amount: Money,
    /// What was ordered. May be empty when the order service does not tell.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// Stock-keeping unit, where there is one.
    pub sku: Option<String>,
    /// What it is called.
    pub name: String,
    /// Price of one.
    pub price: Money,
    /// How many, at least one.
    pub quantity: u32,
}

impl Order {
    /// The lines, if they add up to the amount; otherwise one line for the whole order.
    ///
    /// Tripay's answer to lines that do not add up is unknown, so it is never sent any.
    pub fn items_that_add_up(&self) -> Vec<OrderItem> {
        let sum = self.items.iter().try_fold(Money::new(0, self.amount.currency()), |sum, item| {
            item.price.times(item.quantity).and_then(|line| sum.plus(line))
        });
        if !self.items.is_empty() && sum == Ok(self.amount) {
            return self.items.clone();
        }
        let name = format!("Order {}", self.id);
        vec![OrderItem { sku: None, name, price: self.amount, quantity: 1 }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(items: Vec<OrderItem>) -> Order {
        let (id, customer) = ("order-1".parse().unwrap(), "user-1".parse().unwrap());
        Order { id, customer, amount: Money::rupiah(150_000), items }
    }

    fn item(price: i64, quantity: u32) -> OrderItem {
        OrderItem { sku: None, name: "VPS".into(), price: Money::rupiah(price), quantity }
    }

    #[test]
    fn lines_that_add_up_are_kept() {
        let items = vec![item(100_000, 1), item(25_000, 2)];
        assert_eq!(order(items.clone()).items_that_add_up(), items);
    }

    #[test]
    fn lines_that_do_not_add_up_become_one() {
        for items in [vec![], vec![item(1, 1)], vec![item(i64::MAX, 2)]] {
            let lines = order(items).items_that_add_up();
            assert_eq!(lines, vec![OrderItem { name: "Order order-1".into(), ..item(150_000, 1) }]);
        }
    }
}
