//! Tripay's own words. <https://tripay.co.id/developer>
//!
//! Reading is tolerant where the documentation and recorded traffic differ: numbers may come as
//! text, fields may be missing, unknown fields are passed over.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{ChannelFee, NewTransaction, OfferedChannel, TransactionDetail};
use crate::domain::invoice::attempt::{Instruction, Transaction as PayableTransaction};
use crate::domain::money::Money;
use crate::domain::payment_channel::PaymentChannel;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};
use crate::providers::call::{Answer, CallError};
use crate::retry::Failure;

/// Around every answer. `tab=response`
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    pub success: bool,
    #[serde(default)]
    pub message: Option<String>,
    #[serde(default, borrow)]
    pub data: Option<&'a RawValue>,
}

/// A row of `GET /merchant/payment-channel`. `tab=merchant-payment-channel`
#[derive(Debug, Deserialize)]
pub struct Channel {
    code: String,
    name: String,
    #[serde(default)]
    minimum_amount: Option<i64>,
    #[serde(default)]
    maximum_amount: Option<i64>,
    #[serde(default)]
    icon_url: Option<String>,
    active: bool,
}

/// A row of `GET /merchant/fee-calculator`. `tab=merchant-fee-calculator`
#[derive(Debug, Deserialize)]
pub struct Fee {
    code: String,
    total_fee: TotalFee,
}

#[derive(Debug, Deserialize)]
struct TotalFee {
    merchant: i64,
    customer: i64,
}

/// The body of `POST /transaction/create`. `tab=transaction-create`
#[derive(Debug, Serialize)]
pub struct CreateRequest<'a> {
    method: &'a str,
    merchant_ref: String,
    amount: i64,
    customer_name: &'a str,
    customer_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_phone: Option<&'a str>,
    order_items: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<&'a str>,
    expired_time: i64,
    signature: &'a str,
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a str>,
    name: &'a str,
    price: i64,
    quantity: u32,
}

/// The data of `POST /transaction/create` and `GET /transaction/detail`. `tab=transaction-detail`
#[derive(Debug, Deserialize)]
pub struct Transaction {
    reference: String,
    merchant_ref: String,
    /// What the customer pays: the requested amount and the customer's fee.
    amount: i64,
    #[serde(default)]
    fee_customer: i64,
    #[serde(default, deserialize_with = "text_or_number")]
    pay_code: Option<String>,
    #[serde(default)]
    pay_url: Option<String>,
    #[serde(default)]
    checkout_url: Option<String>,
    status: String,
    expired_time: i64,
    #[serde(default, deserialize_with = "text_or_number")]
    paid_at: Option<String>,
    #[serde(default)]
    qr_string: Option<String>,
    #[serde(default)]
    qr_url: Option<String>,
    #[serde(default)]
    instructions: Option<Vec<Way>>,
}

#[derive(Debug, Deserialize)]
struct Way {
    title: String,
    steps: Vec<String>,
}

/// A row of `GET /merchant/transactions`. `tab=merchant-transactions`
#[derive(Debug, Deserialize)]
pub struct Listed {
    pub reference: String,
    #[serde(default)]
    pub merchant_ref: Option<String>,
}

/// The body of a callback. `tab=callback`
#[derive(Debug, Deserialize)]
pub struct Callback {
    /// Null when somebody only tries the address.
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    pub merchant_ref: Option<String>,
    pub status: String,
    /// What the customer paid, the customer's fee included.
    pub total_amount: i64,
    #[serde(default)]
    pub fee_customer: i64,
    #[serde(default, deserialize_with = "text_or_number")]
    pub paid_at: Option<String>,
}

impl Fee {
    /// In our words.
    pub fn channel_fee(self) -> ChannelFee {
        ChannelFee {
            code: self.code,
            customer: Money::rupiah(self.total_fee.customer),
            merchant: Money::rupiah(self.total_fee.merchant),
        }
    }
}

/// The active channels in our words, one row for each of our channels.
pub fn offered_channels(rows: Vec<Channel>) -> Vec<OfferedChannel> {
    let active: Vec<Channel> = rows.into_iter().filter(|row| row.active).collect();
    let offered = |channel: PaymentChannel| {
        let preferred = |code: &&str| active.iter().find(|row| row.code == **code);
        let row = channel.tripay_codes().iter().find_map(preferred)?;
        let (minimum, maximum) = channel.limits();
        Some(OfferedChannel {
            channel,
            code: row.code.clone(),
            name: row.name.clone(),
            minimum: Money::rupiah(row.minimum_amount.unwrap_or(minimum)),
            maximum: Money::rupiah(row.maximum_amount.unwrap_or(maximum)),
            icon_url: row.icon_url.clone(),
        })
    };
    PaymentChannel::all().filter_map(offered).collect()
}

/// The body that creates a transaction.
pub fn create_request<'a>(new: &NewTransaction<'a>, signature: &'a str) -> CreateRequest<'a> {
    let item = |item: &'a crate::domain::order::OrderItem| Item {
        sku: item.sku.as_deref(),
        name: &item.name,
        price: item.price.minor(),
        quantity: item.quantity,
    };
    CreateRequest {
        method: new.code,
        merchant_ref: new.merchant_ref.to_string(),
        amount: new.amount.minor(),
        customer_name: new.customer.name,
        customer_email: new.customer.email,
        customer_phone: new.customer.phone,
        order_items: new.items.iter().map(item).collect(),
        callback_url: new.callback_url,
        return_url: new.return_url,
        expired_time: new.expires_at.as_second(),
        signature,
    }
}

/// A transaction in our words: the code to pay, and a report of where it stands.
pub fn transaction_detail(wire: Transaction, answer: &Answer) -> Result<TransactionDetail, CallError> {
    let unreadable = |what: &str| answer.error(Failure::Unreadable, what);
    let status = reported_status(&wire.status).ok_or_else(|| unreadable("unknown status"))?;
    let expires_at =
        Timestamp::from_second(wire.expired_time).map_err(|_| unreadable("unknown expired_time"))?;
    let counts = wire.amount.checked_sub(wire.fee_customer).ok_or_else(|| unreadable("impossible amount"))?;
    let reference: crate::domain::identifier::Reference =
        wire.reference.parse().map_err(|_| unreadable("unusable reference"))?;
    let report = PaymentReport {
        merchant_ref: wire.merchant_ref.parse().map_err(|_| unreadable("merchant_ref is not ours"))?,
        reference: reference.clone(),
        status,
        amount: Money::rupiah(counts),
        paid_at: wire.paid_at.and_then(|seconds| instant(&seconds)),
        source: ReportSource::Inquiry,
        raw: String::from_utf8_lossy(&answer.body).into_owned(),
    };
    let instruction = |way: Way| Instruction { title: way.title, steps: way.steps };
    let transaction = PayableTransaction {
        reference,
        code: wire.pay_code,
        url: wire.pay_url,
        checkout_url: wire.checkout_url,
        qr_string: wire.qr_string,
        qr_image_url: wire.qr_url,
        amount_to_pay: Money::rupiah(wire.amount),
        expires_at,
        instructions: wire.instructions.unwrap_or_default().into_iter().map(instruction).collect(),
    };
    Ok(TransactionDetail { transaction, report })
}

/// The instant of so many Unix seconds, written as text.
pub fn instant(seconds: &str) -> Option<Timestamp> {
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

/// Tripay's status in our words.
pub fn reported_status(status: &str) -> Option<ReportedStatus> {
    ReportedStatus::ALL.into_iter().find(|known| known.as_str() == status)
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(u64),
    }
    Ok(Option::<TextOrNumber>::deserialize(deserializer)?.map(|value| match value {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    }))
}
