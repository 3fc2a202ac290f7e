//! What a person does in a chat, and the updates that come of it: `/_control/telegram/chats/{id}/{action}` and
//! `/_control/telegram/updates`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::telegram::chat_id;
use crate::problem::{Problem, read_body};
use crate::telegram::deliveries::deliver_once;
use crate::telegram::incoming::Press;
use crate::telegram::updates::{Settings, Update};
use crate::world::World;

/// The slowest pace of attempts: ten seconds for each of Telegram's.
const SLOWEST_PACE_MS: i64 = 10_000;
const LONGEST_TIMEOUT_MS: u64 = 600_000;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/telegram/chats/{id}/{action}", post(act))
        .route("/telegram/updates", get(list).post(deliver_raw))
        .route("/telegram/settings/delivery", get(read_settings).put(put_settings))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SendWish {
    text: String,
    /// What is different about the person, in the fields of Telegram's `User`; `null` takes a field away.
    from: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PressWish {
    message_id: i64,
    data: String,
    /// Whether it is sent although no such button is there.
    #[serde(default)]
    forged: bool,
    from: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LanguageWish {
    /// An IETF tag; `null` or nothing: the person's Telegram does not say.
    language_code: Option<String>,
}

/// `POST /_control/telegram/chats/{id}/{send|press|block|unblock|language}`
async fn act(
    State(world): State<Arc<World>>,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let chat = chat_id(&id)?;
    match action.as_str() {
        "send" => send(&world, chat, &read_body(&body)?).await,
        "press" => press(&world, chat, read_body(&body)?).await,
        "block" => block(&world, chat, true).await,
        "unblock" => block(&world, chat, false).await,
        "language" => {
            let wish: LanguageWish = read_body(&body)?;
            let mut telegram = world.telegram();
            let chat = telegram.chats.get_mut(&chat).ok_or_else(|| Problem::not_found("chat", &id))?;
            chat.language = wish.language_code;
            Ok(Json(json!({ "languageCode": chat.language })))
        }
        other => Err(Problem::bad_request(format!(
            "nobody can {other:?} in a chat; known: send, press, block, unblock, language"
        ))),
    }
}

async fn send(world: &Arc<World>, chat: i64, wish: &SendWish) -> Result<Json<Value>, Problem> {
    let (number, message_id) = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        telegram.expect_webhook("message")?;
        let (message_id, update) = telegram.say(chat, &wish.text, wish.from.as_ref(), now_ms)?;
        (telegram.updates.queue(update, now_ms), message_id)
    };
    let mut outcome = deliver(world, number).await;
    outcome["messageId"] = Value::from(message_id);
    Ok(Json(outcome))
}

async fn press(world: &Arc<World>, chat: i64, wish: PressWish) -> Result<Json<Value>, Problem> {
    let press = Press { message_id: wish.message_id, data: wish.data, is_forged: wish.forged };
    let (number, query) = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        telegram.expect_webhook("callback_query")?;
        let (query, update) = telegram.press(chat, &press, wish.from.as_ref(), now_ms)?;
        (telegram.updates.queue(update, now_ms), query)
    };
    let mut outcome = deliver(world, number).await;
    outcome["queryId"] = Value::from(query);
    Ok(Json(outcome))
}

/// The person's wish counts also where nobody is told of it.
async fn block(world: &Arc<World>, chat: i64, blocked: bool) -> Result<Json<Value>, Problem> {
    let number = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        let update = telegram.block(chat, blocked, now_ms)?;
        let is_told = telegram.expect_webhook("my_chat_member").is_ok();
        update.filter(|_update| is_told).map(|update| telegram.updates.queue(update, now_ms))
    };
    match number {
        Some(number) => Ok(Json(deliver(world, number).await)),
        None => Ok(Json(json!({ "updateId": null }))),
    }
}

/// Delivers an update once; answers what came of it, the bot's reply in the response included.
async fn deliver(world: &Arc<World>, number: u64) -> Value {
    deliver_once(world, number).await;
    let telegram = world.telegram();
    let mut outcome = telegram.updates.find(number).map(Update::shown).unwrap_or_default();
    let first = outcome["attempts"][0].clone();
    for name in ["status", "error", "reply"] {
        outcome[name] = first[name].clone();
    }
    outcome
}

/// `GET /_control/telegram/updates?chat=`
async fn list(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    if let Some(unknown) = parameters.keys().find(|name| *name != "chat") {
        return Err(Problem::bad_request(format!("unknown parameter {unknown:?}; known: chat")));
    }
    let chat = parameters.get("chat").map(|id| chat_id(id)).transpose()?;
    let telegram = world.telegram();
    Ok(Json(json!({ "items": telegram.updates.shown(chat), "pending": telegram.updates.waiting() })))
}

/// `POST /_control/telegram/updates`: delivers an update as it is written, of whatever kind.
async fn deliver_raw(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let update: Value = read_body(&body)?;
    let number = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        // Not even a kind that the bot did not ask for is held back: a test may want to see it refused.
        telegram.expect_any_webhook()?;
        let update = telegram.raw_update(update)?;
        telegram.updates.queue(update, now_ms)
    };
    Ok(Json(deliver(&world, number).await))
}

/// `GET /_control/telegram/settings/delivery`
async fn read_settings(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!(world.telegram().updates.settings))
}

/// `PUT /_control/telegram/settings/delivery`
async fn put_settings(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let settings: Settings = read_body(&body)?;
    let is_pace = (0..=SLOWEST_PACE_MS).contains(&settings.retry_second_ms);
    if !is_pace || !(1..=LONGEST_TIMEOUT_MS).contains(&settings.answer_timeout_ms) {
        let detail = format!(
            "retrySecondMs is from 0 to {SLOWEST_PACE_MS}, answerTimeoutMs from 1 to {LONGEST_TIMEOUT_MS}"
        );
        return Err(Problem::bad_request(detail));
    }
    world.telegram().updates.settings = settings;
    Ok(Json(json!(settings)))
}
