//! The keys of the user service's tokens, from its JWKS URL.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::providers::call::{CallError, Caller, Operation};
use crate::retry::{Failure, Kind};
use http::Method;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::time::Instant;

const KEYS: Operation = Operation { provider: "users", name: "jwks", kind: Kind::Read };
/// How long keys are used without asking again.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How often, at most, an unknown key or a failure makes us ask.
const AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// Keys by their id, read when needed.
#[derive(Debug)]
pub struct KeySet {
    caller: Caller,
    url: String,
    held: RwLock<Held>,
}

/// The keys last read, and how asking for them went last.
#[derive(Debug, Default)]
struct Held {
    keys: Option<JwkSet>,
    asked_at: Option<Instant>,
    failure: Option<CallError>,
}

/// A key, and the one algorithm it is for.
type Key = (Algorithm, DecodingKey);

impl KeySet {
    /// The keys at `url`.
    pub fn new(caller: Caller, url: String) -> Self {
        Self { caller, url, held: RwLock::default() }
    }

    /// The key of that id; none when there is none.
    ///
    /// # Errors
    /// When the keys cannot be read and that one is not known from before.
    pub async fn key(&self, id: &str) -> Result<Option<Key>, CallError> {
        if !self.is_settled(id) {
            let asked = self.ask().await;
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            held.asked_at = Some(Instant::now());
            match asked {
                Ok(keys) => (held.keys, held.failure) = (Some(keys), None),
                Err(error) => held.failure = Some(error),
            }
        }
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        match (held.key(id), &held.failure) {
            (Some(key), _) => Ok(Some(key)),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => Ok(None),
        }
    }

    /// Whether what is held is good enough, or asking again would be too often.
    fn is_settled(&self, id: &str) -> bool {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let good = held.failure.is_none() && held.key(id).is_some();
        let wait = if good { KEPT } else { AT_MOST_EVERY };
        held.asked_at.is_some_and(|asked_at| asked_at.elapsed() < wait)
    }

    async fn ask(&self) -> Result<JwkSet, CallError> {
        let answer = self.caller.call(KEYS, Method::GET, &self.url).send().await?;
        if !answer.status.is_success() {
            return Err(answer.error(Failure::Refused, "no keys there"));
        }
        answer.json()
    }
}

impl Held {
    fn key(&self, id: &str) -> Option<Key> {
        let key = self.keys.as_ref()?.find(id)?;
        let algorithm = match &key.algorithm {
            AlgorithmParameters::RSA(_) => Algorithm::RS256,
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                Algorithm::ES256
            }
            _ => return None,
        };
        Some((algorithm, DecodingKey::from_jwk(key).ok()?))
    }
}
