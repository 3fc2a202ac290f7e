//! The bot itself: who it is, its webhook, its commands, and its answers to pressed buttons.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::{Host, Url};

use super::answers::{Outcome, Refusal, Success};
use super::chats::Telegram;
use super::parameters::Parameters;

const MOST_COMMANDS: usize = 100;

/// The bot, as Telegram's `User`.
pub(super) fn me() -> Value {
    json!({
        "id": 123_456_789,
        "is_bot": true,
        "first_name": "Paydesk sandbox",
        "username": "paydesk_sandbox_bot",
    })
}

/// Where updates go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Webhook {
    /// Empty: nowhere.
    pub(super) url: String,
    pub(super) secret: Option<String>,
    max_connections: Option<i64>,
    allowed_updates: Option<Value>,
}

impl Webhook {
    /// Whether updates of a kind are wanted. Without a list it is every kind but the three that must be asked for.
    pub(super) fn takes(&self, kind: &str) -> bool {
        match self.allowed_updates.as_ref().and_then(Value::as_array).filter(|list| !list.is_empty()) {
            Some(list) => list.iter().any(|allowed| allowed == kind),
            None => !matches!(kind, "chat_member" | "message_reaction" | "message_reaction_count"),
        }
    }
}

/// HTTPS on Telegram's ports. Telegram refuses plain HTTP and private addresses; the sandbox takes plain HTTP to
/// this machine, as Telegram's own local server does, because the functions of the local stack listen there.
fn is_webhook_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443)),
        "http" => is_local,
        _ => false,
    }
}

pub(super) fn set_webhook(telegram: &mut Telegram, parameters: &Parameters, now_ms: i64) -> Outcome {
    let url = parameters.text("url").unwrap_or_default();
    if url.is_empty() {
        return delete_webhook(telegram, parameters);
    }
    if !is_webhook_url(&url) {
        return Err(Refusal::bad_request("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let secret = parameters.text("secret_token").filter(|secret| !secret.is_empty());
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    if secret.as_ref().is_some_and(|secret| !secret.chars().all(is_word)) {
        return Err(Refusal::bad_request("secret token contains unallowed characters"));
    }
    if secret.as_ref().is_some_and(|secret| secret.len() > 256) {
        return Err(Refusal::bad_request("secret token is too long"));
    }
    let max_connections = parameters.integer("max_connections");
    if max_connections.is_some_and(|most| !(1..=100).contains(&most)) {
        return Err(Refusal::bad_request("max_connections must be from 1 to 100"));
    }
    // Left out, the setting stays.
    let allowed_updates = parameters.json("allowed_updates")?.or(telegram.webhook.allowed_updates.clone());
    let wanted = Webhook { url, secret, max_connections, allowed_updates };
    let drops = parameters.is_on("drop_pending_updates");
    if wanted == telegram.webhook && !drops {
        return Ok(Success::described("Webhook is already set"));
    }
    telegram.webhook = wanted;
    if drops {
        telegram.updates.drop_waiting();
    }
    // What waited for a webhook, or for its next attempt at the old one, goes to this one at once.
    telegram.updates.hurry(now_ms);
    Ok(Success::described("Webhook was set"))
}

pub(super) fn delete_webhook(telegram: &mut Telegram, parameters: &Parameters) -> Outcome {
    if parameters.is_on("drop_pending_updates") {
        telegram.updates.drop_waiting();
    }
    if telegram.webhook.url.is_empty() {
        return Ok(Success::described("Webhook is already deleted"));
    }
    let allowed_updates = telegram.webhook.allowed_updates.take();
    telegram.webhook = Webhook { allowed_updates, ..Webhook::default() };
    Ok(Success::described("Webhook was deleted"))
}

/// The webhook, without its secret.
pub(super) fn shown_webhook(telegram: &Telegram) -> Value {
    let webhook = &telegram.webhook;
    let mut shown = json!({
        "url": webhook.url,
        "has_custom_certificate": false,
        "pending_update_count": telegram.updates.waiting(),
    });
    if let Some((at, words)) = telegram.updates.last_error() {
        shown["last_error_date"] = Value::from(at);
        shown["last_error_message"] = Value::from(words);
    }
    if !webhook.url.is_empty() {
        shown["max_connections"] = Value::from(webhook.max_connections.unwrap_or(40));
        if let Some(allowed) = &webhook.allowed_updates {
            shown["allowed_updates"] = allowed.clone();
        }
    }
    shown
}

/// The commands of each scope and language.
pub(super) type Commands = BTreeMap<(String, String), Value>;

fn commands_for(parameters: &Parameters) -> Result<(String, String), Refusal> {
    let scope = parameters.json("scope")?.unwrap_or_else(|| json!({ "type": "default" }));
    Ok((scope.to_string(), parameters.text("language_code").unwrap_or_default()))
}

pub(super) fn set_commands(telegram: &mut Telegram, parameters: &Parameters) -> Outcome {
    let commands = parameters.json("commands")?.unwrap_or_default();
    let list =
        commands.as_array().ok_or_else(|| Refusal::bad_request("can't parse commands: expected an Array"))?;
    if list.len() > MOST_COMMANDS {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    for command in list {
        let name = command["command"].as_str().unwrap_or_default();
        let name = name.strip_prefix('/').unwrap_or(name);
        let description = command["description"].as_str().unwrap_or_default();
        if !(1..=32).contains(&name.len()) || !name.chars().all(is_letter) {
            return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&description.chars().count()) {
            return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    telegram.commands.insert(commands_for(parameters)?, commands);
    Ok(Value::Bool(true).into())
}

pub(super) fn delete_commands(telegram: &mut Telegram, parameters: &Parameters) -> Outcome {
    telegram.commands.remove(&commands_for(parameters)?);
    Ok(Value::Bool(true).into())
}

pub(super) fn commands(telegram: &Telegram, parameters: &Parameters) -> Value {
    let found = commands_for(parameters).ok().and_then(|key| telegram.commands.get(&key).cloned());
    found.unwrap_or_else(|| json!([]))
}
