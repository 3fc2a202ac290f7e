//! `/api/v1/telegram/link`: ties a chat with the bot to the caller, and unties it.
//!
//! The token in a link is a credential: it is answered once, and kept as a hash only. So an `Idempotency-Key`
//! keeps no answer here; a repeat draws another token, and the one before ends by itself.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use shared::domain::identifier::UserId;
use shared::lambda::problem::Problem;
use shared::rest::auth::User;
use shared::rest::command::Command;
use shared::rest::replies::{self, Refusal, provider_disabled};
use shared::stores::chats::{Chat, Link};
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use utoipa::ToSchema;

use crate::app::App;
use crate::link_token;

/// How often a link is looked at anew when others change it at the same time.
const MAX_CONFLICTS: usize = 3;

/// Nothing is said: the link is for the caller. Who means somebody else is told so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueLink {}

/// A link that ties a chat to the caller.
// No `Debug`: it is a credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedLinkView {
    /// Opens the chat with the bot and ties it to the caller, once.
    #[schema(example = "https://t.me/paydesk_bot?start=pH3kq0Zt5vYw8xR1mN2bCg")]
    url: String,
    /// The token in it; typed as `/start <token>` in the chat it does the same.
    #[schema(example = "pH3kq0Zt5vYw8xR1mN2bCg")]
    token: String,
    /// Until when it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Whether a chat is tied to the caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatLinkView {
    /// Whether one is.
    linked: bool,
    /// Since when; null when none is.
    #[schema(value_type = Option<String>, format = DateTime)]
    linked_at: Option<Timestamp>,
}

/// Whether a chat is tied to the caller.
#[utoipa::path(get, path = "/api/v1/telegram/link", operation_id = "show_chat_link", tag = "telegram", security(("user" = [])),
    responses((status = 200, body = ChatLinkView)))]
pub async fn show(State(app): State<&'static App>, User(user): User) -> Result<Response, Refusal> {
    let linked = chat_of(app, &user).await?;
    let linked_at = linked.map(|(_, link)| link.at);
    replies::json(StatusCode::OK, &ChatLinkView { linked: linked_at.is_some(), linked_at })
}

/// A link that ties a chat to the caller: single use, 15 minutes. Whoever opens it acts for the caller in the
/// chat. It is answered once and not kept, so a repeat gets another link, with an `Idempotency-Key` too.
#[utoipa::path(post, path = "/api/v1/telegram/link", operation_id = "issue_chat_link", tag = "telegram",
    security(("user" = [])),
    responses((status = 201, body = IssuedLinkView),
        (status = 503, description = "There is no bot (`provider_disabled`), or the store is unavailable; the latter can be tried again")))]
pub async fn issue(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
    _command: Command<IssueLink>,
) -> Result<Response, Refusal> {
    let bot = app.bot.as_deref().ok_or_else(|| provider_disabled("Telegram"))?;
    let token = link_token::draw().map_err(|error| {
        tracing::error!(%error, "no token could be drawn");
        let detail = "something is wrong on our side; the operators are told";
        Problem::lasting(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
    })?;
    let token = token.expose_secret();
    let expires_at = cause.now.saturating_add(link_token::LIFETIME).unwrap_or(Timestamp::MAX);
    app.chats.issue_token(token, &user, expires_at).await?;
    tracing::info!(correlationId = cause.correlation_id, %user, "link issued");
    let url = format!("https://t.me/{bot}?start={token}");
    replies::json(StatusCode::CREATED, &IssuedLinkView { url, token: token.to_owned(), expires_at })
}

/// Unties the caller's chat. Nothing happens when none is tied.
#[utoipa::path(delete, path = "/api/v1/telegram/link", operation_id = "remove_chat_link", tag = "telegram", security(("user" = [])),
    responses((status = 204, description = "No chat is tied to the caller any more")))]
pub async fn unlink(
    State(app): State<&'static App>,
    User(user): User,
    Extension(cause): Extension<Cause>,
) -> Result<Response, Refusal> {
    for _ in 0..MAX_CONFLICTS {
        let Some((chat, _)) = chat_of(app, &user).await? else {
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        match app.chats.unlink(&chat).await {
            Ok(_) => {
                tracing::info!(correlationId = cause.correlation_id, %user, "unlinked");
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            // Something else in the chat, or a repeat below us of what we just wrote.
            Err(StoreError::Conflict) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The chat that is tied to a user. Two items say so and are written together: when they differ, a change came
/// between the two readings.
async fn chat_of(app: &App, user: &UserId) -> Result<Option<(Chat, Link)>, StoreError> {
    for _ in 0..MAX_CONFLICTS {
        let Some(id) = app.chats.of_user(user).await?.and_then(|theirs| theirs.chat) else {
            return Ok(None);
        };
        let chat = app.chats.load(id).await?;
        if let Some(link) = chat.person.link.clone().filter(|link| link.user == *user) {
            return Ok(Some((chat, link)));
        }
    }
    Err(StoreError::Conflict)
}
