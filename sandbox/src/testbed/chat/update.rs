//! An update on its way to the function, and what the function answered to it.

use lambda_http::Request;
use serde_json::{Value, json};

use crate::telegram::deliveries::SECRET_HEADER;
use crate::telegram::replies::Reply;
use crate::telegram::updates::Written;

/// An update, as Telegram wrote it. It can be delivered again, later than others, or never.
#[derive(Clone, Debug)]
pub struct Update(pub(super) Written);

impl Update {
    /// Its `update_id`.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.0.id
    }

    /// Its document.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.0.body
    }

    /// The id of the callback query in it, where it is a press.
    #[must_use]
    pub fn query(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.0.body).ok()?;
        body["callback_query"]["id"].as_str().map(str::to_owned)
    }

    /// The request that the runtime makes of its delivery; without a secret there is no such header.
    #[must_use]
    pub fn request(&self, secret: Option<&str>) -> Request {
        request(&self.0.body, secret)
    }
}

/// The request that the runtime makes of a `POST /webhooks/telegram` with any body.
#[must_use]
pub fn request(body: &str, secret: Option<&str>) -> Request {
    let mut headers = json!({
        "accept-encoding": "gzip, deflate",
        "content-length": body.len().to_string(),
        "content-type": "application/json",
        "host": "pay.example.com",
        "x-amzn-trace-id": "Root=1-69201c80-3f1e2d4c5b6a798877665544",
        "x-forwarded-for": "149.154.167.220",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    if let Some(secret) = secret {
        headers[SECRET_HEADER] = json!(secret);
    }
    let event = json!({
        "version": "2.0",
        "routeKey": "POST /webhooks/telegram",
        "rawPath": "/webhooks/telegram",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "a1b2c3d4e5",
            "domainName": "pay.example.com",
            "domainPrefix": "pay",
            "http": { "method": "POST", "path": "/webhooks/telegram", "protocol": "HTTP/1.1",
                "sourceIp": "149.154.167.220", "userAgent": "" },
            "requestId": "VQ3tFh1fCYcEMJg=",
            "routeKey": "POST /webhooks/telegram",
            "stage": "$default",
            "time": "21/Nov/2026:08:04:02 +0000",
            "timeEpoch": 1_795_248_242_000_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    lambda_http::request::from_str(&event.to_string()).expect("an event of API Gateway")
}

/// What the function answered to an update, and what Telegram made of it.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// What was delivered.
    pub update: Update,
    /// HTTP status.
    pub status: u16,
    /// The body of the answer.
    pub body: String,
    pub(super) reply: Option<Reply>,
}

impl Delivered {
    /// The method in the answer, like `sendMessage`; `None` where the answer asks for nothing.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.reply.as_ref().map(|reply| reply.method.as_str())
    }

    /// Why Telegram could not follow the answer. The real one tells nobody.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.reply
            .as_ref()
            .filter(|reply| !reply.ok)
            .map(|reply| reply.description.as_deref().unwrap_or_default())
    }
}
