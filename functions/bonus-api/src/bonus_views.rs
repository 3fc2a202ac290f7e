//! Bonuses as operators see them. The number of the phone is in none of it, neither sealed nor whole.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::bonus::{Bonus, Question, Refusal, Refuser, Standing, Word};
use utoipa::ToSchema;

/// A bonus: the top-up of a phone that an accepted receipt earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BonusView<'a> {
    /// The receipt that earned it. There is one bonus for each, for ever.
    #[schema(example = "3f0c2a9e-7d1b-4a55-9f0e-2b8c6d1e4a77")]
    receipt_id: &'a str,
    /// Names the bonus: the same as its receipt.
    #[schema(example = "3f0c2a9e-7d1b-4a55-9f0e-2b8c6d1e4a77")]
    bonus_id: &'a str,
    /// Whose it is.
    user_id: &'a str,
    /// The chat in which they are told about it.
    telegram_id: i64,
    /// `CREATED`, `MAKING_BILL`, `BILL_MADE`, `PAYING`, `PAID`, `TOPPING_UP`, `DONE`, `REFUSED`, `NEEDS_REVIEW`,
    /// `CANCELLED` or `REFUNDED`.
    state: &'static str,
    /// How many exchanges with others there were so far: calls and reports. A decision names the one that was looked at.
    step: u32,
    /// How much.
    #[schema(example = 1)]
    amount: Decimal,
    /// Of the amount.
    #[schema(example = "UAH")]
    currency: &'static str,
    /// The phone, all but its last two digits masked.
    #[schema(example = "**********67")]
    recipient: &'a str,
    /// The phone's operator, by Portmone's id of it; null where none is set for the number.
    #[schema(example = "2065")]
    payee: Option<&'a str>,
    /// The bill at Portmone; null until one is known. No other is made then.
    #[schema(example = "523")]
    bill_id: Option<&'a str>,
    /// How many payments of the bill were begun.
    payments: u32,
    /// How many tries of the present step came to nothing.
    tries: u32,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it is gone on with, or looked at; null where nobody will by themselves.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// Why it waits, or what had been in question when it was given up.
    reason: Option<&'a str>,
    /// Why nothing was paid, in `REFUSED`.
    refusal: Option<BonusRefusal<'a>>,
    /// What a person is asked, in `NEEDS_REVIEW`.
    question: Option<BonusQuestion<'a>>,
    /// When the bill was known to be paid; null while it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    paid_at: Option<Timestamp>,
    /// By whose word: `answer` (Portmone answered so), `report` (Portmone reported so) or `person`.
    #[schema(example = "answer")]
    paid_by: Option<&'static str>,
    /// The day whose payouts it is one of, in UTC; null where it was not counted.
    #[schema(value_type = Option<String>, format = Date)]
    counted_on: Option<Date>,
    /// When it was done, refused, given up or given back.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

/// Why a bonus was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct BonusRefusal<'a> {
    /// `paydesk` or `portmone`.
    by: &'static str,
    /// `invalid_msisdn`, `no_payee`, `wrong_currency`, `amount_limit`, `user_limit`, `other_payee`, `refused` or `gave_up`
    /// where we did; Portmone's own code otherwise, which is opaque.
    #[schema(example = "no_payee")]
    code: &'a str,
    /// In words.
    reason: &'a str,
}

/// What a person is asked about a bonus.
#[derive(Debug, Serialize, ToSchema)]
pub struct BonusQuestion<'a> {
    /// `payment`: is the bill paid? `top_up`: the bill is paid; is the phone topped up?
    about: &'static str,
    /// What is known.
    evidence: &'a str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// What a standing says, taken apart.
#[derive(Default)]
struct Told<'a> {
    reason: Option<&'a str>,
    refusal: Option<&'a Refusal>,
    question: Option<BonusQuestion<'a>>,
    ended_at: Option<Timestamp>,
}

impl<'a> BonusView<'a> {
    /// The bonus as operators see it.
    pub fn of(bonus: &'a Bonus) -> Self {
        let Told { reason, refusal, question, ended_at } = Told::of(&bonus.standing);
        let payment = bonus.payment();
        let id = bonus.receipt.as_str();
        Self {
            receipt_id: id,
            bonus_id: id,
            user_id: bonus.user.as_str(),
            telegram_id: bonus.chat.0,
            state: bonus.state().as_str(),
            step: bonus.exchanges,
            amount: Decimal::of_money(bonus.amount),
            currency: bonus.amount.currency().code(),
            recipient: &bonus.recipient,
            payee: bonus.payee.as_ref().map(|payee| payee.as_str()),
            bill_id: bonus.bill.as_ref().map(|bill| bill.as_str()),
            payments: bonus.payments,
            tries: bonus.tries,
            created_at: bonus.created_at,
            due_at: bonus.due_at(),
            reason,
            refusal: refusal.map(BonusRefusal::of),
            question,
            paid_at: payment.map(|payment| payment.at),
            paid_by: payment.map(|payment| word(payment.word)),
            counted_on: bonus.counted_on,
            ended_at,
        }
    }
}

impl<'a> BonusRefusal<'a> {
    fn of(refusal: &'a Refusal) -> Self {
        let by = match refusal.by {
            Refuser::Paydesk => "paydesk",
            Refuser::Portmone => "portmone",
        };
        Self { by, code: &refusal.code, reason: &refusal.reason }
    }
}

impl<'a> Told<'a> {
    fn of(standing: &'a Standing) -> Self {
        let none = Self::default();
        match standing {
            Standing::Created(wait) | Standing::BillMade(wait) | Standing::Paid { wait, .. } => {
                Self { reason: wait.reason.as_deref(), ..none }
            }
            Standing::MakingBill(_) | Standing::Paying { .. } | Standing::ToppingUp { .. } => none,
            Standing::Done { at, .. } | Standing::Refunded { at, .. } => Self { ended_at: Some(*at), ..none },
            Standing::Refused { at, refusal } => Self { refusal: Some(refusal), ended_at: Some(*at), ..none },
            Standing::NeedsReview { since, question, evidence } => {
                let about = match question {
                    Question::Payment => "payment",
                    Question::TopUp(_) => "top_up",
                };
                Self { question: Some(BonusQuestion { about, evidence, since: *since }), ..none }
            }
            Standing::Cancelled { at, reason, .. } => {
                Self { reason: Some(reason), ended_at: Some(*at), ..none }
            }
        }
    }
}

fn word(word: Word) -> &'static str {
    match word {
        Word::Answer => "answer",
        Word::Report => "report",
        Word::Person => "person",
    }
}
