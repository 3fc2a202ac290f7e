//! An HTTP answer, read whole.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; a string where it is not JSON.
    pub body: Value,
}

impl Answer {
    /// Sends the request and reads the answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn to(request: reqwest::RequestBuilder) -> anyhow::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Self { status, headers, body })
    }

    /// The body of a successful answer.
    ///
    /// # Errors
    /// When the answer is a refusal; the error shows it.
    pub fn ok(self) -> anyhow::Result<Value> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        anyhow::bail!("HTTP {}: {}", self.status, self.body)
    }

    /// A problem's stable name.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}
