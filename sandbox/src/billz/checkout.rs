//! What ends a draft, for a while or for good: postponing, payment and deletion.

use super::company::Company;
use super::objections::Objection;
use super::order::{Order, Payment, Standing};
use super::{CARD_PAYMENT_TYPE_ID, CASH_PAYMENT_TYPE_ID};
use crate::decimal::Decimal;

impl Company {
    /// Keeps an order's products until then. An order without any is postponed, too.
    pub(super) fn postpone(
        &mut self,
        order_id: &str,
        comment: &str,
        until: i64,
        now: i64,
    ) -> Result<(), Objection> {
        if until <= now {
            return Err(Objection::because("time must be in the future"));
        }
        self.draft_mut(order_id)?;
        if !self.is_in_stock(self.order(order_id)?, now) {
            return Err(Objection::out_of_stock());
        }
        let order = self.draft_mut(order_id)?;
        order.standing = Standing::Postponed { until };
        order.future_time = Some(until);
        replace_comment(order, comment);
        order.updated_at = now;
        Ok(())
    }

    /// Makes a postponed order a draft again, one that expired too.
    pub(super) fn return_postpone(&mut self, order_id: &str, now: i64) -> Result<(), Objection> {
        let order = self.order_mut(order_id)?;
        if !matches!(order.standing, Standing::Postponed { .. }) {
            return Err(Objection::because("order is not postponed"));
        }
        order.standing = Standing::Draft;
        order.future_time = None;
        order.updated_at = now;
        Ok(())
    }

    /// Takes money for an order and its products off the shelf. One that expired must be returned to draft first.
    pub(super) fn pay(
        &mut self,
        order_id: &str,
        payments: Vec<Payment>,
        comment: &str,
        now: i64,
    ) -> Result<(), Objection> {
        let order = self.order(order_id)?;
        match order.standing {
            Standing::Draft => {}
            Standing::Postponed { .. } if order.keeps_products(now) => {}
            Standing::Postponed { .. } => return Err(Objection::because("order is expired")),
            Standing::Completed | Standing::Deleted => {
                return Err(Objection::because("order is already completed"));
            }
        }
        if order.lines.is_empty() {
            return Err(Objection::because("order has no items"));
        }
        for payment in &payments {
            let known = [CASH_PAYMENT_TYPE_ID, CARD_PAYMENT_TYPE_ID];
            if !known.contains(&payment.company_payment_type_id.as_str()) {
                return Err(Objection::not_found("company payment type"));
            }
            if payment.paid_amount.0 < 0 || payment.returned_amount.0 < 0 {
                return Err(Objection::because("amounts must not be negative"));
            }
        }
        let paid = payments.iter().fold(0, |sum: i64, payment| {
            sum.saturating_add(payment.paid_amount.0.saturating_sub(payment.returned_amount.0))
        });
        if paid != order.total().0 {
            return Err(Objection::wrong_payment(order.total(), Decimal::<2>(paid)));
        }
        if !self.is_in_stock(order, now) {
            return Err(Objection::out_of_stock());
        }
        for line in order.lines.clone() {
            if let Some(product) = self.products.get_mut(&line.product_id) {
                product.stock.0 -= line.quantity.0;
            }
        }
        let order = self.order_mut(order_id)?;
        order.standing = Standing::Completed;
        order.payments = payments;
        replace_comment(order, comment);
        order.updated_at = now;
        Ok(())
    }

    /// Deletes a draft, and nothing else.
    pub(super) fn delete_order(&mut self, order_id: &str, now: i64) -> Result<(), Objection> {
        let order = self.order_mut(order_id)?;
        if order.standing != Standing::Draft {
            return Err(Objection::because("failed to validate delete order"));
        }
        order.standing = Standing::Deleted;
        order.updated_at = now;
        Ok(())
    }
}

fn replace_comment(order: &mut Order, comment: &str) {
    if !comment.is_empty() {
        comment.clone_into(&mut order.comment);
    }
}
