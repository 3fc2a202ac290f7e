//! Secrets, from Secrets Manager: `${STACK}/<name>`, each a JSON object.
//!
//! Two operations, asked without its SDK crate: that takes 0.16 MB of every function.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::signed_call::{SignedCallError, SignedCalls, SignedOperation};
use crate::aws_account::AwsAccount;
use crate::http_client::HttpClients;

const BATCH: SignedOperation = secrets_operation("secretsmanager.BatchGetSecretValue");
const ONE: SignedOperation = secrets_operation("secretsmanager.GetSecretValue");
const NOT_FOUND: &str = "ResourceNotFoundException";
const fn secrets_operation(target: &'static str) -> SignedOperation {
    SignedOperation { service: "secretsmanager", target, content_type: "application/x-amz-json-1.1" }
}

/// Most pages of one batch that are read: as many as the names that a batch may hold.
const MOST_PAGES: usize = 20;

/// Reads the secrets of one stack.
#[derive(Debug, Clone)]
pub struct SecretReader {
    calls: SignedCalls,
    stack: String,
}

/// Secrets that were read in one request.
#[derive(Debug)]
pub struct SecretBatch {
    values: HashMap<String, SecretString>,
}

/// Why a secret cannot be used. Never holds any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager did not answer, or refused.
    #[error("secrets cannot be read: {0}")]
    Unavailable(String),
    /// There is no such secret, or it is empty.
    #[error("the secret {0} is missing")]
    Missing(String),
    /// It is not the JSON object it should be.
    #[error("the secret {name} is malformed at line {line}, column {column}: {what}")]
    Malformed {
        /// Its name.
        name: String,
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
        /// The kind of error.
        what: String,
    },
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BatchWish<'a> {
    secret_id_list: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// One page of a batch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    secret_values: Option<Vec<Value>>,
    errors: Option<Vec<Refused>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Value {
    name: Option<String>,
    secret_string: Option<SecretString>,
}

/// Why one secret is not in a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Refused {
    secret_id: String,
    error_code: String,
    message: String,
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PreviousWish {
    secret_id: String,
    version_stage: &'static str,
}

impl SecretReader {
    /// Reads the secrets of `stack` in our account.
    pub fn new(clients: &HttpClients, account: AwsAccount, stack: String) -> Self {
        Self { calls: SignedCalls::new(clients, account), stack }
    }

    /// Reads secrets as they are now, in one request as far as they fit into one answer.
    ///
    /// # Errors
    /// When Secrets Manager does not answer, or refuses.
    pub async fn batch(&self, names: &[&str]) -> Result<SecretBatch, SecretError> {
        let ids: Vec<String> = names.iter().map(|name| self.id(name)).collect();
        let mut values = HashMap::new();
        let mut next_token = None;
        for _ in 0..MOST_PAGES {
            let wish = BatchWish { secret_id_list: &ids, next_token };
            let page: Page = self.calls.call(BATCH, &wish).await.map_err(unavailable)?;
            if let Some(refused) = page.errors.into_iter().flatten().next() {
                return Err(refused.into());
            }
            values.extend(page.secret_values.into_iter().flatten().filter_map(|value| self.named(value)));
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(SecretBatch { values });
            }
        }
        Err(SecretError::Unavailable("the answer has no last page".to_owned()))
    }

    /// Reads a secret as it was before its last rotation; none when it was never rotated, or when it
    /// was malformed and has been mended.
    ///
    /// # Errors
    /// When Secrets Manager does not answer, or refuses.
    pub async fn previous<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, SecretError> {
        let wish = PreviousWish { secret_id: self.id(name), version_stage: "AWSPREVIOUS" };
        match self.calls.call::<Value>(ONE, &wish).await {
            Ok(value) => {
                Ok(value.secret_string.and_then(|text| parse(name, &text).map_err(log_unusable).ok()))
            }
            Err(error) if error.code == NOT_FOUND => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// A secret under its name in the stack.
    fn named(&self, value: Value) -> Option<(String, SecretString)> {
        let name = value.name?.strip_prefix(&self.stack)?.strip_prefix('/')?.to_owned();
        Some((name, value.secret_string?))
    }

    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.stack)
    }
}

impl SecretBatch {
    /// One of the secrets.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, SecretError> {
        parse(name, self.values.get(name).ok_or_else(|| SecretError::Missing(name.to_owned()))?)
    }
}

/// Whoever mends a malformed secret leaves it behind as the version before.
fn log_unusable(error: SecretError) {
    tracing::warn!(%error, "the version before is passed over");
}

fn parse<T: DeserializeOwned>(name: &str, text: &SecretString) -> Result<T, SecretError> {
    // Only the place and the kind: the parser's own words could quote the secret.
    serde_json::from_str(text.expose_secret()).map_err(|error| SecretError::Malformed {
        name: name.to_owned(),
        line: error.line(),
        column: error.column(),
        what: format!("{:?}", error.classify()),
    })
}

fn unavailable(error: SignedCallError) -> SecretError {
    SecretError::Unavailable(error.detail)
}

impl From<Refused> for SecretError {
    fn from(refused: Refused) -> Self {
        let Refused { secret_id, error_code, message } = refused;
        if error_code == NOT_FOUND {
            return Self::Missing(secret_id);
        }
        Self::Unavailable(format!("{secret_id}: {error_code}: {message}"))
    }
}
