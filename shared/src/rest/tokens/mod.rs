//! JSON Web Tokens of users and admins: HS256 with a shared secret, or RS256 and ES256 by a JWKS URL.
//!
//! Which algorithms are right is decided by the settings, never by the token: with a JWKS URL, a
//! token signed with HS256 is as wrong as one that is not signed at all.

mod key_set;
pub mod ring_verifier;

use crate::domain::identifier::UserId;
use crate::providers::call::{CallError, Caller};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use self::key_set::KeySet;

/// Longest token read, in bytes.
const MAX_TOKEN_BYTES: usize = 8 << 10;
/// How far clocks may differ, in seconds.
const LEEWAY_SECONDS: u64 = 30;

/// What a token must fulfil.
#[derive(Debug, Clone, Default)]
pub struct TokenRules {
    /// Where the keys are (`JWKS_URL`); none for the shared secret.
    pub jwks_url: Option<String>,
    /// The `iss` it must have (`JWT_ISSUER`).
    pub issuer: Option<String>,
    /// The `aud` it must have (`JWT_AUDIENCE`).
    pub audience: Option<String>,
}

/// Checks tokens.
#[derive(Debug)]
pub struct Tokens {
    rules: TokenRules,
    keys: Option<KeySet>,
}

/// Whom a token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `sub`.
    pub id: UserId,
    /// Whether `roles` contains `admin`.
    pub is_admin: bool,
}

/// Why a token proves nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not valid.
    #[error("the token is not valid")]
    Invalid,
    /// The signature does not fit: the secret may have been rotated.
    #[error("the token's signature does not fit")]
    SignatureInvalid,
    /// The keys could not be read.
    #[error(transparent)]
    KeysUnavailable(#[from] CallError),
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    roles: Vec<String>,
}

impl Tokens {
    /// Checks tokens by `rules`.
    pub fn new(caller: Caller, rules: TokenRules) -> Self {
        let keys = rules.jwks_url.as_ref().map(|url| KeySet::new(caller, url.clone()));
        Self { rules, keys }
    }

    /// Proves whom a token names. `secrets` are the shared secret, and during a rotation the one before.
    ///
    /// # Errors
    /// When it proves nobody, or the keys cannot be read.
    pub async fn prove(&self, token: &str, secrets: &[SecretString]) -> Result<Person, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let Some(keys) = &self.keys else {
            let key = |secret: &SecretString| DecodingKey::from_secret(secret.expose_secret().as_bytes());
            let tries = secrets.iter().map(|secret| self.check(token, Algorithm::HS256, &key(secret)));
            let rejected = |best: Result<Person, TokenError>, next| if best.is_ok() { best } else { next };
            return tries.fold(Err(TokenError::Invalid), rejected);
        };
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(TokenError::Invalid);
        }
        let key_id = header.kid.ok_or(TokenError::Invalid)?;
        let (algorithm, key) = keys.key(&key_id).await?.ok_or(TokenError::Invalid)?;
        self.check(token, algorithm, &key)
    }

    fn check(&self, token: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<Person, TokenError> {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "sub"]);
        validation.validate_aud = self.rules.audience.is_some();
        if let Some(audience) = &self.rules.audience {
            validation.set_audience(&[audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        if let Some(issuer) = &self.rules.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        let claims = decode::<Claims>(token, key, &validation).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::SignatureInvalid,
            _ => TokenError::Invalid,
        })?;
        let Claims { sub, roles } = claims.claims;
        let id = sub.parse().map_err(|_| TokenError::Invalid)?;
        Ok(Person { id, is_admin: roles.iter().any(|role| role == "admin") })
    }
}
