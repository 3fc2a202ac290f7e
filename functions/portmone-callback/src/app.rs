//! What the function holds between events: the bills, and what callbacks are proved with.

use aws_sdk_dynamodb::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::lambda::{settings, startup::Startup};
use shared::providers::portmone::callback::{CallbackError, Callbacks, Incoming, Notice};
use shared::stores::portmone_bills::PortmoneBills;
use shared::stores::table::Table;

/// The function.
pub struct App {
    pub bills: PortmoneBills,
    pub metrics: Metrics,
    secrets: SecretReader,
    callbacks: Refreshed<Callbacks>,
}

/// Of the secret `portmone`: what Portmone's manager set as the header of callbacks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WebhookSecret {
    webhook_token: SecretString,
}

impl App {
    /// Reads settings and secrets.
    ///
    /// # Errors
    /// When one is missing, by name.
    pub async fn start() -> anyhow::Result<Self> {
        let startup = Startup::begin()?;
        let table = Table::new(Client::new(&startup.aws), settings::required("BONUSES_TABLE")?);
        let settings = Callbacks {
            tokens: Vec::new(),
            source_addresses: settings::list("PORTMONE_CALLBACK_SOURCE_IPS")?,
            certificates: settings::list("PORTMONE_CALLBACK_CERTIFICATES")?,
        };
        Ok(Self::new(table, startup.secrets()?, settings).await?)
    }

    /// The function over its parts. The tokens of `settings` are read from the secret.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn new(table: Table, secrets: SecretReader, settings: Callbacks) -> Result<Self, SecretError> {
        let callbacks = with_tokens(&secrets, settings).await?;
        Ok(Self {
            bills: PortmoneBills::new(table),
            metrics: Metrics::new("portmone-callback"),
            secrets,
            callbacks: Refreshed::new(callbacks),
        })
    }

    /// Proves and reads a callback. When a token does not fit, it may have been rotated: it is read again, at most once
    /// a minute.
    ///
    /// # Errors
    /// When the callback is forged or unreadable.
    pub async fn open(&self, incoming: &Incoming<'_>) -> Result<Notice, CallbackError> {
        let opened = self.callbacks.get().open(incoming);
        let refresh = match &opened {
            Ok(_) => self.callbacks.is_stale(),
            Err(CallbackError::TokenInvalid | CallbackError::Disabled) => self.callbacks.may_be_rotated(),
            Err(_) => false,
        };
        if !refresh {
            return opened;
        }
        self.callbacks.renew(with_tokens(&self.secrets, self.callbacks.get()).await);
        opened.or_else(|_| self.callbacks.get().open(incoming))
    }
}

/// The same, with the tokens as they are now: the current one, and the one before.
async fn with_tokens(secrets: &SecretReader, callbacks: Callbacks) -> Result<Callbacks, SecretError> {
    let (now, before) =
        tokio::join!(secrets.batch(&["portmone"]), secrets.previous::<WebhookSecret>("portmone"));
    let current: WebhookSecret = now?.get("portmone")?;
    // An empty token proves nothing: anybody can send it.
    let tokens = [Some(current), before?].into_iter().flatten().map(|secret| secret.webhook_token);
    let tokens = tokens.filter(|token| !token.expose_secret().is_empty()).collect();
    Ok(Callbacks { tokens, ..callbacks })
}
