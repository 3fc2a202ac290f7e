//! The Sippy switch: its accounts, when its payments are seen, and how long its nonces are good.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::instant_text;
use crate::decimal::Decimal;
use crate::problem::{Problem, read_body};
use crate::sippy::accounts::{Account, is_currency};
use crate::sippy::nonces::NonceSettings;
use crate::sippy::payments::{Payment, Visibility};
use crate::sippy::switch::Switch;
use crate::world::World;

/// Ten years is the longest.
const LONGEST_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// What is not a collection.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/sippy/nonces/expire", post(end_nonces))
}

async fn end_nonces(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "expired": world.sippy().nonces.end_all() }))
}

/// The items of a collection; `None` where there is no such collection.
pub(super) fn list(world: &World, collection: &str) -> Option<Vec<Value>> {
    let (switch, now_ms) = (world.sippy(), world.clock.now_ms());
    match collection {
        "accounts" => Some(switch.accounts.values().map(|account| shown(&switch, account, now_ms)).collect()),
        "payments" => {
            let payments = switch.payments.iter();
            Some(payments.map(|payment| shown_payment(payment, switch.visibility, now_ms)).collect())
        }
        _ => None,
    }
}

/// One item; `None` in the first place where there is no such collection, in the second where it is not in there.
pub(super) fn read(world: &World, collection: &str, id: &str) -> Option<Option<Value>> {
    let (switch, now_ms) = (world.sippy(), world.clock.now_ms());
    match (collection, id) {
        ("accounts", _) => {
            let account = id.parse().ok().and_then(|number: i32| switch.accounts.get(&number));
            Some(account.map(|account| shown(&switch, account, now_ms)))
        }
        ("payments", _) => {
            let payment = switch.payments.iter().find(|payment| payment.i_payment.to_string() == id);
            Some(payment.map(|payment| shown_payment(payment, switch.visibility, now_ms)))
        }
        ("settings", "visibility") => Some(Some(json!(switch.visibility))),
        ("settings", "nonce") => Some(Some(json!(switch.nonces.settings))),
        _ => None,
    }
}

/// Puts something there; `None` where there is no such collection.
pub(super) fn put(world: &World, collection: &str, id: &str, body: &[u8]) -> Option<Result<Value, Problem>> {
    let (mut switch, now_ms) = (world.sippy(), world.clock.now_ms());
    match (collection, id) {
        ("accounts", _) => Some(put_account(&mut switch, id, body, now_ms)),
        ("settings", "visibility") => Some(put_visibility(&mut switch, body)),
        ("settings", "nonce") => Some(put_nonce_settings(&mut switch, body)),
        ("payments", _) => {
            let detail = "payments are made by accountDebit, accountCredit and accountAddFunds";
            Some(Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)))
        }
        _ => None,
    }
}

/// What is left out stays, or is as in a new account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AccountWish {
    i_account: Option<i32>,
    username: Option<String>,
    balance: Option<Decimal<2>>,
    credit_limit: Option<Decimal<2>>,
    currency: Option<String>,
    payment_currency: Option<String>,
    blocked: Option<bool>,
    allow_negative: Option<bool>,
}

fn put_account(switch: &mut Switch, id: &str, body: &[u8], now_ms: i64) -> Result<Value, Problem> {
    let wish: AccountWish = read_body(body)?;
    let number = id.parse().ok().filter(|number: &i32| *number > 0 && id == number.to_string());
    let number = number.ok_or_else(|| {
        Problem::bad_request(format!("an account's id is a whole number above 0, not {id:?}"))
    })?;
    if let Some(other) = wish.i_account.filter(|inside| *inside != number) {
        return Err(Problem::bad_request(format!("the document says iAccount {other}, the path {number}")));
    }
    let account = wished(switch.accounts.get(&number), number, wish)?;
    let mut others = switch.accounts.values().filter(|other| other.i_account != number);
    if others.any(|other| other.username == account.username) {
        return Err(Problem::bad_request(format!("another account is {:?} already", account.username)));
    }
    let shown = shown(switch, &account, now_ms);
    switch.accounts.insert(number, account);
    Ok(shown)
}

fn wished(known: Option<&Account>, number: i32, wish: AccountWish) -> Result<Account, Problem> {
    let needed = || Problem::bad_request("a new account needs username and currency");
    let mut account = match (known, &wish.username, &wish.currency) {
        (Some(known), _, _) => known.clone(),
        (None, Some(username), Some(currency)) => Account::holding(number, username, currency, Decimal(0)),
        (None, _, _) => return Err(needed()),
    };
    account.username = wish.username.unwrap_or(account.username);
    account.balance = wish.balance.unwrap_or(account.balance);
    account.credit_limit = wish.credit_limit.unwrap_or(account.credit_limit);
    if let Some(currency) = wish.currency {
        account.payment_currency.clone_from(&currency);
        account.currency = currency;
    }
    account.payment_currency = wish.payment_currency.unwrap_or(account.payment_currency);
    account.blocked = wish.blocked.unwrap_or(account.blocked);
    account.allow_negative = wish.allow_negative.unwrap_or(account.allow_negative);
    if account.username.is_empty() || account.credit_limit.0 < 0 {
        return Err(Problem::bad_request("username must not be empty, creditLimit not negative"));
    }
    if !is_currency(&account.currency) || !is_currency(&account.payment_currency) {
        return Err(Problem::bad_request("currencies are three capital letters"));
    }
    Ok(account)
}

fn put_visibility(switch: &mut Switch, body: &[u8]) -> Result<Value, Problem> {
    let visibility: Visibility = read_body(body)?;
    if !(0..=LONGEST_SECONDS * 1_000).contains(&visibility.delay_ms) {
        return Err(Problem::bad_request(format!("delayMs must be from 0 to {}", LONGEST_SECONDS * 1_000)));
    }
    switch.visibility = visibility;
    Ok(json!(visibility))
}

fn put_nonce_settings(switch: &mut Switch, body: &[u8]) -> Result<Value, Problem> {
    let settings: NonceSettings = read_body(body)?;
    if settings.uses == 0 || !(1..=LONGEST_SECONDS).contains(&settings.life_seconds) {
        let detail = format!("uses must be at least 1, lifeSeconds from 1 to {LONGEST_SECONDS}");
        return Err(Problem::bad_request(detail));
    }
    switch.nonces.settings = settings;
    Ok(json!(settings))
}

fn shown(switch: &Switch, account: &Account, now_ms: i64) -> Value {
    let payments = switch.payments_of(account.i_account);
    let payments = payments.map(|payment| shown_payment(payment, switch.visibility, now_ms));
    json!({
        "iAccount": account.i_account,
        "username": account.username,
        "balance": account.balance,
        "creditLimit": account.credit_limit,
        "currency": account.currency,
        "paymentCurrency": account.payment_currency,
        "blocked": account.blocked,
        "allowNegative": account.allow_negative,
        "payments": payments.collect::<Vec<_>>(),
    })
}

fn shown_payment(payment: &Payment, visibility: Visibility, now_ms: i64) -> Value {
    json!({
        "iPayment": payment.i_payment,
        "iAccount": payment.i_account,
        "kind": payment.kind,
        "amount": payment.amount,
        "currency": payment.currency,
        "notes": payment.notes,
        "paymentTime": instant_text(payment.payment_time),
        "bookedAt": instant_text(payment.booked_at_ms.div_euclid(1_000)),
        "visible": payment.is_visible(visibility, now_ms),
    })
}
