//! Who is told: a person of the user service, or the operators.

use shared::domain::identifier::{NotificationId, UserId};
use shared::domain::locale::Locale;
use shared::domain::notification::Channel;
use shared::domain::notification::preferences::Preferences;
use shared::notices::about::Audience;
use shared::notices::texts::Reader;
use shared::providers::call::CallError;
use shared::queues::notification::{Notification, ToldChat, VERSION};
use shared::retry::{Retry, Verdict};
use shared::stores::table::StoreError;

use crate::app::App;

/// How the operators are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operators {
    /// Their Telegram group: `OPERATORS_TELEGRAM_CHAT_ID`.
    pub chat: Option<i64>,
    /// Their addresses: `OPERATORS_EMAILS`.
    pub emails: Vec<String>,
    /// Their language: `OPERATORS_LOCALE`.
    pub locale: Option<String>,
}

/// Somebody who is told something.
#[derive(Debug)]
pub struct Recipient {
    /// None for the operators.
    pub user: Option<UserId>,
    pub name: String,
    pub emails: Vec<String>,
    pub chat: Option<i64>,
    pub locale: Locale,
    pub preferences: Preferences,
}

/// Why nobody can be told.
#[derive(Debug, thiserror::Error)]
pub enum RecipientError {
    /// The message names nobody who could be told.
    #[error("{0}")]
    Unusable(&'static str),
    /// The user service could not be asked.
    #[error(transparent)]
    Users(#[from] CallError),
    /// The preferences or the chat could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Verdict for RecipientError {
    fn retry(&self) -> Retry {
        match self {
            Self::Unusable(_) => Retry::Never,
            Self::Users(error) => error.retry(),
            Self::Store(error) => error.retry(),
        }
    }
}

impl Recipient {
    /// Whom a notification is for.
    ///
    /// # Errors
    /// When there is nobody, or it cannot be found out now.
    pub async fn of(app: &App, notification: &Notification) -> Result<Self, RecipientError> {
        if notification.version != VERSION {
            return Err(RecipientError::Unusable("a notification of an unknown version"));
        }
        if notification.id.parse::<NotificationId>().is_err() {
            return Err(RecipientError::Unusable("the notification's id is no id"));
        }
        let kind = notification.notice.kind();
        match (kind.audience(), &notification.user_id) {
            (Audience::Operators, _) => Ok(Self::operators(app)),
            (Audience::Customer | Audience::Staff, Some(id)) => match &notification.chat {
                Some(chat) => Self::in_chat(app, id, chat, kind.name()).await,
                None => Self::person(app, id).await,
            },
            (Audience::Customer | Audience::Staff, None) => {
                Err(RecipientError::Unusable("a notification to a person without a userId"))
            }
        }
    }

    fn operators(app: &App) -> Self {
        Self {
            user: None,
            name: String::new(),
            emails: app.operators.emails.clone(),
            chat: app.operators.chat,
            locale: Locale::of_tag(app.operators.locale.as_deref().unwrap_or_default()),
            preferences: Preferences::untouched(app.time_zone.clone()),
        }
    }

    async fn person(app: &App, id: &str) -> Result<Self, RecipientError> {
        let id = user_id(id)?;
        let users = app.parties.get().users;
        let (user, preferences, own) =
            tokio::join!(app.directory.user(&users, &id), app.preferences.get(&id), app.chats.of_user(&id));
        let user = user?.ok_or(RecipientError::Unusable("there is no such user"))?;
        // Whoever tied a chat with the bot, or untied it, said so later than anybody else.
        let (chat, chosen) = match own? {
            Some(own) => (own.chat.map(|chat| chat.0), own.locale),
            None => (user.telegram_chat_id, None),
        };
        let untouched = || Preferences::untouched(app.time_zone.clone());
        Ok(Self {
            user: Some(id),
            name: user.name,
            emails: addresses(user.email),
            chat,
            locale: chosen.unwrap_or_else(|| Locale::of_tag(user.locale.as_deref().unwrap_or_default())),
            preferences: preferences?.unwrap_or_else(untouched),
        })
    }

    /// Who asked for something in a chat, and is answered there at once. Also when the user service does not
    /// know them any more, or does not answer: then there is no other way to them.
    async fn in_chat(app: &App, id: &str, chat: &ToldChat, event: &str) -> Result<Self, RecipientError> {
        let id = user_id(id)?;
        let users = app.parties.get().users;
        let (user, preferences) = tokio::join!(app.directory.user(&users, &id), app.preferences.get(&id));
        // What is told in a chat does not wait for a greeting by name.
        let user = user.unwrap_or_else(|error| {
            tracing::warn!(%error, "somebody is told in their chat without being known");
            None
        });
        let (name, email) = user.map_or_else(Default::default, |user| (user.name, user.email));
        let time_zone = preferences?.map_or_else(|| app.time_zone.clone(), |chosen| chosen.time_zone);
        let mut preferences = Preferences::untouched(time_zone);
        preferences.channels.insert(event.to_owned(), vec![Channel::Telegram]);
        Ok(Self {
            user: Some(id),
            name,
            emails: addresses(email),
            chat: Some(chat.id),
            locale: Locale::of_tag(&chat.locale),
            preferences,
        })
    }

    /// Whether there is an address to send to.
    pub fn is_reached_by(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => !self.emails.is_empty(),
            Channel::Telegram => self.chat.is_some(),
        }
    }

    /// The person as the texts address them.
    pub fn reader(&self) -> Reader<'_> {
        Reader { name: &self.name, locale: self.locale, time_zone: self.preferences.time_zone.rules() }
    }
}

fn user_id(id: &str) -> Result<UserId, RecipientError> {
    id.parse().map_err(|_| RecipientError::Unusable("userId is not an id"))
}

/// The user service knows some people without an address.
fn addresses(email: String) -> Vec<String> {
    Some(email).filter(|email| !email.trim().is_empty()).into_iter().collect()
}
