//! Secrets Manager at the wire: `GetSecretValue`, `BatchGetSecretValue` and `PutSecretValue`, with the previous version.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{Reply, aws_error, aws_json, listen_anywhere, target};
use crate::connections::Listening;

const ACCOUNT: &str = "000000000000";
/// Any instant will do: nothing reads it.
const CREATED_AT: i64 = 1_763_683_200;

#[derive(Debug, Clone)]
struct Secret {
    current: String,
    previous: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct SecretStore(Arc<Mutex<HashMap<String, Secret>>>);

/// A Secrets Manager of one test.
#[derive(Debug)]
pub struct Secrets {
    store: SecretStore,
    listening: Listening,
}

impl Secrets {
    /// Starts one on a port of its own, with no secrets.
    pub async fn start() -> Self {
        let store = SecretStore::default();
        let served = store.clone();
        let listening = listen_anywhere(move |request| {
            let served = served.clone();
            async move { Ok(served.answer(&request)) }
        })
        .await;
        Self { store, listening }
    }

    pub(super) fn store(&self) -> &SecretStore {
        &self.store
    }

    /// The endpoint URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.listening.url()
    }

    /// Sets a secret to a JSON document; the value it had becomes the previous one.
    pub fn set(&self, name: &str, value: &Value) {
        self.set_text(name, &value.to_string());
    }

    /// Sets a secret to any text; the value it had becomes the previous one.
    pub fn set_text(&self, name: &str, text: &str) {
        let mut secrets = self.store.lock();
        let previous = secrets.remove(name).map(|secret| secret.current);
        secrets.insert(name.to_owned(), Secret { current: text.to_owned(), previous });
    }

    /// Forgets a secret and its previous version.
    pub fn remove(&self, name: &str) {
        self.store.lock().remove(name);
    }
}

impl SecretStore {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let reply = match target(request).unwrap_or_default() {
            "secretsmanager.GetSecretValue" => self.get(&body),
            "secretsmanager.BatchGetSecretValue" => self.get_batch(&body),
            "secretsmanager.PutSecretValue" => self.put(&body),
            other => aws_error("UnknownOperationException", other),
        };
        aws_json("application/x-amz-json-1.1", reply)
    }

    fn get(&self, body: &Value) -> Reply {
        let stage = body["VersionStage"].as_str().unwrap_or("AWSCURRENT");
        match self.find(body["SecretId"].as_str().unwrap_or_default(), stage) {
            Some(found) => (StatusCode::OK, found),
            None => aws_error("ResourceNotFoundException", NOT_FOUND),
        }
    }

    fn put(&self, body: &Value) -> Reply {
        let (id, text) = (&body["SecretId"], body["SecretString"].as_str().unwrap_or_default());
        match id.as_str().filter(|id| self.set_text(id, text)) {
            Some(id) => (StatusCode::OK, json!({ "Name": id, "VersionStages": ["AWSCURRENT"] })),
            None => aws_error("ResourceNotFoundException", NOT_FOUND),
        }
    }

    /// Sets a secret that is there.
    fn set_text(&self, name: &str, text: &str) -> bool {
        let mut secrets = self.lock();
        let Some(secret) = secrets.get_mut(name) else { return false };
        let before = std::mem::replace(&mut secret.current, text.to_owned());
        secret.previous = Some(before);
        true
    }

    fn get_batch(&self, body: &Value) -> Reply {
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for name in body["SecretIdList"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            match self.find(name, "AWSCURRENT") {
                Some(secret) => found.push(secret),
                None => errors.push(json!({
                    "SecretId": name,
                    "ErrorCode": "ResourceNotFoundException",
                    "Message": NOT_FOUND,
                })),
            }
        }
        (StatusCode::OK, json!({ "SecretValues": found, "Errors": errors }))
    }

    fn find(&self, id: &str, stage: &str) -> Option<Value> {
        let name = id.rsplit(":secret:").next().unwrap_or(id);
        let secrets = self.lock();
        let secret = secrets.get(name)?;
        let text = match stage {
            "AWSCURRENT" => &secret.current,
            "AWSPREVIOUS" => secret.previous.as_ref()?,
            _ => return None,
        };
        Some(json!({
            "ARN": format!("arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{name}"),
            "Name": name,
            "VersionId": format!("{name}-{stage}"),
            "SecretString": text,
            "VersionStages": [stage],
            "CreatedDate": CREATED_AT,
        }))
    }
}

const NOT_FOUND: &str = "Secrets Manager can't find the specified secret.";
