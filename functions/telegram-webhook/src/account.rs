//! Which account a chat is tied to, and in which language it is held.

use shared::domain::identifier::UserId;
use shared::domain::locale::Locale;
use shared::stores::chats::links::Redeemed;
use shared::stores::contacts::{Contact, ContactStanding};
use shared::stores::table::StoreError;

use crate::reply::Reply;
use crate::turn::Turn;

/// `/start`, with a token or without.
pub async fn start(turn: Turn<'_>, token: &str) -> Result<Reply, StoreError> {
    // Whoever writes to us can be written to, whatever was before.
    let chat = Contact::TelegramChat(turn.chat.id.0);
    turn.app.contacts.learn(chat, &ContactStanding::Works).await?;
    if token.is_empty() {
        let name = match turn.user() {
            Some(user) => Some(name(&turn, user).await),
            None => None,
        };
        return Ok(turn.show(turn.words().welcome(name.as_deref())));
    }
    let correlation_id = &turn.cause.correlation_id;
    Ok(turn.show(match turn.app.chats.redeem(&turn.chat, token, turn.cause.now).await? {
        Redeemed::Linked(user) => {
            tracing::info!(correlationId = correlation_id, %user, "chat linked");
            turn.words().linked(&name(&turn, &user).await)
        }
        Redeemed::AlreadyLinked(user) => turn.words().already_linked(&name(&turn, &user).await),
        Redeemed::Invalid => {
            tracing::warn!(correlationId = correlation_id, "a link that is not valid was used");
            turn.words().link_invalid()
        }
    }))
}

/// `/unlink`.
pub async fn unlink(turn: Turn<'_>) -> Result<Reply, StoreError> {
    let was_linked = turn.app.chats.unlink(&turn.chat).await?;
    if was_linked {
        tracing::info!(correlationId = turn.cause.correlation_id, user = turn.user_name(), "chat unlinked");
    }
    Ok(turn.show(if was_linked { turn.words().unlinked() } else { turn.words().nothing_to_unlink() }))
}

/// A language was chosen.
pub async fn choose_language(turn: Turn<'_>, locale: Locale) -> Result<Reply, StoreError> {
    if turn.chat.person.locale != Some(locale) {
        turn.app.chats.choose_locale(&turn.chat, locale).await?;
    }
    Ok(turn.show(turn.app.words(locale).language_chosen()))
}

/// What the person is called. Empty when nobody can say at the moment.
async fn name(turn: &Turn<'_>, user: &UserId) -> String {
    let found = turn.app.users().user(user).await.unwrap_or_else(|error| {
        tracing::warn!(correlationId = turn.cause.correlation_id, %error, "a person is not called by name");
        None
    });
    found.map(|user| user.name).unwrap_or_default()
}
