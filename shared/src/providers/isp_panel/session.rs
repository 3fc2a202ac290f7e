//! What proves to the panel who we are: an account, and the cookie that it gives for it.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Longest cookie taken, in bytes: what browsers take.
const MAX_COOKIE_BYTES: usize = 4096;

/// The secret `isp-panel`: the account that tasks are created with.
#[derive(Debug, Clone, Deserialize)]
pub struct PanelCredentials {
    /// Its name.
    pub username: SecretString,
    /// Its password.
    pub password: SecretString,
}

impl PanelCredentials {
    /// Whether both are there. A new deployment's are empty: the panel is off then.
    pub fn are_complete(&self) -> bool {
        let filled = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        filled(&self.username) && filled(&self.password)
    }
}

/// The cookie of a session: `name=value`, as it stands in a `Cookie` header. Shows nothing of itself.
#[derive(Clone)]
pub struct Cookie(SecretString);

/// A text that is no cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cookie is a name and a value, of at most {MAX_COOKIE_BYTES} printable characters")]
pub struct CookieError;

impl Cookie {
    /// The cookie of a `Set-Cookie` header; what follows the first `;` is not part of it.
    ///
    /// # Errors
    /// When there is no name, or it cannot stand in a header.
    pub fn parse(text: &str) -> Result<Self, CookieError> {
        let pair = text.split(';').next().unwrap_or_default().trim();
        let has_name = pair.split_once('=').is_some_and(|(name, _)| !name.trim().is_empty());
        if !has_name || pair.len() > MAX_COOKIE_BYTES || HeaderValue::from_str(pair).is_err() {
            return Err(CookieError);
        }
        Ok(Self(SecretString::from(pair)))
    }

    /// The cookie, to be sent or to be stored sealed.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Cookie {
    fn eq(&self, other: &Self) -> bool {
        // Both are ours: nobody can learn one of them from the time that this takes.
        self.expose() == other.expose()
    }
}

impl Eq for Cookie {}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookie([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_and_the_value_of_a_cookie_are_kept() {
        for (text, kept) in [
            ("PHPSESSID=abc123; path=/; HttpOnly", "PHPSESSID=abc123"),
            (" a=b ;c=d", "a=b"),
            ("a=", "a="),
            ("a=b=c==", "a=b=c=="),
        ] {
            assert_eq!(Cookie::parse(text).unwrap().expose(), kept);
        }
    }

    #[test]
    fn what_cannot_be_sent_back_is_no_cookie() {
        let long = format!("a={}", "x".repeat(MAX_COOKIE_BYTES));
        for text in ["", ";", "path", "=value", " =value", "a=b\nc", "a=\u{1}", &long] {
            assert_eq!(Cookie::parse(text).map(drop), Err(CookieError), "{text:?}");
        }
    }

    #[test]
    fn a_cookie_shows_nothing_of_itself() {
        let shown = format!("{:?}", Cookie::parse("PHPSESSID=abc123").unwrap());
        assert!(!shown.contains("PHPSESSID") && !shown.contains("abc123"), "{shown}");
    }
}
