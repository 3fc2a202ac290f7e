//! The telecom: what was topped up, and who is refused.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::problem::{Problem, read_body};
use crate::telecom::books::{Books, is_msisdn};
use crate::world::World;

/// What is not a collection.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/telecom/counts", get(counts))
}

async fn counts(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.telecom().counts))
}

/// The items of a collection; `None` where there is no such collection.
pub(super) fn list(world: &World, collection: &str) -> Option<Vec<Value>> {
    let books = world.telecom();
    match collection {
        "top-ups" => Some(books.top_ups.values().map(|top_up| json!(top_up)).collect()),
        "subscribers" => Some(books.refused.keys().map(|msisdn| subscriber(&books, msisdn)).collect()),
        _ => None,
    }
}

/// One item; `None` in the first place where there is no such collection, in the second where it is not in there.
pub(super) fn read(world: &World, collection: &str, id: &str) -> Option<Option<Value>> {
    let books = world.telecom();
    match collection {
        "top-ups" => Some(books.top_ups.get(id).map(|top_up| json!(top_up))),
        "subscribers" => Some(Some(subscriber(&books, id)).filter(|_| is_msisdn(id))),
        _ => None,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriberWish {
    refused: bool,
    detail: Option<String>,
}

/// Puts something there; `None` where there is no such collection.
pub(super) fn put(world: &World, collection: &str, id: &str, body: &[u8]) -> Option<Result<Value, Problem>> {
    match collection {
        "subscribers" => Some(put_subscriber(&mut world.telecom(), id, body)),
        "top-ups" => {
            let detail = "top-ups are made by POST /telecom/top-ups";
            Some(Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)))
        }
        _ => None,
    }
}

fn put_subscriber(books: &mut Books, msisdn: &str, body: &[u8]) -> Result<Value, Problem> {
    let wish: SubscriberWish = read_body(body)?;
    if !is_msisdn(msisdn) {
        return Err(Problem::bad_request(format!("a subscriber is 380 and nine digits, not {msisdn:?}")));
    }
    if wish.refused {
        let detail = wish.detail.unwrap_or_else(|| "the number takes no top-ups".to_owned());
        books.refused.insert(msisdn.to_owned(), detail);
    } else {
        books.refused.remove(msisdn);
    }
    Ok(subscriber(books, msisdn))
}

fn subscriber(books: &Books, msisdn: &str) -> Value {
    let detail = books.refused.get(msisdn);
    json!({ "msisdn": msisdn, "refused": detail.is_some(), "detail": detail })
}
