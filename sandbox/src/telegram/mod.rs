//! Telegram's Bot API at `/telegram/bot<token>/<method>`, the updates that it delivers to the bot's webhook, and the
//! chats as a person sees them.
//!
//! In reading order: `chats` holds everything; the bot's calls are `sends`, `edits`, `queries` and `bot`; what a
//! person does is `incoming`, which makes `updates`; `deliveries` brings them to the webhook, and `replies` follows
//! what its answer says.
//!
//! It is strict where the real one is, and where its behaviour is not known. `parse_mode` knows HTML only.
//! Source: <https://core.telegram.org/bots/api>.

pub(crate) mod answers;
mod bot;
mod bubbles;
pub(crate) mod buttons;
mod chat_page;
pub(crate) mod chats;
pub(crate) mod deliveries;
mod edits;
mod entities;
pub(crate) mod html;
pub(crate) mod incoming;
pub(crate) mod limits;
pub(crate) mod pages;
mod parameters;
mod person_page;
pub(crate) mod queries;
pub(crate) mod replies;
mod sends;
pub(crate) mod updates;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Uri};
use hyper::body::Bytes;

use crate::world::World;
use answers::{Outcome, Refusal, respond};
use chats::Telegram;
use parameters::Parameters;

/// The bot's token. It opens nothing but this sandbox.
pub const TOKEN: &str = "123456789:SANDBOX-telegram-bot-token-000000000";

/// Every method that is played, as Telegram writes them.
pub(crate) const METHODS: [&str; 14] = [
    "getMe",
    "sendMessage",
    "sendPhoto",
    "editMessageText",
    "editMessageReplyMarkup",
    "answerCallbackQuery",
    "deleteMessage",
    "sendChatAction",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "setMyCommands",
    "deleteMyCommands",
    "getMyCommands",
];

/// Everything below `/telegram`.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/chats", get(pages::list).post(person_page::start))
        .route("/chats/{id}", get(chat_page::show))
        .route("/chats/{id}/messages", get(chat_page::messages))
        .route("/chats/{id}/say", post(chat_page::say))
        .route("/chats/{id}/press", post(chat_page::press))
        .route("/chats/{id}/language", post(person_page::set_language))
        .route("/chats/{id}/block", post(person_page::block))
        .route("/chats/{id}/unblock", post(person_page::unblock))
        .route("/{bot}/{method}", any(call))
        .fallback(|| async { respond(Err(Refusal::not_found())) })
}

/// The method that a path ends in; Telegram does not care for its case.
pub(crate) fn method_named(name: &str) -> Option<&'static str> {
    METHODS.into_iter().find(|method| method.eq_ignore_ascii_case(name))
}

/// A request as the log may keep it: without the bot's token and without the webhook's secret.
pub(crate) fn without_secrets(text: &str) -> String {
    let text = match text.split_once("/bot").map(|(before, rest)| (before, rest.split_once('/'))) {
        Some((before, Some((_token, after)))) => format!("{before}/bot(token)/{after}"),
        _ => text.to_owned(),
    };
    without_webhook_secret(&text)
}

/// The same for a body, be it JSON or a form.
pub(crate) fn without_webhook_secret(text: &str) -> String {
    const NAME: &str = "secret_token";
    let Some((before, rest)) = text.split_once(NAME) else { return text.to_owned() };
    let value = rest.trim_start_matches(['"', ':', '=', ' ']);
    let between = &rest[..rest.len() - value.len()];
    let after =
        value.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    format!("{before}{NAME}{between}(present){}", without_webhook_secret(after))
}

fn is_token(text: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.chars().all(|digit| digit.is_ascii_digit())
            && (30..=64).contains(&secret.len())
            && secret.chars().all(is_word)
    })
}

async fn call(
    State(world): State<Arc<World>>,
    Path((bot, method)): Path<(String, String)>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let outcome = admit(&bot, &verb).and_then(|()| {
        let method = method_named(&method).ok_or_else(Refusal::unknown_method)?;
        let parameters = Parameters::read(uri.query().unwrap_or_default(), content_type, &body)?;
        let now_ms = world.clock.now_ms();
        act(&mut world.telegram(), method, &parameters, now_ms)
    });
    respond(outcome)
}

fn admit(bot: &str, verb: &Method) -> Result<(), Refusal> {
    match bot.strip_prefix("bot").filter(|token| is_token(token)) {
        _ if *verb != Method::GET && *verb != Method::POST => Err(Refusal::method_not_allowed()),
        None => Err(Refusal::not_found()),
        Some(TOKEN) => Ok(()),
        Some(_) => Err(Refusal::unauthorized()),
    }
}

fn act(telegram: &mut Telegram, method: &str, parameters: &Parameters, now_ms: i64) -> Outcome {
    match method {
        "getMe" => Ok(bot::me().into()),
        "sendMessage" => sends::send_message(telegram, parameters, now_ms),
        "sendPhoto" => sends::send_photo(telegram, parameters, now_ms),
        "editMessageText" => edits::edit_text(telegram, parameters, now_ms),
        "editMessageReplyMarkup" => edits::edit_buttons(telegram, parameters, now_ms),
        "deleteMessage" => edits::delete(telegram, parameters, now_ms),
        "sendChatAction" => sends::send_action(telegram, parameters),
        "answerCallbackQuery" => queries::answer(telegram, parameters, now_ms),
        "setWebhook" => bot::set_webhook(telegram, parameters, now_ms),
        "deleteWebhook" => bot::delete_webhook(telegram, parameters),
        "getWebhookInfo" => Ok(bot::shown_webhook(telegram).into()),
        "setMyCommands" => bot::set_commands(telegram, parameters),
        "deleteMyCommands" => bot::delete_commands(telegram, parameters),
        "getMyCommands" => Ok(bot::commands(telegram, parameters).into()),
        _ => Err(Refusal::unknown_method()),
    }
}

#[cfg(test)]
mod tests {
    use super::{TOKEN, is_token, without_secrets, without_webhook_secret};

    #[test]
    fn a_log_keeps_neither_token_nor_secret() {
        let path = format!("/telegram/bot{TOKEN}/setWebhook?secret_token=a_B-1&url=x");
        assert_eq!(without_secrets(&path), "/telegram/bot(token)/setWebhook?secret_token=(present)&url=x");
        let body = r#"{"secret_token": "a_B-1","url":"x"}"#;
        assert_eq!(without_webhook_secret(body), r#"{"secret_token": "(present)","url":"x"}"#);
        assert_eq!(without_secrets("/telegram/chats"), "/telegram/chats");
    }

    #[test]
    fn a_token_is_an_id_and_a_secret() {
        assert!(is_token(TOKEN));
        for wrong in ["", ":", "123456789", "x:SANDBOX-telegram-bot-token-000000000", "1:short"] {
            assert!(!is_token(wrong), "{wrong}");
        }
    }
}
