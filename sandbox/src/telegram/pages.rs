//! The list of chats, at `/telegram/chats`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::chat_page::{language_options, with_forms};
use super::chats::{Chat, Standing, Telegram};
use crate::clock::instant_text;
use crate::page::{escape, page};
use crate::world::World;

/// `GET /telegram/chats`
pub(super) async fn list(State(world): State<Arc<World>>) -> Response {
    let content = format!(
        "{}\n<h2>Somebody new</h2>\n<form class=\"new\" method=\"post\" action=\"/telegram/chats\">\
         <label>Telegram id <input name=\"id\" type=\"number\" min=\"1\" max=\"4503599627370495\" value=\"4242\" required></label> \
         <label>Name <input name=\"name\" value=\"Budi\"></label> \
         <label>Language <select name=\"language\">{}</select></label> \
         <button class=\"pay\">Open a chat</button></form>\n<p><a href=\"/\">All</a></p>",
        chat_table(&world.telegram()),
        language_options("en"),
    );
    with_forms(StatusCode::OK, page("Telegram chats", &content))
}

/// All chats, with their newest message's time.
pub(crate) fn chat_table(telegram: &Telegram) -> String {
    let rows: String = telegram
        .chats
        .values()
        .map(|chat| {
            let newest = chat.messages.last().map(|message| instant_text(message.sent_at));
            format!(
                "<tr><td><a href=\"/telegram/chats/{id}\">{id}</a></td><td>{}</td><td>{}</td><td>{}</td>\
                 <td>{}</td></tr>\n",
                escape(&chat.title),
                standing_words(chat),
                chat.messages.len(),
                newest.unwrap_or_default(),
                id = chat.id,
            )
        })
        .collect();
    format!(
        "<table><tr><th>Chat</th><th>With</th><th></th><th>Messages</th><th>Newest</th></tr>\n{rows}</table>"
    )
}

/// What keeps the bot from writing there, in HTML.
pub(super) fn standing_words(chat: &Chat) -> String {
    match chat.standing {
        Standing::Welcome => String::new(),
        Standing::Blocked => "has blocked the bot".to_owned(),
        Standing::Kicked => "has removed the bot".to_owned(),
        Standing::Deactivated => "is deactivated".to_owned(),
        Standing::MigratedTo(to) => format!("is now <a href=\"/telegram/chats/{to}\">{to}</a>"),
    }
}
