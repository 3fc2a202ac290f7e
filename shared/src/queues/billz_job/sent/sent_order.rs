//! A whole order as its sender describes it. What else the sender has of it may stand beside: it is kept and shown.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::value::{Amount, Id, Name, Phone, Price, Remark, SentQuantity, Words};

/// A whole order. Fields that are not named here are kept and shown, and never acted on; none may describe a bank
/// card.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlaceOrder {
    /// What the sender calls the order.
    #[serde(rename = "orderID")]
    pub order_id: OrderNumber,
    /// What is bought.
    #[cfg_attr(test, schemars(length(min = 1, max = 100)))]
    pub products: Vec<SentProduct>,
    /// All products, before the discount.
    pub sub_total_price: Price,
    /// What is taken off; less than `subTotalPrice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Amount>,
    /// After the discount.
    pub total_price: Amount,
    /// What the sender calls the client. Without `clientInfo`, a client that an earlier job made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id_sys: Option<Id>,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_info: Option<SentClient>,
    /// Billz's id of the seller.
    #[serde(rename = "employeeID", skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Id>,
    /// Beside the order's number in its comment at Billz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Words>,
    /// Which sort of order it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_type: Option<Words>,
    /// How the client means to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<Words>,
    /// The sender's id of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<Words>,
    /// Somebody else's id of the store.
    #[serde(rename = "storeExternalID", skip_serializing_if = "Option::is_none")]
    pub store_external_id: Option<Words>,
    /// The store's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<Words>,
    /// How far the delivery is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_status: Option<DeliveryStep>,
    /// What the delivery costs, beside the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_sub_total_price: Option<Amount>,
    /// Where to deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<SentAddress>,
    /// When to deliver, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_time: Option<Words>,
    /// Beside the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_comment: Option<Remark>,
    /// Beside the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Remark>,
    /// What else the sender has of the order.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// What the sender calls an order: a number or a text.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum OrderNumber {
    /// A number.
    Number(u64),
    /// A text.
    Text(Id),
}

/// One product. At least one of its ids must be there; Billz is told `ID`, or else `productID`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(extend("anyOf" = [
        { "required": ["ID"], "properties": { "ID": { "type": "string" } } },
        { "required": ["productID"], "properties": { "productID": { "type": "string" } } },
    ]))
)]
#[serde(rename_all = "camelCase")]
pub struct SentProduct {
    /// Billz's id.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// The sender's id, or Billz's where there is no `ID`.
    #[serde(rename = "productID", skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Id>,
    /// How much of it.
    pub qty: SentQuantity,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ProductName>,
    /// Stock-keeping unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Words>,
    /// Bar code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar_code: Option<Words>,
    /// A picture of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(max = 2000)))]
    pub image_url: Option<String>,
    /// Its colour.
    #[serde(rename = "COLOR", skip_serializing_if = "Option::is_none")]
    pub color: Option<Words>,
    /// Its size.
    #[serde(rename = "SIZE", skip_serializing_if = "Option::is_none")]
    pub size: Option<Words>,
    /// Before the discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_total_price: Option<Amount>,
    /// What is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Amount>,
    /// After the discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_price: Option<Amount>,
}

/// A product's name, alone or by language.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ProductName {
    /// One name.
    One(Words),
    /// By the language's code; `uz`, `ru` and `en` are shown, the first of them that is there.
    ByLanguage(BTreeMap<String, Words>),
}

/// A client, in an order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SentClient {
    /// How they are found again.
    pub phone: Phone,
    /// Given name.
    pub first_name: Name,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Name>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DeliveryStep {
    /// Nothing is done for it.
    Pending,
    /// It is being packed.
    Packaging,
    /// It is packed.
    Packaged,
    /// It is on its way.
    Delivering,
    /// It is there.
    Delivered,
}

/// Where to deliver.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SentAddress {
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Words>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Words>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Words>,
    /// All of it in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_address: Option<Words>,
    /// Apartment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apartment: Option<Words>,
    /// Floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<Words>,
    /// Entrance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrance: Option<Words>,
    /// Code of the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercom: Option<Words>,
    /// What stands near it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landmark: Option<Words>,
}
