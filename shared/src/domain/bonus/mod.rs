//! A bonus: the top-up of a phone that an accepted receipt earns, paid through Portmone once.
//!
//! There is one for each receipt, for ever, and it bears the receipt's id. Making a bill may be repeated, because an
//! unpaid bill is harmless, but only until one is known; from then on that bill is the one that is paid. Paying takes
//! no key of ours and cannot be asked about: it is committed before it is called, called once, and where its answer
//! was lost only Portmone's own report, or a person, says what became of it.

pub mod accepting;
pub mod answers;
pub mod deciding;
pub mod driving;
pub mod exchange;
pub mod hearing;
pub mod limits;
pub mod msisdn;
mod paid;
pub mod payees;
#[cfg(test)]
mod properties;
pub mod report;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;

use self::deciding::Decision;
use self::exchange::Exchange;
use self::msisdn::SealedMsisdn;
use super::dialogue::ChatId;
use super::identifier::{PayeeId, PortmoneBillId, ReceiptId, UserId};
use super::locale::Locale;
use super::money::Money;

/// A bonus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bonus {
    /// The receipt that earned it. Names it.
    pub receipt: ReceiptId,
    /// Whose it is.
    pub user: UserId,
    /// Where they are told about it.
    pub chat: ChatId,
    /// Their language.
    pub locale: Locale,
    /// The phone that is topped up, sealed as it came.
    pub msisdn: SealedMsisdn,
    /// The phone as people may see it: all but the last two digits are stars.
    pub recipient: String,
    /// The phone's operator, as Portmone knows it; none where no operator is known for the number.
    pub payee: Option<PayeeId>,
    /// How much.
    pub amount: Money,
    /// When it was accepted by us.
    pub created_at: Timestamp,
    /// The day whose payouts it is one of; none before it was counted.
    pub counted_on: Option<Date>,
    /// The bill at Portmone. Once it is known, no other is made.
    pub bill: Option<PortmoneBillId>,
    /// Payments that were begun.
    pub payments: u32,
    /// Of these, the ones that certainly did not reach Portmone.
    pub unreached: u32,
    /// When the first payment was begun. What was reported before that speaks of no payment of ours.
    pub first_payment_at: Option<Timestamp>,
    /// When the last payment was begun. That one failed which was reported before does not say that this one did.
    pub last_payment_at: Option<Timestamp>,
    /// The answer to a payment was lost, and nobody but a person knows better. That a later one is refused may mean that
    /// the bill is paid already.
    pub has_lost_answer: bool,
    /// Tries of the present step that came to nothing.
    pub tries: u32,
    /// How many of the bill's reports were heard.
    pub reports_heard: u32,
    /// A report said that the bill is paid, and fits.
    pub is_reported_paid: bool,
    /// A report said, of the payment that is being made, that the bill is not paid and will not be.
    pub reported_failure: Option<Refusal>,
    /// Portmone said of the payment what does not fit. Only a report that states our amount settles it then.
    pub is_contradicted: bool,
    /// Exchanges with others so far: calls and reports. The last one is the step that people speak of.
    pub exchanges: u32,
    /// What a person decided last, and about which step.
    pub decided: Option<(u32, Decision)>,
    /// Where it stands.
    pub standing: Standing,
    /// What the change being made must tell others. Empty in a loaded bonus.
    pub outbox: Vec<BonusEvent>,
    /// What the change being made was told by others, or asks of them, to be kept. Empty in a loaded bonus.
    pub evidence: Vec<Exchange>,
}

/// Where a bonus stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A bill is to be made.
    Created(Wait),
    /// Portmone is just being asked to make a bill, or whoever asked died.
    MakingBill(Call),
    /// The bill is to be paid.
    BillMade(Wait),
    /// Portmone is just being asked to pay the bill, or whoever asked died or heard no answer.
    Paying {
        /// The call.
        call: Call,
        /// Its answer was lost: only a report says what became of it.
        is_unclear: bool,
    },
    /// The bill is paid, and the phone is to be topped up by the telecom's own interface.
    Paid {
        /// When and by whose word.
        payment: Payment,
        /// When the top-up is to be asked for.
        wait: Wait,
    },
    /// The telecom is just being asked for the top-up, or whoever asked died.
    ToppingUp {
        /// When and by whose word the bill was paid.
        payment: Payment,
        /// The call.
        call: Call,
    },
    /// The bill is paid, and the phone topped up where that is up to us.
    Done {
        /// When and by whose word the bill was paid.
        payment: Payment,
        /// Since when.
        at: Timestamp,
    },
    /// Nothing was paid, and nothing will be by itself.
    Refused {
        /// Since when.
        at: Timestamp,
        /// Who refused, and why.
        refusal: Refusal,
    },
    /// A person has to look.
    NeedsReview {
        /// Since when.
        since: Timestamp,
        /// What is in question.
        question: Question,
        /// What is known.
        evidence: String,
    },
    /// A person gave it up.
    Cancelled {
        /// Since when.
        at: Timestamp,
        /// What had been in question, or why it was refused.
        reason: String,
        /// When and by whose word the bill was paid, where only the top-up was given up.
        payment: Option<Payment>,
    },
    /// It was paid, and Portmone gave the payment back.
    Refunded {
        /// Since when.
        at: Timestamp,
        /// When and by whose word the bill had been paid.
        payment: Payment,
    },
}

/// Something that is to be done, and not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Not before.
    pub not_before: Timestamp,
    /// Why it was not done yet; none before the first try.
    pub reason: Option<String>,
}

/// A call that was committed before it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The number of its exchange.
    pub number: u32,
    /// When it was begun.
    pub since: Timestamp,
    /// When somebody has to look what became of it.
    pub look_at: Timestamp,
}

/// How a bonus came to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// When that was known.
    pub at: Timestamp,
    /// By whose word.
    pub word: Word,
}

/// By whose word a bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Portmone answered so.
    Answer,
    /// Portmone reported so.
    Report,
    /// A person saw it.
    Person,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused.
    pub by: Refuser,
    /// A stable name: ours, or Portmone's own code, which is opaque.
    pub code: String,
    /// In words.
    pub reason: String,
}

/// Who refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuser {
    /// Paydesk: a limit, an unusable number, or nothing helped.
    Paydesk,
    /// Portmone.
    Portmone,
}

/// What a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Is the bill paid?
    Payment,
    /// Is the phone topped up? The bill is paid.
    TopUp(Payment),
}

/// The state as people and lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BonusState {
    /// A bill is to be made.
    Created,
    /// A bill is being made.
    MakingBill,
    /// The bill is to be paid.
    BillMade,
    /// The bill is being paid, or may be.
    Paying,
    /// The bill is paid, the top-up is to be asked for.
    Paid,
    /// The top-up is being asked for.
    ToppingUp,
    /// All is done.
    Done,
    /// Nothing was paid.
    Refused,
    /// A person has to look.
    NeedsReview,
    /// A person gave it up.
    Cancelled,
    /// The payment came back.
    Refunded,
}

/// Something that happened to a bonus and must reach others exactly as often as it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BonusEvent {
    /// It is to be gone on with, by a person's wish.
    Wanted,
    /// Its bill is made, and is being paid.
    Initiated,
    /// All is done.
    Succeeded,
    /// Nothing was paid.
    Failed(Refusal),
    /// Nobody knows in time whether the bill was paid.
    TimedOut,
    /// A person has to look, and why.
    ReviewOpened(String),
    /// Something was reported that does not fit and changes nothing.
    Disagreed(String),
    /// The payment came back.
    Refunded,
}

impl BonusState {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Created,
        Self::MakingBill,
        Self::BillMade,
        Self::Paying,
        Self::Paid,
        Self::ToppingUp,
        Self::Done,
        Self::Refused,
        Self::NeedsReview,
        Self::Cancelled,
        Self::Refunded,
    ];

    /// The name in the API and in stored bonuses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::MakingBill => "MAKING_BILL",
            Self::BillMade => "BILL_MADE",
            Self::Paying => "PAYING",
            Self::Paid => "PAID",
            Self::ToppingUp => "TOPPING_UP",
            Self::Done => "DONE",
            Self::Refused => "REFUSED",
            Self::NeedsReview => "NEEDS_REVIEW",
            Self::Cancelled => "CANCELLED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// Whether it goes on by itself.
    pub fn is_going_on(self) -> bool {
        match self {
            Self::Created
            | Self::MakingBill
            | Self::BillMade
            | Self::Paying
            | Self::Paid
            | Self::ToppingUp => true,
            Self::Done | Self::Refused | Self::NeedsReview | Self::Cancelled | Self::Refunded => false,
        }
    }
}

impl Refusal {
    /// Of a bonus in another currency than bonuses are paid in.
    pub const WRONG_CURRENCY: &str = "wrong_currency";
    /// Of a number that is none, or no mobile one.
    pub const INVALID_MSISDN: &str = "invalid_msisdn";
    /// Of a number whose operator is not known.
    pub const NO_PAYEE: &str = "no_payee";

    /// Whether it would be refused whenever it were tried again, and whoever wished it.
    pub fn is_for_good(&self) -> bool {
        let codes = [Self::WRONG_CURRENCY, Self::INVALID_MSISDN, Self::NO_PAYEE];
        self.by == Refuser::Paydesk && codes.contains(&self.code.as_str())
    }
}

impl Wait {
    /// To be done now.
    pub fn none(now: Timestamp) -> Self {
        Self { not_before: now, reason: None }
    }
}

impl Bonus {
    /// The state as people and lists name it.
    pub fn state(&self) -> BonusState {
        match self.standing {
            Standing::Created(_) => BonusState::Created,
            Standing::MakingBill(_) => BonusState::MakingBill,
            Standing::BillMade(_) => BonusState::BillMade,
            Standing::Paying { .. } => BonusState::Paying,
            Standing::Paid { .. } => BonusState::Paid,
            Standing::ToppingUp { .. } => BonusState::ToppingUp,
            Standing::Done { .. } => BonusState::Done,
            Standing::Refused { .. } => BonusState::Refused,
            Standing::NeedsReview { .. } => BonusState::NeedsReview,
            Standing::Cancelled { .. } => BonusState::Cancelled,
            Standing::Refunded { .. } => BonusState::Refunded,
        }
    }

    /// When somebody has to look at it; none while it waits for a person, or is at its end.
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Created(wait) | Standing::BillMade(wait) | Standing::Paid { wait, .. } => {
                Some(wait.not_before)
            }
            Standing::MakingBill(call) | Standing::Paying { call, .. } | Standing::ToppingUp { call, .. } => {
                Some(call.look_at)
            }
            Standing::Done { .. }
            | Standing::Refused { .. }
            | Standing::NeedsReview { .. }
            | Standing::Cancelled { .. }
            | Standing::Refunded { .. } => None,
        }
    }
}
