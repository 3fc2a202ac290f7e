//! Secrets, from Secrets Manager: `${STACK}/<name>`, each a JSON object.

use std::collections::HashMap;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::aws_error::describe;

/// Reads the secrets of one stack.
#[derive(Debug, Clone)]
pub struct SecretReader {
    client: Client,
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

impl SecretReader {
    /// Reads the secrets of `stack`.
    pub fn new(client: Client, stack: String) -> Self {
        Self { client, stack }
    }

    /// Reads secrets as they are now, in one request.
    ///
    /// # Errors
    /// When Secrets Manager does not answer, or refuses.
    pub async fn batch(&self, names: &[&str]) -> Result<SecretBatch, SecretError> {
        let ids = names.iter().map(|name| self.id(name)).collect();
        let read = self.client.batch_get_secret_value().set_secret_id_list(Some(ids)).send().await;
        let read = read.map_err(|error| SecretError::Unavailable(describe(&error)))?;
        if let Some(error) = read.errors.unwrap_or_default().first() {
            let part = |text: &Option<String>| text.clone().unwrap_or_default();
            let (id, code) = (part(&error.secret_id), part(&error.error_code));
            if code == "ResourceNotFoundException" {
                return Err(SecretError::Missing(id));
            }
            return Err(SecretError::Unavailable(format!("{id}: {code}: {}", part(&error.message))));
        }
        let named = |entry: aws_sdk_secretsmanager::types::SecretValueEntry| {
            let name = entry.name?.strip_prefix(&self.stack)?.strip_prefix('/')?.to_owned();
            Some((name, SecretString::from(entry.secret_string?)))
        };
        Ok(SecretBatch {
            values: read.secret_values.unwrap_or_default().into_iter().filter_map(named).collect(),
        })
    }

    /// Reads a secret as it was before its last rotation; none when it was never rotated, or when it
    /// was malformed and has been mended.
    ///
    /// # Errors
    /// When Secrets Manager does not answer.
    pub async fn previous<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, SecretError> {
        let read =
            self.client.get_secret_value().secret_id(self.id(name)).version_stage("AWSPREVIOUS").send().await;
        match read {
            Ok(read) => match read.secret_string {
                Some(text) => Ok(parse(name, &SecretString::from(text)).map_err(log_unusable).ok()),
                None => Ok(None),
            },
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(SecretError::Unavailable(describe(&error))),
        }
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

fn is_not_found<R>(error: &SdkError<GetSecretValueError, R>) -> bool {
    matches!(error.as_service_error(), Some(error) if error.is_resource_not_found_exception())
}
