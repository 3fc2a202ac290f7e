//! Rate decks, held for five minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

use crate::domain::sms::rate_deck::{DeckId, RateDeck};
use crate::stores::sms_decks::SmsDecks;
use crate::stores::table::StoreError;

/// How long another instance may go on with the prices before.
const HELD: Duration = Duration::from_secs(5 * 60);

/// The decks.
#[derive(Debug)]
pub struct SmsTariffs {
    decks: SmsDecks,
    held: Mutex<HashMap<String, (Arc<RateDeck>, Instant)>>,
}

impl SmsTariffs {
    /// The tariffs that `decks` keep.
    pub fn new(decks: SmsDecks) -> Self {
        Self { decks, held: Mutex::default() }
    }

    /// The deck of that id as it was at most five minutes ago; none when there is none.
    ///
    /// # Errors
    /// When it has to be read and the store is unavailable, or the item corrupt.
    pub async fn deck(&self, id: &DeckId) -> Result<Option<Arc<RateDeck>>, StoreError> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(id.as_str()).cloned();
        if let Some((deck, read_at)) = held
            && read_at.elapsed() < HELD
        {
            return Ok(Some(deck));
        }
        let deck = self.decks.get(id).await?.map(Arc::new);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match &deck {
            Some(deck) => held.insert(id.to_string(), (Arc::clone(deck), Instant::now())),
            None => held.remove(id.as_str()),
        };
        Ok(deck)
    }

    /// Reads a deck anew when it is wanted next: it was changed here.
    pub fn forget(&self, id: &DeckId) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(id.as_str());
    }
}
