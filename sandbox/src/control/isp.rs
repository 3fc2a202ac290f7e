//! The ISP's panel and API: who is in their directory, how the panel behaves, and the end of sessions and tokens.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::collections::same_id;
use crate::isp_panel::directory::{Customer, Worker};
use crate::isp_panel::panel::Panel;
use crate::isp_panel::sessions::SessionSettings;
use crate::problem::{Problem, read_body};
use crate::world::World;

/// A life of ten years is the longest.
const LONGEST_LIFE_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// What is not a collection.
pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/isp-panel/sessions/expire", post(end_sessions))
        .route("/isp-panel/logins", get(panel_logins))
        .route("/isp-api/tokens/expire", post(end_tokens))
        .route("/isp-api/logins", get(api_logins))
}

async fn end_sessions(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "expired": world.isp_panel().sessions.end_all() }))
}

async fn panel_logins(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.isp_panel().logins))
}

async fn end_tokens(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "expired": world.isp_api().end_all() }))
}

async fn api_logins(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.isp_api().logins))
}

/// The items of a collection of the panel; `None` where there is no such collection.
pub(super) fn list(panel: &Panel, collection: &str) -> Option<Vec<Value>> {
    match collection {
        "customers" => Some(panel.directory.customers.values().map(|customer| json!(customer)).collect()),
        "workers" => Some(panel.directory.workers.values().map(|worker| json!(worker)).collect()),
        "tasks" => Some(panel.tasks.iter().map(|task| json!(task)).collect()),
        _ => None,
    }
}

/// One item; `None` in the first place where there is no such collection, in the second where it is not in there.
pub(super) fn read(panel: &Panel, collection: &str, id: &str) -> Option<Option<Value>> {
    match (collection, id) {
        ("customers", _) => Some(panel.directory.customers.get(id).map(|customer| json!(customer))),
        ("workers", _) => Some(
            id.parse().ok().and_then(|id: u32| panel.directory.workers.get(&id)).map(|worker| json!(worker)),
        ),
        ("tasks", _) => Some(panel.task(id).map(|task| json!(task))),
        ("settings", "session") => Some(Some(json!(panel.settings))),
        _ => None,
    }
}

/// Puts something there; `None` where there is no such collection.
pub(super) fn put(
    panel: &mut Panel,
    collection: &str,
    id: &str,
    body: &[u8],
) -> Option<Result<Value, Problem>> {
    match (collection, id) {
        ("customers", _) => Some(put_customer(panel, id, body)),
        ("workers", _) => Some(put_worker(panel, id, body)),
        ("settings", "session") => Some(put_settings(panel, body)),
        ("tasks", _) => {
            let detail = "tasks are made by POST create_task.php, by who is logged in";
            Some(Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)))
        }
        _ => None,
    }
}

fn put_customer(panel: &mut Panel, username: &str, body: &[u8]) -> Result<Value, Problem> {
    let mut customer: Customer = read_body(body)?;
    same_id(&mut customer.username, username)?;
    let shown = json!(customer);
    panel.directory.customers.insert(username.to_owned(), customer);
    Ok(shown)
}

fn put_worker(panel: &mut Panel, id: &str, body: &[u8]) -> Result<Value, Problem> {
    let mut worker: Worker = read_body(body)?;
    let number: u32 = id.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        Problem::bad_request(format!("a worker's id is a whole number above 0, not {id:?}"))
    })?;
    if ![0, number].contains(&worker.id) {
        return Err(Problem::bad_request(format!("the document says id {}, the path {number}", worker.id)));
    }
    worker.id = number;
    let shown = json!(worker);
    panel.directory.workers.insert(number, worker);
    Ok(shown)
}

fn put_settings(panel: &mut Panel, body: &[u8]) -> Result<Value, Problem> {
    let settings: SessionSettings = read_body(body)?;
    if !(1..=LONGEST_LIFE_SECONDS).contains(&settings.life_seconds) {
        let detail = format!("lifeSeconds must be from 1 to {LONGEST_LIFE_SECONDS}");
        return Err(Problem::bad_request(detail));
    }
    panel.settings = settings;
    Ok(json!(panel.settings))
}
