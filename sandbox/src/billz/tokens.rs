//! Who is logged in: access tokens, and refresh tokens that are good for one use.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::COMPANY_ID;
use super::ids::new_id;
use crate::isp_panel::panel::Logins;
use crate::jwt;

const DAY_SECONDS: i64 = 24 * 60 * 60;
const REFRESH_LIFE_SECONDS: i64 = 14 * DAY_SECONDS;
/// It proves nothing to anybody: a token is good because it is on the list.
const SIGNING_KEY: &[u8] = b"sandbox-billz-signing-key";

/// What control sets, for the tokens to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenSettings {
    /// How long an access token lets in; its `exp` says so.
    pub(crate) life_seconds: i64,
    /// What `expires_in` says; `null` is the truth.
    pub(crate) expires_in_seconds: Option<i64>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self { life_seconds: DAY_SECONDS, expires_in_seconds: None }
    }
}

/// What is known of a token.
#[derive(Clone, Debug)]
struct Known {
    /// The log-in that it goes back to.
    family: String,
    /// Unix seconds.
    ends_at: i64,
    was_used: bool,
}

/// Every token since the reset, and how often somebody tried to get one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) settings: TokenSettings,
    pub(crate) logins: Logins,
    access: HashMap<String, Known>,
    refresh: HashMap<String, Known>,
}

/// A new pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pair {
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
    expires_in: i64,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    Good,
    Expired,
    Unknown,
}

impl Tokens {
    /// A pair for somebody who named the secret token.
    pub(super) fn log_in(&mut self, now: i64) -> Pair {
        self.logins.count += 1;
        self.issue(new_id(), now)
    }

    fn issue(&mut self, family: String, now: i64) -> Pair {
        let life_seconds = self.settings.life_seconds;
        let access_token = token(&family, now, now.saturating_add(life_seconds));
        let refresh_token = token(&family, now, now.saturating_add(REFRESH_LIFE_SECONDS));
        let known = |life_seconds: i64| Known {
            family: family.clone(),
            ends_at: now.saturating_add(life_seconds),
            was_used: false,
        };
        self.access.insert(access_token.clone(), known(life_seconds));
        self.refresh.insert(refresh_token.clone(), known(REFRESH_LIFE_SECONDS));
        let expires_in = self.settings.expires_in_seconds.unwrap_or(life_seconds);
        Pair { access_token, refresh_token, token_type: "Bearer", expires_in }
    }

    /// Another pair for a refresh token. One that comes a second time ends everything that goes back to its log-in.
    pub(super) fn refresh(&mut self, token: &str, now: i64) -> Option<Pair> {
        let known = self.refresh.get_mut(token).filter(|known| now < known.ends_at)?;
        let family = known.family.clone();
        if known.was_used {
            self.access.retain(|_token, known| known.family != family);
            self.refresh.retain(|_token, known| known.family != family);
            return None;
        }
        known.was_used = true;
        Some(self.issue(family, now))
    }

    pub(super) fn worth(&self, token: &str, now: i64) -> Worth {
        match self.access.get(token) {
            Some(known) if now < known.ends_at => Worth::Good,
            Some(_) => Worth::Expired,
            None => Worth::Unknown,
        }
    }

    /// Ends all access tokens; how many were good.
    pub(crate) fn end_all(&mut self, now: i64) -> usize {
        let good = self.access.values_mut().filter(|known| now < known.ends_at);
        good.map(|known| known.ends_at = now).count()
    }
}

fn token(family: &str, now: i64, ends_at: i64) -> String {
    let claims =
        json!({ "company_id": COMPANY_ID, "sid": family, "jti": new_id(), "iat": now, "exp": ends_at });
    jwt::token(&claims, SIGNING_KEY)
}
