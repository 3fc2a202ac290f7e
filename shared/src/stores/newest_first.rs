//! Lists that stand in several partitions of an index, such as one for each month, newest first.
//!
//! What a partition cannot say is picked out after reading. One request reads so many items at most; a part may hold
//! fewer than asked for while there are more. A place is a position, so that what is made while somebody pages is
//! neither shown twice nor hides others.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::place::Place;
use super::table::{Item, Range, StoreError, Table};

/// Sorts before every position.
pub(super) const FIRST: &str = " ";
/// Sorts after every position.
pub(super) const LAST: &str = "~";
/// Most items in one read.
pub(super) const PAGE: u8 = 100;
/// Most reads for one part of a list.
pub(super) const MOST_READS: usize = 8;

/// What to read. Positions begin with their instant.
#[derive(Debug)]
pub(super) struct Course<'a> {
    /// The index.
    pub index: &'a str,
    /// Its partitions, the newest first. With more than one, each ends in `#` and its month.
    pub partitions: Vec<String>,
    /// Lowest position wanted.
    pub from: String,
    /// Highest position wanted; the place to go on after, when there is one: that item is not given again.
    pub to: String,
    /// Items in one read.
    pub page: u8,
    /// Most items wanted.
    pub limit: u8,
}

/// An item that was looked at.
#[derive(Debug)]
pub(super) struct Seen<T> {
    /// Its position.
    pub position: String,
    /// What it is, when it is wanted.
    pub wanted: Option<T>,
}

/// The next items of a course that `look` wants, and where the next part starts; none at the end.
///
/// # Errors
/// When the store is unavailable, and what `look` says.
pub(super) async fn part<T>(
    table: &Table,
    course: Course<'_>,
    look: impl Fn(Item) -> Result<Seen<T>, StoreError>,
) -> Result<(Vec<T>, Option<Place>), StoreError> {
    let mut to = course.to;
    let mut partitions = course.partitions.into_iter();
    let mut partition = partitions.next();
    let (mut found, mut last_found) = (Vec::new(), None);
    for _ in 0..MOST_READS {
        let Some(read_now) = partition.clone() else { return Ok((found, None)) };
        let range = Range {
            index: course.index,
            partition: read_now,
            from: course.from.clone(),
            to: to.clone(),
            ascending: false,
            limit: course.page,
        };
        let page = table.query(&range).await?;
        for item in page.items {
            let Seen { position, wanted } = look(item)?;
            // A range holds its ends: the last one looked at comes again.
            if position >= to {
                continue;
            }
            if let Some(wanted) = wanted {
                if found.len() == usize::from(course.limit) {
                    return Ok((found, last_found));
                }
                found.push(wanted);
                last_found = Some(Place::at(position.clone()));
            }
            to = position;
        }
        if !page.has_more {
            partition = partitions.next();
            // Also a month without items is passed, or the next part would begin above it again.
            to = partition.as_deref().map_or(to, end_of);
        }
    }
    let next = partition.is_some().then(|| Place::at(to));
    Ok((found, next))
}

/// Above every position of a month's partition, and below those of the month after.
fn end_of(partition: &str) -> String {
    let month = partition.rsplit('#').next().unwrap_or(partition);
    format!("{month}{LAST}")
}

/// The month of a position or an instant written like one.
pub(super) fn month_of(position: &str) -> &str {
    position.get(..7).unwrap_or(position)
}

/// Of the last `count` months, the current one included, those that hold positions from `from` to `to`; the newest
/// first.
pub(super) fn months(now: Timestamp, count: i32, from: &str, to: &str) -> Vec<String> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = Date::new(today.year(), today.month(), 1).unwrap_or(today);
    let back = |number: i32| first.checked_sub(number.months()).ok();
    let months = (0..count).filter_map(back).map(|month| month.strftime("%Y-%m").to_string());
    months.filter(|month| month.as_str() <= month_of(to) && month.as_str() >= month_of(from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_over_the_new_year_and_end_where_the_list_does() {
        let now = "2026-02-03T08:00:00Z".parse().unwrap();
        assert_eq!(months(now, 4, FIRST, LAST), ["2026-02", "2026-01", "2025-12", "2025-11"]);
        let (from, to) = ("2025-12-31T23:59:59.999Z#x", "2026-01-01T00:00:00.000Z#x");
        assert_eq!(months(now, 4, from, to), ["2026-01", "2025-12"]);
        assert_eq!(months(now, 4, FIRST, &end_of("JOBS#2025-11")), ["2025-11"]);
        assert_eq!(months(now, 4, FIRST, "2025-10~"), Vec::<String>::new());
    }

    #[test]
    fn a_month_ends_above_its_positions_and_below_the_next() {
        let end = end_of("JOBS#2025-11");
        assert!(end.as_str() > "2025-11-30T23:59:59.999Z#~");
        assert!(end.as_str() < "2025-12-01T00:00:00.000Z#");
    }
}
