//! An order as Billz shows it. It has no lines: none are documented.

use serde::Serialize;

use super::amounts::{Amount, Quantity};
use super::local_time::local_text;
use super::order::{Order, Standing};
use super::{CASHBOX_NAME, SHOP_NAME, USER_ID};

/// Its facts as a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct OrderView {
    id: String,
    parent_id: &'static str,
    order_number: String,
    order_status: &'static str,
    order_type: &'static str,
    order_detail: Detail,
    created_at: String,
    updated_at: String,
    /// Empty for what was never postponed.
    future_time: String,
    debt: u32,
    park_status: &'static str,
    exchange_disabled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Detail {
    customer: Named,
    user: Named,
    cashbox_name: &'static str,
    shop: Shop,
    total_price: Amount,
    has_discount: bool,
    comment: String,
    with_cashback: u32,
    loyalty_payment: u32,
    total_products_measurement_value: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Named {
    /// Empty for nobody.
    id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Shop {
    name: &'static str,
}

impl OrderView {
    pub(super) fn of(order: &Order, now: i64) -> Self {
        Self {
            id: order.id.clone(),
            parent_id: "",
            order_number: order.number.clone(),
            order_status: if order.standing == Standing::Completed { "COMPLETED" } else { "DRAFT" },
            order_type: "SALE",
            order_detail: Detail {
                customer: Named { id: order.customer_id.clone().unwrap_or_default() },
                user: Named { id: USER_ID.to_owned() },
                cashbox_name: CASHBOX_NAME,
                shop: Shop { name: SHOP_NAME },
                total_price: order.total(),
                has_discount: order.has_discount(),
                comment: order.comment.clone(),
                with_cashback: 0,
                loyalty_payment: 0,
                total_products_measurement_value: order.total_quantity(),
            },
            created_at: local_text(order.created_at),
            updated_at: local_text(order.updated_at),
            future_time: order.future_time.map(local_text).unwrap_or_default(),
            debt: 0,
            park_status: order.park_status(now),
            exchange_disabled: false,
        }
    }
}
