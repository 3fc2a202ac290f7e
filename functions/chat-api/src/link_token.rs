//! Tokens that tie a chat to a user: whoever has one is, for a quarter of an hour, that user in a chat.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretString;

/// How long a token can be used.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// Length in bytes: 128 bits, all of them drawn.
const LENGTH: usize = 16;

/// A token that nobody has: 22 letters, digits, `-` or `_`, as a deep link of Telegram's can carry them.
///
/// # Errors
/// When the system has no randomness to give.
pub fn draw() -> Result<SecretString, Unspecified> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn tokens_fit_into_a_deep_link_and_no_two_are_the_same() {
        let drawn: Vec<String> = (0..1_000).map(|_| draw().unwrap().expose_secret().to_owned()).collect();
        for token in &drawn {
            assert_eq!(URL_SAFE_NO_PAD.decode(token).unwrap().len(), LENGTH, "{token}");
            // Telegram: up to 64 of A-Z, a-z, 0-9, _ and -.
            assert!(
                token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{token}"
            );
            assert_eq!(token.len(), 22);
        }
        let distinct: BTreeSet<&String> = drawn.iter().collect();
        assert_eq!(distinct.len(), drawn.len());
    }

    #[test]
    fn every_bit_of_a_token_is_drawn() {
        let drawn = (0..200).map(|_| {
            let bytes = URL_SAFE_NO_PAD.decode(draw().unwrap().expose_secret()).unwrap();
            u128::from_be_bytes(bytes.try_into().unwrap())
        });
        let (ever, always) = drawn.fold((0, u128::MAX), |(ever, always), bits| (ever | bits, always & bits));
        assert_eq!((ever, always), (u128::MAX, 0), "a bit that never changes is not random");
    }
}
