//! A transaction as Tripay's answers show it: created, in detail, and listed. Each has its own keys.

use serde::Serialize;

use super::instructions::{Filling, Instruction, instructions};
use super::transaction::{Item, Status, Transaction};

/// An item in a create or detail answer.
#[derive(Debug, Serialize)]
struct ItemView<'a> {
    sku: Option<&'a str>,
    name: &'a str,
    price: i64,
    quantity: i64,
    subtotal: i64,
    product_url: Option<&'a str>,
    image_url: Option<&'a str>,
}

/// An item in a list: without its addresses.
#[derive(Debug, Serialize)]
struct ListedItem<'a> {
    sku: Option<&'a str>,
    name: &'a str,
    price: i64,
    quantity: i64,
    subtotal: i64,
}

impl<'a> From<&'a Item> for ItemView<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            sku: item.sku.as_deref(),
            name: &item.name,
            price: item.price,
            quantity: item.quantity,
            subtotal: item.subtotal(),
            product_url: item.product_url.as_deref(),
            image_url: item.image_url.as_deref(),
        }
    }
}

impl<'a> From<&'a Item> for ListedItem<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            sku: item.sku.as_deref(),
            name: &item.name,
            price: item.price,
            quantity: item.quantity,
            subtotal: item.subtotal(),
        }
    }
}

/// The answer of create and of detail.
#[derive(Debug, Serialize)]
pub(crate) struct TransactionView<'a> {
    reference: &'a str,
    merchant_ref: &'a str,
    payment_selection_type: &'static str,
    payment_method: &'static str,
    payment_name: &'static str,
    customer_name: &'a str,
    customer_email: &'a str,
    customer_phone: Option<&'a str>,
    callback_url: Option<&'a str>,
    return_url: Option<&'a str>,
    amount: i64,
    fee_merchant: i64,
    fee_customer: i64,
    total_fee: i64,
    amount_received: i64,
    pay_code: Option<&'a str>,
    pay_url: Option<String>,
    checkout_url: String,
    status: Status,
    /// Absent on create, text or null in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Option<String>>,
    expired_time: i64,
    order_items: Vec<ItemView<'a>>,
    instructions: Vec<Instruction>,
    /// Null or text on create; in detail absent where there is nothing to scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_string: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_url: Option<Option<String>>,
}

impl<'a> TransactionView<'a> {
    /// As create answers it.
    pub(crate) fn created(transaction: &'a Transaction, sandbox_url: &str) -> Self {
        let filling = Filling {
            pay_code: transaction.pay_code.as_deref(),
            amount: Some(transaction.sums.amount),
            keeps_html: true,
        };
        Self {
            reference: &transaction.reference,
            merchant_ref: &transaction.merchant_ref,
            payment_selection_type: "static",
            payment_method: transaction.channel.code,
            payment_name: transaction.channel.name,
            customer_name: &transaction.customer.name,
            customer_email: &transaction.customer.email,
            customer_phone: transaction.customer.phone.as_deref(),
            callback_url: transaction.callback_url.as_deref(),
            return_url: transaction.return_url.as_deref(),
            amount: transaction.sums.amount,
            fee_merchant: transaction.sums.fee_merchant,
            fee_customer: transaction.sums.fee_customer,
            total_fee: transaction.sums.total_fee,
            amount_received: transaction.sums.amount_received,
            pay_code: transaction.pay_code.as_deref(),
            pay_url: transaction.pay_url(sandbox_url),
            checkout_url: transaction.checkout_url(sandbox_url),
            status: transaction.status,
            paid_at: None,
            expired_time: transaction.expired_time,
            order_items: transaction.items.iter().map(ItemView::from).collect(),
            instructions: instructions(transaction.channel, filling),
            qr_string: Some(transaction.qr_string()),
            qr_url: Some(transaction.qr_url(sandbox_url)),
        }
    }

    /// As detail answers it: with `paid_at` as text, and QR keys only where there is a QR.
    pub(crate) fn in_detail(transaction: &'a Transaction, sandbox_url: &str) -> Self {
        Self {
            paid_at: Some(transaction.paid_at.map(|at| at.to_string())),
            qr_string: transaction.qr_string().map(Some),
            qr_url: transaction.qr_url(sandbox_url).map(Some),
            ..Self::created(transaction, sandbox_url)
        }
    }
}

/// A transaction in `/merchant/transactions`: `expired_at` for `expired_time`, and `paid_at` as a number.
#[derive(Debug, Serialize)]
pub(crate) struct ListedTransaction<'a> {
    reference: &'a str,
    merchant_ref: &'a str,
    payment_selection_type: &'static str,
    payment_method: &'static str,
    payment_name: &'static str,
    customer_name: &'a str,
    customer_email: &'a str,
    customer_phone: Option<&'a str>,
    callback_url: Option<&'a str>,
    return_url: Option<&'a str>,
    amount: i64,
    fee_merchant: i64,
    fee_customer: i64,
    total_fee: i64,
    amount_received: i64,
    pay_code: Option<&'a str>,
    pay_url: Option<String>,
    checkout_url: String,
    order_items: Vec<ListedItem<'a>>,
    status: Status,
    note: Option<&'a str>,
    created_at: i64,
    expired_at: i64,
    paid_at: Option<i64>,
}

impl<'a> ListedTransaction<'a> {
    pub(crate) fn new(transaction: &'a Transaction, sandbox_url: &str) -> Self {
        Self {
            reference: &transaction.reference,
            merchant_ref: &transaction.merchant_ref,
            payment_selection_type: "static",
            payment_method: transaction.channel.code,
            payment_name: transaction.channel.name,
            customer_name: &transaction.customer.name,
            customer_email: &transaction.customer.email,
            customer_phone: transaction.customer.phone.as_deref(),
            callback_url: transaction.callback_url.as_deref(),
            return_url: transaction.return_url.as_deref(),
            amount: transaction.sums.amount,
            fee_merchant: transaction.sums.fee_merchant,
            fee_customer: transaction.sums.fee_customer,
            total_fee: transaction.sums.total_fee,
            amount_received: transaction.sums.amount_received,
            pay_code: transaction.pay_code.as_deref(),
            pay_url: transaction.pay_url(sandbox_url),
            checkout_url: transaction.checkout_url(sandbox_url),
            order_items: transaction.items.iter().map(ListedItem::from).collect(),
            status: transaction.status,
            note: None,
            created_at: transaction.created_at,
            expired_at: transaction.expired_time,
            paid_at: transaction.paid_at,
        }
    }
}
