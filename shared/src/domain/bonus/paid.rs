//! Whether a bonus's bill is paid, as far as anybody knows.

use super::{Bonus, Payment, Question, Standing};

impl Bonus {
    /// When and by whose word the bill was paid; none where it is not known to be.
    pub fn payment(&self) -> Option<Payment> {
        match &self.standing {
            Standing::Paid { payment, .. }
            | Standing::ToppingUp { payment, .. }
            | Standing::Done { payment, .. }
            | Standing::Refunded { payment, .. }
            | Standing::NeedsReview { question: Question::TopUp(payment), .. } => Some(*payment),
            Standing::Cancelled { payment, .. } => *payment,
            Standing::Created(_)
            | Standing::MakingBill(_)
            | Standing::BillMade(_)
            | Standing::Paying { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { question: Question::Payment, .. } => None,
        }
    }

    /// Payments that may have been made.
    pub(super) fn possible_payments(&self) -> u32 {
        self.payments.saturating_sub(self.unreached)
    }

    /// Whether Portmone, or somebody who bears its token, ever spoke of a payment, in whatever amount.
    pub(super) fn was_called_paid(&self) -> bool {
        self.is_reported_paid || self.is_contradicted
    }

    /// Whether a report of failure can mean but the one payment that there may be, and nothing speaks against it.
    pub(super) fn is_failure_clear(&self) -> bool {
        self.possible_payments() == 1 && !self.was_called_paid()
    }

    /// Whether a payment of it may have been made though a later one is refused.
    pub(super) fn may_be_paid(&self) -> bool {
        self.was_called_paid() || self.has_lost_answer
    }
}
