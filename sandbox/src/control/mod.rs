//! What tests and demos steer the sandbox with, below `/_control`. `README.md` of this crate lists it.
//!
//! Unknown paths, parties, operations and fields are refused with a problem document that says what is known.

mod billz;
mod collections;
mod faults;
mod isp;
mod mail;
mod notices;
mod portmone;
mod sippy;
mod telecom;
mod telegram;
mod tripay;
mod updates;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::party::Party;
use crate::problem::{Problem, read_body};
use crate::tripay::callbacks::{self, Sending};
use crate::world::World;

/// The furthest the clock is moved at once: ten years.
const FURTHEST_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/reset", post(reset))
        .route("/log", get(log))
        .route("/clock", get(read_clock).post(advance_clock))
        .route("/faults", get(faults::waiting).post(faults::add).delete(faults::forget))
        .route("/mail/messages", get(mail::messages))
        .route("/tripay/tester", post(tripay::send_tester))
        .route("/tripay/transactions/{reference}/{event}", post(tripay::report))
        .merge(isp::routes())
        .merge(billz::routes())
        .merge(sippy::routes())
        .merge(portmone::routes())
        .merge(notices::routes())
        .merge(telecom::routes())
        .merge(updates::routes())
        .route("/{party}/{collection}", get(collections::list))
        .route("/{party}/{collection}/{id}", get(collections::read).put(collections::put))
}

fn party(name: &str) -> Result<Party, Problem> {
    let known = || Party::ALL.map(Party::name).join(", ");
    Party::named(name)
        .ok_or_else(|| Problem::bad_request(format!("unknown party {name:?}; known: {}", known())))
}

async fn reset(State(world): State<Arc<World>>) -> Json<Value> {
    world.reset();
    Json(json!({ "reset": true }))
}

async fn log(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    if let Some(unknown) = parameters.keys().find(|name| !matches!(name.as_str(), "party" | "operation")) {
        let detail = format!("unknown parameter {unknown:?}; known: party, operation");
        return Err(Problem::bad_request(detail));
    }
    let of_party = parameters.get("party").map(|name| party(name)).transpose()?;
    let entries = world.log.entries(of_party, parameters.get("operation").map(String::as_str));
    Ok(Json(json!({ "entries": entries })))
}

async fn read_clock(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "now": world.clock.now_text() }))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
    /// Whether what becomes due is reported; `false` loses the reports.
    #[serde(default = "yes")]
    send: bool,
}

fn yes() -> bool {
    true
}

async fn advance_clock(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let advance: Advance = read_body(&body)?;
    if !(0..=FURTHEST_SECONDS).contains(&advance.advance_seconds) {
        let detail =
            format!("advanceSeconds must be from 0 to {FURTHEST_SECONDS}: the clock only moves forward");
        return Err(Problem::bad_request(detail));
    }
    let sending = if advance.send { Sending::On } else { Sending::Off };
    let caught_up = callbacks::advance(&world, advance.advance_seconds, sending).await;
    Ok(Json(json!({
        "now": world.clock.now_text(),
        "expired": caught_up.expired,
        "deliveries": caught_up.deliveries,
    })))
}
