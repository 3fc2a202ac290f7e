//! Where the bot's updates go.

use std::fmt::Write as _;

use anyhow::bail;
use secrecy::{ExposeSecret, SecretString};
use shared::providers::telegram::Telegram;
use shared::providers::telegram::setup::{WantedWebhook, Webhook};

use super::bot_secret::{BotSecrets, draw};
use super::refused;

/// Where updates shall go.
pub struct Wish {
    /// The address.
    pub url: String,
    /// Most of them at the same time.
    pub max_connections: u8,
}

/// Where the function `telegram-webhook` is, at an API.
pub fn address(api: &str) -> String {
    format!("{}/webhooks/telegram", api.trim_end_matches('/'))
}

/// Sets the webhook with the secret that is stored. Says what is so now.
///
/// # Errors
/// When none is stored, or Telegram refuses.
pub async fn set(telegram: &Telegram, secrets: &BotSecrets, wish: &Wish) -> anyhow::Result<String> {
    let Some(secret) = secrets.read().await?.webhook_secret() else {
        let drawn = draw()?;
        bail!(
            "the secret {} has no webhookSecret: nothing could prove that an update is Telegram's.\n\
             `ops telegram set-webhook --new-secret` draws and stores one. To store one yourself, put this beside \
             botToken and run this again:\n  \"webhookSecret\": \"{}\"",
            secrets.name(),
            drawn.expose_secret()
        );
    };
    set_with(telegram, &secret, wish).await
}

/// Draws and stores a new secret, then sets the webhook with it. The functions take the one before, too, so nothing
/// that is on its way is refused.
///
/// # Errors
/// When it cannot be stored, or Telegram refuses: then the secret is stored, and `set` goes on with it.
pub async fn set_with_new_secret(
    telegram: &Telegram,
    secrets: &BotSecrets,
    wish: &Wish,
) -> anyhow::Result<String> {
    let secret = draw()?;
    secrets.write(secrets.read().await?.with_webhook_secret(&secret)).await?;
    println!("a new webhookSecret is in {}; the one before stays good until the next", secrets.name());
    set_with(telegram, &secret, wish).await
}

async fn set_with(telegram: &Telegram, secret: &SecretString, wish: &Wish) -> anyhow::Result<String> {
    let Wish { url, max_connections } = wish;
    let wanted = WantedWebhook { url, secret, max_connections: *max_connections };
    telegram.set_webhook(&wanted).await.map_err(refused)?;
    Ok(words(&telegram.webhook().await.map_err(refused)?, url))
}

/// How it is, in words.
pub fn words(webhook: &Webhook, ours: &str) -> String {
    let Some(url) = &webhook.url else {
        return format!(
            "updates go nowhere: there is no webhook, and {} wait\n`ops telegram set-webhook` has them sent to {ours}",
            webhook.waiting
        );
    };
    let mut words = format!("updates go to {url}");
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        write!(words, "\n{text}").ok();
    };
    if url != ours {
        line(format!("  that is not this stack, which is at {ours}"));
    }
    let at_once =
        webhook.max_connections.map_or_else(String::new, |most| format!(", at most {most} at a time"));
    let kinds = if webhook.updates.is_empty() { "nearly all".to_owned() } else { webhook.updates.join(", ") };
    line(format!("  {} wait{at_once}; kinds: {kinds}", webhook.waiting));
    line(match &webhook.last_failure {
        Some(failure) => format!("  the last delivery that failed: {}, {}", failure.at, failure.reason),
        None => "  no delivery failed".to_owned(),
    });
    words
}
