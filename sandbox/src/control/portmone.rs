//! Portmone's bills, and how it behaves.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::collections::present;
use crate::clock::instant_text;
use crate::decimal::Decimal;
use crate::portmone::bills::{Bill, State as BillState};
use crate::portmone::office::{NewBill, Office, read_id};
use crate::portmone::payees::{Language, Payee};
use crate::portmone::settings::{Dialect, Settings, Shape};
use crate::problem::{Problem, read_body};
use crate::world::World;

const LONGEST_DELAY_MS: u64 = 60_000;

/// What is not a collection.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/portmone/counts", get(counts))
}

async fn counts(State(world): State<Arc<World>>) -> Json<Value> {
    let office = world.portmone();
    Json(json!({ "created": office.created, "paid": office.paid }))
}

/// The items of a collection; `None` where there is no such collection.
pub(super) fn list(world: &World, collection: &str) -> Option<Vec<Value>> {
    match collection {
        "bills" => Some(world.portmone().bills.values().map(shown).collect()),
        _ => None,
    }
}

/// One item; `None` in the first place where there is no such collection, in the second where it is not in there.
pub(super) fn read(world: &World, collection: &str, id: &str) -> Option<Option<Value>> {
    let office = world.portmone();
    match (collection, id) {
        ("bills", _) => Some(office.bill(id).map(shown)),
        ("settings", "reseller") => Some(Some(json!(office.settings))),
        _ => None,
    }
}

/// Puts something there; `None` where there is no such collection.
pub(super) fn put(world: &World, collection: &str, id: &str, body: &[u8]) -> Option<Result<Value, Problem>> {
    let now = world.clock.now_seconds();
    let mut office = world.portmone();
    match (collection, id) {
        ("bills", _) => Some(put_bill(&mut office, id, body, now)),
        ("settings", "reseller") => Some(put_settings(&mut office.settings, body)),
        _ => None,
    }
}

/// Of a bill that is there only the state can be changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BillWish {
    payee_id: Option<String>,
    contract_number: Option<String>,
    amount: Option<Decimal<2>>,
    comment: Option<String>,
    state: Option<BillState>,
}

fn put_bill(office: &mut Office, id: &str, body: &[u8], now: i64) -> Result<Value, Problem> {
    let wish: BillWish = read_body(body)?;
    let number = read_id(id).ok_or_else(|| {
        Problem::bad_request(format!("a bill's id is a whole number above 0, up to 15 digits, not {id:?}"))
    })?;
    let is_change = wish.payee_id.is_none() && wish.contract_number.is_none();
    if !(office.bills.contains_key(&number) && is_change) {
        let new = new_bill(office, number, &wish)?;
        office.put(number, new, now);
    } else if wish.amount.is_some() || wish.comment.is_some() {
        return Err(Problem::bad_request("of a bill that is there only the state can be changed"));
    }
    let bill = office.bills.get_mut(&number).ok_or_else(|| Problem::not_found("bill", id))?;
    if let Some(state) = wish.state {
        bill.turn(state, now);
    }
    Ok(shown(bill))
}

fn new_bill(office: &Office, number: u64, wish: &BillWish) -> Result<NewBill, Problem> {
    if office.bills.contains_key(&number) {
        return Err(Problem::bad_request(format!("there is a bill {number} already")));
    }
    let (Some(payee), Some(contract_number)) = (&wish.payee_id, &wish.contract_number) else {
        return Err(Problem::bad_request("a new bill needs payeeId and contractNumber"));
    };
    let payee = Payee::numbered(payee).ok_or_else(|| Problem::not_found("payee", payee))?;
    if !payee.has_contract(contract_number) || wish.amount.is_some_and(|amount| amount.0 <= 0) {
        return Err(Problem::bad_request("the payee has no such contract, or amount is not above 0"));
    }
    Ok(NewBill {
        payee,
        contract_number: contract_number.clone(),
        amount: wish.amount,
        currency: "UAH".to_owned(),
        comment: wish.comment.clone(),
    })
}

/// What is left out stays; `null` takes it away.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettingsWish {
    #[serde(default, deserialize_with = "present")]
    callback_url: Option<Option<String>>,
    webhook_token: Option<String>,
    fallback: Option<bool>,
    shape: Option<Shape>,
    #[serde(default, deserialize_with = "present")]
    auto_callback: Option<Option<Dialect>>,
    auto_callback_delay_ms: Option<u64>,
}

fn put_settings(settings: &mut Settings, body: &[u8]) -> Result<Value, Problem> {
    let wish: SettingsWish = read_body(body)?;
    let delay_ms = wish.auto_callback_delay_ms.unwrap_or(settings.auto_callback_delay_ms);
    if delay_ms > LONGEST_DELAY_MS {
        return Err(Problem::bad_request(format!("autoCallbackDelayMs must be at most {LONGEST_DELAY_MS}")));
    }
    *settings = Settings {
        callback_url: wish.callback_url.unwrap_or_else(|| settings.callback_url.take()),
        webhook_token: wish.webhook_token.unwrap_or_else(|| settings.webhook_token.clone()),
        fallback: wish.fallback.unwrap_or(settings.fallback),
        shape: wish.shape.unwrap_or(settings.shape),
        auto_callback: wish.auto_callback.unwrap_or(settings.auto_callback),
        auto_callback_delay_ms: delay_ms,
    };
    Ok(json!(settings))
}

fn shown(bill: &Bill) -> Value {
    json!({
        "id": bill.id.to_string(),
        "payeeId": bill.payee.id,
        "payeeName": bill.payee.name(Language::English),
        "contractNumber": bill.contract_number,
        "amount": bill.amount,
        "currency": bill.currency,
        "comment": bill.comment,
        "state": bill.state,
        "payments": bill.payments,
        "createdAt": instant_text(bill.created_at),
        "paidAt": bill.paid_at.map(instant_text),
    })
}
