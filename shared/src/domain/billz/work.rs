//! What a job asks for: one of eleven kinds, each with exactly what it needs.

use super::order::{NewOrder, OrderLine};
use crate::domain::identifier::{BillzClientId, BillzOrderId, CardId, ClientId};
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;

/// What a job asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Make a client, unless there is one with that phone number.
    CreateClient(NewClient),
    /// Make an empty draft of an order.
    CreateOrder,
    /// Put a product into an order.
    AddItem {
        /// The order.
        order: BillzOrderId,
        /// The product, and how much of it.
        line: OrderLine,
    },
    /// Say whose an order is.
    AddClient {
        /// The order.
        order: BillzOrderId,
        /// Whose.
        client: BillzClientId,
    },
    /// Put an order aside: its goods are reserved.
    PostponeOrder {
        /// The order.
        order: BillzOrderId,
        /// For people.
        comment: String,
    },
    /// Make a draft of an order that was put aside.
    CancelPostpone {
        /// The order.
        order: BillzOrderId,
    },
    /// Set what an order costs altogether.
    CreateDiscount {
        /// The order.
        order: BillzOrderId,
        /// What it costs from now on. Billz sets prices; it does not subtract.
        new_total: Money,
    },
    /// Pay an order.
    MakePayment {
        /// The order.
        order: BillzOrderId,
        /// By which of our payment methods.
        card: CardId,
        /// What the sender holds for the order's total.
        total: Money,
    },
    /// Delete an order that is not paid.
    DeleteOrder {
        /// The order.
        order: BillzOrderId,
    },
    /// Look at an order.
    GetOrder {
        /// The order.
        order: BillzOrderId,
    },
    /// Place a whole order: client, draft, items, discount, put aside.
    PlaceOrder(Box<NewOrder>),
}

/// Which kind of job it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// See [`Work::CreateClient`].
    CreateClient,
    /// See [`Work::CreateOrder`].
    CreateOrder,
    /// See [`Work::AddItem`].
    AddItem,
    /// See [`Work::AddClient`].
    AddClient,
    /// See [`Work::PostponeOrder`].
    PostponeOrder,
    /// See [`Work::CancelPostpone`].
    CancelPostpone,
    /// See [`Work::CreateDiscount`].
    CreateDiscount,
    /// See [`Work::MakePayment`].
    MakePayment,
    /// See [`Work::DeleteOrder`].
    DeleteOrder,
    /// See [`Work::GetOrder`].
    GetOrder,
    /// See [`Work::PlaceOrder`].
    PlaceOrder,
}

/// A client as they are made at Billz.
#[derive(Clone, PartialEq, Eq)]
pub struct NewClient {
    /// How they are found again.
    pub phone: PhoneNumber,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: Option<String>,
    /// What the sender calls them, so that later orders can name them by it.
    pub system_id: Option<ClientId>,
}

impl std::fmt::Debug for NewClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names are for Billz and the operators, not for logs.
        f.debug_struct("NewClient").field("phone", &self.phone).finish_non_exhaustive()
    }
}

/// What people know a job by.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The order: the sender's number where it places one, or else Billz's id.
    pub order: Option<String>,
    /// What the order costs.
    pub total: Option<Money>,
    /// Who buys.
    pub customer: Option<String>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("order", &self.order).finish_non_exhaustive()
    }
}

impl NewClient {
    /// Given name and family name.
    pub fn name(&self) -> String {
        match &self.last_name {
            Some(last_name) => format!("{} {last_name}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::CreateClient,
        Self::CreateOrder,
        Self::AddItem,
        Self::AddClient,
        Self::PostponeOrder,
        Self::CancelPostpone,
        Self::CreateDiscount,
        Self::MakePayment,
        Self::DeleteOrder,
        Self::GetOrder,
        Self::PlaceOrder,
    ];

    /// The name in messages, in the API and in stored jobs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateClient => "CREATE_CLIENT",
            Self::CreateOrder => "CREATE_ORDER",
            Self::AddItem => "ADD_ITEM",
            Self::AddClient => "ADD_CLIENT",
            Self::PostponeOrder => "POSTPONE_ORDER",
            Self::CancelPostpone => "CANCEL_POSTPONE",
            Self::CreateDiscount => "CREATE_DISCOUNT",
            Self::MakePayment => "MAKE_PAYMENT",
            Self::DeleteOrder => "DELETE_ORDER",
            Self::GetOrder => "GET_ORDER",
            Self::PlaceOrder => "PLACE_ORDER",
        }
    }

    /// The kind of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether the staff is told when it is done: what became of an order, and not each step towards it.
    pub fn is_told(self) -> bool {
        match self {
            Self::CreateOrder
            | Self::PostponeOrder
            | Self::CancelPostpone
            | Self::MakePayment
            | Self::DeleteOrder
            | Self::PlaceOrder => true,
            Self::CreateClient | Self::AddItem | Self::AddClient | Self::CreateDiscount | Self::GetOrder => {
                false
            }
        }
    }
}

impl Work {
    /// Which kind it is.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::CreateClient(_) => JobKind::CreateClient,
            Self::CreateOrder => JobKind::CreateOrder,
            Self::AddItem { .. } => JobKind::AddItem,
            Self::AddClient { .. } => JobKind::AddClient,
            Self::PostponeOrder { .. } => JobKind::PostponeOrder,
            Self::CancelPostpone { .. } => JobKind::CancelPostpone,
            Self::CreateDiscount { .. } => JobKind::CreateDiscount,
            Self::MakePayment { .. } => JobKind::MakePayment,
            Self::DeleteOrder { .. } => JobKind::DeleteOrder,
            Self::GetOrder { .. } => JobKind::GetOrder,
            Self::PlaceOrder(_) => JobKind::PlaceOrder,
        }
    }

    /// The order at Billz that it names; none where it makes one, or needs none.
    pub fn order(&self) -> Option<&BillzOrderId> {
        match self {
            Self::AddItem { order, .. }
            | Self::AddClient { order, .. }
            | Self::PostponeOrder { order, .. }
            | Self::CancelPostpone { order }
            | Self::CreateDiscount { order, .. }
            | Self::MakePayment { order, .. }
            | Self::DeleteOrder { order }
            | Self::GetOrder { order } => Some(order),
            Self::CreateClient(_) | Self::CreateOrder | Self::PlaceOrder(_) => None,
        }
    }

    /// What the sender calls the client of the order that is to be placed.
    pub fn system_client(&self) -> Option<&ClientId> {
        match self {
            Self::PlaceOrder(order) => order.client_id.as_ref(),
            Self::CreateClient(_)
            | Self::CreateOrder
            | Self::AddItem { .. }
            | Self::AddClient { .. }
            | Self::PostponeOrder { .. }
            | Self::CancelPostpone { .. }
            | Self::CreateDiscount { .. }
            | Self::MakePayment { .. }
            | Self::DeleteOrder { .. }
            | Self::GetOrder { .. } => None,
        }
    }

    /// What people know it by.
    pub fn subject(&self) -> Subject {
        let order = self.order().map(|order| order.as_str().to_owned());
        match self {
            Self::PlaceOrder(order) => Subject {
                order: Some(order.id.as_str().to_owned()),
                total: Some(order.price()),
                customer: order.client.as_ref().map(NewClient::name),
            },
            Self::CreateClient(client) => Subject { customer: Some(client.name()), ..Subject::default() },
            Self::MakePayment { total, .. } => Subject { order, total: Some(*total), customer: None },
            Self::CreateDiscount { new_total, .. } => {
                Subject { order, total: Some(*new_total), customer: None }
            }
            Self::CreateOrder
            | Self::AddItem { .. }
            | Self::AddClient { .. }
            | Self::PostponeOrder { .. }
            | Self::CancelPostpone { .. }
            | Self::DeleteOrder { .. }
            | Self::GetOrder { .. } => Subject { order, ..Subject::default() },
        }
    }

    /// The client who has to be at Billz before anything else, as the sender described them.
    pub fn client(&self) -> Option<&NewClient> {
        match self {
            Self::CreateClient(client) => Some(client),
            Self::PlaceOrder(order) => order.client.as_ref(),
            Self::CreateOrder
            | Self::AddItem { .. }
            | Self::AddClient { .. }
            | Self::PostponeOrder { .. }
            | Self::CancelPostpone { .. }
            | Self::CreateDiscount { .. }
            | Self::MakePayment { .. }
            | Self::DeleteOrder { .. }
            | Self::GetOrder { .. } => None,
        }
    }
}
