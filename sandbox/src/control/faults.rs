//! Orders misbehaviour: `/_control/faults`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::party;
use crate::faults::{Fault, FaultKind};
use crate::party::Party;
use crate::problem::{Problem, read_body};
use crate::world::World;

const SLOW_MS: u64 = 3_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wish {
    party: String,
    operation: String,
    fault: FaultKind,
    #[serde(default = "once")]
    times: u32,
    delay_ms: Option<u64>,
    status: Option<u16>,
    message: Option<String>,
    parameters: Option<Value>,
    /// Seconds.
    retry_after: Option<u64>,
    acts: Option<bool>,
}

fn once() -> u32 {
    1
}

pub(super) async fn add(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let fault = weigh(read_body(&body)?)?;
    world.faults.add(fault);
    Ok(Json(json!({ "waiting": world.faults.waiting() })))
}

pub(super) async fn waiting(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "waiting": world.faults.waiting() }))
}

pub(super) async fn forget(State(world): State<Arc<World>>) -> Json<Value> {
    world.faults.reset();
    Json(json!({ "waiting": [] }))
}

fn weigh(wish: Wish) -> Result<Fault, Problem> {
    let party = party(&wish.party)?;
    let operation = party.operations().iter().find(|operation| **operation == wish.operation);
    let Some(operation) = operation else {
        let known = party.operations().join(", ");
        let detail = format!("{} has no operation {:?}; known: {known}", party.name(), wish.operation);
        return Err(Problem::bad_request(detail));
    };
    if wish.times == 0 {
        return Err(Problem::bad_request("times must be at least 1"));
    }
    if let Some(status) = wish.status {
        let has_status =
            matches!(wish.fault, FaultKind::Refuse | FaultKind::Garbage | FaultKind::ServerError);
        if !has_status || !(200..=599).contains(&status) || StatusCode::from_u16(status).is_err() {
            return Err(Problem::bad_request(
                "status is for refuse, garbage and server_error, from 200 to 599",
            ));
        }
    }
    if wish.message.is_some() && wish.fault != FaultKind::Refuse {
        return Err(Problem::bad_request("message is for refuse"));
    }
    let takes_parameters = wish.fault == FaultKind::Refuse
        && matches!(party, Party::Telegram | Party::Billz | Party::Sippy | Party::Portmone);
    if wish.parameters.is_some() && !takes_parameters {
        return Err(Problem::bad_request(
            "parameters are for Telegram's, Billz's, Sippy's and Portmone's refuse",
        ));
    }
    if wish.retry_after.is_some() && wish.fault != FaultKind::Limit {
        return Err(Problem::bad_request("retryAfter is for limit"));
    }
    if wish.delay_ms.is_some() && wish.fault != FaultKind::Slow {
        return Err(Problem::bad_request("delayMs is for slow"));
    }
    Ok(Fault {
        party: party.name(),
        operation,
        fault: wish.fault,
        times: wish.times,
        delay_ms: wish.delay_ms.unwrap_or(SLOW_MS),
        status: wish.status,
        message: wish.message,
        parameters: wish.parameters,
        retry_after_seconds: wish.retry_after.unwrap_or(1),
        acts: acts(wish.fault, wish.acts, wish.status)?,
    })
}

/// Whether a fault comes after the deed. Some could be either way: those may be told.
fn acts(fault: FaultKind, wish: Option<bool>, status: Option<u16>) -> Result<bool, Problem> {
    let usual = match fault {
        FaultKind::Refuse | FaultKind::Limit | FaultKind::CutBefore => false,
        FaultKind::CutAfter => true,
        FaultKind::Hang | FaultKind::ServerError => return Ok(wish.unwrap_or(false)),
        FaultKind::Slow => return Ok(wish.unwrap_or(true)),
        FaultKind::Garbage => return Ok(wish.unwrap_or(status.is_none_or(|status| status < 300))),
    };
    match wish {
        Some(acts) if acts != usual => {
            let detail = format!("{} cannot have acts: {acts}", fault.name());
            Err(Problem::bad_request(detail))
        }
        Some(_) | None => Ok(usual),
    }
}
