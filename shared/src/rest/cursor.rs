//! Cursors of lists: a place in the list, and the proof that it came from us.
//!
//! A cursor belongs to one list of one caller: it cannot be made up, and not be carried over to a
//! list with other filters.

use crate::stores::place::Place;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Length of the proof, in bytes: a 128-bit truncated MAC.
const PROOF_LENGTH: usize = 16;

/// Makes and reads cursors.
#[derive(Debug)]
pub struct Cursors {
    key: SecretString,
}

/// The cursor is not one of ours, or belongs to another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct CursorError;

impl Cursors {
    /// Cursors proved with `key`.
    pub fn new(key: SecretString) -> Self {
        Self { key }
    }

    /// The cursor for a place in the list that `list` describes.
    pub fn write(&self, list: &str, place: &Place) -> String {
        let mut bytes = self.mac(list, place.as_str()).finalize().into_bytes().to_vec();
        bytes.truncate(PROOF_LENGTH);
        bytes.extend_from_slice(place.as_str().as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of a cursor.
    ///
    /// # Errors
    /// When the cursor was not written for this list by us.
    pub fn read(&self, list: &str, cursor: &str) -> Result<Place, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError)?;
        let (proof, place) = bytes.split_at_checked(PROOF_LENGTH).ok_or(CursorError)?;
        let place = String::from_utf8(place.to_vec()).map_err(|_| CursorError)?;
        self.mac(list, &place).verify_truncated_left(proof).map_err(|_| CursorError)?;
        Ok(Place::from_proved(place))
    }

    fn mac(&self, list: &str, place: &str) -> Hmac<Sha256> {
        let mut mac = match Hmac::<Sha256>::new_from_slice(self.key.expose_secret().as_bytes()) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes a key of any length"),
        };
        mac.update(list.as_bytes());
        mac.update(&[0]);
        mac.update(place.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert_eq, proptest};

    fn cursors() -> Cursors {
        Cursors::new("a-key-for-tests".into())
    }

    proptest! {
        #[test]
        fn a_cursor_gives_back_its_place(list in ".{0,40}", place in ".{0,60}") {
            let place = Place::from_proved(place);
            let cursor = cursors().write(&list, &place);
            prop_assert_eq!(cursors().read(&list, &cursor), Ok(place));
        }

        #[test]
        fn a_cursor_of_another_list_key_or_place_is_refused(place in ".{1,60}", flip in 0_usize..600) {
            let place = Place::from_proved(place);
            let cursor = cursors().write("mine", &place);
            prop_assert_eq!(cursors().read("yours", &cursor), Err(CursorError));
            let other = Cursors::new("another-key".into());
            prop_assert_eq!(other.read("mine", &cursor), Err(CursorError));
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            let bit = flip % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(cursors().read("mine", &URL_SAFE_NO_PAD.encode(bytes)), Err(CursorError));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            prop_assert_eq!(cursors().read("mine", &text), Err(CursorError));
        }
    }
}
