//! The chats as a person sees them, below `/telegram/chats`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use super::bubbles::bubble;
use super::chats::{Chat, Standing, Telegram};
use crate::clock::instant_text;
use crate::page::{confined, escape, page};
use crate::world::World;

pub(super) async fn list(State(world): State<Arc<World>>) -> Response {
    let content = format!("{}<p><a href=\"/\">All</a></p>", chat_table(&world.telegram()));
    confined(page("Telegram chats", &content))
}

pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let telegram = world.telegram();
    match id.parse::<i64>().ok().and_then(|id| telegram.chats.get(&id)) {
        Some(chat) => confined(render(chat)),
        None => {
            let words = format!("<p>There is no chat <code>{}</code>.</p>", escape(&id));
            (StatusCode::NOT_FOUND, page("Not found", &words)).into_response()
        }
    }
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

fn standing_words(chat: &Chat) -> String {
    match chat.standing {
        Standing::Welcome => String::new(),
        Standing::Blocked => "has blocked the bot".to_owned(),
        Standing::Kicked => "has removed the bot".to_owned(),
        Standing::Deactivated => "is deactivated".to_owned(),
        Standing::MigratedTo(to) => format!("is now <a href=\"/telegram/chats/{to}\">{to}</a>"),
    }
}

fn render(chat: &Chat) -> Html<String> {
    let bubbles: String = chat.messages.iter().map(bubble).collect();
    let empty = if chat.messages.is_empty() { "<p>Nothing yet.</p>" } else { "" };
    let user = chat.user_id.as_deref().map_or_else(String::new, |user| format!(" · {}", escape(user)));
    let content = format!(
        "<p>{}{user} {}</p>{empty}<div class=\"chat\">{bubbles}</div>\
         <p><a href=\"/telegram/chats\">Chats</a> · <a href=\"/\">All</a></p>",
        chat.id,
        standing_words(chat)
    );
    page(&chat.title, &content)
}
