//! What is around Billz's answers, and whether it says no.
//!
//! The HTTP status alone says little: a refusal may come under 200, with its own status, a text, or a number
//! inside. Only what no reading of an answer calls a failure is read further.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::BillzError;
use super::answers::{is_filled, text};
use crate::domain::billz::operation::{Operation, OperationKind, Refusal};
use crate::providers::call::Answer;
use crate::retry::Failure;

/// Most of Billz's words that a refusal keeps, in characters.
const MAX_WORDS: usize = 200;
/// Fewer characters than this are in any text.
const FEWEST_HIDDEN: usize = 3;
/// Not enough of a product in stock.
const OUT_OF_STOCK: &str = "20016";
/// The payments are not the order's total.
const WRONG_TOTAL: &str = "20020";
/// What Billz says when an order that was put aside is to be deleted.
const NOT_A_DRAFT: &str = "failed to validate delete order";
/// What a 404 may be about beside the order itself.
const OTHER_THINGS: [&str; 5] = ["route", "product", "customer", "client", "payment"];

/// Around most answers. Sale methods say `status_code`, the others `code`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    status_code: Option<&'a RawValue>,
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    /// What the answer is about.
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
}

/// The object in `error`, or in `data` of a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Trouble<'a> {
    #[serde(borrow)]
    error_code: Option<&'a RawValue>,
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// What no refusal may repeat: secrets, and who a client is.
#[derive(Debug, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    pub(super) fn of(secrets: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(secrets.into_iter().map(Into::into).collect())
    }

    pub(super) fn add(&mut self, persons: Vec<&str>) {
        self.0.extend(persons.into_iter().map(str::to_owned));
    }

    /// The words, as far as they may be repeated.
    fn bounded(&self, words: &str) -> String {
        let lower = words.to_lowercase();
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        let is_in = |hidden: &String| {
            hidden.len() >= FEWEST_HIDDEN
                && (lower.contains(&hidden.to_lowercase()) || digits.contains(hidden.as_str()))
        };
        if self.0.iter().any(is_in) {
            return "its words are left out: they name a secret or a person".to_owned();
        }
        words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(MAX_WORDS).collect()
    }
}

impl<'a> Envelope<'a> {
    /// What is around an answer; nothing when it is no object.
    pub(super) fn of(body: &'a [u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The status inside.
    pub(super) fn status(&self) -> Option<u16> {
        [self.status_code, self.code].into_iter().flatten().find_map(|raw| text(raw)?.parse().ok())
    }

    /// Whether it holds a result, and not only that the request was accepted.
    pub(super) fn is_of_a_result(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status) && status != 202)
    }

    /// Whether it says something in words.
    pub(super) fn has_message(&self) -> bool {
        self.message.is_some_and(is_filled)
    }

    fn is_billz(&self) -> bool {
        self.status_code.is_some() || self.code.is_some() || self.error.is_some()
    }

    fn says_no(&self) -> bool {
        self.error.is_some_and(is_filled) || self.status().is_some_and(|status| status >= 400)
    }

    fn troubles(&self) -> [Trouble<'a>; 2] {
        let read = |raw: Option<&'a RawValue>| {
            raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
        };
        [read(self.data), read(self.error)]
    }

    /// Billz's number of a refusal.
    fn number(&self) -> Option<String> {
        let [data, error] = self.troubles();
        let places = [data.error_code, error.error_code, error.code];
        places.into_iter().flatten().filter_map(text).find(|number| number != "0")
    }

    /// What Billz says, in its words.
    fn words(&self) -> String {
        let [data, error] = self.troubles();
        let said = |raw: Option<&RawValue>| raw.and_then(text);
        let error = said(error.message).or_else(|| said(self.error)).or_else(|| said(error.code));
        let mut words: Vec<String> = Vec::new();
        for one in [said(self.message), error, said(data.message)].into_iter().flatten() {
            if !words.contains(&one) {
                words.push(one);
            }
        }
        words.join(": ")
    }
}

/// Whether an answer is none that says no. What was asked decides what a 404 means, and which product a refusal
/// is about; none for what is about no order.
///
/// # Errors
/// What it says instead.
pub(super) fn judge(answer: &Answer, asked: Option<&Operation>, hidden: &Hidden) -> Result<(), BillzError> {
    let envelope = Envelope::of(&answer.body);
    let (outside, inside) = (answer.status.as_u16(), envelope.status());
    let is = |status: u16| outside == status || inside == Some(status);
    if is(401) {
        return Err(BillzError::TokenExpired);
    }
    if let Some(code) = known_code(&envelope, asked) {
        return Err(refused(code, hidden.bounded(&envelope.words()), asked));
    }
    if inside == Some(429) {
        return Err(answer.error(Failure::Limited(None), "limited, in the envelope").into());
    }
    if inside.is_some_and(|status| (500..600).contains(&status)) {
        return Err(answer.error(Failure::ServerError, "server error, in the envelope").into());
    }
    if answer.status.is_client_error() && !envelope.is_billz() {
        // Of something between Billz and us, which may have passed the request on: a gateway, a filter.
        return Err(answer.error(Failure::Unreadable, "an error that is not in Billz's words").into());
    }
    if answer.status.is_client_error() || envelope.says_no() {
        let status = inside.filter(|status| *status >= 400).unwrap_or(outside);
        let words = match envelope.words() {
            words if words.is_empty() => format!("status {status}"),
            words => hidden.bounded(&words),
        };
        if is(403) {
            let hint = "has the role of the integration key the right to do this?";
            return Err(refused(Refusal::REFUSED, format!("{hint} ({words})"), asked));
        }
        // A gateway's 404 says nothing about an order.
        let is_unknown = is(404) && envelope.is_billz() && is_about_the_order(&envelope, asked);
        let code = if is_unknown { Refusal::ORDER_UNKNOWN } else { Refusal::REFUSED };
        return Err(refused(code, words, asked));
    }
    if !answer.status.is_success() {
        return Err(answer.error(Failure::Unreadable, "neither a result nor a refusal").into());
    }
    Ok(())
}

/// Our code for what Billz says in a way of its own, whatever status stands beside it.
fn known_code(envelope: &Envelope<'_>, asked: Option<&Operation>) -> Option<&'static str> {
    let is_delete = asked.is_some_and(|operation| operation.kind() == OperationKind::DeleteDraft);
    match envelope.number().as_deref() {
        Some(OUT_OF_STOCK) => Some(Refusal::OUT_OF_STOCK),
        Some(WRONG_TOTAL) => Some(Refusal::WRONG_TOTAL),
        _ if is_delete && envelope.words().to_lowercase().contains(NOT_A_DRAFT) => Some(Refusal::NOT_A_DRAFT),
        _ => None,
    }
}

fn is_about_the_order(envelope: &Envelope<'_>, asked: Option<&Operation>) -> bool {
    let words = envelope.words().to_lowercase();
    asked.is_some_and(names_an_order) && !OTHER_THINGS.iter().any(|thing| words.contains(thing))
}

fn names_an_order(operation: &Operation) -> bool {
    match operation {
        Operation::AttachClient { .. }
        | Operation::AddItem { .. }
        | Operation::SetTotal { .. }
        | Operation::Postpone { .. }
        | Operation::ReadOrder { .. }
        | Operation::Pay { .. }
        | Operation::ReturnToDraft { .. }
        | Operation::DeleteDraft { .. } => true,
        Operation::FindClient { .. }
        | Operation::CreateClient(_)
        | Operation::CreateDraft { .. }
        | Operation::FindDraft { .. } => false,
    }
}

fn refused(code: &str, reason: String, asked: Option<&Operation>) -> BillzError {
    let product = match asked {
        Some(Operation::AddItem { line, .. }) if code != Refusal::ORDER_UNKNOWN => {
            Some(line.product.as_str().to_owned())
        }
        _ => None,
    };
    BillzError::Refused(Refusal { product, ..Refusal::new(code, reason) })
}
