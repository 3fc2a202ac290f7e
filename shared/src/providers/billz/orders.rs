//! Orders and drafts as Billz shows them. <https://docs.billz.io>, Sales

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answers::{PAGE_ROWS, bounded, kept_text, object, text};
use super::envelope::Envelope;
use crate::domain::billz::operation::{DraftSearch, OrderView, Park};
use crate::domain::billz::quantity::Quantity;
use crate::domain::identifier::BillzOrderId;
use crate::domain::money::{Currency, Money};
use crate::domain::zone::Zone;

/// Longest order kept as it came, in bytes.
const MAX_DOCUMENT_BYTES: usize = 64 << 10;
/// How far Billz's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// `GET /v2/order/{order}`, and a row of `GET /v2/order-notes`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Order<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    order_number: Option<&'a RawValue>,
    #[serde(borrow)]
    park_status: Option<&'a RawValue>,
    #[serde(borrow)]
    order_detail: Option<&'a RawValue>,
    #[serde(borrow)]
    created_at: Option<&'a RawValue>,
}

/// What an order has, and whose it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail<'a> {
    #[serde(borrow)]
    customer: Option<&'a RawValue>,
    #[serde(borrow)]
    total_price: Option<&'a RawValue>,
    #[serde(borrow)]
    comment: Option<&'a RawValue>,
    #[serde(borrow)]
    total_products_measurement_value: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Customer<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// `GET /v2/order-notes`
#[derive(Deserialize)]
struct Notes<'a> {
    #[serde(borrow)]
    orders: Option<Vec<Order<'a>>>,
    #[serde(default, borrow)]
    count: Option<&'a RawValue>,
}

/// What a draft that was looked at may be.
enum Likeness {
    Ours,
    MayBeOurs,
    Other,
}

/// The order that an answer shows, at its top or as its data; none where it shows none.
///
/// # Errors
/// When it is another one than `wanted`.
pub(super) fn order_view(body: &[u8], wanted: &BillzOrderId) -> Result<Option<OrderView>, &'static str> {
    let document =
        match Envelope::of(body).data.filter(|data| object(data).is_some_and(|order| is_order(&order))) {
            Some(data) => data.get(),
            None => std::str::from_utf8(body).unwrap_or_default().trim(),
        };
    let order: Option<Order> = serde_json::from_str(document).ok();
    let Some(order) = order.filter(is_order) else { return Ok(None) };
    if order.id.and_then(text).is_some_and(|id| id != wanted.as_str()) {
        return Err("it is another order");
    }
    let detail = order.detail();
    Ok(Some(OrderView {
        number: order.order_number.and_then(kept_text),
        park: park(order.park_status),
        total: detail.total_price.and_then(soum),
        quantity: detail.quantity(),
        document: if document.len() <= MAX_DOCUMENT_BYTES { document.to_owned() } else { String::new() },
    }))
}

/// Whether one of the listed drafts is the one with our reference.
///
/// # Errors
/// When there is no list, or our draft has no usable id.
pub(super) fn drafts(
    body: &[u8],
    reference: &str,
    since: Timestamp,
    zone: &Zone,
) -> Result<DraftSearch, &'static str> {
    let list = Envelope::of(body).data.and_then(object::<Notes>).filter(|list| list.orders.is_some());
    let list: Notes = match list {
        Some(list) => list,
        None => serde_json::from_slice(body).map_err(|_| "no list of drafts")?,
    };
    let count: Option<usize> = list.count.and_then(text).and_then(|count| count.parse().ok());
    let rows = match list.orders {
        Some(rows) => rows,
        None if count == Some(0) => Vec::new(),
        None => return Err("no list of drafts"),
    };
    let since = since.saturating_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::MIN);
    let mut ours = Vec::new();
    let mut is_doubtful = rows.len() >= PAGE_ROWS || count.is_some_and(|count| count > rows.len());
    for row in &rows {
        match row.likeness(reference, since, zone) {
            Likeness::Ours => ours.push(row),
            Likeness::MayBeOurs => is_doubtful = true,
            Likeness::Other => {}
        }
    }
    match ours.as_slice() {
        [row] => {
            let order = row.id.and_then(text).and_then(|id| id.parse().ok());
            let order = order.ok_or("our draft has no usable id")?;
            Ok(DraftSearch::Found { order, number: row.order_number.and_then(kept_text) })
        }
        [] if !is_doubtful => Ok(DraftSearch::Absent),
        // Two with one reference: a person looks which of them it is.
        _ => Ok(DraftSearch::Doubtful),
    }
}

impl Order<'_> {
    fn detail(&self) -> Detail<'_> {
        self.order_detail.and_then(object).unwrap_or_default()
    }

    fn likeness(&self, reference: &str, since: Timestamp, zone: &Zone) -> Likeness {
        let detail = self.detail();
        match detail.comment.and_then(text) {
            Some(comment) if names(&comment, reference) => Likeness::Ours,
            Some(_) => Likeness::Other,
            None => {
                let is_old = self.made_at(zone).is_some_and(|made_at| made_at < since);
                let is_bare = !detail.has_customer() && detail.may_be_without_goods();
                if is_bare && !is_old { Likeness::MayBeOurs } else { Likeness::Other }
            }
        }
    }

    /// When it was made: with an offset, or by the shop's clock.
    fn made_at(&self, zone: &Zone) -> Option<Timestamp> {
        let written = text(self.created_at?)?;
        let local = || zone.rules().to_timestamp(written.parse::<DateTime>().ok()?).ok();
        written.parse().ok().or_else(local)
    }
}

impl Detail<'_> {
    fn quantity(&self) -> Option<Quantity> {
        Quantity::of_order(&text(self.total_products_measurement_value?)?).ok()
    }

    fn may_be_without_goods(&self) -> bool {
        self.quantity().is_none_or(|quantity| quantity == Quantity::NONE)
    }

    fn has_customer(&self) -> bool {
        let id =
            |raw: &RawValue| object::<Customer>(raw).map_or_else(|| text(raw), |one| one.id.and_then(text));
        self.customer.and_then(id).is_some()
    }
}

fn is_order(order: &Order<'_>) -> bool {
    order.order_detail.is_some() || order.park_status.is_some()
}

/// Whether a comment holds a reference, whole: `order_1` is not in `order_12`.
fn names(comment: &str, reference: &str) -> bool {
    let is_part = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || "-_.:@".contains(letter))
    };
    !reference.is_empty()
        && comment.match_indices(reference).any(|(at, found)| {
            let before = comment.get(..at).unwrap_or_default().chars().next_back();
            let after = comment.get(at.saturating_add(found.len())..).unwrap_or_default().chars().next();
            !is_part(before) && !is_part(after)
        })
}

fn park(status: Option<&RawValue>) -> Park {
    // Only an empty word says that it is a draft: no word says nothing.
    let Some(status) = status.and_then(object::<String>) else {
        return Park::Other(String::new());
    };
    match status.as_str() {
        "" => Park::Draft,
        "active" => Park::Active,
        "expired" => Park::Expired,
        "completed" => Park::Completed,
        other => Park::Other(bounded(other)),
    }
}

/// An amount of soum; none where it is none. Zeros behind its decimals do no harm.
fn soum(raw: &RawValue) -> Option<Money> {
    let written = text(raw)?;
    let kept = match written.split_once('.') {
        Some(_) => written.trim_end_matches('0').trim_end_matches('.'),
        None => written.as_str(),
    };
    Money::from_decimal(kept, Currency::Uzs).ok().filter(|amount| amount.minor() >= 0)
}
