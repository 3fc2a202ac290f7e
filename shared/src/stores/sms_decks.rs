//! Rate decks: one item each, all of them in one list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::newest_first::{FIRST, LAST};
use super::stored_draft::parsed;
use super::stored_usage::micros;
use super::table::{Expected, Key, Range, StoreError, Table, read};
use crate::domain::sms::rate_deck::{DeckId, Rate, RateDeck};

const SORT_KEY: &str = "SMS_DECK";
const ALL: &str = "SMS_DECKS";
/// Most decks that there are.
const MAX_DECKS: u8 = 100;
/// How often a change is tried when others change the same deck.
const MAX_CONFLICTS: usize = 3;

/// The decks.
#[derive(Debug, Clone)]
pub struct SmsDecks {
    table: Table,
}

#[derive(Debug, Serialize, Deserialize)]
struct DeckItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    version: u64,
    id: String,
    currency: String,
    rates: Vec<StoredRate>,
    changed_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredRate {
    prefix: String,
    country: String,
    price: i64,
    per: String,
}

fn key(id: &DeckId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

impl SmsDecks {
    /// The decks in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The deck of that id.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &DeckId) -> Result<Option<RateDeck>, StoreError> {
        let item: Option<DeckItem> = self.table.get(&key(id)).await?;
        item.map(DeckItem::deck).transpose()
    }

    /// Every deck, by id.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(&self) -> Result<Vec<RateDeck>, StoreError> {
        let range = Range {
            index: "gsi1",
            partition: ALL.to_owned(),
            from: FIRST.to_owned(),
            to: LAST.to_owned(),
            ascending: true,
            limit: MAX_DECKS,
        };
        let page = self.table.query(&range).await?;
        page.items.into_iter().map(|item| read::<DeckItem>(item)?.deck()).collect()
    }

    /// Writes a deck in place of what it was.
    ///
    /// # Errors
    /// When the store is unavailable, or others came first too often.
    pub async fn put(&self, deck: &RateDeck, now: Timestamp) -> Result<(), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let version = self.table.get::<DeckItem>(&key(deck.id())).await?.map_or(0, |item| item.version);
            let expected = if version == 0 { Expected::Absent } else { Expected::Version(version) };
            match self.table.put(&DeckItem::of(deck, version.saturating_add(1), now), expected).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl DeckItem {
    fn of(deck: &RateDeck, version: u64, now: Timestamp) -> Self {
        let Key { pk, sk } = key(deck.id());
        let rate = |rate: &Rate| StoredRate {
            prefix: rate.prefix.as_str().to_owned(),
            country: rate.country.as_str().to_owned(),
            price: rate.price.millionths(),
            per: rate.per.as_str().to_owned(),
        };
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: ALL.to_owned(),
            gsi1sk: deck.id().to_string(),
            version,
            id: deck.id().to_string(),
            currency: deck.currency().code().to_owned(),
            rates: deck.rates().iter().map(rate).collect(),
            changed_at: now,
        }
    }

    fn deck(self) -> Result<RateDeck, StoreError> {
        let key = self.pk.clone();
        self.read().map_err(|reason| StoreError::Corrupt { key, reason })
    }

    fn read(self) -> Result<RateDeck, String> {
        let rates: Result<Vec<Rate>, String> = self.rates.into_iter().map(StoredRate::rate).collect();
        let currency = parsed("currency", &self.currency)?;
        RateDeck::new(parsed("id", &self.id)?, currency, rates?).map_err(|error| error.to_string())
    }
}

impl StoredRate {
    fn rate(self) -> Result<Rate, String> {
        Ok(Rate {
            prefix: parsed("prefix", &self.prefix)?,
            country: parsed("country", &self.country)?,
            price: micros(self.price)?,
            per: parsed("per", &self.per)?,
        })
    }
}
