//! Lists of what somebody has to look at by an instant, the longest due first. Their index holds keys only.

use jiff::Timestamp;

use super::newest_first::{FIRST, LAST};
use super::place::Place;
use super::table::{Item, Range, StoreError, Table};

/// The index of these lists.
const INDEX: &str = "gsi3";

/// Part of such a list.
#[derive(Debug)]
pub struct Due<T> {
    /// What is due.
    pub items: Vec<T>,
    /// Where the next part starts; none at the end.
    pub next: Option<Place>,
}

/// The position of something in such a list.
pub(super) fn position(at: Timestamp, name: &str) -> String {
    format!("{at:.3}#{name}")
}

/// The next `limit` of a list after `after` that are due at `through` or before; `name` reads the key.
///
/// # Errors
/// When the store is unavailable.
pub(super) async fn due<T>(
    table: &Table,
    partition: String,
    through: Timestamp,
    after: Option<&Place>,
    limit: u8,
    name: impl Fn(&str) -> Option<T>,
) -> Result<Due<T>, StoreError> {
    let range = Range {
        index: INDEX,
        partition,
        // A position never ends in a space: this starts right behind `after`.
        from: after.map_or_else(|| FIRST.to_owned(), |place| format!("{} ", place.as_str())),
        to: position(through, LAST),
        ascending: true,
        limit,
    };
    let page = table.query(&range).await?;
    let text = |item: &Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let next = page.items.last().filter(|_| page.has_more).and_then(|item| text(item, "gsi3sk"));
    let items = page.items.iter().filter_map(|item| name(&text(item, "pk")?)).collect();
    Ok(Due { items, next: next.map(Place::at) })
}
