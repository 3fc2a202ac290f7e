//! `POST top-ups`: makes a top-up, or answers what the same key got before.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::API_KEY;
use super::books::{TopUp, is_msisdn};
use crate::decimal::Decimal;
use crate::problem::{Problem, read_body};
use crate::world::World;

/// The most that is topped up at once: 10,000 in whole hryvnias.
const MOST: Decimal<2> = Decimal(1_000_000);
const LONGEST_KEY: usize = 255;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    msisdn: String,
    amount: String,
    currency: String,
    reference: String,
}

/// 201 the first time, then 200 with the same document and `Idempotent-Replay: true`.
pub(super) async fn make(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = made(&world, &headers, &body);
    if outcome.is_err() {
        world.telecom().counts.refused += 1;
    }
    match outcome {
        Ok((id, true)) => (StatusCode::CREATED, Json(document(&id))).into_response(),
        Ok((id, false)) => ([("idempotent-replay", "true")], Json(document(&id))).into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn document(id: &str) -> Value {
    json!({ "id": id, "status": "done" })
}

/// The id of the top-up, and whether it was made now.
fn made(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(String, bool), Problem> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-api-key") != Some(API_KEY) {
        let detail = "x-api-key is missing or wrong";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail));
    }
    let key = header("idempotency-key").filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let key = key.ok_or_else(|| Problem::bad_request("Idempotency-Key is required"))?.to_owned();
    let told: Value = read_body(body)?;
    let (wish, amount) = read(body)?;
    let mut books = world.telecom();
    if let Some(before) = books.top_ups.get_mut(&key) {
        if before.body != told {
            let detail = "this Idempotency-Key came before with another body";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail));
        }
        before.requests += 1;
        let id = before.id.clone();
        books.counts.replays += 1;
        return Ok((id, false));
    }
    if let Some(detail) = books.refused.get(&wish.msisdn) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "top_up_refused", detail));
    }
    books.counts.top_ups += 1;
    let id = format!("topup-{}", books.counts.top_ups);
    let top_up = TopUp {
        key: key.clone(),
        id: id.clone(),
        msisdn: wish.msisdn,
        amount,
        currency: wish.currency,
        reference: wish.reference,
        at: world.clock.now_text(),
        requests: 1,
        body: told,
    };
    books.top_ups.insert(key, top_up);
    Ok((id, true))
}

fn read(body: &[u8]) -> Result<(Wish, Decimal<2>), Problem> {
    let wish: Wish = read_body(body)?;
    if !is_msisdn(&wish.msisdn) {
        return Err(Problem::bad_request("msisdn must be 380 and nine digits"));
    }
    let has_two_places = wish.amount.split_once('.').is_some_and(|(_, places)| places.len() == 2);
    let amount =
        wish.amount.parse().ok().filter(|amount| has_two_places && (Decimal(1)..=MOST).contains(amount));
    let amount = amount.ok_or_else(|| Problem::bad_request("amount must be like \"1.00\", above 0"))?;
    if wish.currency != "UAH" || wish.reference.is_empty() {
        return Err(Problem::bad_request("currency must be UAH, reference must not be empty"));
    }
    Ok((wish, amount))
}
