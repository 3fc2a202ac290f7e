//! What every function does first. Whatever is missing stops it here, by name.

use aws_types::SdkConfig;

use super::aws;
use super::secrets::SecretReader;
use super::settings::{SettingError, optional, required};
use crate::http_client::{HttpClientError, HttpClients};

/// What functions build their `App` from.
#[derive(Debug)]
pub struct Startup {
    /// For the SDK's clients.
    pub aws: SdkConfig,
    /// For calls to providers.
    pub http: HttpClients,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// No HTTP client.
    #[error(transparent)]
    Http(#[from] HttpClientError),
}

impl Startup {
    /// Starts logging and makes the clients.
    ///
    /// # Errors
    /// When a setting is missing or wrong.
    pub fn begin() -> Result<Self, StartupError> {
        super::log::start()?;
        let http = HttpClients::new(optional("OUTBOUND_PROXY_URL").as_deref())?;
        Ok(Self { aws: aws::sdk_config(http.aws.clone())?, http })
    }

    /// The clients for providers that also believe certificates below `own_root`, where there is one.
    ///
    /// # Errors
    /// When it holds no certificate.
    pub fn http_believing(&self, own_root: Option<&str>) -> Result<HttpClients, HttpClientError> {
        match own_root {
            Some(pem) => self.http.believing(pem, optional("OUTBOUND_PROXY_URL").as_deref()),
            None => Ok(self.http.clone()),
        }
    }

    /// The reader of this stack's secrets.
    ///
    /// # Errors
    /// When the stack's name is not set, or the environment has no region or credentials.
    pub fn secrets(&self) -> Result<SecretReader, SettingError> {
        Ok(SecretReader::new(&self.http, aws::account()?, required("STACK")?))
    }
}
