//! Where a bonus stands, as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::bonus::{Call, Payment, Question, Refusal, Refuser, Standing, Wait, Word};

const CREATED: &str = "CREATED";
const MAKING_BILL: &str = "MAKING_BILL";
const BILL_MADE: &str = "BILL_MADE";
const PAYING: &str = "PAYING";
const PAID: &str = "PAID";
const TOPPING_UP: &str = "TOPPING_UP";
const DONE: &str = "DONE";
const REFUSED: &str = "REFUSED";
const NEEDS_REVIEW: &str = "NEEDS_REVIEW";
const CANCELLED: &str = "CANCELLED";
const REFUNDED: &str = "REFUNDED";

const WORDS: [(Word, &str); 3] =
    [(Word::Answer, "ANSWER"), (Word::Report, "REPORT"), (Word::Person, "PERSON")];
const REFUSERS: [(Refuser, &str); 2] = [(Refuser::Paydesk, "PAYDESK"), (Refuser::Portmone, "PORTMONE")];
const PAYMENT: &str = "PAYMENT";
const TOP_UP: &str = "TOP_UP";

/// A standing.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredStanding {
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<StoredCall>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_unclear: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<StoredPayment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<StoredRefusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredCall {
    number: u32,
    since: Timestamp,
    look_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPayment {
    at: Timestamp,
    word: String,
}

/// A refusal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRefusal {
    by: String,
    code: String,
    reason: String,
}

impl StoredStanding {
    /// The stored form.
    pub(super) fn of(standing: &Standing) -> Self {
        let stands = |state: &str| Self { state: state.to_owned(), ..Self::default() };
        let waits = |state: &str, wait: &Wait| Self {
            not_before: Some(wait.not_before),
            reason: wait.reason.clone(),
            ..stands(state)
        };
        let calls = |state: &str, call: &Call| Self { call: Some(StoredCall::of(call)), ..stands(state) };
        match standing {
            Standing::Created(wait) => waits(CREATED, wait),
            Standing::MakingBill(call) => calls(MAKING_BILL, call),
            Standing::BillMade(wait) => waits(BILL_MADE, wait),
            Standing::Paying { call, is_unclear } => Self { is_unclear: *is_unclear, ..calls(PAYING, call) },
            Standing::Paid { payment, wait } => {
                Self { payment: Some(StoredPayment::of(payment)), ..waits(PAID, wait) }
            }
            Standing::ToppingUp { payment, call } => {
                Self { payment: Some(StoredPayment::of(payment)), ..calls(TOPPING_UP, call) }
            }
            Standing::Done { payment, at } => {
                Self { at: Some(*at), payment: Some(StoredPayment::of(payment)), ..stands(DONE) }
            }
            Standing::Refused { at, refusal } => {
                Self { at: Some(*at), refusal: Some(StoredRefusal::of(refusal)), ..stands(REFUSED) }
            }
            Standing::NeedsReview { since, question, evidence } => {
                let (name, payment) = match question {
                    Question::Payment => (PAYMENT, None),
                    Question::TopUp(payment) => (TOP_UP, Some(StoredPayment::of(payment))),
                };
                Self {
                    at: Some(*since),
                    question: Some(name.to_owned()),
                    payment,
                    reason: Some(evidence.clone()),
                    ..stands(NEEDS_REVIEW)
                }
            }
            Standing::Cancelled { at, reason, payment } => Self {
                at: Some(*at),
                reason: Some(reason.clone()),
                payment: payment.as_ref().map(StoredPayment::of),
                ..stands(CANCELLED)
            },
            Standing::Refunded { at, payment } => {
                Self { at: Some(*at), payment: Some(StoredPayment::of(payment)), ..stands(REFUNDED) }
            }
        }
    }

    /// What was stored, checked again.
    pub(super) fn standing(self) -> Result<Standing, String> {
        let there = |time: Option<Timestamp>| time.ok_or("a standing without its time");
        let paid =
            |payment: Option<StoredPayment>| payment.ok_or("a standing without its payment")?.payment();
        let said = |reason: Option<String>| reason.ok_or("a standing without its reason");
        let called =
            |call: Option<StoredCall>| Ok::<_, &str>(call.ok_or("a standing without its call")?.call());
        let waits = |not_before: Option<Timestamp>, reason| {
            Ok::<_, &str>(Wait { not_before: there(not_before)?, reason })
        };
        Ok(match self.state.as_str() {
            CREATED => Standing::Created(waits(self.not_before, self.reason)?),
            MAKING_BILL => Standing::MakingBill(called(self.call)?),
            BILL_MADE => Standing::BillMade(waits(self.not_before, self.reason)?),
            PAYING => Standing::Paying { call: called(self.call)?, is_unclear: self.is_unclear },
            PAID => {
                Standing::Paid { payment: paid(self.payment)?, wait: waits(self.not_before, self.reason)? }
            }
            TOPPING_UP => Standing::ToppingUp { payment: paid(self.payment)?, call: called(self.call)? },
            DONE => Standing::Done { payment: paid(self.payment)?, at: there(self.at)? },
            REFUSED => {
                let refusal = self.refusal.ok_or("a refusal that is not there")?.refusal()?;
                Standing::Refused { at: there(self.at)?, refusal }
            }
            NEEDS_REVIEW => {
                let question = match self.question.as_deref() {
                    Some(PAYMENT) => Question::Payment,
                    Some(TOP_UP) => Question::TopUp(paid(self.payment)?),
                    Some(_) | None => return Err("a question that nobody knows".to_owned()),
                };
                Standing::NeedsReview { since: there(self.at)?, question, evidence: said(self.reason)? }
            }
            CANCELLED => {
                let payment = self.payment.map(StoredPayment::payment).transpose()?;
                Standing::Cancelled { at: there(self.at)?, reason: said(self.reason)?, payment }
            }
            REFUNDED => Standing::Refunded { at: there(self.at)?, payment: paid(self.payment)? },
            other => return Err(format!("there is no standing {other:?}")),
        })
    }
}

impl StoredCall {
    fn of(call: &Call) -> Self {
        let Call { number, since, look_at } = *call;
        Self { number, since, look_at }
    }

    fn call(self) -> Call {
        let Self { number, since, look_at } = self;
        Call { number, since, look_at }
    }
}

impl StoredPayment {
    fn of(payment: &Payment) -> Self {
        Self { at: payment.at, word: name_of(&WORDS, payment.word) }
    }

    fn payment(self) -> Result<Payment, &'static str> {
        Ok(Payment { at: self.at, word: named(&WORDS, &self.word).ok_or("paid by nobody's word")? })
    }
}

impl StoredRefusal {
    /// The stored form.
    pub(super) fn of(refusal: &Refusal) -> Self {
        let Refusal { by, code, reason } = refusal;
        Self { by: name_of(&REFUSERS, *by), code: code.clone(), reason: reason.clone() }
    }

    /// What was stored.
    pub(super) fn refusal(self) -> Result<Refusal, String> {
        let by = named(&REFUSERS, &self.by).ok_or("refused by nobody")?;
        Ok(Refusal { by, code: self.code, reason: self.reason })
    }
}

fn name_of<T: PartialEq>(names: &[(T, &str)], wanted: T) -> String {
    names.iter().find(|(known, _)| *known == wanted).map(|(_, name)| (*name).to_owned()).unwrap_or_default()
}

fn named<T: Copy>(names: &[(T, &str)], wanted: &str) -> Option<T> {
    names.iter().find(|(_, name)| *name == wanted).map(|(known, _)| *known)
}
