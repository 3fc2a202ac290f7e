//! Seals a session's secret for the table: who reads the table cannot use the session.
//!
//! The key is derived from the account's password, so that it has to be kept nowhere and changes with it. A person
//! may have chosen that password: who reads the table could try likely ones against what is sealed. So deriving
//! is made slow, and the item holds a random salt, so that no list of keys made beforehand fits. What was sealed
//! without a salt does not open. The party's address and the account's name belong to the key, and are sealed in
//! as associated data: the secret of another party, or of another account, does not open.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, Prk};
use ring::pbkdf2;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::account::Account;

/// How often the password is hashed for a key. Measured with a release build's settings on one core of a server:
/// 9.5 ms of CPU, once for a process and a salt. 100,000 rounds would take 87 ms, and a cold start has 15.
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();
/// Bytes that come out of the hashing: as many as the hash has.
const DERIVED_BYTES: usize = 32;
/// Keeps the key apart from any other that may be derived from the same password. The words are those of the
/// first party that there was: with others, no session that is stored would open.
const PURPOSE: &[u8] = b"paydesk: the cookie of the isp panel, version 2";
/// Keeps the mark apart from the key.
const MARK: &[u8] = b"paydesk: the account in the isp panel, version 2";

/// Why nothing can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine gives no random bytes, or the key cannot be derived")]
pub(super) struct SealError;

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// Seals and opens the secrets of one account's sessions. Clones share the key.
#[derive(Clone)]
pub(super) struct Seal {
    password: SecretString,
    place: Vec<u8>,
    derived: Arc<Mutex<Option<Derived>>>,
}

/// What was derived last, so that it is derived once for a salt, and only where something is opened or closed.
#[derive(Clone)]
struct Derived {
    salt: String,
    key: Arc<LessSafeKey>,
    mark: String,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal([REDACTED])")
    }
}

/// A salt that no other item has. No secret.
pub(super) fn new_salt() -> String {
    Uuid::new_v4().simple().to_string()
}

impl Seal {
    /// The seal of an account.
    pub(super) fn new(account: &Account) -> Self {
        let place = format!("{}\n{}", account.address, account.name.expose_secret()).into_bytes();
        Self { password: account.password.clone(), place, derived: Arc::new(Mutex::new(None)) }
    }

    /// The text as it may be stored beside `salt`, different each time.
    pub(super) fn close(&self, salt: &str, text: &SecretString) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut sealed = text.expose_secret().as_bytes().to_vec();
        let number = Nonce::assume_unique_for_key(nonce);
        self.derived(salt)?.key.seal_in_place_append_tag(number, Aad::from(&self.place), &mut sealed)?;
        Ok(STANDARD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// What was sealed beside `salt`; none when it was sealed by another password, for another place, or was
    /// tampered with.
    pub(super) fn open(&self, salt: &str, sealed: &str) -> Option<SecretString> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let number = Nonce::assume_unique_for_key(*nonce);
        let key = self.derived(salt).ok()?.key;
        let text = key.open_in_place(number, Aad::from(&self.place), &mut sealed).ok()?;
        std::str::from_utf8(text).ok().map(SecretString::from)
    }

    /// What an account and its password are known by beside `salt`. As hard to guess them from as from what is
    /// sealed.
    pub(super) fn mark(&self, salt: &str) -> Result<String, SealError> {
        Ok(self.derived(salt)?.mark)
    }

    fn derived(&self, salt: &str) -> Result<Derived, SealError> {
        let mut held = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(derived) = held.as_ref().filter(|derived| derived.salt == salt) {
            return Ok(derived.clone());
        }
        let mut bytes = [0; DERIVED_BYTES];
        let salted = [salt.as_bytes(), &self.place].concat();
        let password = self.password.expose_secret().as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salted, password, &mut bytes);
        let hashed = Prk::new_less_safe(HKDF_SHA256, &bytes);
        let key = UnboundKey::from(hashed.expand(&[PURPOSE], &AES_256_GCM)?);
        let mut mark = [0; DERIVED_BYTES];
        hashed.expand(&[MARK], HKDF_SHA256)?.fill(&mut mark)?;
        let (key, mark) = (Arc::new(LessSafeKey::new(key)), STANDARD.encode(mark));
        let derived = Derived { salt: salt.to_owned(), key, mark };
        *held = Some(derived.clone());
        Ok(derived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(panel: &str, account: &str, password: &str) -> Seal {
        let (address, name, password) = (panel.to_owned(), account.into(), password.into());
        Seal::new(&Account { party: "isp-panel", address, name, password })
    }

    const SALT: &str = "5a17";

    fn ours() -> Seal {
        seal("https://panel.example", "paydesk", "password")
    }

    #[test]
    fn what_is_sealed_opens_and_looks_different_each_time() {
        let cookie = SecretString::from("PHPSESSID=abc123");
        let (one, other) = (ours().close(SALT, &cookie).unwrap(), ours().close(SALT, &cookie).unwrap());
        assert_ne!(one, other);
        for sealed in [&one, &other] {
            assert!(!sealed.contains("PHPSESSID") && !sealed.contains("abc123"), "{sealed}");
            assert_eq!(ours().open(SALT, sealed).unwrap().expose_secret(), "PHPSESSID=abc123");
        }
    }

    #[test]
    fn another_password_account_or_panel_opens_nothing() {
        let sealed = ours().close(SALT, &"PHPSESSID=abc123".into()).unwrap();
        for other in [
            seal("https://panel.example", "paydesk", "rotated"),
            seal("https://panel.example", "somebody", "password"),
            seal("https://other.example", "paydesk", "password"),
        ] {
            assert!(other.open(SALT, &sealed).is_none(), "{:?}", other.place);
        }
    }

    #[test]
    fn another_salt_opens_nothing_and_is_drawn_for_each_item() {
        let sealed = ours().close(SALT, &"PHPSESSID=abc123".into()).unwrap();
        let seal = ours();
        for salt in ["", "5a18", &new_salt()] {
            assert!(seal.open(salt, &sealed).is_none(), "{salt}");
        }
        assert!(seal.open(SALT, &sealed).is_some(), "a key that was held for another salt is not used");
        assert_ne!(new_salt(), new_salt());
    }

    #[test]
    fn a_mark_is_that_of_one_account_and_password_and_shows_neither() {
        let mark = ours().mark(SALT).unwrap();
        assert_eq!((mark.len(), ours().mark(SALT).unwrap() == mark), (44, true));
        for other in [
            seal("https://panel.example", "paydesk", "rotated"),
            seal("https://panel.example", "somebody", "password"),
            seal("https://other.example", "paydesk", "password"),
        ] {
            assert_ne!(other.mark(SALT).unwrap(), mark);
        }
        assert_ne!(ours().mark("5a18").unwrap(), mark);
    }

    #[test]
    fn a_key_is_derived_once_for_a_salt() {
        let seal = ours();
        let keys = [&seal, &seal.clone()].map(|seal| seal.derived(SALT).unwrap().key);
        assert!(Arc::ptr_eq(&keys[0], &keys[1]));
    }

    #[test]
    fn the_password_is_hashed_many_times_before_it_is_a_key() {
        // As it was before: one hash, and no salt.
        let hasty = ring::hkdf::Salt::new(HKDF_SHA256, &[]).extract(b"password");
        let key = LessSafeKey::new(hasty.expand(&[PURPOSE], &AES_256_GCM).unwrap().into());
        let sealed = STANDARD.decode(ours().close(SALT, &"PHPSESSID=abc123".into()).unwrap()).unwrap();
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().unwrap();
        let number = Nonce::assume_unique_for_key(*nonce);
        assert!(key.open_in_place(number, Aad::from(&ours().place), &mut sealed.to_vec()).is_err());
    }

    #[test]
    fn nothing_that_was_tampered_with_opens() {
        let seal = ours();
        let sealed = seal.close(SALT, &"PHPSESSID=abc123".into()).unwrap();
        let bytes = STANDARD.decode(&sealed).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(seal.open(SALT, &STANDARD.encode(&changed)).is_none(), "byte {place}");
            assert!(seal.open(SALT, &STANDARD.encode(&bytes[..place])).is_none(), "cut at {place}");
        }
        for garbage in ["", "PHPSESSID=abc123", "!", "AAAA"] {
            assert!(seal.open(SALT, garbage).is_none(), "{garbage}");
        }
    }

    #[test]
    fn a_seal_shows_no_password() {
        let shown = format!("{:?}", ours());
        assert!(!shown.contains("password") && !shown.contains("paydesk"), "{shown}");
    }
}
