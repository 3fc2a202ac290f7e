//! Opens sealed numbers of phones, in memory only.
//!
//! A number comes as a Fernet token under the receipt system's secret: the key is the SHA-256 of it, as the original
//! has it. When a token was made does not matter. <https://github.com/fernet/spec/blob/master/Spec.md>

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::domain::bonus::msisdn::{MsisdnError, SealedMsisdn, normalised};
use shared::domain::phone_number::PhoneNumber;

/// A time, in seconds, that no token is of. Whoever seals may have another clock than we, and what is sealed is no less
/// theirs for that.
const END_OF_TIME: u64 = 1 << 62;

/// The secret `receipts`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptSecret {
    /// What the receipt system seals with.
    pub encryption_secret: SecretString,
}

/// The keys, the present one and the one before it.
#[derive(Clone)]
pub struct Seals {
    keys: Vec<Fernet>,
}

/// Why a number cannot be opened. Holds none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no secret.
    #[error("the secret receipts has no encryptionSecret")]
    NoKey,
    /// It was sealed with another secret, or it is no token.
    #[error("the number was not sealed with the secret receipts")]
    Foreign,
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seals")
    }
}

impl Seals {
    /// What opens whatever was sealed with one of these.
    pub fn new(secrets: impl IntoIterator<Item = ReceiptSecret>) -> Self {
        Self { keys: secrets.into_iter().filter_map(|secret| key(&secret)).collect() }
    }

    /// The phone that is sealed; or that what is sealed is none that could be topped up.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, sealed: &SealedMsisdn) -> Result<Result<PhoneNumber, MsisdnError>, SealError> {
        if self.keys.is_empty() {
            return Err(SealError::NoKey);
        }
        let open = |key: &Fernet| key.decrypt_at_time(sealed.as_str(), None, END_OF_TIME).ok();
        let opened = self.keys.iter().find_map(open).ok_or(SealError::Foreign)?;
        Ok(std::str::from_utf8(&opened).map_err(|_| MsisdnError).and_then(normalised))
    }
}

fn key(secret: &ReceiptSecret) -> Option<Fernet> {
    let secret = secret.encryption_secret.expose_secret();
    // An empty secret seals nothing: anybody can seal with it.
    if secret.is_empty() {
        return None;
    }
    Fernet::new(&URL_SAFE.encode(Sha256::digest(secret.as_bytes())))
}
