//! The Tripay client of a function: which system, with which credentials.

use crate::lambda::refreshed::Refreshed;
use crate::lambda::secrets::{SecretError, SecretReader};
use crate::lambda::settings::{self, SettingError};
use crate::providers::call::Caller;
use crate::providers::tripay::{Credentials, Mode, Tripay};

/// Makes Tripay clients, and makes them anew when the credentials are old.
#[derive(Debug)]
pub struct TripayClient {
    caller: Caller,
    base_url: String,
    secrets: SecretReader,
    held: Refreshed<Option<Tripay>>,
}

/// Where Tripay is, by `TRIPAY_MODE`; `TRIPAY_BASE_URL` overrides it.
///
/// # Errors
/// When the mode is missing or unknown.
pub fn base_url() -> Result<String, SettingError> {
    let name = "TRIPAY_MODE";
    let mode = match settings::required(name)?.as_str() {
        "sandbox" => Mode::Sandbox,
        "production" => Mode::Production,
        other => {
            let reason = format!("{other:?} is neither sandbox nor production");
            return Err(SettingError::Wrong { name, reason });
        }
    };
    Ok(settings::optional("TRIPAY_BASE_URL").unwrap_or_else(|| mode.base_url().to_owned()))
}

impl TripayClient {
    /// A client with credentials that were just read.
    pub fn new(caller: Caller, base_url: String, secrets: SecretReader, credentials: Credentials) -> Self {
        let held = Refreshed::new(client(&caller, &base_url, credentials));
        Self { caller, base_url, secrets, held }
    }

    /// Reads the credentials, and makes a client with them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn start(caller: Caller, base_url: String, secrets: SecretReader) -> Result<Self, SecretError> {
        let credentials = secrets.batch(&["tripay"]).await?.get("tripay")?;
        Ok(Self::new(caller, base_url, secrets, credentials))
    }

    /// The client; none when Tripay is not configured. Reads the credentials again when they are old:
    /// they may have been rotated, or filled in.
    pub async fn tripay(&self) -> Option<Tripay> {
        let configured = self.held.get().is_some();
        if self.held.is_stale() || (!configured && self.held.may_be_rotated()) {
            let read = self.secrets.batch(&["tripay"]).await.and_then(|batch| batch.get("tripay"));
            self.held.renew(read.map(|credentials| client(&self.caller, &self.base_url, credentials)));
        }
        self.held.get()
    }
}

fn client(caller: &Caller, base_url: &str, credentials: Credentials) -> Option<Tripay> {
    credentials.are_complete().then(|| Tripay::new(caller.clone(), base_url, credentials))
}
