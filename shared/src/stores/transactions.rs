//! Lists of invoices, newest first, by customer or by state.
//!
//! A list by several states reads one index partition for each and merges them. Its place is a
//! (time, number) pair, so that invoices made or changed while somebody pages are neither shown
//! twice nor hidden.

use jiff::Timestamp;

use super::invoice_item::{InvoiceItem, Versioned, WATCHED, customer_partition, position, state_partition};
use super::invoices::Invoices;
use super::place::Place;
use super::table::{Item, Range, StoreError, read};
use crate::domain::identifier::UserId;
use crate::domain::invoice::{Invoice, InvoiceState};
use crate::domain::payment_channel::PaymentChannel;

/// Sorts before every position.
const FIRST: &str = " ";
/// Sorts after every position.
const LAST: &str = "~";

/// Which invoices are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this customer.
    pub customer: Option<UserId>,
    /// In this state.
    pub state: Option<InvoiceState>,
    /// Made at this time or later.
    pub from: Option<Timestamp>,
    /// Made before this time.
    pub to: Option<Timestamp>,
    /// Paid, or to be paid, through this channel.
    pub channel: Option<PaymentChannel>,
}

/// Part of a list.
#[derive(Debug)]
pub struct Listing {
    /// The invoices.
    pub invoices: Vec<Invoice>,
    /// Where the next part starts; none at the end.
    pub next: Option<Place>,
}

/// Part of what somebody has to look at.
#[derive(Debug)]
pub struct Watched {
    /// The invoices, each to be changed from the version that was read.
    pub invoices: Vec<Versioned>,
    /// Items that break the rules; they hide no others.
    pub corrupt: Vec<StoreError>,
    /// Where the next part starts; none at the end.
    pub next: Option<Place>,
}

impl Filter {
    fn partitions(&self) -> Vec<(&'static str, String)> {
        match (&self.customer, self.state) {
            (Some(customer), _) => vec![("gsi1", customer_partition(customer.as_str()))],
            (None, Some(state)) => vec![("gsi2", state_partition(state))],
            (None, None) => InvoiceState::ALL.map(|state| ("gsi2", state_partition(state))).to_vec(),
        }
    }

    fn wants(&self, invoice: &Invoice) -> bool {
        let channel = || {
            let paid = invoice.payment().and_then(|payment| payment.channel);
            paid.or_else(|| invoice.chosen_attempt().map(|attempt| attempt.channel))
        };
        // Positions count whole milliseconds, so both ends are looked at again.
        self.state.is_none_or(|state| invoice.state() == state)
            && self.from.is_none_or(|from| invoice.created_at >= from)
            && self.to.is_none_or(|to| invoice.created_at < to)
            && self.channel.is_none_or(|wanted| channel() == Some(wanted))
    }
}

impl Invoices {
    /// The next `limit` invoices after `after`, newest first. May be fewer although there are more,
    /// when the filter passes few: `next` says.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<Listing, StoreError> {
        let from = filter.from.map_or_else(|| FIRST.to_owned(), |from| position(from, ""));
        let to = filter.to.map_or_else(|| LAST.to_owned(), |to| position(to, LAST));
        let to = after.map_or(to.clone(), |place| place.as_str().to_owned().min(to));
        let mut found = Vec::new();
        // Below the horizon some partition has not been read.
        let mut horizon = None;
        let ranges = filter.partitions().into_iter().map(|(index, partition)| Range {
            index,
            partition,
            from: from.clone(),
            to: to.clone(),
            ascending: false,
            limit: limit.saturating_add(1),
        });
        let ranges: Vec<_> = ranges.collect();
        for page in futures::future::try_join_all(ranges.iter().map(|range| self.table.query(range))).await? {
            let mut last = None;
            for item in page.items {
                let invoice = read::<InvoiceItem>(item)?.versioned()?.invoice;
                last = Some(place_of(&invoice));
                found.push(invoice);
            }
            horizon = horizon.max(last.filter(|_| page.has_more));
        }
        found.sort_by_key(|invoice| std::cmp::Reverse(place_of(invoice)));
        found.retain(|invoice| {
            let place = Some(place_of(invoice));
            place >= horizon
                && after.is_none_or(|after| place.as_ref() != Some(after))
                && filter.wants(invoice)
        });
        let more = found.len() > usize::from(limit);
        found.truncate(usize::from(limit));
        let next = if more { found.last().map(place_of) } else { horizon };
        Ok(Listing { invoices: found, next })
    }

    /// The next `limit` invoices after `after` that somebody has to look at, oldest first.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn watched(&self, after: Option<&Place>, limit: u8) -> Result<Watched, StoreError> {
        let range = Range {
            index: "gsi3",
            partition: WATCHED.to_owned(),
            // A position never ends in a space: this starts right behind `after`.
            from: after.map_or_else(|| FIRST.to_owned(), |place| format!("{} ", place.as_str())),
            to: LAST.to_owned(),
            ascending: true,
            limit,
        };
        let page = self.table.query(&range).await?;
        let place = |item: &Item| Some(Place::at(item.get("gsi3sk")?.as_s().ok()?.clone()));
        let next = page.items.last().filter(|_| page.has_more).and_then(place);
        let (mut invoices, mut corrupt) = (Vec::new(), Vec::new());
        for item in page.items {
            match read::<InvoiceItem>(item).and_then(InvoiceItem::versioned) {
                Ok(versioned) => invoices.push(versioned),
                Err(error) => corrupt.push(error),
            }
        }
        Ok(Watched { invoices, corrupt, next })
    }
}

/// Where a list goes on after an invoice.
pub fn place_of(invoice: &Invoice) -> Place {
    Place::at(position(invoice.created_at, invoice.number.as_str()))
}
