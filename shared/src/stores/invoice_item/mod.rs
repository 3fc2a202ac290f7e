//! How an invoice looks in the table.
//!
//! Reading checks again what writing checked: an item that breaks a rule of the domain is corrupt.

pub mod stored_attempt;
pub mod stored_order;
pub mod stored_report;
pub mod stored_standing;

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::stored_attempt::{StoredAttempt, attempt_number};
use self::stored_order::StoredOrder;
use self::stored_report::{StoredReport, StoredReview};
use self::stored_standing::StoredStanding;
use super::outbox::{StoredEvent, StoredEventKind};
use super::table::{Key, StoreError};
use crate::domain::invoice::number::InvoiceNumber;
use crate::domain::invoice::review::OpenReview;
use crate::domain::invoice::{Invoice, InvoiceState};

/// Sort key of an invoice's item.
const SORT_KEY: &str = "INVOICE";

/// The key of an invoice's item.
pub fn key(number: &InvoiceNumber) -> Key {
    Key { pk: format!("{SORT_KEY}#{number}"), sk: SORT_KEY }
}

/// Partition of the index `gsi1`: all invoices of one customer.
pub fn customer_partition(customer: &str) -> String {
    format!("USER#{customer}")
}

/// Partition of the index `gsi2`: all invoices in one state.
pub fn state_partition(state: InvoiceState) -> String {
    format!("STATE#{}", state.as_str())
}

/// Partition of the index `gsi3`: all invoices that somebody has to look at.
pub const WATCHED: &str = "WATCHED";

/// Sort key of the indexes: by the time of making, then by number.
pub fn position(created_at: Timestamp, number: &str) -> String {
    format!("{created_at:.3}#{number}")
}

/// An invoice with what the store adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The invoice.
    pub invoice: Invoice,
    /// Counts its changes, from 1.
    pub version: u64,
    /// Drawn anew for each commit: whoever lost the answer to its commit knows it again by this.
    pub commit: String,
}

/// The item.
#[derive(Debug, Serialize, Deserialize)]
pub struct InvoiceItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    gsi2pk: String,
    gsi2sk: String,
    /// Only while somebody has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi3sk: Option<String>,
    version: u64,
    commit: String,
    number: String,
    order: StoredOrder,
    created_at: Timestamp,
    expires_at: Timestamp,
    standing: StoredStanding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review_opened_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<StoredAttempt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chosen: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reports: Vec<StoredReport>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<StoredReview>,
    /// Only once the customer was reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminded_at: Option<Timestamp>,
    /// Only with an outbox: the stream's filter can ask for a number, but not for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbox_size: Option<usize>,
    /// Written for the relay; what was told is of no use to whoever reads the item.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<StoredEvent>,
}

impl InvoiceItem {
    /// The item of an invoice that is committed as `version`, because of what `correlation_id` names.
    pub fn of(versioned: &Versioned, correlation_id: &str, now: Timestamp) -> Self {
        let invoice = &versioned.invoice;
        let key = key(&invoice.number);
        let position = position(invoice.created_at, invoice.number.as_str());
        let watched = invoice.is_watched();
        let event = |(index, event)| StoredEvent {
            id: format!("{}.{}.{index}", invoice.number, versioned.version),
            correlation_id: correlation_id.to_owned(),
            occurred_at: now,
            event: StoredEventKind::of(event),
        };
        Self {
            pk: key.pk,
            sk: key.sk.to_owned(),
            gsi1pk: customer_partition(invoice.order.customer.as_str()),
            gsi1sk: position.clone(),
            gsi2pk: state_partition(invoice.state()),
            gsi2sk: position.clone(),
            gsi3pk: watched.then(|| WATCHED.to_owned()),
            gsi3sk: watched.then_some(position),
            version: versioned.version,
            commit: versioned.commit.clone(),
            number: invoice.number.to_string(),
            order: StoredOrder::of(&invoice.order),
            created_at: invoice.created_at,
            expires_at: invoice.expires_at,
            standing: StoredStanding::of(&invoice.standing),
            review_opened_at: invoice.open_review.as_ref().map(|review| review.opened_at),
            attempts: invoice.attempts.iter().map(StoredAttempt::of).collect(),
            chosen: invoice.chosen.map(|number| number.get()),
            reports: invoice.reports.iter().map(StoredReport::of).collect(),
            reviews: invoice.reviews.iter().map(StoredReview::of).collect(),
            reminded_at: invoice.reminded_at,
            outbox_size: Some(invoice.outbox.len()).filter(|size| *size > 0),
            outbox: invoice.outbox.iter().enumerate().map(event).collect(),
        }
    }

    /// The invoice.
    ///
    /// # Errors
    /// `Corrupt` when the item breaks a rule of the domain.
    pub fn versioned(self) -> Result<Versioned, StoreError> {
        let pk = self.pk.clone();
        self.checked().map_err(|reason| StoreError::Corrupt { key: pk, reason })
    }

    fn checked(self) -> Result<Versioned, String> {
        let number: InvoiceNumber = parsed("number", &self.number)?;
        if key(&number).pk != self.pk {
            return Err(format!("it holds the invoice {number}"));
        }
        let order = self.order.order()?;
        let currency = order.amount.currency();
        let attempts: Result<Vec<_>, _> =
            self.attempts.into_iter().map(|stored| stored.attempt(currency)).collect();
        let reports: Result<Vec<_>, _> = self.reports.into_iter().map(StoredReport::report).collect();
        let reviews: Result<Vec<_>, _> = self.reviews.into_iter().map(StoredReview::review).collect();
        let invoice = Invoice {
            number,
            order,
            created_at: self.created_at,
            expires_at: self.expires_at,
            standing: self.standing.standing()?,
            open_review: self.review_opened_at.map(|opened_at| OpenReview { opened_at }),
            attempts: attempts?,
            chosen: self.chosen.map(attempt_number).transpose()?,
            reports: reports?,
            reviews: reviews?,
            reminded_at: self.reminded_at,
            outbox: Vec::new(),
        };
        if self.gsi2pk != state_partition(invoice.state()) {
            return Err(format!("it is listed as {}", self.gsi2pk));
        }
        Ok(Versioned { invoice, version: self.version, commit: self.commit })
    }
}

/// Reads a field with its own parser.
fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{field} {text:?}: {error}"))
}

/// Reads a field that holds the name of one of a few values.
fn named<T: Copy, const N: usize>(
    field: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
    text: &str,
) -> Result<T, String> {
    all.into_iter().find(|value| name(*value) == text).ok_or_else(|| format!("{field} {text:?} is unknown"))
}
