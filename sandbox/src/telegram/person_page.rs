//! Forms about a person: who opens a chat, which language their Telegram has, and whether they block the bot.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::chats::{Chat, ChatKind};
use super::deliveries::deliver_once;
use crate::problem::Problem;
use crate::world::World;

#[derive(Debug, Deserialize)]
pub(super) struct NewChatForm {
    id: i64,
    name: String,
    language: String,
}

fn to_chat(id: i64) -> Response {
    Redirect::to(&format!("/telegram/chats/{id}")).into_response()
}

/// `POST /telegram/chats`: a private chat with a new person; one that is there already is opened as it is.
pub(super) async fn start(State(world): State<Arc<World>>, Form(form): Form<NewChatForm>) -> Response {
    if ChatKind::of_id(form.id).is_group() {
        return Problem::bad_request("ids of private chats are above 0").into_response();
    }
    let name = form.name.trim();
    let name = if name.is_empty() { format!("Person {}", form.id) } else { name.to_owned() };
    let person = Chat { language: told(form.language), ..Chat::new(form.id, &name, None) };
    world.telegram().chats.entry(form.id).or_insert(person);
    to_chat(form.id)
}

fn told(language: String) -> Option<String> {
    Some(language).filter(|language| !language.is_empty())
}

#[derive(Debug, Deserialize)]
pub(super) struct LanguageForm {
    language: String,
}

/// `POST /telegram/chats/{id}/language`
pub(super) async fn set_language(
    State(world): State<Arc<World>>,
    Path(id): Path<i64>,
    Form(form): Form<LanguageForm>,
) -> Response {
    match world.telegram().chats.get_mut(&id) {
        Some(chat) => {
            chat.language = told(form.language);
            to_chat(id)
        }
        None => Problem::not_found("chat", &id.to_string()).into_response(),
    }
}

/// `POST /telegram/chats/{id}/block`
pub(super) async fn block(State(world): State<Arc<World>>, Path(id): Path<i64>) -> Response {
    set_blocked(&world, id, true).await
}

/// `POST /telegram/chats/{id}/unblock`
pub(super) async fn unblock(State(world): State<Arc<World>>, Path(id): Path<i64>) -> Response {
    set_blocked(&world, id, false).await
}

async fn set_blocked(world: &Arc<World>, id: i64, blocked: bool) -> Response {
    let queued = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        let is_told = telegram.expect_webhook("my_chat_member").is_ok();
        telegram.block(id, blocked, now_ms).map(|update| {
            update.filter(|_update| is_told).map(|update| telegram.updates.queue(update, now_ms))
        })
    };
    match queued {
        Ok(Some(number)) => {
            deliver_once(world, number).await;
            to_chat(id)
        }
        Ok(None) => to_chat(id),
        Err(problem) => problem.into_response(),
    }
}
