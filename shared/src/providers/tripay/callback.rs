//! Tripay's payment callback: proved over the raw body, then read.
//!
//! <https://tripay.co.id/developer?tab=callback>

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use secrecy::SecretString;

use super::{signature, wire};
use crate::domain::identifier::Reference;
use crate::domain::money::Money;
use crate::domain::payment_report::{PaymentReport, ReportSource, ReportedStatus};

/// Longest callback read, in bytes. Real ones have about 330.
pub const MAX_BODY_BYTES: usize = 64 << 10;

const SIGNATURE: HeaderName = HeaderName::from_static("x-callback-signature");
const EVENT: HeaderName = HeaderName::from_static("x-callback-event");
const PAYMENT_STATUS: &[u8] = b"payment_status";

/// What callbacks are proved with.
#[derive(Debug, Clone)]
pub struct Callbacks {
    /// The merchant's private key, and during a rotation the one before.
    pub private_keys: Vec<SecretString>,
    /// Addresses callbacks may come from; empty for any. The signature is the real proof: a proxy
    /// in front changes the address.
    pub source_addresses: Vec<IpAddr>,
}

/// A proved callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callback {
    /// It reports about an attempt to pay, as far as its references tell.
    Report(PaymentReport),
    /// It reports about a transaction whose references are not ours.
    Foreign(ForeignReport),
    /// It names no transaction: somebody tried the callback address.
    Test,
}

/// A proved report whose references are not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignReport {
    /// Tripay's reference, as it came.
    pub reference: String,
    /// What should be our reference, as it came.
    pub merchant_ref: String,
    /// What happened.
    pub status: ReportedStatus,
    /// What counts, in rupiah.
    pub amount: Money,
    /// The callback as it came.
    pub raw: String,
}

/// Why a callback is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// There is no key to prove it with: Tripay is not configured.
    #[error("provider_disabled")]
    Disabled,
    /// Longer than any real one.
    #[error("the body is too long")]
    TooLong,
    /// From an address that is not on the list.
    #[error("the source address is not allowed")]
    ForeignAddress,
    /// There is not exactly one signature.
    #[error("there must be exactly one X-Callback-Signature")]
    SignatureMissing,
    /// The signature does not prove the body.
    #[error("invalid signature")]
    SignatureInvalid,
    /// Another event than `payment_status`, the only one there is.
    #[error("unknown X-Callback-Event")]
    UnknownEvent,
    /// Proved, but not a payment report.
    #[error("the body is not a payment report")]
    Unreadable,
}

impl Callbacks {
    /// Proves and reads a callback. There is no other way to read one.
    ///
    /// # Errors
    /// When it is forged, or not a payment report.
    pub fn open(
        &self,
        headers: &HeaderMap,
        from: Option<IpAddr>,
        body: &[u8],
    ) -> Result<Callback, CallbackError> {
        if self.private_keys.is_empty() {
            return Err(CallbackError::Disabled);
        }
        if body.len() > MAX_BODY_BYTES {
            return Err(CallbackError::TooLong);
        }
        if !self.source_addresses.is_empty()
            && !from.is_some_and(|from| self.source_addresses.contains(&from))
        {
            return Err(CallbackError::ForeignAddress);
        }
        let signature = only(headers, &SIGNATURE).ok_or(CallbackError::SignatureMissing)?;
        if !self.private_keys.iter().any(|key| signature::proves(key, body, signature)) {
            return Err(CallbackError::SignatureInvalid);
        }
        if only(headers, &EVENT) != Some(PAYMENT_STATUS) {
            return Err(CallbackError::UnknownEvent);
        }
        read(body).ok_or(CallbackError::Unreadable)
    }
}

/// The value of a header that stands exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

fn read(body: &[u8]) -> Option<Callback> {
    let raw = std::str::from_utf8(body).ok()?;
    let callback: wire::Callback = serde_json::from_str(raw).ok()?;
    if callback.reference.is_none() && callback.merchant_ref.is_none() {
        return Some(Callback::Test);
    }
    let reference = callback.reference.unwrap_or_default();
    let status = wire::reported_status(&callback.status)?;
    let amount = Money::rupiah(callback.total_amount.checked_sub(callback.fee_customer)?);
    let paid_at = callback.paid_at.and_then(|seconds| wire::instant(&seconds));
    let merchant_ref = callback.merchant_ref.unwrap_or_default();
    let raw = raw.to_owned();
    Some(match (reference.parse::<Reference>(), merchant_ref.parse()) {
        (Ok(reference), Ok(merchant_ref)) => Callback::Report(PaymentReport {
            merchant_ref,
            reference,
            status,
            amount,
            paid_at,
            source: ReportSource::Callback,
            raw,
        }),
        _ => Callback::Foreign(ForeignReport { reference, merchant_ref, status, amount, raw }),
    })
}
