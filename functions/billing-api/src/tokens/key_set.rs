//! The keys of the user service's tokens, from its JWKS URL.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::Method;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use shared::providers::call::{CallError, Caller, Operation};
use shared::retry::{Failure, Kind};
use tokio::time::Instant;

const KEYS: Operation = Operation { provider: "users", name: "jwks", kind: Kind::Read };
/// How long keys are used without asking again.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How often, at most, an unknown key makes us ask.
const AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// Keys by their id, read when needed.
#[derive(Debug)]
pub struct KeySet {
    caller: Caller,
    url: String,
    held: RwLock<Option<(JwkSet, Instant)>>,
}

impl KeySet {
    /// The keys at `url`.
    pub fn new(caller: Caller, url: String) -> Self {
        Self { caller, url, held: RwLock::new(None) }
    }

    /// The key of that id, and the one algorithm it is for; none when there is none.
    ///
    /// # Errors
    /// When there are no keys yet and they cannot be read.
    pub async fn key(&self, id: &str) -> Result<Option<(Algorithm, DecodingKey)>, CallError> {
        let (known, age) = self.known(id);
        let wait = if known.is_some() { KEPT } else { AT_MOST_EVERY };
        if age.is_some_and(|age| age < wait) {
            return Ok(known);
        }
        match self.read().await {
            Ok(()) => Ok(self.known(id).0),
            Err(error) if known.is_some() => {
                tracing::warn!(%error, "the keys could not be read again");
                Ok(known)
            }
            Err(error) => Err(error),
        }
    }

    fn known(&self, id: &str) -> (Option<(Algorithm, DecodingKey)>, Option<Duration>) {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let Some((keys, read_at)) = held.as_ref() else { return (None, None) };
        let usable = keys.find(id).and_then(|key| {
            let algorithm = match &key.algorithm {
                AlgorithmParameters::RSA(_) => Algorithm::RS256,
                AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                    Algorithm::ES256
                }
                _ => return None,
            };
            Some((algorithm, DecodingKey::from_jwk(key).ok()?))
        });
        (usable, Some(read_at.elapsed()))
    }

    async fn read(&self) -> Result<(), CallError> {
        let answer = self.caller.call(KEYS, Method::GET, &self.url).send().await?;
        if !answer.status.is_success() {
            return Err(answer.error(Failure::Refused, "no keys there"));
        }
        let keys: JwkSet = answer.json()?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some((keys, Instant::now()));
        Ok(())
    }
}
