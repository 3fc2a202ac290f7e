//! The company's own services: they all know Paydesk by the internal API key.

use http::{HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::call::{Call, Caller, Operation};

/// The keys of the secret `${Stack}/internal`: Paydesk accepts each of them and sends the first, so
/// that they can be rotated.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InternalKeys {
    /// One or two keys.
    pub api_keys: Vec<SecretString>,
}

/// One of the company's services.
#[derive(Debug, Clone)]
pub struct InternalService {
    caller: Caller,
    base_url: String,
    api_key: HeaderValue,
}

/// Why a service cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret `internal` needs at least one key of printable ASCII in `apiKeys`")]
pub struct InternalKeyError;

impl InternalService {
    /// The service at `base_url`.
    ///
    /// # Errors
    /// When there is no key, or it cannot stand in a header.
    pub fn new(caller: Caller, base_url: &str, keys: &InternalKeys) -> Result<Self, InternalKeyError> {
        let key = keys
            .api_keys
            .iter()
            .find(|key| !key.expose_secret().trim().is_empty())
            .ok_or(InternalKeyError)?;
        let mut api_key = HeaderValue::from_str(key.expose_secret()).map_err(|_| InternalKeyError)?;
        api_key.set_sensitive(true);
        Ok(Self { caller, base_url: base_url.trim_end_matches('/').to_owned(), api_key })
    }

    /// Begins a call.
    pub fn call(&self, operation: Operation, method: Method, path: &str) -> Call {
        let call = self.caller.call(operation, method, &format!("{}{path}", self.base_url));
        call.header("x-internal-api-key", self.api_key.clone())
    }
}
