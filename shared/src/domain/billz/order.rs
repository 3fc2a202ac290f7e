//! An order as its sender describes it, and as we keep it: products, amounts, delivery, and its ids at Billz.

use std::fmt;

use jiff::Timestamp;

use super::quantity::Quantity;
use super::work::NewClient;
use crate::domain::identifier::{BillzClientId, BillzOrderId, ClientId, JobId, OrderId, ProductId, SellerId};
use crate::domain::money::Money;

/// One product in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Billz's id of it.
    pub product: ProductId,
    /// How much.
    pub quantity: Quantity,
    /// Who sells it, where that is counted.
    pub seller: Option<SellerId>,
}

/// An order to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// What the sender calls it.
    pub id: OrderId,
    /// What the sender calls the client.
    pub client_id: Option<ClientId>,
    /// The client, where the sender describes them.
    pub client: Option<NewClient>,
    /// What is bought: at least one product.
    pub products: Vec<OrderProduct>,
    /// Before the discount.
    pub subtotal: Money,
    /// What is taken off.
    pub discount: Money,
    /// After the discount.
    pub total: Money,
    /// What people say beside the number, such as the region.
    pub region: Option<String>,
    /// What else the sender says about it.
    pub details: OrderDetails,
}

/// One product as the sender describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderProduct {
    /// What Billz is told.
    pub line: OrderLine,
    /// Its name, in one of the languages it was sent in.
    pub name: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Bar code.
    pub bar_code: Option<String>,
    /// A picture of it.
    pub image_url: Option<String>,
    /// Its colour, in the sender's words.
    pub color: Option<String>,
    /// Its size, in the sender's words.
    pub size: Option<String>,
    /// Before the discount.
    pub subtotal: Option<Money>,
    /// What is taken off.
    pub discount: Option<Money>,
    /// After the discount.
    pub total: Option<Money>,
}

/// What a sender says about an order beside what Billz is told. Kept and shown, never acted on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OrderDetails {
    /// Which sort of order it is, such as `delivery` or `point_of_sale`.
    pub sort: Option<String>,
    /// How the client means to pay, such as `online`.
    pub payment_method: Option<String>,
    /// Where it was ordered.
    pub store: OrderStore,
    /// How it gets to the client.
    pub delivery: Delivery,
    /// What people wrote beside it.
    pub comment: Option<String>,
    /// All else that was sent, as a JSON object; empty where there is nothing else.
    pub document: String,
}

/// Where something was ordered, in the sender's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderStore {
    /// The sender's id of the store.
    pub id: Option<String>,
    /// Somebody else's id of it.
    pub external_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// How an order gets to its client.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How far it is, as the sender said.
    pub status: DeliveryStatus,
    /// What it costs, beside the order.
    pub price: Option<Money>,
    /// Where to.
    pub address: DeliveryAddress,
    /// When, in words.
    pub time: Option<String>,
    /// What people wrote beside it.
    pub comment: Option<String>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Nothing is done for it.
    #[default]
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

/// Where to deliver, in the sender's words. Each part may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeliveryAddress {
    /// Street and number.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// All of it in one line.
    pub full_address: Option<String>,
    /// Apartment.
    pub apartment: Option<String>,
    /// Floor.
    pub floor: Option<String>,
    /// Entrance.
    pub entrance: Option<String>,
    /// Code of the door.
    pub intercom: Option<String>,
    /// What stands near it.
    pub landmark: Option<String>,
}

/// An order as we keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// As it was sent.
    pub order: NewOrder,
    /// The job that places it.
    pub job: JobId,
    /// When the job came.
    pub created_at: Timestamp,
    /// Where it stands.
    pub stage: OrderStage,
    /// Its id at Billz, once there is one.
    pub billz_order: Option<BillzOrderId>,
    /// Its number at Billz, where Billz said it.
    pub billz_number: Option<String>,
    /// The client's id at Billz.
    pub billz_client: Option<BillzClientId>,
    /// Since when it has been put aside; none when it is not.
    pub postponed_at: Option<Timestamp>,
    /// What was paid.
    pub paid: Option<PaidOrder>,
}

/// The payment of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOrder {
    /// How much.
    pub amount: Money,
    /// When we knew.
    pub at: Timestamp,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStage {
    /// Its job is at work, or waits for a person.
    Placing,
    /// It is at Billz.
    Placed,
    /// It was refused; nothing of it is left at Billz. Another job may place it.
    Refused,
    /// It was placed and deleted again.
    Deleted,
    /// A person gave its job up, and it may be at Billz: until it is deleted there no job places it anew.
    GivenUp,
}

impl fmt::Debug for OrderDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What people wrote, and who they are, is for operators, not for logs.
        f.debug_struct("OrderDetails").field("store", &self.store).finish_non_exhaustive()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for DeliveryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryAddress").finish_non_exhaustive()
    }
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Packaging, Self::Packaged, Self::Delivering, Self::Delivered];

    /// The name in messages, in the API and in stored orders.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Packaging => "packaging",
            Self::Packaged => "packaged",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
        }
    }

    /// The status of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl OrderStage {
    /// Every stage.
    pub const ALL: [Self; 5] = [Self::Placing, Self::Placed, Self::Refused, Self::Deleted, Self::GivenUp];

    /// The name in the API and in stored orders.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placing => "PLACING",
            Self::Placed => "PLACED",
            Self::Refused => "REFUSED",
            Self::Deleted => "DELETED",
            Self::GivenUp => "GIVEN_UP",
        }
    }

    /// The stage of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// Whether a job may place the order anew.
    pub fn is_free(self) -> bool {
        matches!(self, Self::Refused | Self::Deleted)
    }
}

impl NewOrder {
    /// What Billz is to ask for: the subtotal without the discount.
    pub fn price(&self) -> Money {
        // Checked when the message was read.
        self.subtotal.minus(self.discount).unwrap_or(self.subtotal)
    }

    /// All of its products, counted as Billz counts them.
    pub fn quantity_of(&self, lines: usize) -> Quantity {
        let lines = self.products.iter().take(lines);
        lines.fold(Quantity::NONE, |sum, product| sum.plus(product.line.quantity))
    }

    /// What the staff reads beside it at Billz.
    pub fn comment(&self) -> String {
        match &self.region {
            Some(region) => format!("Order {} - {region}", self.id),
            None => format!("Order {}", self.id),
        }
    }
}
