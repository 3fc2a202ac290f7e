//! Payment methods, and what Billz calls them: one item each, all of them in one list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::stored_draft::parsed;
use super::table::{Expected, Key, Range, StoreError, Table, read};
use crate::domain::billz::card::Card;
use crate::domain::identifier::CardId;

const SORT_KEY: &str = "CARD";
const ALL: &str = "CARDS";
/// Sorts before every position.
const FIRST: &str = " ";
/// Sorts after every position.
const LAST: &str = "~";
/// How often a change is tried when others change the same payment method.
const MAX_CONFLICTS: usize = 3;

/// The payment methods.
#[derive(Debug, Clone)]
pub struct BillzCards {
    table: Table,
}

/// What became of a payment method that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardChange {
    /// There was none of that id.
    Created,
    /// It is another now.
    Changed,
    /// It was as it is.
    Unchanged,
}

#[derive(Debug, Serialize, Deserialize)]
struct CardItem {
    pk: String,
    sk: String,
    gsi1pk: String,
    gsi1sk: String,
    version: u64,
    id: String,
    name: String,
    /// Billz's id of the payment type.
    external_id: String,
    is_active: bool,
    changed_at: Timestamp,
}

fn key(id: &CardId) -> Key {
    Key { pk: format!("{SORT_KEY}#{id}"), sk: SORT_KEY }
}

impl BillzCards {
    /// The payment methods in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The payment method of that id.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self, id: &CardId) -> Result<Option<Card>, StoreError> {
        let item: Option<CardItem> = self.table.get(&key(id)).await?;
        item.map(|item| item.card()).transpose()
    }

    /// Makes, or changes, a payment method. The same again changes nothing, not even when it was changed: then the
    /// card is given back as it was.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn put(&self, card: &Card) -> Result<(Card, CardChange), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let known: Option<CardItem> = self.table.get(&key(&card.id)).await?;
            let (version, expected, change) = match known {
                None => (1, Expected::Absent, CardChange::Created),
                Some(known) => {
                    let before = known.card()?;
                    if (Card { changed_at: before.changed_at, ..card.clone() }) == before {
                        return Ok((before, CardChange::Unchanged));
                    }
                    let version = known.version.saturating_add(1);
                    (version, Expected::Version(known.version), CardChange::Changed)
                }
            };
            match self.table.put(&CardItem::of(card, version), expected).await {
                Err(StoreError::Conflict) => {}
                written => return written.map(|()| (card.clone(), change)),
            }
        }
        Err(StoreError::Conflict)
    }

    /// The next `limit` payment methods after `after`, by id. The list follows changes with a short delay.
    ///
    /// # Errors
    /// When the store is unavailable or an item corrupt.
    pub async fn list(
        &self,
        after: Option<&Place>,
        limit: u8,
    ) -> Result<(Vec<Card>, Option<Place>), StoreError> {
        let range = Range {
            index: "gsi1",
            partition: ALL.to_owned(),
            // An id never ends in a space: this starts right behind `after`.
            from: after.map_or_else(|| FIRST.to_owned(), |place| format!("{} ", place.as_str())),
            to: LAST.to_owned(),
            ascending: true,
            limit,
        };
        let page = self.table.query(&range).await?;
        let cards = page.items.into_iter().map(|item| read::<CardItem>(item)?.card());
        let cards: Vec<Card> = cards.collect::<Result<_, _>>()?;
        let next = cards.last().filter(|_| page.has_more).map(|card| Place::at(card.id.to_string()));
        Ok((cards, next))
    }
}

impl CardItem {
    fn of(card: &Card, version: u64) -> Self {
        let Key { pk, sk } = key(&card.id);
        Self {
            pk,
            sk: sk.to_owned(),
            gsi1pk: ALL.to_owned(),
            gsi1sk: card.id.to_string(),
            version,
            id: card.id.to_string(),
            name: card.name.as_str().to_owned(),
            external_id: card.payment_type.to_string(),
            is_active: card.is_active,
            changed_at: card.changed_at,
        }
    }

    fn card(&self) -> Result<Card, StoreError> {
        let read = || -> Result<Card, String> {
            Ok(Card {
                id: parsed("id", &self.id)?,
                name: parsed("name", &self.name)?,
                payment_type: parsed("external_id", &self.external_id)?,
                is_active: self.is_active,
                changed_at: self.changed_at,
            })
        };
        read().map_err(|reason| StoreError::Corrupt { key: self.pk.clone(), reason })
    }
}
