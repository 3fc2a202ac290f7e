//! What Billz is asked about a call whose answer was lost, and what its answer says.

use jiff::Timestamp;

use super::operation::{Answer, DraftSearch, Operation, OperationKind, OrderView, Park};
use super::quantity::Quantity;
use super::running::{Progress, reference};
use super::work::Work;
use crate::domain::identifier::JobId;

/// What an answer says about a call whose own answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It was done, with this answer.
    Happened(Answer),
    /// It was not done.
    Absent,
    /// Nobody can tell; what is known, for people.
    Unclear(String),
}

impl Progress {
    /// What to ask about a call whose answer was lost.
    pub fn question(
        &self,
        work: &Work,
        lost: OperationKind,
        id: &JobId,
        since: Timestamp,
    ) -> Option<Operation> {
        let order = || self.order.clone().or_else(|| work.order().cloned());
        match lost {
            OperationKind::CreateClient => {
                work.client().map(|client| Operation::FindClient { phone: client.phone.clone() })
            }
            OperationKind::CreateDraft => Some(Operation::FindDraft { comment: reference(id), since }),
            OperationKind::AddItem
            | OperationKind::Postpone
            | OperationKind::Pay
            | OperationKind::ReturnToDraft
            | OperationKind::DeleteDraft => order().map(|order| Operation::ReadOrder { order }),
            OperationKind::FindClient
            | OperationKind::FindDraft
            | OperationKind::AttachClient
            | OperationKind::SetTotal
            | OperationKind::ReadOrder => None,
        }
    }

    /// What the answer to that question says.
    pub fn judge(&self, work: &Work, lost: OperationKind, answer: Answer) -> Finding {
        let unclear = |what: &str| Finding::Unclear(what.to_owned());
        match (lost, answer) {
            (OperationKind::CreateClient, Answer::Client(Some(client))) => {
                Finding::Happened(Answer::ClientCreated(client))
            }
            (OperationKind::CreateClient, Answer::Client(None)) => Finding::Absent,
            (OperationKind::CreateDraft, Answer::Draft(DraftSearch::Found { order, number })) => {
                Finding::Happened(Answer::DraftCreated { order, number })
            }
            (OperationKind::CreateDraft, Answer::Draft(DraftSearch::Absent)) => Finding::Absent,
            (OperationKind::CreateDraft, Answer::Draft(DraftSearch::Doubtful)) => {
                unclear("Billz has an empty draft of that time that does not say whose it is")
            }
            (OperationKind::DeleteDraft, Answer::Order(None)) => Finding::Happened(Answer::Done),
            (OperationKind::DeleteDraft, Answer::Order(Some(_))) => Finding::Absent,
            (OperationKind::AddItem, Answer::Order(Some(view))) => self.judge_item(work, &view),
            (OperationKind::Postpone, Answer::Order(Some(view))) => match view.park {
                Park::Active => Finding::Happened(Answer::Postponed(Some(view))),
                Park::Draft => Finding::Absent,
                Park::Expired | Park::Completed | Park::Other(_) => Finding::Unclear(told(&view)),
            },
            (OperationKind::ReturnToDraft, Answer::Order(Some(view))) => match view.park {
                Park::Draft => Finding::Happened(Answer::Done),
                Park::Active => Finding::Absent,
                Park::Expired | Park::Completed | Park::Other(_) => Finding::Unclear(told(&view)),
            },
            // That it does not show says nothing: an order that was never put aside never shows as paid.
            (OperationKind::Pay, Answer::Order(Some(view))) => match view.park {
                Park::Completed => Finding::Happened(Answer::Done),
                Park::Draft | Park::Active | Park::Expired | Park::Other(_) => Finding::Unclear(told(&view)),
            },
            (_, Answer::Order(None)) => unclear("Billz knows no such order any more"),
            (_, _) => unclear("Billz answered something else than was asked"),
        }
    }

    fn judge_item(&self, work: &Work, view: &OrderView) -> Finding {
        let Work::PlaceOrder(order) = work else {
            // Nobody looked before: what was in it then is not known.
            return Finding::Unclear(told(view));
        };
        let before: Quantity = order.quantity_of(self.lines_added);
        let after = order.quantity_of(self.lines_added.saturating_add(1));
        match view.quantity {
            Some(quantity) if quantity == after => Finding::Happened(Answer::Done),
            Some(quantity) if quantity == before => Finding::Absent,
            Some(_) | None => Finding::Unclear(told(view)),
        }
    }
}

/// What Billz shows of an order, for people.
fn told(view: &OrderView) -> String {
    let state = match &view.park {
        Park::Draft => "a draft",
        Park::Active => "put aside",
        Park::Expired => "put aside for too long",
        Park::Completed => "completed",
        Park::Other(word) => word,
    };
    let total = view.total.map_or_else(|| "unknown".to_owned(), |total| total.to_decimal());
    let quantity = view.quantity.map_or_else(|| "unknown".to_owned(), |quantity| quantity.to_string());
    format!("Billz shows the order as {state}, total {total}, quantity of all products {quantity}")
}
