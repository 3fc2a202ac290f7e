//! How an order is stored. Reading checks again what writing checked.

use std::fmt::Display;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::HeldOrder;
use crate::domain::billz::order::{
    Delivery, DeliveryAddress, DeliveryStatus, NewOrder, OrderDetails, OrderLine, OrderProduct, OrderRecord,
    OrderStage, OrderStore, PaidOrder,
};
use crate::domain::billz::work::NewClient;
use crate::domain::identifier::OrderId;
use crate::domain::money::{Currency, Money};
use crate::stores::stored_draft::parsed;
use crate::stores::table::{Key, StoreError};

const SORT_KEY: &str = "ORDER";
/// How long an order is kept that was refused or deleted, from when we knew.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OrderItem {
    pk: String,
    sk: String,
    version: u64,
    id: String,
    stage: String,
    job: String,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billz_order: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billz_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billz_client: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postponed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_at: Option<Timestamp>,
    /// Of all amounts.
    currency: String,
    subtotal_minor: i64,
    discount_minor: i64,
    total_minor: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<StoredClient>,
    products: Vec<StoredProduct>,
    details: StoredDetails,
    /// Only while nothing of it is at Billz, and no job places it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredClient {
    phone: String,
    first_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system_id: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredProduct {
    product: String,
    /// A plain decimal number.
    quantity: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bar_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subtotal_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total_minor: Option<i64>,
}

/// Texts by name: of many parts, each of which may be missing, few are there.
#[derive(Debug, Serialize, Deserialize)]
struct StoredDetails {
    delivery_status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery_minor: Option<i64>,
    words: std::collections::BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    document: String,
}

pub(super) fn key(id: &OrderId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

fn text(part: Option<&impl Display>) -> Option<String> {
    part.map(ToString::to_string)
}

fn read<T: FromStr>(what: &str, part: Option<&String>) -> Result<Option<T>, String>
where
    T::Err: Display,
{
    part.map(|part| parsed(what, part)).transpose()
}

fn minor(amount: Option<Money>) -> Option<i64> {
    amount.map(Money::minor)
}

impl OrderItem {
    pub(super) fn of(record: &OrderRecord, version: u64, now: Timestamp) -> Self {
        let order = &record.order;
        let ends = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let Key { pk, sk } = key(&order.id);
        Self {
            pk,
            sk: sk.to_owned(),
            version,
            id: order.id.to_string(),
            stage: record.stage.as_str().to_owned(),
            job: record.job.to_string(),
            created_at: record.created_at,
            billz_order: text(record.billz_order.as_ref()),
            billz_number: record.billz_number.clone(),
            billz_client: text(record.billz_client.as_ref()),
            postponed_at: record.postponed_at,
            paid_minor: record.paid.as_ref().map(|paid| paid.amount.minor()),
            paid_at: record.paid.as_ref().map(|paid| paid.at),
            currency: order.total.currency().code().to_owned(),
            subtotal_minor: order.subtotal.minor(),
            discount_minor: order.discount.minor(),
            total_minor: order.total.minor(),
            region: order.region.clone(),
            client_id: text(order.client_id.as_ref()),
            client: order.client.as_ref().map(StoredClient::of),
            products: order.products.iter().map(StoredProduct::of).collect(),
            details: StoredDetails::of(&order.details),
            ttl: record.stage.is_free().then(|| ends.as_second()),
        }
    }

    pub(super) fn held(self) -> Result<HeldOrder, StoreError> {
        let record = self.record().map_err(|reason| StoreError::Corrupt { key: self.pk.clone(), reason })?;
        Ok(HeldOrder { record, version: self.version })
    }

    fn record(&self) -> Result<OrderRecord, String> {
        let currency: Currency = parsed("currency", &self.currency)?;
        let paid = match (self.paid_minor, self.paid_at) {
            (Some(minor), Some(at)) => Some(PaidOrder { amount: Money::new(minor, currency), at }),
            (None, None) => None,
            _ => return Err("a payment without its amount or time".to_owned()),
        };
        if self.products.is_empty() {
            return Err("an order without products".to_owned());
        }
        Ok(OrderRecord {
            order: NewOrder {
                id: parsed("id", &self.id)?,
                client_id: read("client_id", self.client_id.as_ref())?,
                client: self.client.as_ref().map(StoredClient::client).transpose()?,
                products: self.products.iter().map(|one| one.product(currency)).collect::<Result<_, _>>()?,
                subtotal: Money::new(self.subtotal_minor, currency),
                discount: Money::new(self.discount_minor, currency),
                total: Money::new(self.total_minor, currency),
                region: self.region.clone(),
                details: self.details.details(currency)?,
            },
            job: parsed("job", &self.job)?,
            created_at: self.created_at,
            stage: OrderStage::of_name(&self.stage).ok_or_else(|| format!("no stage {:?}", self.stage))?,
            billz_order: read("billz_order", self.billz_order.as_ref())?,
            billz_number: self.billz_number.clone(),
            billz_client: read("billz_client", self.billz_client.as_ref())?,
            postponed_at: self.postponed_at,
            paid,
        })
    }
}

impl StoredClient {
    fn of(client: &NewClient) -> Self {
        Self {
            phone: client.phone.digits().to_owned(),
            first_name: client.first_name.clone(),
            last_name: client.last_name.clone(),
            system_id: text(client.system_id.as_ref()),
        }
    }

    fn client(&self) -> Result<NewClient, String> {
        Ok(NewClient {
            phone: parsed("phone", &self.phone)?,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            system_id: read("system_id", self.system_id.as_ref())?,
        })
    }
}

impl StoredProduct {
    fn of(product: &OrderProduct) -> Self {
        Self {
            product: product.line.product.to_string(),
            quantity: product.line.quantity.to_string(),
            seller: text(product.line.seller.as_ref()),
            name: product.name.clone(),
            sku: product.sku.clone(),
            bar_code: product.bar_code.clone(),
            image_url: product.image_url.clone(),
            color: product.color.clone(),
            size: product.size.clone(),
            subtotal_minor: minor(product.subtotal),
            discount_minor: minor(product.discount),
            total_minor: minor(product.total),
        }
    }

    fn product(&self, currency: Currency) -> Result<OrderProduct, String> {
        let amount = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        Ok(OrderProduct {
            line: OrderLine {
                product: parsed("product", &self.product)?,
                quantity: parsed("quantity", &self.quantity)?,
                seller: read("seller", self.seller.as_ref())?,
            },
            name: self.name.clone(),
            sku: self.sku.clone(),
            bar_code: self.bar_code.clone(),
            image_url: self.image_url.clone(),
            color: self.color.clone(),
            size: self.size.clone(),
            subtotal: amount(self.subtotal_minor),
            discount: amount(self.discount_minor),
            total: amount(self.total_minor),
        })
    }
}

impl StoredDetails {
    fn of(details: &OrderDetails) -> Self {
        let (store, delivery) = (&details.store, &details.delivery);
        let address = &delivery.address;
        let words = [
            ("sort", &details.sort),
            ("payment_method", &details.payment_method),
            ("store_id", &store.id),
            ("store_external_id", &store.external_id),
            ("store_name", &store.name),
            ("delivery_time", &delivery.time),
            ("delivery_comment", &delivery.comment),
            ("comment", &details.comment),
            ("street", &address.street),
            ("city", &address.city),
            ("postal_code", &address.postal_code),
            ("full_address", &address.full_address),
            ("apartment", &address.apartment),
            ("floor", &address.floor),
            ("entrance", &address.entrance),
            ("intercom", &address.intercom),
            ("landmark", &address.landmark),
        ];
        let there = words.into_iter().filter_map(|(name, word)| Some((name.to_owned(), word.clone()?)));
        Self {
            delivery_status: delivery.status.as_str().to_owned(),
            delivery_minor: minor(delivery.price),
            words: there.collect(),
            document: details.document.clone(),
        }
    }

    fn details(&self, currency: Currency) -> Result<OrderDetails, String> {
        let word = |name: &str| self.words.get(name).cloned();
        let status = DeliveryStatus::of_name(&self.delivery_status);
        Ok(OrderDetails {
            sort: word("sort"),
            payment_method: word("payment_method"),
            store: OrderStore {
                id: word("store_id"),
                external_id: word("store_external_id"),
                name: word("store_name"),
            },
            delivery: Delivery {
                status: status.ok_or_else(|| format!("no delivery is {:?}", self.delivery_status))?,
                price: self.delivery_minor.map(|minor| Money::new(minor, currency)),
                address: DeliveryAddress {
                    street: word("street"),
                    city: word("city"),
                    postal_code: word("postal_code"),
                    full_address: word("full_address"),
                    apartment: word("apartment"),
                    floor: word("floor"),
                    entrance: word("entrance"),
                    intercom: word("intercom"),
                    landmark: word("landmark"),
                },
                time: word("delivery_time"),
                comment: word("delivery_comment"),
            },
            comment: word("comment"),
            document: self.document.clone(),
        })
    }
}
