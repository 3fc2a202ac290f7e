//! Digest authentication: the switch's challenges, each answered in order. <https://www.rfc-editor.org/rfc/rfc7616>
//!
//! A challenge is good for many requests, which are numbered; a switch may refuse a number that is not the next one.
//! So a challenge belongs to one call while that lasts, and calls at the same time have one each: no number ever
//! comes out of turn.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use http_auth::digest::DigestClient;
use http_auth::parser::ChallengeParser;
use http_auth::{ChallengeRef, PasswordParams};
use secrecy::ExposeSecret;

use super::SippyCredentials;
use crate::providers::call::Answer;

/// Challenges kept for the next calls. More calls than this at the same time ask for their own.
const MOST_KEPT: usize = 16;

/// A challenge of the switch, and how often it was answered.
pub(super) struct Challenge(DigestClient);

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").field("answered", &self.0.nonce_count()).finish_non_exhaustive()
    }
}

impl Challenge {
    /// The first challenge of a 401 that we can answer.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let usable = |challenge: ChallengeRef<'_>| DigestClient::try_from(&challenge).ok();
        let challenges = answer.header_values("www-authenticate").flat_map(ChallengeParser::new);
        challenges.map_while(Result::ok).find_map(usable).map(Self)
    }

    /// The `Authorization` of the next request; none when the challenge asks for what we cannot do.
    pub(super) fn answer(&mut self, credentials: &SippyCredentials, uri: &str) -> Option<HeaderValue> {
        let parameters = PasswordParams {
            username: credentials.username.expose_secret(),
            password: credentials.password.expose_secret(),
            uri,
            method: "POST",
            // Signs method and address. Signing the body too (`auth-int`) is what no switch is known to ask for.
            body: None,
        };
        HeaderValue::from_str(&self.0.respond(&parameters).ok()?).ok()
    }
}

/// The challenges that nobody is using. Shared by every copy.
#[derive(Debug, Clone, Default)]
pub(super) struct Challenges {
    idle: Arc<Mutex<Vec<Challenge>>>,
}

impl Challenges {
    /// Takes the challenge that was used last.
    pub(super) fn take(&self) -> Option<Challenge> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a challenge for the next call.
    pub(super) fn keep(&self, challenge: Challenge) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_KEPT {
            idle.push(challenge);
        }
    }
}
