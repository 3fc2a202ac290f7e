//! What the function holds between events: its stores, and what callbacks are proved with.

use std::net::IpAddr;

use aws_sdk_dynamodb::Client;
use http::HeaderMap;
use shared::lambda::metrics::Metrics;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::lambda::{settings, startup::Startup};
use shared::providers::tripay::Credentials;
use shared::providers::tripay::callback::{Callback, CallbackError, Callbacks};
use shared::stores::invoices::Invoices;
use shared::stores::table::Table;
use shared::stores::unmatched_reports::UnmatchedReports;

/// The function.
pub struct App {
    pub invoices: Invoices,
    pub unmatched: UnmatchedReports,
    pub metrics: Metrics,
    secrets: SecretReader,
    callbacks: Refreshed<Callbacks>,
}

impl App {
    /// Reads settings and secrets.
    ///
    /// # Errors
    /// When one is missing, by name.
    pub async fn start() -> anyhow::Result<Self> {
        let startup = Startup::begin()?;
        let table = Table::new(Client::new(&startup.aws), settings::required("INVOICES_TABLE")?);
        let sources = settings::list("TRIPAY_CALLBACK_SOURCE_IPS")?;
        Ok(Self::new(table, startup.secrets()?, sources).await?)
    }

    /// The function over its parts.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub async fn new(table: Table, secrets: SecretReader, sources: Vec<IpAddr>) -> Result<Self, SecretError> {
        let callbacks = read_callbacks(&secrets, sources).await?;
        Ok(Self {
            invoices: Invoices::new(table.clone()),
            unmatched: UnmatchedReports::new(table),
            metrics: Metrics::new("tripay-callback"),
            secrets,
            callbacks: Refreshed::new(callbacks),
        })
    }

    /// Proves and reads a callback. When a signature does not fit, the key may have been rotated:
    /// it is read again, at most once a minute.
    ///
    /// # Errors
    /// When the callback is forged or unreadable.
    pub async fn open(
        &self,
        headers: &HeaderMap,
        from: Option<IpAddr>,
        body: &[u8],
    ) -> Result<Callback, CallbackError> {
        let opened = self.callbacks.get().open(headers, from, body);
        let refresh = match &opened {
            Ok(_) => self.callbacks.is_stale(),
            Err(CallbackError::SignatureInvalid | CallbackError::Disabled) => self.callbacks.may_be_rotated(),
            Err(_) => false,
        };
        if !refresh {
            return opened;
        }
        self.callbacks.renew(read_callbacks(&self.secrets, self.callbacks.get().source_addresses).await);
        opened.or_else(|_| self.callbacks.get().open(headers, from, body))
    }
}

async fn read_callbacks(secrets: &SecretReader, sources: Vec<IpAddr>) -> Result<Callbacks, SecretError> {
    let (now, before) = tokio::join!(secrets.batch(&["tripay"]), secrets.previous::<Credentials>("tripay"));
    let current: Credentials = now?.get("tripay")?;
    // An empty key proves nothing: anybody can sign with it.
    let keys = [Some(current), before?].into_iter().flatten().filter(Credentials::are_complete);
    let private_keys = keys.map(|credentials| credentials.private_key).collect();
    Ok(Callbacks { private_keys, source_addresses: sources })
}
