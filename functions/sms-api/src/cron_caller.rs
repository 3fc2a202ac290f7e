//! Who may start runs: whoever knows the secret `cron`, the current one or the one before its last rotation.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::lambda::problem::Problem;
use shared::lambda::refreshed::Refreshed;
use shared::lambda::secrets::{SecretError, SecretReader};
use shared::rest::replies::Refusal;
use subtle::{Choice, ConstantTimeEq};

use crate::app::App;

/// The name of the secret.
pub const SECRET: &str = "cron";

/// The secret `cron`.
#[derive(Debug, Clone, Deserialize)]
pub struct CronSecret {
    /// What callers send as `Authorization: Bearer …`.
    secret: SecretString,
}

/// Proves who starts runs.
#[derive(Debug)]
pub struct CronCallers {
    secrets: SecretReader,
    known: Refreshed<Vec<SecretString>>,
}

/// Somebody who knows the secret.
#[derive(Debug, Clone, Copy)]
pub struct CronCaller;

impl CronCallers {
    /// Proves callers by secrets that were just read.
    pub fn new(secrets: SecretReader, current: CronSecret, before: Option<CronSecret>) -> Self {
        Self { secrets, known: Refreshed::new(usable(current, before)) }
    }

    async fn prove(&self, secret: &[u8]) -> Result<CronCaller, Refusal> {
        let mut is_known = self.knows(secret);
        if !is_known && self.known.may_be_rotated() {
            self.known.renew(self.read().await);
            is_known = self.knows(secret);
        }
        if is_known && self.known.is_stale() {
            self.known.renew(self.read().await);
        }
        if is_known { Ok(CronCaller) } else { Err(unauthenticated("the cron secret is not valid")) }
    }

    /// Compares with every secret, in a time that tells nothing of them.
    fn knows(&self, secret: &[u8]) -> bool {
        let same = |known: &SecretString| known.expose_secret().as_bytes().ct_eq(secret);
        self.known.get().iter().fold(Choice::from(0), |any, known| any | same(known)).into()
    }

    async fn read(&self) -> Result<Vec<SecretString>, SecretError> {
        let names = [SECRET];
        let (batch, before) = tokio::join!(self.secrets.batch(&names), self.secrets.previous(SECRET));
        Ok(usable(batch?.get(SECRET)?, before?))
    }
}

fn usable(current: CronSecret, before: Option<CronSecret>) -> Vec<SecretString> {
    let secrets = [Some(current), before].into_iter().flatten().map(|secret| secret.secret);
    // An empty one would let everybody in who sends an empty one.
    secrets.filter(|secret| !secret.expose_secret().trim().is_empty()).collect()
}

fn unauthenticated(detail: &str) -> Refusal {
    Problem::lasting(StatusCode::UNAUTHORIZED, "unauthenticated", detail).into()
}

impl FromRequestParts<&'static App> for CronCaller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &&'static App) -> Result<Self, Refusal> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match header.and_then(|value| value.split_once(' ')) {
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => {
                app.cron.prove(secret.trim().as_bytes()).await
            }
            _ => Err(unauthenticated("the cron secret is needed, as a bearer token")),
        }
    }
}
