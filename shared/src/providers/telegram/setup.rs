//! How a bot is set up: where its updates go, and which commands its chats offer.
//! <https://core.telegram.org/bots/api#getting-updates>

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::wire::Envelope;
use super::{Telegram, envelope};
use crate::providers::call::{Answer, CallError, Operation};
use crate::retry::{Failure, Kind};

// Each of these says how it shall be: said twice, it is no different.
const SET_WEBHOOK: Operation = Operation { provider: "telegram", name: "setWebhook", kind: Kind::Keyed };
const DELETE_WEBHOOK: Operation =
    Operation { provider: "telegram", name: "deleteWebhook", kind: Kind::Keyed };
const WEBHOOK_INFO: Operation = Operation { provider: "telegram", name: "getWebhookInfo", kind: Kind::Read };
const SET_MY_COMMANDS: Operation =
    Operation { provider: "telegram", name: "setMyCommands", kind: Kind::Keyed };
const DELETE_MY_COMMANDS: Operation =
    Operation { provider: "telegram", name: "deleteMyCommands", kind: Kind::Keyed };

/// Time for one call.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is dealt with. Everything else stays at Telegram.
pub const UPDATES: [&str; 3] = ["message", "callback_query", "my_chat_member"];

/// Where updates shall go.
#[derive(Debug, Clone, Copy)]
pub struct WantedWebhook<'a> {
    /// The address.
    pub url: &'a str,
    /// What Telegram proves itself with: 1 to 256 of `A-Za-z0-9_-`.
    pub secret: &'a SecretString,
    /// Most updates delivered at the same time, 1 to 100.
    pub max_connections: u8,
}

/// Where updates go, and how that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address; none when there is no webhook.
    pub url: Option<String>,
    /// Updates that wait to be delivered.
    pub waiting: u64,
    /// Most updates delivered at the same time.
    pub max_connections: Option<u64>,
    /// The kinds of updates that are delivered; empty: nearly all.
    pub updates: Vec<String>,
    /// The last delivery that failed.
    pub last_failure: Option<WebhookFailure>,
}

/// A delivery that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFailure {
    /// When.
    pub at: Timestamp,
    /// Telegram's words.
    pub reason: String,
}

/// Where a list of commands is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandScope {
    /// In every chat that has no list of its own.
    Everybody,
    /// In this chat.
    Chat(i64),
}

/// A command that a chat offers. <https://core.telegram.org/bots/api#botcommand>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferedCommand {
    /// Its name without the slash: 1 to 32 of `a-z0-9_`.
    pub command: String,
    /// What it does, in 1 to 256 characters.
    pub description: String,
}

impl Telegram {
    /// Has updates sent there. What waits is kept.
    ///
    /// # Errors
    /// When Telegram cannot be asked, or refuses: its words are in the error's excerpt.
    pub async fn set_webhook(&self, wanted: &WantedWebhook<'_>) -> Result<(), CallError> {
        let wish = SetWebhook {
            url: wanted.url,
            secret_token: wanted.secret.expose_secret(),
            max_connections: wanted.max_connections,
            allowed_updates: UPDATES,
            drop_pending_updates: false,
        };
        self.set::<IgnoredAny>(SET_WEBHOOK, &wish).await.map(drop)
    }

    /// Where updates go. Telegram never tells the secret.
    ///
    /// # Errors
    /// When Telegram cannot be asked, or refuses.
    pub async fn webhook(&self) -> Result<Webhook, CallError> {
        let (state, answer): (WebhookState, Answer) = self.set(WEBHOOK_INFO, &Nothing {}).await?;
        let at = state.last_error_date.map(Timestamp::from_second).transpose();
        let at = at.map_err(|_| answer.error(Failure::Unreadable, "an instant that no calendar has"))?;
        Ok(Webhook {
            url: Some(state.url).filter(|url| !url.is_empty()),
            waiting: state.pending_update_count,
            max_connections: state.max_connections,
            updates: state.allowed_updates,
            last_failure: at.map(|at| WebhookFailure { at, reason: state.last_error_message }),
        })
    }

    /// Has updates sent nowhere. What waits is kept, for a day.
    ///
    /// # Errors
    /// When Telegram cannot be asked, or refuses.
    pub async fn delete_webhook(&self) -> Result<(), CallError> {
        self.set::<IgnoredAny>(DELETE_WEBHOOK, &Nothing {}).await.map(drop)
    }

    /// Has commands offered to those there whose Telegram speaks that language: a code of two letters; none for
    /// every language without a list of its own.
    ///
    /// # Errors
    /// When Telegram cannot be asked, or refuses: also where it does not know the chat (any more).
    pub async fn set_commands(
        &self,
        scope: CommandScope,
        language: Option<&str>,
        commands: &[OfferedCommand],
    ) -> Result<(), CallError> {
        let wish = SetMyCommands { commands, scope: Scope::of(scope), language_code: language };
        self.set::<IgnoredAny>(SET_MY_COMMANDS, &wish).await.map(drop)
    }

    /// Takes back what was offered there in that language, so that the wider list holds again. Where there is no list,
    /// nothing happens.
    ///
    /// # Errors
    /// As [`Telegram::set_commands`].
    pub async fn delete_commands(
        &self,
        scope: CommandScope,
        language: Option<&str>,
    ) -> Result<(), CallError> {
        let wish = DeleteMyCommands { scope: Scope::of(scope), language_code: language };
        self.set::<IgnoredAny>(DELETE_MY_COMMANDS, &wish).await.map(drop)
    }

    /// Calls a method whose refusal is an error.
    async fn set<T: DeserializeOwned>(
        &self,
        operation: Operation,
        wish: &impl Serialize,
    ) -> Result<(T, Answer), CallError> {
        let answer = self.call(operation, wish, PATIENCE).await?;
        let envelope: Envelope<T> = envelope(&answer)?;
        match envelope.result {
            Some(result) if envelope.ok => Ok((result, answer)),
            _ if answer.status == StatusCode::OK => {
                Err(answer.error(Failure::Unreadable, "an answer without its result"))
            }
            _ => Err(answer.error(Failure::Refused, &envelope.description)),
        }
    }
}

#[derive(Debug, Serialize)]
struct Nothing {}

/// <https://core.telegram.org/bots/api#setwebhook>
#[derive(Serialize)]
struct SetWebhook<'a> {
    url: &'a str,
    secret_token: &'a str,
    max_connections: u8,
    allowed_updates: [&'static str; 3],
    drop_pending_updates: bool,
}

/// <https://core.telegram.org/bots/api#webhookinfo>
#[derive(Debug, Deserialize)]
struct WebhookState {
    url: String,
    pending_update_count: u64,
    #[serde(default)]
    max_connections: Option<u64>,
    #[serde(default)]
    allowed_updates: Vec<String>,
    /// Seconds since 1970.
    #[serde(default)]
    last_error_date: Option<i64>,
    #[serde(default)]
    last_error_message: String,
}

/// <https://core.telegram.org/bots/api#setmycommands>
#[derive(Debug, Serialize)]
struct SetMyCommands<'a> {
    commands: &'a [OfferedCommand],
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

/// <https://core.telegram.org/bots/api#deletemycommands>
#[derive(Debug, Serialize)]
struct DeleteMyCommands<'a> {
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

/// <https://core.telegram.org/bots/api#botcommandscope>
#[derive(Debug, Serialize)]
struct Scope {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_id: Option<i64>,
}

impl Scope {
    fn of(scope: CommandScope) -> Self {
        match scope {
            CommandScope::Everybody => Self { kind: "default", chat_id: None },
            CommandScope::Chat(chat) => Self { kind: "chat", chat_id: Some(chat) },
        }
    }
}
