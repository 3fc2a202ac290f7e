//! Moves Portmone's bills and sends its notices: `/_control/portmone/bills/{id}/{event}`, `…/registries`, `…/requests`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use futures::future::join_all;
use http::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::yes;
use crate::decimal::Decimal;
use crate::portmone::bills::Bill;
use crate::portmone::documents::{Outcome, Payer, Wording, requests};
use crate::portmone::notices::{Delivery, Notice, Proof, deliver};
use crate::portmone::settings::Dialect;
use crate::problem::{Problem, read_body};
use crate::world::World;

const MOST_TIMES: u32 = 1_000;
const LONGEST_DELAY_MS: u64 = 60_000;
const MOST_BILLS: usize = 1_000;
const MOST_PAYERS: usize = 1_000;
const MOST_ATTRIBUTES: usize = 4;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/portmone/bills/{id}/{event}", post(report))
        .route("/portmone/registries", post(send_registry))
        .route("/portmone/requests", post(ask_about_payers))
}

/// How often a notice is sent, and how.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manner {
    #[serde(default = "once")]
    times: u32,
    /// How long to wait before each delivery.
    #[serde(default)]
    delay_ms: u64,
    /// All at once instead of one after the other.
    #[serde(default)]
    concurrent: bool,
    #[serde(default)]
    token: Proof,
}

fn once() -> u32 {
    1
}

impl Manner {
    async fn send(&self, world: &World, notice: &Notice) -> Vec<Delivery> {
        let each = (0..self.times).map(|_time| async {
            tokio::time::sleep(Duration::from_millis(self.delay_ms)).await;
            deliver(world, notice).await
        });
        if self.concurrent {
            return join_all(each).await;
        }
        let mut deliveries = Vec::new();
        for delivery in each {
            deliveries.push(delivery.await);
        }
        deliveries
    }
}

/// A wish, and apart from it how it is sent: the same fields for every notice.
fn read_wish<T: DeserializeOwned>(body: &[u8]) -> Result<(Manner, T), Problem> {
    let mut wish: Map<String, Value> = read_body(body)?;
    let mut manner = Map::new();
    for name in ["times", "delayMs", "concurrent", "token"] {
        manner.extend(wish.remove(name).map(|value| (name.to_owned(), value)));
    }
    let unreadable = |error: serde_json::Error| Problem::bad_request(error.to_string());
    let manner: Manner = serde_json::from_value(Value::Object(manner)).map_err(unreadable)?;
    if !(1..=MOST_TIMES).contains(&manner.times) || manner.delay_ms > LONGEST_DELAY_MS {
        let detail = format!("times must be from 1 to {MOST_TIMES}, delayMs at most {LONGEST_DELAY_MS}");
        return Err(Problem::bad_request(detail));
    }
    let wish = serde_json::from_value(Value::Object(wish)).map_err(unreadable)?;
    Ok((manner, wish))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportWish {
    #[serde(default)]
    dialect: Dialect,
    /// What the notice claims was paid, where that is not the truth.
    amount: Option<Decimal<2>>,
    /// Of a failure, in an `<rsp>`.
    code: Option<String>,
    description: Option<String>,
    /// Whether the bill goes where the notice says.
    #[serde(default = "yes")]
    moves: bool,
    /// `false` moves the bill and loses the notice.
    #[serde(default = "yes")]
    send: bool,
}

/// `POST /_control/portmone/bills/{id}/{ok|fail|refund}`
async fn report(
    State(world): State<Arc<World>>,
    Path((id, event)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let outcome = match event.as_str() {
        "ok" => Outcome::Ok,
        "fail" => Outcome::Fail,
        "refund" => Outcome::Refund,
        other => {
            let detail = format!("there is no event {other:?}; known: ok, fail, refund");
            return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", detail));
        }
    };
    let (manner, wish): (Manner, ReportWish) = read_wish(&body)?;
    if outcome == Outcome::Fail && wish.dialect == Dialect::PayOrders {
        return Err(Problem::bad_request("a payment order says nothing of failures"));
    }
    let usual = Wording::of(outcome);
    let wording = Wording {
        outcome,
        amount: wish.amount,
        code: wish.code.unwrap_or(usual.code),
        description: wish.description.unwrap_or(usual.description),
    };
    let bill = moved(&world, &id, outcome, wish.moves)?;
    let deliveries = if wish.send {
        let notice = Notice::about(&world, &bill, wish.dialect, &wording, manner.token);
        manner.send(&world, &notice).await
    } else {
        Vec::new()
    };
    Ok(Json(json!({ "bill": id, "state": bill.state, "deliveries": deliveries })))
}

/// The bill, where the event has put it if it could.
fn moved(world: &World, id: &str, outcome: Outcome, moves: bool) -> Result<Bill, Problem> {
    let now = world.clock.now_seconds();
    let mut office = world.portmone();
    let bill = office.bill_mut(id).ok_or_else(|| Problem::not_found("bill", id))?;
    if let Some(state) = outcome.leads_to(bill.state).filter(|_| moves) {
        bill.turn(state, now);
    }
    Ok(bill.clone())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryWish {
    #[serde(default = "pay_orders")]
    dialect: Dialect,
    bills: Vec<String>,
    /// Whether it is one of money that went back.
    #[serde(default)]
    refund: bool,
}

fn pay_orders() -> Dialect {
    Dialect::PayOrders
}

/// `POST /_control/portmone/registries`: one notice about several bills, none of which it moves.
async fn send_registry(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let (manner, wish): (Manner, RegistryWish) = read_wish(&body)?;
    if wish.bills.is_empty() || wish.bills.len() > MOST_BILLS {
        return Err(Problem::bad_request(format!("bills must be 1 to {MOST_BILLS} numbers of bills")));
    }
    let told = {
        let office = world.portmone();
        let find = |id: &String| office.bill(id).cloned().ok_or_else(|| Problem::not_found("bill", id));
        wish.bills.iter().map(find).collect::<Result<Vec<_>, _>>()?
    };
    let wording = Wording::of(if wish.refund { Outcome::Refund } else { Outcome::Ok });
    let notice = match wish.dialect {
        Dialect::PayOrders => Notice::registry(&world, &told, &wording, manner.token),
        Dialect::Bills => Notice::list(&told, &wording, manner.token),
        Dialect::Rsp | Dialect::Json => {
            return Err(Problem::bad_request("only pay_orders and bills tell of several bills"));
        }
    };
    Ok(Json(json!({ "deliveries": manner.send(&world, &notice).await })))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PayerWish {
    contract_number: String,
    #[serde(default)]
    attributes: Vec<String>,
    amount: Option<Decimal<2>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestsWish {
    #[serde(default = "usual_payee")]
    payee: String,
    payers: Vec<PayerWish>,
}

fn usual_payee() -> String {
    "1001".to_owned()
}

/// `POST /_control/portmone/requests`: asks what payers owe.
async fn ask_about_payers(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let (manner, wish): (Manner, RequestsWish) = read_wish(&body)?;
    let has_too_many = wish.payers.iter().any(|payer| payer.attributes.len() > MOST_ATTRIBUTES);
    if wish.payers.is_empty() || wish.payers.len() > MOST_PAYERS || has_too_many {
        let detail =
            format!("payers must be 1 to {MOST_PAYERS}, each with at most {MOST_ATTRIBUTES} attributes");
        return Err(Problem::bad_request(detail));
    }
    let payers = wish.payers.into_iter().map(|payer| {
        let PayerWish { contract_number, attributes, amount } = payer;
        Payer { contract_number, attributes, amount }
    });
    let document = requests(&wish.payee, &payers.collect::<Vec<_>>());
    let notice = Notice::question(&document, manner.token);
    Ok(Json(json!({ "deliveries": manner.send(&world, &notice).await })))
}
