//! What Billz is asked to do, and what it answers, in our words.

use jiff::Timestamp;

use super::order::OrderLine;
use super::quantity::Quantity;
use super::work::NewClient;
use crate::domain::identifier::{BillzClientId, BillzOrderId, PaymentTypeId};
use crate::domain::money::Money;
use crate::domain::phone_number::PhoneNumber;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Look a client up by phone number.
    FindClient {
        /// The whole number.
        phone: PhoneNumber,
    },
    /// Make a client.
    CreateClient(NewClient),
    /// Make an empty draft of an order.
    CreateDraft {
        /// Our reference, to find the draft again by.
        comment: String,
    },
    /// Look for the draft with our reference among those made since.
    FindDraft {
        /// Our reference.
        comment: String,
        /// When it may have been made at the earliest.
        since: Timestamp,
    },
    /// Say whose an order is. The same twice changes nothing.
    AttachClient {
        /// The order.
        order: BillzOrderId,
        /// Whose.
        client: BillzClientId,
    },
    /// Put a product into an order.
    AddItem {
        /// The order.
        order: BillzOrderId,
        /// The product.
        line: OrderLine,
    },
    /// Set what an order costs altogether. The same twice changes nothing: Billz sets prices.
    SetTotal {
        /// The order.
        order: BillzOrderId,
        /// What it costs from now on.
        total: Money,
    },
    /// Put an order aside.
    Postpone {
        /// The order.
        order: BillzOrderId,
        /// For people.
        comment: String,
    },
    /// Look at an order.
    ReadOrder {
        /// The order.
        order: BillzOrderId,
    },
    /// Pay an order.
    Pay {
        /// The order.
        order: BillzOrderId,
        /// Billz's payment type.
        payment_type: PaymentTypeId,
        /// All that it costs.
        amount: Money,
    },
    /// Make a draft of an order that was put aside.
    ReturnToDraft {
        /// The order.
        order: BillzOrderId,
    },
    /// Delete a draft.
    DeleteDraft {
        /// The order.
        order: BillzOrderId,
    },
}

/// Which call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// See [`Operation::FindClient`].
    FindClient,
    /// See [`Operation::CreateClient`].
    CreateClient,
    /// See [`Operation::CreateDraft`].
    CreateDraft,
    /// See [`Operation::FindDraft`].
    FindDraft,
    /// See [`Operation::AttachClient`].
    AttachClient,
    /// See [`Operation::AddItem`].
    AddItem,
    /// See [`Operation::SetTotal`].
    SetTotal,
    /// See [`Operation::Postpone`].
    Postpone,
    /// See [`Operation::ReadOrder`].
    ReadOrder,
    /// See [`Operation::Pay`].
    Pay,
    /// See [`Operation::ReturnToDraft`].
    ReturnToDraft,
    /// See [`Operation::DeleteDraft`].
    DeleteDraft,
}

/// What Billz answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To a look for a client: their id, or there is none.
    Client(Option<BillzClientId>),
    /// The client is made.
    ClientCreated(BillzClientId),
    /// The draft is made.
    DraftCreated {
        /// Its id.
        order: BillzOrderId,
        /// Its number, where Billz said it.
        number: Option<String>,
    },
    /// To a look for a draft.
    Draft(DraftSearch),
    /// To a look at an order: none when there is no such order.
    Order(Option<OrderView>),
    /// It is put aside; the order as it is now, where Billz showed it.
    Postponed(Option<OrderView>),
    /// It is done.
    Done,
}

/// What a look for a draft of ours found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftSearch {
    /// It is there.
    Found {
        /// Its id.
        order: BillzOrderId,
        /// Its number.
        number: Option<String>,
    },
    /// No draft could be ours.
    Absent,
    /// A draft of that time has no reference at all: it may be ours.
    Doubtful,
}

/// An order as Billz shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// Its number.
    pub number: Option<String>,
    /// Whether it is put aside, or over.
    pub park: Park,
    /// What it costs; none where Billz did not say.
    pub total: Option<Money>,
    /// How much of all products is in it; none where Billz did not say.
    pub quantity: Option<Quantity>,
    /// The whole answer, as JSON; empty where it is too long to keep.
    pub document: String,
}

/// Whether an order is put aside, as Billz says it (`park_status`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Park {
    /// A draft.
    Draft,
    /// Put aside; its goods are reserved.
    Active,
    /// It was put aside for too long.
    Expired,
    /// It was put aside, and is paid.
    Completed,
    /// A word that nobody told us of.
    Other(String),
}

/// Why Billz said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Ours, such as `out_of_stock`; for programs.
    pub code: String,
    /// In words; Billz's own where it said some.
    pub reason: String,
    /// The product it is about.
    pub product: Option<String>,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::FindClient,
        Self::CreateClient,
        Self::CreateDraft,
        Self::FindDraft,
        Self::AttachClient,
        Self::AddItem,
        Self::SetTotal,
        Self::Postpone,
        Self::ReadOrder,
        Self::Pay,
        Self::ReturnToDraft,
        Self::DeleteDraft,
    ];

    /// The name in logs, in the API and in stored jobs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FindClient => "find_client",
            Self::CreateClient => "create_client",
            Self::CreateDraft => "create_order",
            Self::FindDraft => "list_drafts",
            Self::AttachClient => "attach_client",
            Self::AddItem => "add_item",
            Self::SetTotal => "discount",
            Self::Postpone => "postpone",
            Self::ReadOrder => "get_order",
            Self::Pay => "pay",
            Self::ReturnToDraft => "return_postponed",
            Self::DeleteDraft => "delete_order",
        }
    }

    /// Whether asked twice it may act twice. What only reads, or sets what it says, does not.
    pub fn is_once(self) -> bool {
        match self {
            Self::CreateClient
            | Self::CreateDraft
            | Self::AddItem
            | Self::Postpone
            | Self::Pay
            | Self::ReturnToDraft
            | Self::DeleteDraft => true,
            Self::FindClient | Self::FindDraft | Self::AttachClient | Self::SetTotal | Self::ReadOrder => {
                false
            }
        }
    }
}

impl Operation {
    /// Which call it is.
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::FindClient { .. } => OperationKind::FindClient,
            Self::CreateClient(_) => OperationKind::CreateClient,
            Self::CreateDraft { .. } => OperationKind::CreateDraft,
            Self::FindDraft { .. } => OperationKind::FindDraft,
            Self::AttachClient { .. } => OperationKind::AttachClient,
            Self::AddItem { .. } => OperationKind::AddItem,
            Self::SetTotal { .. } => OperationKind::SetTotal,
            Self::Postpone { .. } => OperationKind::Postpone,
            Self::ReadOrder { .. } => OperationKind::ReadOrder,
            Self::Pay { .. } => OperationKind::Pay,
            Self::ReturnToDraft { .. } => OperationKind::ReturnToDraft,
            Self::DeleteDraft { .. } => OperationKind::DeleteDraft,
        }
    }
}

impl Refusal {
    /// The product is not there in that quantity.
    pub const OUT_OF_STOCK: &str = "out_of_stock";
    /// The sum is not what the order costs.
    pub const WRONG_TOTAL: &str = "wrong_total";
    /// Billz does not let a postponed order be deleted.
    pub const NOT_A_DRAFT: &str = "not_a_draft";
    /// There is no such order at Billz.
    pub const ORDER_UNKNOWN: &str = "order_unknown";
    /// Nobody said who the client is.
    pub const CLIENT_UNKNOWN: &str = "client_unknown";
    /// There is no such payment method, or it is switched off.
    pub const CARD_UNKNOWN: &str = "card_unknown";
    /// Another job places, or placed, the same order.
    pub const ORDER_TAKEN: &str = "order_taken";
    /// Another job pays, or paid, the same order.
    pub const PAYMENT_TAKEN: &str = "payment_taken";
    /// Billz refused for a reason that has no code of ours.
    pub const REFUSED: &str = "refused";
    /// A person gave the job up.
    pub const GIVEN_UP: &str = "given_up";

    /// A refusal.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into(), product: None }
    }
}
