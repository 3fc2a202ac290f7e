//! How a job is done: what is known of it so far, and what is next. Pure, so that a job goes on wherever it stopped.

use super::operation::{Answer, Operation, OperationKind, OrderView, Park, Refusal};
use super::order::NewOrder;
use super::work::{NewClient, Work};
use crate::domain::identifier::{BillzClientId, BillzOrderId, CardId, JobId, PaymentTypeId};
use crate::domain::money::Money;

/// What is known of a job's work so far. Each part is known for certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Billz has no client with that number. Looked up anew by whoever goes on with the job.
    pub client_is_new: bool,
    /// The client at Billz.
    pub client: Option<BillzClientId>,
    /// The client stands in our book so; Billz was not asked. Not kept: whoever goes on looks again.
    pub client_is_from_book: bool,
    /// The order that the job made.
    pub order: Option<BillzOrderId>,
    /// Its number.
    pub order_number: Option<String>,
    /// The order is the client's.
    pub client_attached: bool,
    /// How many lines are in the order.
    pub lines_added: usize,
    /// The order costs what it is to cost.
    pub total_set: bool,
    /// The order is put aside.
    pub postponed: bool,
    /// The order is a draft again.
    pub returned: bool,
    /// Billz wants it to be a draft before it is deleted.
    pub return_wanted: bool,
    /// The order is deleted.
    pub deleted: bool,
    /// What Billz calls the way of paying.
    pub payment_type: Option<PaymentTypeId>,
    /// This job paid the order.
    pub paid: bool,
    /// The order as Billz last showed it.
    pub seen: Option<OrderView>,
    /// There is no such order.
    pub order_is_unknown: bool,
    /// What Billz refused: what was done is undone, then the job is refused.
    pub refusal: Option<Refusal>,
    /// A person gave the job up: nothing is undone.
    pub given_up: bool,
}

/// How strictly jobs are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether a placed order must cost at Billz what its sender says. What Billz makes of a discount on a
    /// whole order is not documented, so that this is looked at; it can be switched off.
    pub check_totals: bool,
}

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// To look the client up in our own book, before Billz is asked.
    Client,
    /// To look the payment method up.
    Card(CardId),
    /// To ask Billz.
    Call(Operation),
    /// Nothing: it is done.
    Succeeded,
    /// Nothing: it is refused, and nothing of it is left behind.
    Refused(Refusal),
}

/// What a job writes into the comment of its draft, to find it again.
pub(super) fn reference(id: &JobId) -> String {
    format!("Paydesk {id}")
}

impl Progress {
    /// What is next.
    pub fn next(&self, work: &Work, id: &JobId, rules: Rules) -> Next {
        if self.given_up {
            return Next::Refused(Refusal::new(Refusal::GIVEN_UP, "a person gave the job up"));
        }
        if let Some(refusal) = self.trouble(work, rules) {
            return self.undo(work, refusal);
        }
        let done = |is_done: bool, operation: Operation| match is_done {
            true => Next::Succeeded,
            false => Next::Call(operation),
        };
        match work {
            Work::CreateClient(client) => match self.client {
                Some(_) => Next::Succeeded,
                None => self.make_client(client),
            },
            Work::CreateOrder => {
                done(self.order.is_some(), Operation::CreateDraft { comment: reference(id) })
            }
            Work::AddItem { order, line } => {
                done(self.lines_added > 0, Operation::AddItem { order: order.clone(), line: line.clone() })
            }
            Work::AddClient { order, client } => {
                let operation = Operation::AttachClient { order: order.clone(), client: client.clone() };
                done(self.client_attached, operation)
            }
            Work::PostponeOrder { order, comment } => {
                done(self.postponed, Operation::Postpone { order: order.clone(), comment: comment.clone() })
            }
            Work::CancelPostpone { order } => {
                done(self.returned, Operation::ReturnToDraft { order: order.clone() })
            }
            Work::CreateDiscount { order, new_total } => {
                done(self.total_set, Operation::SetTotal { order: order.clone(), total: *new_total })
            }
            Work::MakePayment { order, card, total } => self.pay(order, card, *total),
            Work::DeleteOrder { order } if self.return_wanted && !self.returned => {
                Next::Call(Operation::ReturnToDraft { order: order.clone() })
            }
            Work::DeleteOrder { order } => {
                done(self.deleted, Operation::DeleteDraft { order: order.clone() })
            }
            Work::GetOrder { order } => {
                done(self.seen.is_some(), Operation::ReadOrder { order: order.clone() })
            }
            Work::PlaceOrder(order) => self.place(order, id, rules),
        }
    }

    fn make_client(&self, client: &NewClient) -> Next {
        match self.client_is_new {
            true => Next::Call(Operation::CreateClient(client.clone())),
            false => Next::Client,
        }
    }

    fn pay(&self, order: &BillzOrderId, card: &CardId, amount: Money) -> Next {
        let Some(seen) = &self.seen else { return Next::Call(Operation::ReadOrder { order: order.clone() }) };
        if self.paid || seen.park == Park::Completed {
            return Next::Succeeded;
        }
        match &self.payment_type {
            None => Next::Card(card.clone()),
            Some(payment_type) => {
                let payment_type = payment_type.clone();
                Next::Call(Operation::Pay { order: order.clone(), payment_type, amount })
            }
        }
    }

    /// What Billz shows of a placed order is compared with what its sender wants.
    fn looked_at(&self, draft: BillzOrderId, rules: Rules) -> Next {
        match rules.check_totals && self.seen.is_none() {
            true => Next::Call(Operation::ReadOrder { order: draft }),
            false => Next::Succeeded,
        }
    }

    /// The client comes first: a draft without one would be left behind.
    fn place(&self, order: &NewOrder, id: &JobId, rules: Rules) -> Next {
        let Some(client) = &self.client else {
            return match &order.client {
                Some(client) => self.make_client(client),
                None => Next::Client,
            };
        };
        let Some(draft) = &self.order else {
            return Next::Call(Operation::CreateDraft { comment: reference(id) });
        };
        let draft = draft.clone();
        if !self.client_attached {
            return Next::Call(Operation::AttachClient { order: draft, client: client.clone() });
        }
        if let Some(product) = order.products.get(self.lines_added) {
            return Next::Call(Operation::AddItem { order: draft, line: product.line.clone() });
        }
        if order.discount.is_positive() && !self.total_set {
            return Next::Call(Operation::SetTotal { order: draft, total: order.price() });
        }
        match self.postponed {
            false => Next::Call(Operation::Postpone { order: draft, comment: order.comment() }),
            true => self.looked_at(draft, rules),
        }
    }

    /// Why the job cannot be done, if it cannot.
    fn trouble(&self, work: &Work, rules: Rules) -> Option<Refusal> {
        if self.refusal.is_some() {
            return self.refusal.clone();
        }
        if self.order_is_unknown {
            return Some(Refusal::new(Refusal::ORDER_UNKNOWN, "there is no such order at Billz"));
        }
        let seen = self.seen.as_ref()?;
        let wanted = match work {
            Work::MakePayment { total, .. } if !self.paid && !self.is_over() => *total,
            Work::PlaceOrder(order) if rules.check_totals && self.postponed => order.price(),
            Work::CreateClient(_)
            | Work::CreateOrder
            | Work::AddItem { .. }
            | Work::AddClient { .. }
            | Work::PostponeOrder { .. }
            | Work::CancelPostpone { .. }
            | Work::CreateDiscount { .. }
            | Work::MakePayment { .. }
            | Work::DeleteOrder { .. }
            | Work::GetOrder { .. }
            | Work::PlaceOrder(_) => return None,
        };
        let reason = match seen.total {
            Some(costs) if costs == wanted => return None,
            Some(costs) => {
                format!("the order costs {} at Billz, and not {}", costs.to_decimal(), wanted.to_decimal())
            }
            None => format!("Billz does not say whether the order costs {}", wanted.to_decimal()),
        };
        Some(Refusal::new(Refusal::WRONG_TOTAL, reason))
    }

    fn is_over(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.park == Park::Completed)
    }

    /// What is left to undo of an order that is not to be: a postponed one is a draft again before it is deleted.
    fn undo(&self, work: &Work, refusal: Refusal) -> Next {
        let Work::PlaceOrder(_) = work else { return Next::Refused(refusal) };
        let Some(order) = self.order.clone().filter(|_| !self.deleted) else { return Next::Refused(refusal) };
        match (self.postponed || self.return_wanted) && !self.returned {
            true => Next::Call(Operation::ReturnToDraft { order }),
            false => Next::Call(Operation::DeleteDraft { order }),
        }
    }

    /// Whether Billz holds something of a job that has not come to its end: an order that was begun, or one that
    /// was to be deleted and no longer reserves its goods.
    pub fn leaves_something(&self) -> bool {
        (self.order.is_some() || self.returned) && !self.deleted
    }

    /// Keeps what an operation brought. An answer to another operation brings nothing.
    pub fn learn(&mut self, operation: OperationKind, answer: Answer) {
        match (operation, answer) {
            (OperationKind::FindClient, Answer::Client(found)) => {
                self.client_is_new = found.is_none();
                self.client = found;
            }
            (OperationKind::CreateClient, Answer::ClientCreated(client)) => self.client = Some(client),
            (OperationKind::CreateDraft, Answer::DraftCreated { order, number }) => {
                (self.order, self.order_number) = (Some(order), number);
            }
            (OperationKind::AttachClient, Answer::Done) => self.client_attached = true,
            (OperationKind::AddItem, Answer::Done) => {
                self.lines_added = self.lines_added.saturating_add(1);
            }
            (OperationKind::SetTotal, Answer::Done) => self.total_set = true,
            (OperationKind::Postpone, Answer::Postponed(view)) => {
                self.postponed = true;
                self.see(view);
            }
            (OperationKind::ReadOrder, Answer::Order(Some(view))) => self.see(Some(view)),
            (OperationKind::ReadOrder, Answer::Order(None)) => self.order_is_unknown = true,
            (OperationKind::Pay, Answer::Done) => self.paid = true,
            (OperationKind::ReturnToDraft, Answer::Done) => self.returned = true,
            (OperationKind::DeleteDraft, Answer::Done) => self.deleted = true,
            (
                OperationKind::FindClient
                | OperationKind::CreateClient
                | OperationKind::CreateDraft
                | OperationKind::FindDraft
                | OperationKind::AttachClient
                | OperationKind::AddItem
                | OperationKind::SetTotal
                | OperationKind::Postpone
                | OperationKind::ReadOrder
                | OperationKind::Pay
                | OperationKind::ReturnToDraft
                | OperationKind::DeleteDraft,
                _,
            ) => {}
        }
    }

    fn see(&mut self, view: Option<OrderView>) {
        if let Some(view) = view {
            self.order_number = view.number.clone().or(self.order_number.take());
            self.seen = Some(view);
        }
    }

    /// Keeps what Billz refused. False where nobody but a person can go on: what was done cannot be undone.
    #[must_use]
    pub fn refuse(&mut self, work: &Work, operation: OperationKind, refusal: Refusal) -> bool {
        let is_delete = operation == OperationKind::DeleteDraft;
        if is_delete && refusal.code == Refusal::NOT_A_DRAFT && !self.return_wanted {
            self.return_wanted = true;
            return true;
        }
        let is_undoing = matches!(work, Work::PlaceOrder(_))
            && matches!(operation, OperationKind::DeleteDraft | OperationKind::ReturnToDraft);
        if is_undoing && refusal.code == Refusal::ORDER_UNKNOWN {
            self.deleted = true;
            return true;
        }
        let is_half_deleted = matches!(work, Work::DeleteOrder { .. }) && self.returned;
        if is_undoing || is_half_deleted {
            return false;
        }
        self.refusal = Some(refusal);
        true
    }
}
