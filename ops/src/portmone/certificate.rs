//! A certificate in words: whose it is, who signed it, until when it is good.

use std::fmt;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::providers::portmone::callback::Fingerprint;
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;

/// The name of a certificate's part of a PEM.
pub const CERTIFICATE: &str = "CERTIFICATE";

/// What stands in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// From when it is good.
    pub not_before: Timestamp,
    /// Until when it is good.
    pub not_after: Timestamp,
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
}

impl Certificate {
    /// The first one in PEM.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn of_pem(text: &str) -> anyhow::Result<Self> {
        let pems = Pem::iter_from_buffer(text.as_bytes()).filter_map(Result::ok);
        let first = pems
            .into_iter()
            .find(|pem| pem.label == CERTIFICATE)
            .context("there is no certificate in PEM")?;
        let (_, read) =
            parse_x509_certificate(&first.contents).ok().context("the certificate cannot be read")?;
        let instant = |seconds| Timestamp::from_second(seconds).context("its time cannot be read");
        Ok(Self {
            subject: read.subject().to_string(),
            issuer: read.issuer().to_string(),
            not_before: instant(read.validity().not_before.timestamp())?,
            not_after: instant(read.validity().not_after.timestamp())?,
            fingerprint: Fingerprint::of_pem(text).context("the certificate cannot be read")?,
        })
    }

    /// Why it cannot be used now.
    pub fn trouble(&self, now: Timestamp) -> Option<String> {
        if now < self.not_before {
            return Some(format!("the certificate is not good before {}", day(self.not_before)));
        }
        (self.not_after <= now).then(|| format!("the certificate was good until {}", day(self.not_after)))
    }

    /// Whole days that are left.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.not_after.duration_since(now).as_hours() / 24
    }

    /// In a line for each thing.
    pub fn words(&self, now: Timestamp) -> String {
        let Self { subject, issuer, not_before, not_after, fingerprint } = self;
        let (from, until, left) = (day(*not_before), day(*not_after), self.days_left(now));
        format!(
            "subject  {subject}\nissuer   {issuer}\ngood     {from} to {until}, {left} days are left\nSHA-256  {fingerprint}"
        )
    }
}

/// The day on which something is, in UTC.
pub fn day(at: Timestamp) -> impl fmt::Display {
    at.to_zoned(TimeZone::UTC).date()
}
