//! An order as its sender describes it, and as we keep it: products, amounts, delivery, and its ids at Billz.

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
    /// Before the discount.
    pub subtotal: Option<Money>,
    /// What is taken off.
    pub discount: Option<Money>,
    /// After the discount.
    pub total: Option<Money>,
}

/// What a sender says about an order beside what Billz is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderDetails {
    /// The sender's JSON of these parts, as it was sent: delivery, store, people. Kept and shown, never acted on.
    pub document: String,
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
}

impl OrderStage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Placing, Self::Placed, Self::Refused, Self::Deleted];

    /// The name in the API and in stored orders.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placing => "PLACING",
            Self::Placed => "PLACED",
            Self::Refused => "REFUSED",
            Self::Deleted => "DELETED",
        }
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
