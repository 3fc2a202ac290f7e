//! The tokens that the API gave out: JSON Web Tokens, good for an hour.

use std::collections::HashMap;

use serde_json::json;

use crate::isp_panel::panel::Logins;
use crate::jwt;

const LIFE_SECONDS: i64 = 60 * 60;
/// It proves nothing to anybody: a token is good because it is on the list.
const SIGNING_KEY: &[u8] = b"sandbox-isp-api-signing-key";

/// Every token that was not taken back, and how often somebody tried to get one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    /// When each ends, in unix seconds.
    ends: HashMap<String, i64>,
    pub(crate) logins: Logins,
}

impl Tokens {
    /// A new token for this account.
    pub(super) fn issue(&mut self, account: &str, now: i64) -> String {
        let ends_at = now.saturating_add(LIFE_SECONDS);
        let claims = json!({ "sub": account, "iat": now, "exp": ends_at, "jti": self.logins.count });
        let token = jwt::token(&claims, SIGNING_KEY);
        self.ends.insert(token.clone(), ends_at);
        token
    }

    /// Whether a token lets in.
    pub(super) fn is_good(&self, token: &str, now: i64) -> bool {
        self.ends.get(token).is_some_and(|ends_at| now < *ends_at)
    }

    /// Takes all tokens back; how many there were.
    pub(crate) fn end_all(&mut self) -> usize {
        let count = self.ends.len();
        self.ends.clear();
        count
    }
}
