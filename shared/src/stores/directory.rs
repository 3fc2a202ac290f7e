//! The directory: customers and workers of the internet provider, where its own API is not used.
//!
//! A customer has a row for each word they can be found by: the login name and every word of the name.
//! Rows are written by `ops directory import` only, each whole, so that repeating an import changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::stored_draft::{StoredSubscriber, StoredWorker};
use super::table::{Range, StoreError, Table, read};
use crate::domain::support_task::draft::{Subscriber, Worker};
use crate::domain::task_wizard::crew::MOST_WORKERS;
use crate::domain::task_wizard::found::{MOST_FOUND, Query};

const CUSTOMER: &str = "CUSTOMER";
const WORKER: &str = "WORKER";
/// Partition of `gsi1` with all customers, by the word they are found by.
pub const CUSTOMERS: &str = "CUSTOMERS";
/// Partition of `gsi1` with all workers, by name.
pub const WORKERS: &str = "WORKERS";
/// Sorts after everything that begins alike.
const LAST: char = '\u{10ffff}';
/// Rows read for one search: a customer may be found by several words.
const ROWS: u8 = 150;
/// Most reads for one search.
const MOST_READS: usize = 8;

/// The directory.
#[derive(Debug, Clone)]
pub struct Directory {
    table: Table,
}

/// A row of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryRow {
    /// Names the row: kind, id and, of a customer, the word.
    pub pk: String,
    /// The kind.
    pub sk: String,
    /// Where it is listed.
    pub gsi1pk: String,
    /// By what.
    pub gsi1sk: String,
    /// Who it is.
    pub entry: Entry,
}

/// Who a row is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A customer.
    Customer(StoredSubscriber),
    /// A worker.
    Worker(StoredWorker),
}

/// Who a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCustomers {
    /// The customers, by login name.
    pub customers: Vec<Subscriber>,
    /// Whether there are more.
    pub has_more: bool,
}

impl DirectoryRow {
    /// Every row of a customer.
    pub fn of_customer(customer: &Subscriber) -> Vec<Self> {
        let username = customer.username.as_str();
        let words: BTreeSet<String> = words(username).chain(words(&customer.name)).collect();
        // The login name as a whole, also where it is made of several words.
        let words = words.into_iter().chain([username.to_lowercase()]).collect::<BTreeSet<_>>();
        let row = |word: String| Self {
            pk: format!("{CUSTOMER}#{username}#{word}"),
            sk: CUSTOMER.to_owned(),
            gsi1pk: CUSTOMERS.to_owned(),
            gsi1sk: format!("{word}#{username}"),
            entry: Entry::Customer(StoredSubscriber::of(customer)),
        };
        words.into_iter().map(row).collect()
    }

    fn customer(&self) -> Result<Subscriber, StoreError> {
        let corrupt = |reason: &str| StoreError::Corrupt { key: self.pk.clone(), reason: reason.to_owned() };
        let Entry::Customer(customer) = self.entry.clone() else { return Err(corrupt("no customer")) };
        customer.subscriber().map_err(|reason| corrupt(&reason))
    }

    /// Whom it is about: the same in every row of a person.
    fn person(&self) -> String {
        match &self.entry {
            Entry::Customer(customer) => customer.username.clone(),
            Entry::Worker(worker) => worker.id.to_string(),
        }
    }

    /// The row of a worker.
    pub fn of_worker(worker: &Worker) -> Self {
        Self {
            pk: format!("{WORKER}#{}", worker.id.0),
            sk: WORKER.to_owned(),
            gsi1pk: WORKERS.to_owned(),
            gsi1sk: format!("{}#{:010}", worker.name.to_lowercase(), worker.id.0),
            entry: Entry::Worker(StoredWorker::of(worker)),
        }
    }
}

/// The words of a text, as they are compared: in small letters, without what stands between them.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}

impl Directory {
    /// The directory in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Customers of whom each word of `query` begins a word of the login name or of the name.
    ///
    /// # Errors
    /// When the store is unavailable or a row corrupt.
    pub async fn customers(&self, query: &Query) -> Result<FoundCustomers, StoreError> {
        let wanted: Vec<String> = words(query.as_str()).collect();
        // The longest word is likely to be the rarest: many are called Andriy, or O'something.
        let Some(rarest) = wanted.iter().max_by_key(|word| word.chars().count()) else {
            return Ok(FoundCustomers { customers: Vec::new(), has_more: false });
        };
        let mut customers: Vec<Subscriber> = Vec::new();
        let mut range = beginning(CUSTOMERS, rarest, ROWS);
        let mut has_more = false;
        for _ in 0..MOST_READS {
            let page = self.table.query(&range).await?;
            for item in page.items {
                let row: DirectoryRow = read(item)?;
                range.from.clone_from(&row.gsi1sk);
                let customer = row.customer()?;
                if fits(&customer, &wanted) && !customers.contains(&customer) {
                    customers.push(customer);
                }
            }
            has_more = page.has_more || customers.len() > MOST_FOUND;
            // Those of whom only one word fits may fill many pages before the first who is wanted.
            if !page.has_more || customers.len() >= MOST_FOUND {
                break;
            }
        }
        customers.sort_by(|one, other| one.username.cmp(&other.username));
        customers.truncate(MOST_FOUND);
        Ok(FoundCustomers { customers, has_more })
    }

    /// The workers, by name: [`MOST_WORKERS`] at most.
    ///
    /// # Errors
    /// When the store is unavailable or a row corrupt.
    pub async fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        let most = u8::try_from(MOST_WORKERS).unwrap_or(u8::MAX);
        let page = self.table.query(&beginning(WORKERS, "", most)).await?;
        let worker = |item| {
            let row: DirectoryRow = read(item)?;
            match row.entry {
                Entry::Worker(worker) => Ok(worker.worker()),
                Entry::Customer(_) => {
                    Err(StoreError::Corrupt { key: row.pk, reason: "no worker".to_owned() })
                }
            }
        };
        page.items.into_iter().map(worker).collect()
    }
}

/// A list of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The customers.
    Customers,
    /// The workers.
    Workers,
}

/// What an import changed, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replaced {
    /// Rows that were not there, or said something else.
    pub written: usize,
    /// Rows that are not wanted any more.
    pub removed: usize,
    /// Rows that were there as wanted.
    pub kept: usize,
}

/// How many people a list would lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Losses {
    /// People who are in the list.
    pub there: usize,
    /// Those of them who are not wanted any more.
    pub leaving: usize,
}

impl Directory {
    /// Whom [`Directory::replace`] would take out of a list. A customer counts once, however many rows they have.
    ///
    /// # Errors
    /// When the store is unavailable or a row corrupt.
    pub async fn losses(&self, list: List, wanted: &[DirectoryRow]) -> Result<Losses, StoreError> {
        let rows = self.rows(list).await?;
        let there: BTreeSet<String> = rows.values().map(DirectoryRow::person).collect();
        let wanted: BTreeSet<String> = wanted.iter().map(DirectoryRow::person).collect();
        Ok(Losses { there: there.len(), leaving: there.difference(&wanted).count() })
    }

    /// Makes a list equal to `wanted`: writes what is new or different, then removes what is not wanted. An
    /// import that ends in between can be repeated.
    ///
    /// # Errors
    /// When the store is unavailable or a row corrupt.
    pub async fn replace(&self, list: List, wanted: &[DirectoryRow]) -> Result<Replaced, StoreError> {
        let mut there = self.rows(list).await?;
        let mut replaced = Replaced::default();
        for row in wanted {
            if there.remove(&row.pk).as_ref() == Some(row) {
                replaced.kept = replaced.kept.saturating_add(1);
            } else {
                self.table.put_row(row).await?;
                replaced.written = replaced.written.saturating_add(1);
            }
        }
        for row in there.values() {
            self.table.delete_row(&row.pk, &row.sk).await?;
            replaced.removed = replaced.removed.saturating_add(1);
        }
        Ok(replaced)
    }

    /// Every row of a list, by its key.
    async fn rows(&self, list: List) -> Result<BTreeMap<String, DirectoryRow>, StoreError> {
        let partition = match list {
            List::Customers => CUSTOMERS,
            List::Workers => WORKERS,
        };
        let mut rows = BTreeMap::new();
        let mut from = String::new();
        loop {
            let mut range = beginning(partition, "", ROWS);
            // The last row read comes again: the key of an index need not be unique.
            range.from = range.from.max(from.clone());
            let page = self.table.query(&range).await?;
            let before = rows.len();
            for item in page.items {
                let row: DirectoryRow = read(item)?;
                from = row.gsi1sk.clone();
                rows.insert(row.pk.clone(), row);
            }
            if !page.has_more || rows.len() == before {
                return Ok(rows);
            }
        }
    }
}

/// Everything in a partition that begins so.
fn beginning(partition: &str, first: &str, limit: u8) -> Range<'static> {
    let from = if first.is_empty() { " ".to_owned() } else { first.to_owned() };
    let to = format!("{first}{LAST}");
    Range { index: "gsi1", partition: partition.to_owned(), from, to, ascending: true, limit }
}

/// Whether each wanted word begins some word of the customer's.
fn fits(customer: &Subscriber, wanted: &[String]) -> bool {
    let theirs: Vec<String> = words(customer.username.as_str()).chain(words(&customer.name)).collect();
    wanted.iter().all(|word| theirs.iter().any(|own| own.starts_with(word)))
}
