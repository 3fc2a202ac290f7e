//! Trigger events of a function, read from its folder under `events`.

use serde_json::{Value, json};

use super::tokens::token_of;
use crate::testbed::event_files;

/// One HTTP API event, as API Gateway sends it.
#[derive(Debug, Clone)]
pub struct Trigger(Value);

impl Trigger {
    /// The event of that case. A placeholder for a token becomes a valid token of that person.
    pub fn of(case: &str) -> Self {
        let event = event_files::event(case);
        let placeholder = event["headers"]["authorization"].as_str().map(str::to_owned);
        let person =
            placeholder.as_deref().and_then(|text| text.strip_prefix("Bearer <token of ")?.strip_suffix('>'));
        match person {
            Some(person) => Self(event).by(person),
            None => Self(event),
        }
    }

    /// Sent by another person.
    pub fn by(self, person: &str) -> Self {
        self.bearing(&token_of(person))
    }

    /// With that token.
    pub fn bearing(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With that header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self
    }

    /// Without that header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.0["headers"].as_object_mut().expect("headers").remove(name);
        self
    }

    /// With that `Idempotency-Key`.
    pub fn keyed(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// About another invoice than the sample's.
    pub fn about(self, invoice: &str) -> Self {
        let path = self.path().replace("INV-20261121-7K3M9QZX", invoice);
        self.at(&path)
    }

    /// To another path.
    pub fn at(mut self, path: &str) -> Self {
        self.0["rawPath"] = json!(path);
        self.0["requestContext"]["http"]["path"] = json!(path);
        self
    }

    /// With another method.
    pub fn method(mut self, method: &str) -> Self {
        self.0["requestContext"]["http"]["method"] = json!(method);
        self
    }

    /// With another query.
    pub fn query(mut self, query: &str) -> Self {
        self.0["rawQueryString"] = json!(query);
        self
    }

    /// With another body.
    pub fn body(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// With a body that need not be JSON.
    pub fn text(mut self, body: &str) -> Self {
        self.0["body"] = json!(body);
        self
    }

    /// Where it goes.
    pub fn path(&self) -> String {
        self.0["rawPath"].as_str().expect("a path").to_owned()
    }

    /// The request that the runtime makes of it.
    pub fn request(&self) -> lambda_http::Request {
        lambda_http::request::from_str(&self.0.to_string()).expect("an event of API Gateway")
    }
}
