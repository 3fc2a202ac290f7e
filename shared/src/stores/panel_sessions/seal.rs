//! Seals the panel's cookie for the table: who reads the table cannot use the session.
//!
//! The key is derived from the panel's password, so that it has to be kept nowhere and changes with it. Panel
//! and account are sealed in as associated data: a cookie of another panel, or of another account, does not open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};

/// Keeps the key apart from any other that may be derived from the same password.
const PURPOSE: &[u8] = b"paydesk: the cookie of the isp panel, version 1";

/// Why nothing can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine gives no random bytes, or the key cannot be derived")]
pub(super) struct SealError;

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// Seals and opens the cookies of one account in one panel.
#[derive(Clone)]
pub(super) struct Seal {
    password: SecretString,
    place: Vec<u8>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal([REDACTED])")
    }
}

impl Seal {
    /// The seal of an account in the panel at `panel`.
    pub(super) fn new(panel: &str, account: &SecretString, password: &SecretString) -> Self {
        let place = format!("{panel}\n{}", account.expose_secret()).into_bytes();
        Self { password: password.clone(), place }
    }

    /// The text as it may be stored, different each time.
    pub(super) fn close(&self, text: &SecretString) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut sealed = text.expose_secret().as_bytes().to_vec();
        let number = Nonce::assume_unique_for_key(nonce);
        self.key()?.seal_in_place_append_tag(number, Aad::from(&self.place), &mut sealed)?;
        Ok(STANDARD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// What was sealed; none when it was sealed by another password, for another place, or was tampered with.
    pub(super) fn open(&self, sealed: &str) -> Option<SecretString> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let number = Nonce::assume_unique_for_key(*nonce);
        let text = self.key().ok()?.open_in_place(number, Aad::from(&self.place), &mut sealed).ok()?;
        std::str::from_utf8(text).ok().map(SecretString::from)
    }

    fn key(&self) -> Result<LessSafeKey, SealError> {
        let extracted = Salt::new(HKDF_SHA256, &[]).extract(self.password.expose_secret().as_bytes());
        let purpose = [PURPOSE];
        let derived = extracted.expand(&purpose, &AES_256_GCM)?;
        Ok(LessSafeKey::new(UnboundKey::from(derived)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(panel: &str, account: &str, password: &str) -> Seal {
        Seal::new(panel, &account.into(), &password.into())
    }

    fn ours() -> Seal {
        seal("https://panel.example", "paydesk", "password")
    }

    #[test]
    fn what_is_sealed_opens_and_looks_different_each_time() {
        let cookie = SecretString::from("PHPSESSID=abc123");
        let (one, other) = (ours().close(&cookie).unwrap(), ours().close(&cookie).unwrap());
        assert_ne!(one, other);
        for sealed in [&one, &other] {
            assert!(!sealed.contains("PHPSESSID") && !sealed.contains("abc123"), "{sealed}");
            assert_eq!(ours().open(sealed).unwrap().expose_secret(), "PHPSESSID=abc123");
        }
    }

    #[test]
    fn another_password_account_or_panel_opens_nothing() {
        let sealed = ours().close(&"PHPSESSID=abc123".into()).unwrap();
        for other in [
            seal("https://panel.example", "paydesk", "rotated"),
            seal("https://panel.example", "somebody", "password"),
            seal("https://other.example", "paydesk", "password"),
        ] {
            assert!(other.open(&sealed).is_none(), "{:?}", other.place);
        }
    }

    #[test]
    fn nothing_that_was_tampered_with_opens() {
        let sealed = ours().close(&"PHPSESSID=abc123".into()).unwrap();
        let bytes = STANDARD.decode(&sealed).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(ours().open(&STANDARD.encode(&changed)).is_none(), "byte {place}");
            assert!(ours().open(&STANDARD.encode(&bytes[..place])).is_none(), "cut at {place}");
        }
        for garbage in ["", "PHPSESSID=abc123", "!", "AAAA"] {
            assert!(ours().open(garbage).is_none(), "{garbage}");
        }
    }

    #[test]
    fn a_seal_shows_no_password() {
        let shown = format!("{:?}", ours());
        assert!(!shown.contains("password") && !shown.contains("paydesk"), "{shown}");
    }
}
