//! A chat in the browser, where a person writes, presses and sees: `/telegram/chats/{id}`.
//!
//! The page holds the form, and in a frame the messages, which load themselves anew: so what is being written stays.
//! There is no script; every act is a form that goes through the same code as the control API.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use super::bubbles::{bubble, failure};
use super::chats::{Chat, ChatKind, Standing};
use super::deliveries::deliver_once;
use super::incoming::Press;
use super::pages::standing_words;
use crate::page::{STYLE, escape, page};
use crate::problem::Problem;
use crate::world::World;

/// How often the messages are loaded anew, in seconds.
const REFRESH_SECONDS: u32 = 2;
/// What a person's Telegram can be set to here; the control API takes any other, too.
const LANGUAGES: [(&str, &str); 7] = [
    ("en", "English"),
    ("id", "Bahasa Indonesia"),
    ("uk", "Українська"),
    ("uz", "Oʻzbekcha"),
    ("ru", "Русский"),
    ("de", "Deutsch (the bot has none)"),
    ("", "not told"),
];

/// Forms may go to the sandbox, frames come from it, and pictures from anywhere; nothing else is loaded.
pub(super) fn with_forms(status: StatusCode, page: Html<String>) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-src 'self'; \
                  form-action 'self'; base-uri 'none'";
    (status, [(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))], page).into_response()
}

/// The chat's id, where it can be one.
fn id_of(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id| *id != 0)
}

fn unknown(id: &str) -> Response {
    let words =
        format!("<p>There is no chat <code>{}</code>. <a href=\"/telegram/chats\">Chats</a></p>", escape(id));
    with_forms(StatusCode::NOT_FOUND, page("Not found", &words))
}

/// `GET /telegram/chats/{id}`
pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    render(&world, &id, None)
}

/// The page, with what went wrong where something did.
fn render(world: &World, id: &str, problem: Option<&Problem>) -> Response {
    let telegram = world.telegram();
    let Some(chat) = id.parse::<i64>().ok().and_then(|id| telegram.chats.get(&id)) else {
        return unknown(id);
    };
    let user = chat.user_id.as_deref().map_or_else(String::new, |user| format!(" · {}", escape(user)));
    let deaf = match telegram.expect_any_webhook() {
        Ok(()) => String::new(),
        Err(problem) => banner(&problem.detail),
    };
    let problem = problem.map_or_else(String::new, |problem| banner(&problem.detail));
    let content = format!(
        "<p>Chat {id}{user} {standing}</p>{deaf}{problem}\
         <iframe class=\"chat\" name=\"messages\" title=\"Messages\" src=\"/telegram/chats/{id}/messages\"></iframe>\n\
         <form class=\"say\" method=\"post\" action=\"/telegram/chats/{id}/say\">\
         <input name=\"text\" placeholder=\"Message, or /help\" aria-label=\"Message\" autocomplete=\"off\" autofocus required>\
         <button class=\"pay\">Send</button></form>\n<div class=\"person\">{person}</div>\n\
         <p><a href=\"/telegram/chats\">Chats</a> · <a href=\"/\">All</a> · \
         <a href=\"/_control/telegram/chats/{id}\">as JSON</a> · \
         <a href=\"/_control/telegram/updates?chat={id}\">updates</a></p>",
        standing = standing_words(chat),
        id = chat.id,
        person = if chat.kind == ChatKind::Private { person_forms(chat) } else { String::new() },
    );
    let status = problem_status(&problem);
    with_forms(status, page(&chat.title, &content))
}

fn problem_status(banner: &str) -> StatusCode {
    if banner.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT }
}

fn banner(words: &str) -> String {
    format!("<p class=\"problem\" role=\"alert\">{}</p>", escape(words))
}

/// What can be set about the person.
fn person_forms(chat: &Chat) -> String {
    let language = chat.language.as_deref().unwrap_or_default();
    let options = language_options(language);
    let (action, words) = match chat.standing {
        Standing::Blocked => ("unblock", "Unblock the bot"),
        _ => ("block", "Block the bot"),
    };
    format!(
        "<form method=\"post\" action=\"/telegram/chats/{id}/language\"><label>Telegram's language \
         <select name=\"language\">{options}</select></label> <button>Set</button></form> \
         <form method=\"post\" action=\"/telegram/chats/{id}/{action}\"><button>{words}</button></form>",
        id = chat.id,
    )
}

/// The languages, with one chosen, which may be another than ours.
pub(super) fn language_options(chosen: &str) -> String {
    let option = |code: &str, name: &str| {
        let selected = if code == chosen { " selected" } else { "" };
        format!("<option value=\"{}\"{selected}>{}</option>", escape(code), escape(name))
    };
    let mut options: String = LANGUAGES.iter().map(|(code, name)| option(code, name)).collect();
    if !LANGUAGES.iter().any(|(code, _)| *code == chosen) {
        options.push_str(&option(chosen, chosen));
    }
    options
}

/// `GET /telegram/chats/{id}/messages`: the frame. `?still=1` does not load itself anew.
pub(super) async fn messages(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    render_messages(&world, &id, parameters.contains_key("still"), None)
}

fn render_messages(world: &World, id: &str, is_still: bool, problem: Option<&Problem>) -> Response {
    let telegram = world.telegram();
    let Some(chat) = id.parse::<i64>().ok().and_then(|id| telegram.chats.get(&id)) else {
        return unknown(id);
    };
    let bubbles: String = chat.messages.iter().map(|message| bubble(chat, message)).collect();
    let empty = if chat.messages.is_empty() { "<p>Nothing yet.</p>" } else { "" };
    let failures: String = chat.failed_replies.iter().map(failure).collect();
    let problem = problem.map_or_else(String::new, |problem| banner(&problem.detail));
    let (refresh, switch) = match is_still {
        true => (String::new(), format!("<a href=\"/telegram/chats/{}/messages\">follow</a>", chat.id)),
        false => (
            format!(
                "<meta http-equiv=\"refresh\" content=\"{REFRESH_SECONDS};url=/telegram/chats/{}/messages\">",
                chat.id
            ),
            format!("<a href=\"/telegram/chats/{}/messages?still=1\">hold still</a>", chat.id),
        ),
    };
    let status = problem_status(&problem);
    // `newest` is laid out from its end, so that it begins scrolled down to the newest message.
    let document = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">{refresh}\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Messages</title>\
         <style>{STYLE}</style></head>\n<body class=\"messages\"><div class=\"newest\"><div class=\"chat\">{empty}{bubbles}{failures}\
         {problem}<p class=\"follow\">{switch}</p></div></div></body></html>\n"
    );
    with_forms(status, Html(document))
}

#[derive(Debug, Deserialize)]
pub(super) struct SayForm {
    text: String,
}

/// `POST /telegram/chats/{id}/say`
pub(super) async fn say(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(form): Form<SayForm>,
) -> Response {
    let Some(chat) = id_of(&id) else { return unknown(&id) };
    let queued = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        telegram
            .expect_webhook("message")
            .and_then(|()| telegram.say(chat, &form.text, None, now_ms))
            .map(|(_message, update)| telegram.updates.queue(update, now_ms))
    };
    match queued {
        Ok(number) => {
            deliver_once(&world, number).await;
            Redirect::to(&format!("/telegram/chats/{chat}")).into_response()
        }
        Err(problem) => render(&world, &id, Some(&problem)),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PressForm {
    message_id: i64,
    data: String,
}

/// `POST /telegram/chats/{id}/press`, from the frame.
pub(super) async fn press(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(form): Form<PressForm>,
) -> Response {
    let Some(chat) = id_of(&id) else { return unknown(&id) };
    // The page may be older than the message: Telegram's clients press what they show.
    let press = Press { message_id: form.message_id, data: form.data, is_forged: true };
    let queued = {
        let (mut telegram, now_ms) = (world.telegram(), world.clock.now_ms());
        telegram
            .expect_webhook("callback_query")
            .and_then(|()| telegram.press(chat, &press, None, now_ms))
            .map(|(_query, update)| telegram.updates.queue(update, now_ms))
    };
    match queued {
        Ok(number) => {
            deliver_once(&world, number).await;
            Redirect::to(&format!("/telegram/chats/{chat}/messages")).into_response()
        }
        Err(problem) => render_messages(&world, &id, true, Some(&problem)),
    }
}
