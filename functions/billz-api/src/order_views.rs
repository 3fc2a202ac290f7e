//! Orders as the API shows them: by the names that their senders use.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::decimal::Decimal;
use shared::domain::billz::order::{Delivery, DeliveryAddress, OrderProduct, OrderRecord};
use shared::domain::billz::work::NewClient;
use shared::domain::money::{Currency, Money};
use utoipa::ToSchema;

/// An order that a job placed. Amounts are soum.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView<'a> {
    /// Its sender's number.
    #[serde(rename = "orderID")]
    #[schema(example = "12345")]
    id: &'a str,
    /// The job that places it, or placed it.
    correlation_id: &'a str,
    /// `PLACING`, `PLACED`, `REFUSED` or `DELETED`.
    state: &'static str,
    /// When its job came.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Billz's id of it, once there is one.
    billz_id: Option<&'a str>,
    /// Billz's number of it, where Billz said it.
    order_number: Option<&'a str>,
    /// Billz's id of the client.
    billz_client_id: Option<&'a str>,
    /// Whether it is put aside at Billz.
    is_post_ponement: bool,
    /// Since when it is.
    #[schema(value_type = Option<String>, format = DateTime)]
    post_ponement_date: Option<Timestamp>,
    /// Whether it is paid.
    is_paid: bool,
    /// What was paid; 0 before.
    paid_amount: Decimal,
    /// When we knew that it was.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_paid: Option<Timestamp>,
    /// Before the discount.
    sub_total_price: Decimal,
    /// What is taken off.
    discount_amount: Decimal,
    /// After the discount.
    total_price: Decimal,
    /// What the delivery costs, beside the order.
    delivery_sub_total_price: Option<Decimal>,
    /// What is bought.
    products: Vec<ProductView<'a>>,
    /// The client, where the sender described them.
    client_info: Option<ClientView<'a>>,
    /// What the sender calls the client.
    client_id_sys: Option<&'a str>,
    /// `pending`, `packaging`, `packaged`, `delivering` or `delivered`, as the sender said.
    delivery_status: &'static str,
    /// Where to deliver.
    delivery_address: AddressView<'a>,
    /// When to deliver, in words.
    delivery_time: Option<&'a str>,
    /// What people wrote beside the delivery.
    delivery_comment: Option<&'a str>,
    /// What people wrote beside the order.
    comment: Option<&'a str>,
    /// Such as `Tashkent`.
    region: Option<&'a str>,
    /// Such as `delivery`.
    order_type: Option<&'a str>,
    /// Such as `online`.
    payment_method: Option<&'a str>,
    /// The sender's id of the store.
    store_id: Option<&'a str>,
    /// Somebody else's id of the store.
    #[serde(rename = "storeExternalID")]
    store_external_id: Option<&'a str>,
    /// The store's name.
    store: Option<&'a str>,
    /// All else that was sent, as it came; null where there was nothing else.
    #[schema(value_type = Option<Object>)]
    other_fields: Option<&'a RawValue>,
}

/// A product in an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductView<'a> {
    /// Billz's id of it.
    #[serde(rename = "ID")]
    id: &'a str,
    /// What its sender calls it; Billz's id where they know no other.
    #[serde(rename = "productID")]
    product_id: String,
    /// How much.
    #[schema(example = 2)]
    qty: Decimal,
    /// Its name, in one of the languages it was sent in.
    name: Option<&'a str>,
    /// Stock-keeping unit.
    sku: Option<&'a str>,
    /// Bar code.
    bar_code: Option<&'a str>,
    /// A picture of it.
    image_url: Option<&'a str>,
    /// Its colour.
    #[serde(rename = "COLOR")]
    color: Option<&'a str>,
    /// Its size.
    #[serde(rename = "SIZE")]
    size: Option<&'a str>,
    /// Billz's id of who sells it.
    #[serde(rename = "employeeID")]
    seller: Option<&'a str>,
    /// Before the discount.
    sub_total_price: Option<Decimal>,
    /// What is taken off.
    discount_amount: Option<Decimal>,
    /// After the discount.
    total_price: Option<Decimal>,
}

/// A client, as the sender described them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientView<'a> {
    /// With its country's code.
    #[schema(example = "+998901234567")]
    phone: String,
    /// Given name.
    first_name: &'a str,
    /// Family name.
    last_name: Option<&'a str>,
}

/// Where to deliver, in the sender's words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressView<'a> {
    /// Street and number.
    street: Option<&'a str>,
    /// City.
    city: Option<&'a str>,
    /// Postal code.
    postal_code: Option<&'a str>,
    /// All of it in one line.
    full_address: Option<&'a str>,
    /// Apartment.
    apartment: Option<&'a str>,
    /// Floor.
    floor: Option<&'a str>,
    /// Entrance.
    entrance: Option<&'a str>,
    /// Code of the door.
    intercom: Option<&'a str>,
    /// What stands near it.
    landmark: Option<&'a str>,
}

/// What senders call their products: kept beside what is not known of an order, where it is not Billz's id.
#[derive(Debug, Default, Deserialize)]
struct OwnNames {
    #[serde(default)]
    products: Vec<OwnName>,
}

#[derive(Debug, Default, Deserialize)]
struct OwnName {
    #[serde(default, rename = "productID")]
    product_id: Option<String>,
}

impl<'a> OrderView<'a> {
    /// The order as it is shown.
    pub fn of(record: &'a OrderRecord) -> Self {
        let (order, details) = (&record.order, &record.order.details);
        let Delivery { status, price, address, time, comment } = &details.delivery;
        let paid = record.paid.as_ref();
        Self {
            id: order.id.as_str(),
            correlation_id: record.job.as_str(),
            state: record.stage.as_str(),
            created_at: record.created_at,
            billz_id: record.billz_order.as_ref().map(|id| id.as_str()),
            order_number: record.billz_number.as_deref(),
            billz_client_id: record.billz_client.as_ref().map(|id| id.as_str()),
            is_post_ponement: record.postponed_at.is_some(),
            post_ponement_date: record.postponed_at,
            is_paid: paid.is_some(),
            paid_amount: Decimal::of_money(paid.map_or(Money::new(0, Currency::Uzs), |paid| paid.amount)),
            date_paid: paid.map(|paid| paid.at),
            sub_total_price: Decimal::of_money(order.subtotal),
            discount_amount: Decimal::of_money(order.discount),
            total_price: Decimal::of_money(order.total),
            delivery_sub_total_price: price.map(Decimal::of_money),
            products: products(&order.products, &details.document),
            client_info: order.client.as_ref().map(ClientView::of),
            client_id_sys: order.client_id.as_ref().map(|id| id.as_str()),
            delivery_status: status.as_str(),
            delivery_address: AddressView::of(address),
            delivery_time: time.as_deref(),
            delivery_comment: comment.as_deref(),
            comment: details.comment.as_deref(),
            region: order.region.as_deref(),
            order_type: details.sort.as_deref(),
            payment_method: details.payment_method.as_deref(),
            store_id: details.store.id.as_deref(),
            store_external_id: details.store.external_id.as_deref(),
            store: details.store.name.as_deref(),
            // We wrote it, or it is empty.
            other_fields: serde_json::from_str(&details.document).ok(),
        }
    }
}

fn products<'a>(products: &'a [OrderProduct], document: &str) -> Vec<ProductView<'a>> {
    let own: OwnNames = serde_json::from_str(document).unwrap_or_default();
    let mut own = own.products.into_iter();
    products
        .iter()
        .map(|product| ProductView::of(product, own.next().and_then(|own| own.product_id)))
        .collect()
}

impl<'a> ProductView<'a> {
    fn of(product: &'a OrderProduct, own_name: Option<String>) -> Self {
        let id = product.line.product.as_str();
        Self {
            id,
            product_id: own_name.unwrap_or_else(|| id.to_owned()),
            qty: Decimal::of_quantity(product.line.quantity),
            name: product.name.as_deref(),
            sku: product.sku.as_deref(),
            bar_code: product.bar_code.as_deref(),
            image_url: product.image_url.as_deref(),
            color: product.color.as_deref(),
            size: product.size.as_deref(),
            seller: product.line.seller.as_ref().map(|id| id.as_str()),
            sub_total_price: product.subtotal.map(Decimal::of_money),
            discount_amount: product.discount.map(Decimal::of_money),
            total_price: product.total.map(Decimal::of_money),
        }
    }
}

impl<'a> ClientView<'a> {
    fn of(client: &'a NewClient) -> Self {
        Self {
            phone: client.phone.international(),
            first_name: &client.first_name,
            last_name: client.last_name.as_deref(),
        }
    }
}

impl<'a> AddressView<'a> {
    fn of(address: &'a DeliveryAddress) -> Self {
        Self {
            street: address.street.as_deref(),
            city: address.city.as_deref(),
            postal_code: address.postal_code.as_deref(),
            full_address: address.full_address.as_deref(),
            apartment: address.apartment.as_deref(),
            floor: address.floor.as_deref(),
            entrance: address.entrance.as_deref(),
            intercom: address.intercom.as_deref(),
            landmark: address.landmark.as_deref(),
        }
    }
}
