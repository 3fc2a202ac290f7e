//! A secret that is a JSON object: some of its fields are written, whatever else people put there stays.

use anyhow::Context;
use aws_sdk_secretsmanager::Client;
use serde_json::{Map, Value};
use shared::aws_error::describe;
use shared::lambda::secrets::SecretReader;

use crate::deployment::Deployment;

/// Reads and writes one secret of a deployment.
pub struct SecretObject {
    client: Client,
    reader: SecretReader,
    stack: String,
    short_name: &'static str,
}

impl SecretObject {
    /// The secret of this name: what comes after the stack's.
    pub fn of(deployment: &Deployment, short_name: &'static str) -> Self {
        let (client, reader) = (Client::new(&deployment.sdk), deployment.secrets());
        Self { client, reader, stack: deployment.stack.clone(), short_name }
    }

    /// Its name.
    pub fn name(&self) -> String {
        format!("{}/{}", self.stack, self.short_name)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is missing or no JSON object, or cannot be read.
    pub async fn read(&self) -> anyhow::Result<Map<String, Value>> {
        let read = self.reader.batch(&[self.short_name]).await.and_then(|batch| batch.get(self.short_name));
        read.context("secretsmanager:BatchGetSecretValue and GetSecretValue are needed")
    }

    /// Stores it. What it was before is then its version before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn write(&self, fields: Map<String, Value>) -> anyhow::Result<()> {
        let text = Value::Object(fields).to_string();
        let put = self.client.put_secret_value().secret_id(self.name()).secret_string(text).send().await;
        put.map_err(|error| anyhow::anyhow!("{} cannot be written: {}", self.name(), describe(&error)))?;
        Ok(())
    }
}
