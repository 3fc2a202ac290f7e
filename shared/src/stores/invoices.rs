//! Invoices: one item each, and one marker per order that says which invoice it has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::commit_mark::commit_mark;
use super::invoice_item::{InvoiceItem, Versioned, key};
use super::table::{Change, Expected, Key, StoreError, Table, write};
use crate::domain::identifier::OrderId;
use crate::domain::invoice::Invoice;
use crate::domain::invoice::number::InvoiceNumber;

/// How often a change is decided anew when others change the invoice at the same time.
const MAX_CONFLICTS: usize = 3;

/// The invoices.
#[derive(Debug, Clone)]
pub struct Invoices {
    pub(super) table: Table,
}

/// What caused a change, for its events.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Correlates all log lines of the request.
    pub correlation_id: String,
    /// When it is decided.
    pub now: Timestamp,
}

impl Cause {
    /// A cause at `now`, in whole milliseconds.
    pub fn new(correlation_id: String, now: Timestamp) -> Self {
        let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Self { correlation_id, now }
    }
}

/// A change that was decided, and committed where there was something to commit.
#[derive(Debug)]
pub struct Changed<T> {
    /// What was decided.
    pub outcome: T,
    /// The invoice after the change.
    pub invoice: Invoice,
}

/// Whether an order got its invoice now or had it before.
#[derive(Debug)]
pub enum Creation {
    /// The new invoice is stored.
    Created(Invoice),
    /// The order has this one.
    Existing(Invoice),
}

/// Says which invoice an order has.
#[derive(Debug, Serialize, Deserialize)]
struct OrderMarker {
    pk: String,
    sk: String,
    number: String,
}

const MARKER: &str = "ORDER";

fn marker_key(order: &OrderId) -> Key {
    Key { pk: format!("{MARKER}#{order}"), sk: MARKER }
}

impl Invoices {
    /// The invoices in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Whether the store can be used.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.table.check().await
    }

    /// The invoice of that number.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, number: &InvoiceNumber) -> Result<Option<Invoice>, StoreError> {
        Ok(self.load(number).await?.map(|versioned| versioned.invoice))
    }

    /// The invoice of an order.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn for_order(&self, order: &OrderId) -> Result<Option<Invoice>, StoreError> {
        let key = marker_key(order);
        let Some(marker) = self.table.get::<OrderMarker>(&key).await? else {
            return Ok(None);
        };
        let corrupt = |reason: String| StoreError::Corrupt { key: key.pk.clone(), reason };
        let number: InvoiceNumber =
            marker.number.parse().map_err(|_| corrupt("no invoice number".to_owned()))?;
        let invoice = self.get(&number).await?;
        invoice.map(Some).ok_or_else(|| corrupt(format!("{number} does not exist")))
    }

    /// Stores a new invoice, unless its order has one already.
    ///
    /// # Errors
    /// When the store is unavailable, or the number is taken.
    pub async fn create(&self, invoice: Invoice, cause: &Cause) -> Result<Creation, StoreError> {
        let order = invoice.order.id.clone();
        let marker_key = marker_key(&order);
        let marker =
            OrderMarker { pk: marker_key.pk, sk: MARKER.to_owned(), number: invoice.number.to_string() };
        let first = Versioned { invoice, version: 1, commit: commit_mark() };
        let item = InvoiceItem::of(&first, &cause.correlation_id, cause.now);
        let both = [write(&item)?, write(&marker)?].map(|item| Change::Put(item, Expected::Absent));
        match self.table.commit(both.into()).await {
            Ok(()) => Ok(Creation::Created(first.invoice)),
            Err(StoreError::Conflict) => {
                self.for_order(&order).await?.map(Creation::Existing).ok_or(StoreError::Conflict)
            }
            Err(other) => Err(other),
        }
    }

    /// Loads an invoice, decides, and commits what was changed; decides anew when others came first.
    /// None when there is no such invoice. Nothing is written when nothing was changed.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn change<T>(
        &self,
        number: &InvoiceNumber,
        cause: &Cause,
        decide: impl Fn(&mut Invoice) -> T,
    ) -> Result<Option<Changed<T>>, StoreError> {
        let Some(loaded) = self.load(number).await? else { return Ok(None) };
        self.change_from(loaded, cause, decide).await
    }

    /// Like [`Invoices::change`], from an invoice that was read already: it is only read again when
    /// others changed it since.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn change_from<T>(
        &self,
        read: Versioned,
        cause: &Cause,
        decide: impl Fn(&mut Invoice) -> T,
    ) -> Result<Option<Changed<T>>, StoreError> {
        let number = &read.invoice.number.clone();
        let mut loaded = Some(read);
        for _ in 0..MAX_CONFLICTS {
            let Some(before) = loaded else { return Ok(None) };
            let mut invoice = before.invoice.clone();
            let outcome = decide(&mut invoice);
            if invoice == before.invoice {
                return Ok(Some(Changed { outcome, invoice }));
            }
            let version = before.version.checked_add(1).ok_or(StoreError::Conflict)?;
            let after = Versioned { invoice, version, commit: commit_mark() };
            match self.commit(&after, cause).await {
                Ok(()) => return Ok(Some(Changed { outcome, invoice: after.invoice })),
                Err(StoreError::Conflict) => loaded = self.load(number).await?,
                Err(other) => return Err(other),
            }
            // The answer to our own commit may have been lost and the commit repeated below us.
            if loaded.as_ref().is_some_and(|stored| stored.commit == after.commit) {
                return Ok(Some(Changed { outcome, invoice: after.invoice }));
            }
        }
        Err(StoreError::Conflict)
    }

    async fn load(&self, number: &InvoiceNumber) -> Result<Option<Versioned>, StoreError> {
        let item: Option<InvoiceItem> = self.table.get(&key(number)).await?;
        item.map(InvoiceItem::versioned).transpose()
    }

    async fn commit(&self, after: &Versioned, cause: &Cause) -> Result<(), StoreError> {
        let item = InvoiceItem::of(after, &cause.correlation_id, cause.now);
        self.table.put(&item, Expected::Version(after.version.saturating_sub(1))).await
    }
}
