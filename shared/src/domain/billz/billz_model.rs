//! Billz as the properties of jobs play it: one order, and whatever is done to it.

// What overflows here fails a test.
#![allow(clippy::arithmetic_side_effects)]

use super::operation::{Answer, DraftSearch, Operation, OrderView, Park, Refusal};
use super::quantity::Quantity;
use crate::domain::money::{Currency, Money};

/// Billz, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct BillzModel {
    pub(super) clients: usize,
    /// Drafts that were ever made, and whether each is deleted.
    pub(super) drafts: Vec<bool>,
    pub(super) items: Vec<String>,
    pub(super) is_postponed: bool,
    pub(super) is_completed: bool,
    pub(super) payments: usize,
    pub(super) total: i64,
    /// The item that it has not got.
    pub(super) missing: Option<usize>,
    pub(super) is_otherwise_priced: bool,
    pub(super) most_live_drafts: usize,
}

impl BillzModel {
    /// Does what is asked.
    pub(super) fn act(&mut self, operation: &Operation) -> Result<Answer, Refusal> {
        let done = Ok(Answer::Done);
        let refused = |code: &str| Err(Refusal::new(code, "no"));
        match operation {
            Operation::FindClient { .. } => {
                Ok(Answer::Client((self.clients > 0).then(|| "client-1".parse().unwrap())))
            }
            Operation::CreateClient(_) => {
                self.clients += 1;
                Ok(Answer::ClientCreated("client-1".parse().unwrap()))
            }
            Operation::CreateDraft { .. } => {
                self.drafts.push(false);
                let live = self.drafts.iter().filter(|is_deleted| !**is_deleted).count();
                self.most_live_drafts = self.most_live_drafts.max(live);
                Ok(Answer::DraftCreated { order: "order-1".parse().unwrap(), number: None })
            }
            Operation::FindDraft { .. } => Ok(Answer::Draft(match self.drafts.last() {
                Some(false) => DraftSearch::Found { order: "order-1".parse().unwrap(), number: None },
                Some(true) | None => DraftSearch::Absent,
            })),
            Operation::AttachClient { .. } | Operation::SetTotal { .. } if self.is_draft() => done,
            Operation::AddItem { line, .. } if self.is_draft() => {
                if self.missing == Some(self.items.len()) {
                    return refused(Refusal::OUT_OF_STOCK);
                }
                self.items.push(line.product.to_string());
                done
            }
            Operation::Postpone { .. } if self.is_draft() => {
                self.is_postponed = true;
                Ok(Answer::Postponed(Some(self.view())))
            }
            Operation::ReadOrder { .. } => {
                Ok(Answer::Order((self.drafts.last() == Some(&false)).then(|| self.view())))
            }
            Operation::Pay { .. } if !self.is_completed => {
                self.payments += 1;
                self.is_completed = true;
                done
            }
            Operation::ReturnToDraft { .. } if self.is_postponed => {
                self.is_postponed = false;
                done
            }
            Operation::DeleteDraft { .. } if self.is_draft() => {
                self.drafts[0] = true;
                done
            }
            Operation::DeleteDraft { .. } if self.is_postponed => refused(Refusal::NOT_A_DRAFT),
            Operation::AttachClient { .. }
            | Operation::SetTotal { .. }
            | Operation::AddItem { .. }
            | Operation::Postpone { .. }
            | Operation::Pay { .. }
            | Operation::ReturnToDraft { .. }
            | Operation::DeleteDraft { .. } => refused(Refusal::REFUSED),
        }
    }

    fn is_draft(&self) -> bool {
        self.drafts.last() == Some(&false) && !self.is_postponed && !self.is_completed
    }

    fn view(&self) -> OrderView {
        let park = match (self.is_completed, self.is_postponed) {
            (true, _) => Park::Completed,
            (false, true) => Park::Active,
            (false, false) => Park::Draft,
        };
        let total = Money::new(self.total + i64::from(self.is_otherwise_priced), Currency::Uzs);
        let quantity = Quantity::of_order(&self.items.len().to_string()).ok();
        OrderView { number: None, park, total: Some(total), quantity, document: String::new() }
    }
}
