//! A bill for SMS: one for each user and period, charged at the switch at most once.
//!
//! A debit takes no key of ours and answers no id. So it is committed before it is called, called once, and carries
//! the bill's number in its notes; whoever finds it committed asks the switch for a payment with that number before
//! anything is sent again.

pub mod charging;
pub mod deciding;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::account::ClosedPeriod;
use super::bill_number::BillNumber;
use super::settings::Settings;
use super::switch_account::SwitchAccount;
use super::usage::{Totals, Usage, UsageError};
use crate::domain::identifier::UserId;
use crate::domain::money::Money;

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsBill {
    /// Names it.
    pub number: BillNumber,
    /// Who is billed.
    pub user: UserId,
    /// The first instant of its period.
    pub start: Timestamp,
    /// The first instant after its period.
    pub end: Timestamp,
    /// What was used.
    pub usage: Usage,
    /// How much that was.
    pub totals: Totals,
    /// What is charged: rounded once.
    pub amount: Money,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the user is told about it.
    pub is_told: bool,
    /// Debits that were begun.
    pub attempts: u32,
    /// Refusals in the present round of tries.
    pub refusals: u32,
    /// The accounts at the switch that were asked to pay it and, as far as was told or seen, did not. Each is asked
    /// about before another debit is begun, whatever account the user has by then.
    pub tried_accounts: Vec<SwitchAccount>,
    /// Who had it charged last, if a person did.
    pub processed_by: Option<String>,
    /// Where it stands.
    pub standing: Standing,
    /// What the change being made must tell others. Empty in a loaded bill.
    pub outbox: Vec<BillEvent>,
}

/// Where a bill stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A person has to approve it.
    AwaitingApproval,
    /// It is to be charged.
    Ready {
        /// Not before.
        not_before: Timestamp,
        /// Why it was not charged yet; none before the first try.
        reason: Option<String>,
    },
    /// The switch is just being asked to charge it, or whoever asked died or heard no answer.
    Charging(Charging),
    /// The switch refused; it is tried again.
    Failed {
        /// Since when.
        at: Timestamp,
        /// Why, in the switch's words.
        reason: String,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// The switch refused as often as it is tried by itself.
    GivenUp {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// It is paid.
    Paid {
        /// Since when.
        at: Timestamp,
        /// The switch's id of the payment, where it was seen.
        payment: Option<i64>,
        /// By whose word.
        word: Word,
    },
    /// A person cancelled it.
    Cancelled {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A person has to look whether it was charged.
    NeedsReview {
        /// Since when.
        since: Timestamp,
        /// The debit in doubt.
        charging: Charging,
        /// What is known.
        evidence: String,
    },
}

/// A debit that may have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charging {
    /// The account that is charged.
    pub account: SwitchAccount,
    /// When it was begun.
    pub since: Timestamp,
    /// How often the switch was asked what became of it.
    pub asked: u32,
    /// When somebody has to look.
    pub look_at: Timestamp,
}

/// By whose word a bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The switch took the debit.
    Switch,
    /// The payment was found at the switch.
    Found,
    /// A person saw it.
    Person,
    /// There was nothing to pay.
    Nothing,
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillState {
    /// It is to be charged, or waits for approval.
    Pending,
    /// It may just be being charged.
    Charging,
    /// It is paid.
    Paid,
    /// It was refused and is tried again.
    Failed,
    /// It was refused as often as it is tried.
    GivenUp,
    /// It was cancelled.
    Cancelled,
    /// A person has to look.
    NeedsReview,
}

/// Something that happened to a bill and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillEvent {
    /// It is to be charged now.
    ChargeWanted,
    /// It is paid.
    Paid,
    /// It could not be charged, for the first time or finally.
    ChargeFailed(String),
    /// A person has to look, and why.
    ReviewOpened(String),
}

impl BillState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Charging,
        Self::Paid,
        Self::Failed,
        Self::GivenUp,
        Self::Cancelled,
        Self::NeedsReview,
    ];

    /// The name in the API and in stored bills.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Charging => "CHARGING",
            Self::Paid => "PAID",
            Self::Failed => "FAILED",
            Self::GivenUp => "GIVEN_UP",
            Self::Cancelled => "CANCELLED",
            Self::NeedsReview => "NEEDS_REVIEW",
        }
    }
}

impl SmsBill {
    /// The bill of a period: paid at once where there is nothing to pay, otherwise as the settings say. With an
    /// account it is claimed for whoever makes it: they charge it next.
    ///
    /// # Errors
    /// When the sums do not fit, which recording prevents.
    pub fn new(
        number: BillNumber,
        user: UserId,
        period: ClosedPeriod,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, UsageError> {
        let totals = period.usage.totals()?;
        let mut bill = Self {
            number,
            user,
            start: period.start,
            end: period.end,
            amount: totals.cost.rounded(period.currency),
            usage: period.usage,
            totals,
            created_at: now,
            is_told: settings.notification_enabled.value,
            attempts: 0,
            refusals: 0,
            tried_accounts: Vec::new(),
            processed_by: None,
            standing: Standing::AwaitingApproval,
            outbox: Vec::new(),
        };
        if !bill.amount.is_positive() {
            bill.standing = Standing::Paid { at: now, payment: None, word: Word::Nothing };
        } else if settings.auto_processing.value {
            bill.standing = Standing::Ready { not_before: now, reason: None };
        }
        Ok(bill)
    }

    /// The state as people and lists name it.
    pub fn state(&self) -> BillState {
        match self.standing {
            Standing::AwaitingApproval | Standing::Ready { .. } => BillState::Pending,
            Standing::Charging(_) => BillState::Charging,
            Standing::Failed { .. } => BillState::Failed,
            Standing::GivenUp { .. } => BillState::GivenUp,
            Standing::Paid { .. } => BillState::Paid,
            Standing::Cancelled { .. } => BillState::Cancelled,
            Standing::NeedsReview { .. } => BillState::NeedsReview,
        }
    }

    /// When somebody has to look at it; none while it waits for a person, or is at its end.
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Ready { not_before, .. } => Some(*not_before),
            Standing::Charging(charging) => Some(charging.look_at),
            Standing::Failed { retry_at, .. } => Some(*retry_at),
            Standing::AwaitingApproval
            | Standing::GivenUp { .. }
            | Standing::Paid { .. }
            | Standing::Cancelled { .. }
            | Standing::NeedsReview { .. } => None,
        }
    }
}
