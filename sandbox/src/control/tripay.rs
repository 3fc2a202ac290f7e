//! Moves Tripay's transactions and sends the reports: `/_control/tripay/…`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use futures::future::join_all;
use http::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::yes;
use crate::problem::{Problem, read_body};
use crate::tripay::callbacks::deliver;
use crate::tripay::credentials::Side;
use crate::tripay::reports::{PAYMENT_STATUS, Report, Signing, Wording};
use crate::tripay::transaction::Status;
use crate::world::World;

const MOST_TIMES: u32 = 1_000;
const LONGEST_DELAY_MS: u64 = 60_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wish {
    /// How often the report is sent.
    #[serde(default = "once")]
    times: u32,
    /// What the report says was paid, where that is not the truth.
    amount: Option<i64>,
    note: Option<String>,
    /// How long to wait before each delivery.
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    signature: Signing,
    event: Option<String>,
    /// All at once instead of one after the other.
    #[serde(default)]
    concurrent: bool,
    /// `false` moves the transaction and loses the report.
    #[serde(default = "yes")]
    send: bool,
}

fn once() -> u32 {
    1
}

/// `POST /_control/tripay/transactions/{reference}/{pay|expire|fail|refund}`
pub(super) async fn report(
    State(world): State<Arc<World>>,
    Path((reference, event)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let event = match event.as_str() {
        "pay" => Status::Paid,
        "expire" => Status::Expired,
        "fail" => Status::Failed,
        "refund" => Status::Refund,
        other => {
            let detail = format!("there is no event {other:?}; known: pay, expire, fail, refund");
            return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", detail));
        }
    };
    let wish: Wish = read_body(&body)?;
    if !(1..=MOST_TIMES).contains(&wish.times) || wish.delay_ms > LONGEST_DELAY_MS {
        let detail = format!("times must be from 1 to {MOST_TIMES}, delayMs at most {LONGEST_DELAY_MS}");
        return Err(Problem::bad_request(detail));
    }
    let (status, report) = apply(&world, &reference, event, &wish)?;
    let deliveries = match wish.send {
        false => Vec::new(),
        true => {
            let delay = Duration::from_millis(wish.delay_ms);
            let each = (0..wish.times).map(|_time| {
                let (world, report) = (&world, report.clone());
                async move {
                    tokio::time::sleep(delay).await;
                    deliver(world, report).await
                }
            });
            if wish.concurrent {
                join_all(each).await
            } else {
                let mut deliveries = Vec::new();
                for delivery in each {
                    deliveries.push(delivery.await);
                }
                deliveries
            }
        }
    };
    Ok(Json(json!({ "reference": reference, "status": status.word(), "deliveries": deliveries })))
}

fn apply(world: &World, reference: &str, event: Status, wish: &Wish) -> Result<(Status, Report), Problem> {
    let now = world.clock.now_seconds();
    let mut books = world.tripay();
    let default_url = books.settings.callback_url.clone();
    let transaction =
        books.find_mut(reference).ok_or_else(|| Problem::not_found("transaction", reference))?;
    transaction.apply(event, now);
    let wording = Wording {
        status: event,
        amount: wish.amount,
        note: wish.note.clone(),
        signing: wish.signature,
        event: wish.event.clone().unwrap_or_else(|| PAYMENT_STATUS.to_owned()),
    };
    Ok((transaction.status, Report::about(transaction, &wording, default_url.as_deref())))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    ZeroAmount,
    NullIds,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TesterWish {
    shape: Shape,
    reference: Option<String>,
}

/// `POST /_control/tripay/tester`: what Tripay's own callback testers send.
pub(super) async fn send_tester(
    State(world): State<Arc<World>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let wish: TesterWish = read_body(&body)?;
    let report = {
        let mut books = world.tripay();
        let url = books.settings.callback_url.clone();
        match (wish.shape, wish.reference) {
            (Shape::NullIds, None) => Report::null_ids(url.as_deref()),
            (Shape::NullIds, Some(_)) => {
                return Err(Problem::bad_request("a report with null ids has no reference"));
            }
            (Shape::ZeroAmount, None) => {
                let reference = books.next_reference(Side::Sandbox);
                Report::zero_amount(Side::Sandbox, &reference, "TEST-CALLBACK", url.as_deref())
            }
            (Shape::ZeroAmount, Some(reference)) => {
                let transaction =
                    books.find(&reference).ok_or_else(|| Problem::not_found("transaction", &reference))?;
                let url = transaction.callback_url.as_deref().or(url.as_deref());
                Report::zero_amount(transaction.side, &reference, &transaction.merchant_ref, url)
            }
        }
    };
    let delivery = deliver(&world, report).await;
    Ok(Json(json!({ "delivery": delivery })))
}
