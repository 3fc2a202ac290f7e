//! The secret `telegram`: the bot's token, and what Telegram proves itself with. Never printed but when it was just
//! drawn and is stored nowhere yet.

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use shared::providers::telegram::TelegramCredentials;

use crate::deployment::Deployment;
use crate::secret_object::SecretObject;

const NAME: &str = "telegram";
const TOKEN: &str = "botToken";
const WEBHOOK_SECRET: &str = "webhookSecret";
/// 43 letters in base64.
const SECRET_BYTES: usize = 32;

/// Reads and writes the secret.
pub struct BotSecrets(SecretObject);

/// What it holds, with whatever else people put there.
pub struct BotSecret(Map<String, Value>);

impl BotSecrets {
    /// That of a deployment.
    pub fn of(deployment: &Deployment) -> Self {
        Self(SecretObject::of(deployment, NAME))
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is missing or no JSON object, or cannot be read.
    pub async fn read(&self) -> anyhow::Result<BotSecret> {
        self.0.read().await.map(BotSecret)
    }

    /// Stores it. What it was before is then its version before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn write(&self, secret: BotSecret) -> anyhow::Result<()> {
        self.0.write(secret.0).await
    }
}

impl BotSecret {
    /// The bot's token, perhaps empty.
    pub fn credentials(&self) -> TelegramCredentials {
        TelegramCredentials { bot_token: self.text(TOKEN).into() }
    }

    /// What Telegram proves itself with; none where nothing was chosen yet.
    pub fn webhook_secret(&self) -> Option<SecretString> {
        let secret = self.text(WEBHOOK_SECRET).trim();
        (!secret.is_empty()).then(|| secret.into())
    }

    /// The same with another proof.
    pub fn with_webhook_secret(mut self, secret: &SecretString) -> Self {
        self.0.insert(WEBHOOK_SECRET.to_owned(), secret.expose_secret().into());
        self
    }

    fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

/// 43 letters that Telegram takes and nobody guesses.
///
/// # Errors
/// When the machine has no randomness.
pub fn draw() -> anyhow::Result<SecretString> {
    let mut bytes = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut bytes).ok().context("this machine has no randomness")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}
