//! The nonces that were given out: good for so many uses and so long, each use with a greater count than the one before.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::digest::Proof;

/// What control sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NonceSettings {
    /// How many requests one nonce lets in.
    pub(crate) uses: u32,
    /// How long it does.
    pub(crate) life_seconds: i64,
}

impl Default for NonceSettings {
    fn default() -> Self {
        Self { uses: 50, life_seconds: 300 }
    }
}

#[derive(Clone, Debug)]
struct Given {
    at_ms: i64,
    uses: u32,
    /// The greatest count that came with it.
    count: u32,
}

/// All that are not over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nonces {
    pub(crate) settings: NonceSettings,
    given: HashMap<String, Given>,
}

impl Nonces {
    /// A new one.
    pub(super) fn give(&mut self, now_ms: i64) -> String {
        let settings = self.settings;
        self.given.retain(|_nonce, given| is_alive(given, settings, now_ms));
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        self.given.insert(nonce.clone(), Given { at_ms: now_ms, uses: 0, count: 0 });
        nonce
    }

    /// Whether a proof would let in now.
    pub(super) fn would_take(&self, proof: &Proof, now_ms: i64) -> bool {
        self.given
            .get(&proof.nonce)
            .is_some_and(|given| is_alive(given, self.settings, now_ms) && proof.count > given.count)
    }

    /// Lets somebody in with a proof, once.
    pub(super) fn take(&mut self, proof: &Proof, now_ms: i64) -> bool {
        let takes = self.would_take(proof, now_ms);
        if let Some(given) = self.given.get_mut(&proof.nonce).filter(|_| takes) {
            given.uses += 1;
            given.count = proof.count;
        }
        takes
    }

    /// Ends all; how many there were.
    pub(crate) fn end_all(&mut self) -> usize {
        self.given.drain().count()
    }
}

fn is_alive(given: &Given, settings: NonceSettings, now_ms: i64) -> bool {
    given.uses < settings.uses && now_ms - given.at_ms < settings.life_seconds.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::{NonceSettings, Nonces};
    use crate::sippy::digest::Proof;

    fn proof(nonce: &str, count: u32) -> Proof {
        Proof { nonce: nonce.to_owned(), count }
    }

    #[test]
    fn a_nonce_is_used_with_growing_counts_and_so_often() {
        let settings = NonceSettings { uses: 3, life_seconds: 10 };
        let mut nonces = Nonces { settings, ..Nonces::default() };
        let nonce = nonces.give(0);
        let taken = [1, 1, 5, 4, 6, 7].map(|count| nonces.take(&proof(&nonce, count), 1));
        assert_eq!(taken, [true, false, true, false, true, false]);
        assert!(!nonces.take(&proof("other", 1), 1));
    }

    #[test]
    fn a_nonce_is_used_for_so_long() {
        let mut nonces =
            Nonces { settings: NonceSettings { uses: 9, life_seconds: 10 }, ..Nonces::default() };
        let nonce = nonces.give(1_000);
        assert!(nonces.take(&proof(&nonce, 1), 10_999));
        assert!(!nonces.take(&proof(&nonce, 2), 11_000));
        let (one, _other) = (nonces.give(11_000), nonces.give(11_000));
        assert_eq!(nonces.end_all(), 2, "the first is forgotten");
        assert!(!nonces.take(&proof(&one, 1), 11_000));
    }
}
