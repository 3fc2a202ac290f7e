//! What Billz shows: clients, drafts, orders, tokens. <https://docs.billz.io>
//!
//! Reading is tolerant where nobody wrote down what Billz sends: text may be a number, fields may be missing.
//! It is strict about what proves that something is done, or that something is not there.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::AccessToken;
use super::envelope::Envelope;
use super::orders::{drafts, order_view};
use crate::domain::billz::operation::{Answer, Operation, Park};
use crate::domain::identifier::BillzClientId;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::zone::Zone;
use crate::providers::call::{self, CallError};
use crate::retry::Failure;

/// Rows asked for, as the parameter. A list of as many may go on.
pub(super) const PAGE: &str = "100";
/// The same, to be compared with.
pub(super) const PAGE_ROWS: usize = 100;
/// Longest token taken, in bytes: what fits into a header anywhere.
const MAX_TOKEN_BYTES: usize = 4096;
/// Most of a text of Billz's that is kept, in characters.
const MAX_KEPT: usize = 100;
/// How long a token is good for where neither the answer nor the token says so: what Billz's own example says.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The data of a login. <https://docs.billz.io>, Authentication
#[derive(Deserialize)]
struct Token<'a> {
    access_token: String,
    #[serde(default, borrow)]
    expires_in: Option<&'a RawValue>,
}

/// What a token says about itself.
#[derive(Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    exp: &'a RawValue,
}

/// `POST /v1/client`, and the data of `POST /v2/order`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Created<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    order_number: Option<&'a RawValue>,
}

/// What a payment says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Cheque<'a> {
    #[serde(borrow)]
    order_type: Option<&'a RawValue>,
    #[serde(borrow)]
    should_print_cheque: Option<&'a RawValue>,
}

/// `GET /v1/client`
#[derive(Deserialize)]
struct Clients<'a> {
    #[serde(borrow)]
    clients: Option<Vec<Client<'a>>>,
    #[serde(default, borrow)]
    count: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Client<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    phone_numbers: Value,
}

/// What an answer that says no nowhere means.
///
/// # Errors
/// `Unreadable` when it does not prove what was asked for.
pub(super) fn read(answer: &call::Answer, asked: &Operation, zone: &Zone) -> Result<Answer, CallError> {
    let body = answer.body.as_slice();
    let envelope = Envelope::of(body);
    let unreadable = |what: &str| answer.error(Failure::Unreadable, what);
    let is_result = answer.status.as_u16() != 202 && envelope.is_of_a_result();
    match asked {
        Operation::FindClient { phone } => {
            let found = client(body, phone).map_err(unreadable)?;
            Ok(Answer::Client(found))
        }
        Operation::CreateClient(_) => {
            let id = created(&envelope, body).id.and_then(text).and_then(|id| id.parse().ok());
            id.map(Answer::ClientCreated).ok_or_else(|| unreadable("no usable id of a client"))
        }
        Operation::CreateDraft { .. } => {
            // Beside the envelope's data stands the id of the message: it may look like an order's.
            let draft: Created = envelope.data.and_then(object).unwrap_or_default();
            let order = draft.id.and_then(text).and_then(|id| id.parse().ok());
            let order = order.ok_or_else(|| unreadable("no usable id of an order"))?;
            Ok(Answer::DraftCreated { order, number: draft.order_number.and_then(kept_text) })
        }
        Operation::FindDraft { comment, since } => {
            Ok(Answer::Draft(drafts(body, comment, *since, zone).map_err(unreadable)?))
        }
        Operation::ReadOrder { order } => {
            let view = order_view(body, order).map_err(unreadable)?;
            view.map(|view| Answer::Order(Some(view))).ok_or_else(|| unreadable("no order"))
        }
        Operation::Postpone { order, .. } => match order_view(body, order).map_err(unreadable)? {
            Some(view) if matches!(view.park, Park::Draft | Park::Expired) => {
                Err(unreadable("the order is not put aside"))
            }
            Some(view) => Ok(Answer::Postponed(Some(view))),
            None if is_result => Ok(Answer::Postponed(None)),
            None => Err(unreadable("neither an order nor a result")),
        },
        Operation::Pay { .. } if is_result || has_cheque(&envelope, body) => Ok(Answer::Done),
        Operation::AddItem { .. } if is_result => Ok(Answer::Done),
        // What sets may be set again, and is looked at before it is paid: a word is enough.
        Operation::AttachClient { .. } | Operation::SetTotal { .. }
            if is_result || envelope.has_message() =>
        {
            Ok(Answer::Done)
        }
        // Answered with no more than the id of the accepted message.
        Operation::ReturnToDraft { .. } | Operation::DeleteDraft { .. }
            if body.is_empty() || serde_json::from_slice::<IgnoredAny>(body).is_ok() =>
        {
            Ok(Answer::Done)
        }
        Operation::Pay { .. }
        | Operation::AddItem { .. }
        | Operation::AttachClient { .. }
        | Operation::SetTotal { .. }
        | Operation::ReturnToDraft { .. }
        | Operation::DeleteDraft { .. } => Err(unreadable("no result")),
    }
}

/// The token of a login, and how long it is good for: the shorter of what the answer and the token itself say.
/// Billz's documentation says 15 days, and its example one.
pub(super) fn access_token(body: &[u8], now: Timestamp) -> Option<AccessToken> {
    let envelope = Envelope::of(body);
    let read: Token = envelope.data.and_then(object)?;
    let token = read.access_token;
    let is_usable = !token.is_empty() && token.len() <= MAX_TOKEN_BYTES;
    if !is_usable || token.contains(char::is_whitespace) || HeaderValue::from_str(&token).is_err() {
        return None;
    }
    let told = read.expires_in.and_then(text).and_then(|seconds| seconds.parse().ok());
    let left = |end: i64| u64::try_from(end.saturating_sub(now.as_second())).unwrap_or_default();
    let own = end_of(&token).map(left);
    let lives_for = [told, own].into_iter().flatten().min().map_or(TOKEN_LIFE, Duration::from_secs);
    Some(AccessToken { text: SecretString::from(token), lives_for })
}

/// When a JSON Web Token says that it ends, in Unix seconds.
fn end_of(token: &str) -> Option<i64> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    text(claims.exp)?.parse().ok()
}

/// The rows of a list whose key nobody wrote down: the only list in the answer, or in its data. Id and name.
pub(super) fn named(body: &[u8]) -> Option<Vec<(String, String)>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let rows = rows(&answer).or_else(|| rows(answer.get("data")?))?;
    let text = |row: &Value, key: &str| match row.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    rows.iter().map(|row| Some((text(row, "id")?, text(row, "name").unwrap_or_default()))).collect()
}

fn rows(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(rows) => Some(rows),
        Value::Object(fields) => {
            let mut lists = fields.values().filter_map(Value::as_array);
            lists.next().filter(|_| lists.next().is_none())
        }
        _ => None,
    }
}

/// The client with exactly this number; none when nobody has it.
fn client(body: &[u8], phone: &PhoneNumber) -> Result<Option<BillzClientId>, &'static str> {
    let list = Envelope::of(body).data.and_then(object::<Clients>);
    let list = list.filter(|list| list.clients.is_some()).or_else(|| serde_json::from_slice(body).ok());
    let list = list.ok_or("no list of clients")?;
    let is_nobody = list.count.and_then(text).is_some_and(|count| count == "0");
    let rows = match list.clients {
        Some(rows) => rows,
        None if is_nobody => return Ok(None),
        None => return Err("no list of clients"),
    };
    match rows.iter().find(|row| row.phones().any(|number| number == phone.digits())) {
        Some(row) => {
            let id = row.id.and_then(text).and_then(|id| id.parse().ok());
            id.map(Some).ok_or("the client has no usable id")
        }
        // The search was not for this number: they may stand on the next page.
        None if rows.len() >= PAGE_ROWS => Err("the list of clients goes on"),
        None => Ok(None),
    }
}

impl Client<'_> {
    /// The digits of each number.
    fn phones(&self) -> impl Iterator<Item = String> {
        let numbers = match &self.phone_numbers {
            Value::Array(numbers) => numbers.as_slice(),
            one => std::slice::from_ref(one),
        };
        numbers.iter().filter_map(|number| match number {
            Value::String(text) => Some(text.chars().filter(char::is_ascii_digit).collect()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}

fn created<'a>(envelope: &Envelope<'a>, body: &'a [u8]) -> Created<'a> {
    let inside: Option<Created> = envelope.data.and_then(object).filter(|data: &Created| data.id.is_some());
    inside.or_else(|| serde_json::from_slice(body).ok()).unwrap_or_default()
}

fn has_cheque(envelope: &Envelope<'_>, body: &[u8]) -> bool {
    let outside: Option<Cheque> = serde_json::from_slice(body).ok();
    [outside, envelope.data.and_then(object)]
        .into_iter()
        .flatten()
        .any(|cheque| cheque.order_type.is_some_and(is_filled) || cheque.should_print_cheque.is_some())
}

/// An object of JSON; none when it is anything else.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// A text that is there, or a number's own.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    let text = match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw.get()).ok()?.trim().to_owned(),
        b'0'..=b'9' | b'-' => raw.get().to_owned(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The same, as much of it as is kept: nobody wrote down how long it may be.
pub(super) fn kept_text(raw: &RawValue) -> Option<String> {
    text(raw).map(|text| bounded(&text))
}

/// The beginning of a text, as much as is kept.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(MAX_KEPT).collect()
}

/// Whether a value says anything: an object whose fields are all empty does not.
pub(super) fn is_filled(raw: &RawValue) -> bool {
    serde_json::from_str(raw.get()).is_ok_and(|value: Value| holds_something(&value))
}

fn holds_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::String(text) => !text.trim().is_empty() && text.trim() != "0",
        Value::Array(values) => values.iter().any(holds_something),
        Value::Object(fields) => fields.values().any(holds_something),
    }
}
