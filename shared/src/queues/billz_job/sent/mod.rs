//! Messages as their senders write them. What is here is what `docs/billz/jobs.schema.json` says.
//!
//! Paydesk itself only reads such messages, by the parser beside this; a test sees that the two agree.

pub mod sent_order;
pub mod value;

use serde::Serialize;

use self::sent_order::PlaceOrder;
use self::value::{Amount, Id, Name, Phone, Price, Remark, SentQuantity};
#[cfg(test)]
use super::MAX_CORRELATION_ID;

/// A job for Billz: the body of one message to `billz-payments` (payments) or `billz-operations` (all else).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, schemars(title = "BillzJob", extend("unevaluatedProperties" = false)))]
pub struct JobMessage {
    /// What is to be done.
    #[serde(flatten)]
    pub wanted: Wanted,
    /// Names the job, in up to 100 characters. Again, with the same type and payload, it is the same job, done once.
    #[cfg_attr(test, schemars(extend("maxLength" = MAX_CORRELATION_ID)))]
    pub correlation_id: Id,
    /// When it was sent, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// The name of the queue that its result is sent to; one of those that Paydesk was told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(regex(pattern = r"^[A-Za-z0-9_\-]{1,80}$")))]
    pub reply_queue: Option<String>,
}

/// What is to be done, and what for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "payload", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Wanted {
    /// Make a client, unless there is one with that phone number.
    CreateClient(CreateClient),
    /// Make an empty draft of an order.
    CreateOrder(CreateOrder),
    /// Put a product into an order.
    AddItem(AddItem),
    /// Say whose an order is.
    AddClient(AddClient),
    /// Put an order aside: its goods are reserved.
    PostponeOrder(PostponeOrder),
    /// Make a draft of an order that was put aside.
    CancelPostpone(NamedOrder),
    /// Take something off what an order costs.
    CreateDiscount(CreateDiscount),
    /// Pay an order, whole.
    MakePayment(MakePayment),
    /// Delete an order that is not paid.
    DeleteOrder(NamedOrder),
    /// Look at an order.
    GetOrder(NamedOrder),
    /// Place a whole order: client, draft, items, discount, put aside.
    PlaceOrder(Box<PlaceOrder>),
}

/// A client to be made.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct CreateClient {
    /// How they are found again.
    pub client_phone: Phone,
    /// Given name.
    pub client_first_name: Name,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_last_name: Option<Name>,
    /// What the sender calls them; later orders can name them by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id_sys: Option<Id>,
}

/// An order to be made.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct CreateOrder {
    /// Read by nobody: there is one shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<String>,
}

/// A product for an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct AddItem {
    /// Billz's id of the order.
    pub order_id: Id,
    /// Billz's id of the product.
    pub product_id: Id,
    /// How much of it.
    pub qty: SentQuantity,
    /// Billz's id of the seller.
    #[serde(rename = "employeeID", skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
}

/// A client for an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct AddClient {
    /// Billz's id of the order.
    pub order_id: Id,
    /// Billz's id of the client.
    pub customer_id: Id,
}

/// An order to be put aside.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct PostponeOrder {
    /// Billz's id of the order.
    pub order_id: Id,
    /// For people. It must not hold the number of a bank card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Remark>,
}

/// An order, by Billz's id.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct NamedOrder {
    /// Billz's id of the order.
    pub order_id: Id,
}

/// A discount on a whole order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct CreateDiscount {
    /// Billz's id of the order.
    pub order_id: Id,
    /// What is taken off. At most `totalPrice`.
    pub amount: Price,
    /// What the order costs before that.
    pub total_price: Amount,
}

/// The payment of an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct MakePayment {
    /// Billz's id of the order.
    pub order_id: Id,
    /// The payment method, by its id in Paydesk. Never the number of a bank card.
    pub card_id: Id,
    /// What the order costs; refused where Billz says otherwise.
    pub total_price: Price,
}
