//! What Portmone sends without being asked: proved, and only then read.
//!
//! No notice of Portmone's is signed. So it is proved by what the deployment can agree with Portmone: a token in a
//! header, a client certificate, the addresses it comes from. Whatever is configured has to hold; an address alone
//! proves nothing.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::dialect;
use crate::domain::bonus::report::BillReport;
use crate::domain::identifier::PortmoneBillId;
use crate::providers::xml::Wrong;

/// Longest notice read, in bytes. One is shorter than 4 KB, a registry of many bills is not.
pub const MAX_BODY_BYTES: usize = 1 << 20;

const TOKEN: HeaderName = HeaderName::from_static("x-portmone-token");

/// What notices are proved with.
#[derive(Debug, Clone, Default)]
pub struct Callbacks {
    /// The token, and during a rotation the one before; empty ones prove nothing. None: no token is asked for.
    pub tokens: Vec<SecretString>,
    /// Addresses that notices may come from; none for any.
    pub source_addresses: Vec<IpAddr>,
    /// Client certificates that notices may come with; none: no certificate is asked for.
    pub certificates: Vec<Fingerprint>,
}

/// The SHA-256 fingerprint of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// Why a text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SHA-256 fingerprint of a certificate has 64 hexadecimal digits")]
pub struct FingerprintError;

/// A notice as it came.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The address that it came from, as far as it is known.
    pub from: Option<IpAddr>,
    /// The client certificate that the connection was made with, in PEM: verified by whoever ended the connection.
    pub client_certificate_pem: Option<&'a str>,
    /// Its body.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: Timestamp,
}

/// How a notice is written, and so how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A document `<rsp>`.
    Direct,
    /// The biller protocol about payments: a form with `BILLS` or `PAY_ORDERS`.
    Biller,
    /// The biller protocol's question who owes what: a form with `REQUESTS`.
    Requests,
    /// The merchant gateway's JSON.
    Gateway,
}

/// A proved notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It reports what became of bills.
    Reports {
        /// How it is to be answered.
        dialect: Dialect,
        /// What became of which. Several in a registry.
        reports: Vec<(PortmoneBillId, BillReport)>,
        /// Bills beside these that cannot be read. None as a rule; without one there is at least one report, unless a
        /// registry is empty.
        unread: Vec<UnreadBill>,
    },
    /// It asks what payers owe.
    Requests {
        /// Whom they would owe it.
        payee: String,
        /// Who.
        payers: Vec<Payer>,
    },
}

/// A bill in a notice that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadBill {
    /// Which, where at least that can be read.
    pub bill: Option<PortmoneBillId>,
    /// Portmone's word for its state, where there is one that is a short plain word.
    pub state: Option<String>,
    /// What is wrong with it. Says nothing of what stands in it.
    pub what: &'static str,
}

/// An account that Portmone asks about, as it wrote it. May be a phone number: shown masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Payer(pub String);

/// Why a notice is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// There is nothing to prove it with: notices are not configured.
    #[error("provider_disabled")]
    Disabled,
    /// From an address that is not on the list.
    #[error("the source address is not allowed")]
    ForeignAddress,
    /// Without the token, or with another one.
    #[error("invalid x-portmone-token")]
    TokenInvalid,
    /// Without the client certificate, or with another one.
    #[error("the client certificate is not allowed")]
    CertificateInvalid,
    /// Longer than any real one.
    #[error("the body is too long")]
    TooLong,
    /// Proved, but no notice that is known.
    #[error("the notice cannot be read: {what}")]
    Unreadable {
        /// How it is written, as far as that can be told.
        dialect: Dialect,
        /// What is wrong with it. Says nothing of what stands in it.
        what: &'static str,
    },
}

impl CallbackError {
    /// Whether the notice is proved all the same: then it is Portmone's, and somebody has to know that it is not kept.
    pub fn is_proved(&self) -> bool {
        match self {
            Self::TooLong | Self::Unreadable { .. } => true,
            Self::Disabled | Self::ForeignAddress | Self::TokenInvalid | Self::CertificateInvalid => false,
        }
    }
}

impl Callbacks {
    /// Proves and reads a notice. There is no other way to read one.
    ///
    /// # Errors
    /// When it is forged, or no notice that is known.
    pub fn open(&self, incoming: &Incoming<'_>) -> Result<Notice, CallbackError> {
        self.prove(incoming)?;
        if incoming.body.len() > MAX_BODY_BYTES {
            return Err(CallbackError::TooLong);
        }
        dialect::read(incoming.body, incoming.received_at)
            .map_err(|(dialect, what): (Dialect, Wrong)| CallbackError::Unreadable { dialect, what })
    }

    fn prove(&self, incoming: &Incoming<'_>) -> Result<(), CallbackError> {
        let tokens: Vec<&str> = self
            .tokens
            .iter()
            .map(SecretString::expose_secret)
            .filter(|token| !token.trim().is_empty())
            .collect();
        if tokens.is_empty() && self.certificates.is_empty() {
            return Err(CallbackError::Disabled);
        }
        let allowed = &self.source_addresses;
        if !allowed.is_empty() && !incoming.from.is_some_and(|from| allowed.contains(&from)) {
            return Err(CallbackError::ForeignAddress);
        }
        if !tokens.is_empty() {
            let token = only(incoming.headers, &TOKEN).ok_or(CallbackError::TokenInvalid)?;
            let same = tokens.iter().map(|known| known.as_bytes().ct_eq(token));
            if !bool::from(any(same)) {
                return Err(CallbackError::TokenInvalid);
            }
        }
        if !self.certificates.is_empty() {
            let shown = incoming.client_certificate_pem.and_then(Fingerprint::of_pem);
            let shown = shown.ok_or(CallbackError::CertificateInvalid)?;
            if !bool::from(any(self.certificates.iter().map(|known| known.0.ct_eq(&shown.0)))) {
                return Err(CallbackError::CertificateInvalid);
            }
        }
        Ok(())
    }
}

/// Looks at all of them, whichever it is.
fn any(same: impl Iterator<Item = Choice>) -> Choice {
    same.fold(Choice::from(0), |found, same| found | same)
}

/// The value of a header that stands exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

impl Dialect {
    /// How a notice is likely written that is not read: by what it calls itself.
    pub fn suggested_by(headers: &HeaderMap) -> Self {
        let told =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let told = told.to_ascii_lowercase();
        if told.contains("json") {
            Self::Gateway
        } else if told.contains("form") {
            Self::Biller
        } else {
            Self::Direct
        }
    }
}

impl Fingerprint {
    /// Of the first certificate in PEM; none when there is none.
    pub fn of_pem(pem: &str) -> Option<Self> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        Some(Self(Sha256::digest(&certificate).into()))
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Reads hexadecimal digits, with or without the colons that programs write between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.chars().filter(|letter| *letter != ':').collect();
        let bytes = hex::decode(digits).map_err(|_| FingerprintError)?;
        bytes.try_into().map(Self).map_err(|_| FingerprintError)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::masking::masked_account(&self.0))
    }
}
