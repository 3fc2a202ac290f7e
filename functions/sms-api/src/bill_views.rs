//! Bills as the API shows them: by the names that operators and users know.

use jiff::Timestamp;
use serde::Serialize;
use shared::decimal::Decimal;
use shared::domain::sms::bill::{BillState, SmsBill, Standing};
use shared::domain::sms::rate_deck::Prefix;
use shared::domain::sms::usage::UsageLine;
use utoipa::ToSchema;

/// The words that the API has for states since before there were more of them.
pub const WORDS: [&str; 4] = ["pending", "paid", "failed", "cancelled"];

/// An SMS bill.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SmsBillView)]
pub struct BillView {
    /// Names it: its number.
    #[serde(rename = "_id")]
    #[schema(example = "SMS-20261121-7K3M9QZX")]
    id: String,
    /// Its number; it stands in the notes of the payment at the switch.
    #[schema(example = "SMS-20261121-7K3M9QZX")]
    bill_number: String,
    /// Who is billed.
    user: BilledUser,
    /// The first instant of its period.
    #[schema(value_type = String, format = DateTime)]
    billing_period_start: Timestamp,
    /// The first instant after its period.
    #[schema(value_type = String, format = DateTime)]
    billing_period_end: Timestamp,
    /// All messages, those that failed included.
    total_messages: u64,
    /// Messages that went out: these are charged.
    successful_messages: u64,
    /// Messages that failed: these are free.
    failed_messages: u64,
    /// What they cost, exactly.
    total_cost: Decimal,
    /// What is charged: that, rounded once.
    amount: Decimal,
    /// The currency of both.
    #[schema(example = "USD")]
    currency: &'static str,
    /// By country, prefix and price.
    message_breakdown: Vec<BreakdownView>,
    /// `pending`, `paid`, `failed` or `cancelled`.
    status: &'static str,
    /// `PENDING`, `CHARGING`, `PAID`, `FAILED`, `GIVEN_UP`, `CANCELLED` or `NEEDS_REVIEW`.
    state: &'static str,
    /// Whether a person has to approve it.
    awaits_approval: bool,
    /// How many debits were begun: the number of the last.
    attempt: u32,
    /// When it is tried again, or looked at; null where nobody is to by themselves.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    billing_date: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    paid_date: Option<Timestamp>,
    /// Why it is not paid.
    failure_reason: Option<String>,
    /// The switch's id of the payment, where it was seen.
    sippy_transaction_id: Option<String>,
    /// Who had it charged last, if a person did.
    processed_by: Option<String>,
    /// What else there is to say.
    notes: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when it is in its state, where that is kept; otherwise when it was made.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Who is billed.
#[derive(Debug, Serialize, ToSchema)]
pub struct BilledUser {
    /// Their id in the user service, which knows the rest.
    #[serde(rename = "_id")]
    id: String,
}

/// Messages to one destination at one price.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BreakdownView {
    /// Where they went.
    country: String,
    /// The first digits of their numbers; null where that is not known.
    prefix: Option<String>,
    /// How many messages.
    message_count: u64,
    /// How many parts they had together.
    segment_count: u64,
    /// The price of one message, or of one part.
    rate: Decimal,
    /// What they cost.
    total_cost: Decimal,
}

/// What a standing says of a bill.
#[derive(Default)]
struct Told {
    since: Option<Timestamp>,
    paid: Option<Timestamp>,
    payment: Option<i64>,
    failure: Option<String>,
    notes: Option<String>,
}

/// The old word for a state.
pub fn word(state: BillState) -> &'static str {
    let [pending, paid, failed, cancelled] = WORDS;
    match state {
        BillState::Pending | BillState::Charging | BillState::NeedsReview => pending,
        BillState::Paid => paid,
        BillState::Failed | BillState::GivenUp => failed,
        BillState::Cancelled => cancelled,
    }
}

impl BillView {
    /// The bill as operators see it.
    pub fn of(bill: &SmsBill) -> Self {
        let Told { since, paid, payment, failure, notes } = Told::of(&bill.standing);
        let (number, totals) = (bill.number.to_string(), bill.totals);
        Self {
            id: number.clone(),
            bill_number: number,
            user: BilledUser { id: bill.user.to_string() },
            billing_period_start: bill.start,
            billing_period_end: bill.end,
            total_messages: totals.messages.saturating_add(totals.failed),
            successful_messages: totals.messages,
            failed_messages: totals.failed,
            total_cost: Decimal::of_micros(totals.cost),
            amount: Decimal::of_money(bill.amount),
            currency: bill.amount.currency().code(),
            message_breakdown: bill.usage.lines().iter().map(BreakdownView::of).collect(),
            status: word(bill.state()),
            state: bill.state().as_str(),
            awaits_approval: bill.standing == Standing::AwaitingApproval,
            attempt: bill.attempts,
            next_attempt_at: bill.due_at(),
            billing_date: bill.created_at,
            paid_date: paid,
            failure_reason: failure,
            sippy_transaction_id: payment.map(|id| id.to_string()),
            processed_by: bill.processed_by.clone(),
            notes,
            created_at: bill.created_at,
            updated_at: since.unwrap_or(bill.created_at),
        }
    }

    /// The bill as its user sees it: not who of the company did what.
    pub fn for_its_user(bill: &SmsBill) -> Self {
        Self { processed_by: None, notes: None, ..Self::of(bill) }
    }
}

impl BreakdownView {
    fn of(line: &UsageLine) -> Self {
        Self {
            country: line.country.as_str().to_owned(),
            prefix: line.prefix.as_ref().map(Prefix::as_str).map(str::to_owned),
            message_count: line.messages,
            segment_count: line.segments,
            rate: Decimal::of_micros(line.rate),
            total_cost: Decimal::of_micros(line.cost),
        }
    }
}

impl Told {
    fn of(standing: &Standing) -> Self {
        let none = Self::default();
        match standing {
            Standing::AwaitingApproval => none,
            Standing::Ready { reason, .. } => Self { failure: reason.clone(), ..none },
            Standing::Charging(charging) => Self { since: Some(charging.since), ..none },
            Standing::Failed { at, reason, .. } | Standing::GivenUp { at, reason } => {
                Self { since: Some(*at), failure: Some(reason.clone()), ..none }
            }
            Standing::Paid { at, payment, .. } => {
                Self { since: Some(*at), paid: Some(*at), payment: *payment, ..none }
            }
            Standing::Cancelled { at, reason } => {
                Self { since: Some(*at), notes: Some(reason.clone()), ..none }
            }
            Standing::NeedsReview { since, evidence, .. } => {
                Self { since: Some(*since), notes: Some(evidence.clone()), ..none }
            }
        }
    }
}
