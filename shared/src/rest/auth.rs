//! Who calls: users and admins by token, services by the internal key.
//!
//! An unproved request costs no request to AWS; a signature that does not fit makes the secrets be
//! read again at most once a minute, in case they were rotated.

use crate::domain::identifier::UserId;
use crate::lambda::problem::Problem;
use crate::lambda::refreshed::Refreshed;
use crate::lambda::secrets::{SecretError, SecretReader};
use crate::providers::internal_service::InternalKeys;
use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::{Choice, ConstantTimeEq};

use super::edge::Edge;
use super::replies::Refusal;
use super::tokens::{Person, TokenError, Tokens};

/// The secret `api`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiSecret {
    /// Signs the tokens of users, where no JWKS URL is set.
    jwt_secret: SecretString,
}

/// What callers are proved with.
#[derive(Debug, Clone)]
struct Proofs {
    jwt_secrets: Vec<SecretString>,
    internal_keys: Vec<SecretString>,
}

/// Proves callers.
#[derive(Debug)]
pub struct Auth {
    secrets: SecretReader,
    tokens: Tokens,
    proofs: Refreshed<Proofs>,
}

/// A proved user.
#[derive(Debug, Clone)]
pub struct User(pub UserId);

/// A proved user with the role `admin`.
#[derive(Debug, Clone)]
pub struct Admin(pub UserId);

/// A proved service of the company's.
#[derive(Debug, Clone, Copy)]
pub struct Service;

impl Auth {
    /// Proves callers by secrets that were just read.
    pub fn new(
        secrets: SecretReader,
        tokens: Tokens,
        current: ApiSecret,
        before: Option<ApiSecret>,
        internal: InternalKeys,
    ) -> Self {
        let proofs = Refreshed::new(proofs(current, before, internal));
        Self { secrets, tokens, proofs }
    }

    async fn person(&self, token: &str) -> Result<Person, Refusal> {
        let mut proved = self.tokens.prove(token, &self.proofs.get().jwt_secrets).await;
        if proved == Err(TokenError::SignatureInvalid) && self.proofs.may_be_rotated() {
            self.refresh().await;
            proved = self.tokens.prove(token, &self.proofs.get().jwt_secrets).await;
        }
        if proved.is_ok() && self.proofs.is_stale() {
            self.refresh().await;
        }
        proved.map_err(|error| match error {
            TokenError::Invalid | TokenError::SignatureInvalid => unauthenticated("the token is not valid"),
            TokenError::KeysUnavailable(error) => {
                tracing::error!(%error, "tokens cannot be checked");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Problem::passing(status, "keys_unavailable", "tokens cannot be checked at the moment", 5)
                    .into()
            }
        })
    }

    async fn service(&self, key: &[u8]) -> Result<Service, Refusal> {
        let mut known = self.knows(key);
        if !known && self.proofs.may_be_rotated() {
            self.refresh().await;
            known = self.knows(key);
        }
        if known && self.proofs.is_stale() {
            self.refresh().await;
        }
        if known { Ok(Service) } else { Err(unauthenticated("the internal key is not valid")) }
    }

    /// Compares with every key, in a time that tells nothing of them.
    fn knows(&self, key: &[u8]) -> bool {
        let proofs = self.proofs.get();
        let same = |known: &SecretString| known.expose_secret().as_bytes().ct_eq(key);
        proofs.internal_keys.iter().fold(Choice::from(0), |any, known| any | same(known)).into()
    }

    async fn refresh(&self) {
        self.proofs.renew(read_proofs(&self.secrets).await);
    }
}

async fn read_proofs(secrets: &SecretReader) -> Result<Proofs, SecretError> {
    let (batch, before) = tokio::join!(secrets.batch(&["api", "internal"]), secrets.previous("api"));
    let batch = batch?;
    Ok(proofs(batch.get("api")?, before?, batch.get("internal")?))
}

fn proofs(current: ApiSecret, before: Option<ApiSecret>, internal: InternalKeys) -> Proofs {
    let jwt_secrets = [Some(current), before].into_iter().flatten().map(|secret| secret.jwt_secret);
    let filled = |key: &SecretString| !key.expose_secret().trim().is_empty();
    Proofs {
        jwt_secrets: jwt_secrets.filter(filled).collect(),
        internal_keys: internal.api_keys.into_iter().filter(filled).collect(),
    }
}

fn unauthenticated(detail: &str) -> Refusal {
    Problem::lasting(StatusCode::UNAUTHORIZED, "unauthenticated", detail).into()
}

async fn person(parts: &Parts, edge: &Edge) -> Result<Person, Refusal> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            edge.auth.person(token.trim()).await
        }
        _ => Err(unauthenticated("a bearer token is needed")),
    }
}

impl<S> FromRequestParts<S> for User
where
    S: Send + Sync,
    &'static Edge: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Ok(Self(person(parts, FromRef::from_ref(state)).await?.id))
    }
}

impl<S> FromRequestParts<S> for Admin
where
    S: Send + Sync,
    &'static Edge: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let person = person(parts, FromRef::from_ref(state)).await?;
        if person.is_admin {
            return Ok(Self(person.id));
        }
        Err(Problem::lasting(StatusCode::FORBIDDEN, "forbidden", "this is for admins").into())
    }
}

impl<S> FromRequestParts<S> for Service
where
    S: Send + Sync,
    &'static Edge: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let edge: &Edge = FromRef::from_ref(state);
        match parts.headers.get("x-internal-api-key") {
            Some(key) => edge.auth.service(key.as_bytes()).await,
            None => Err(unauthenticated("the internal key is needed")),
        }
    }
}
