//! The emulated AWS's own API, for what only an operator can do: read queues, change permissions, run functions.
//!
//! A few requests in AWS's wire format instead of four more SDK crates. The emulator tells callers apart by the key's
//! id and checks no signature, so the one sent here is none: this works with nothing but an emulator.

use std::time::Duration;

use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::stack::Stack;

/// Longest run of a function.
const RUN_TIMEOUT: Duration = Duration::from_secs(130);

impl Stack {
    fn aws_request(&self, method: http::Method, service: &str, path: &str) -> reqwest::RequestBuilder {
        let region = &self.file.region;
        let scope = format!("test/20260101/{region}/{service}/aws4_request");
        let proof = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        let url = format!("{}{path}", self.file.aws_endpoint);
        self.http.request(method, url).header(AUTHORIZATION, proof)
    }

    /// An operation of a service with a JSON protocol; `target` as in `DynamoDB_20120810.GetItem`.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn aws(&self, service: &str, target: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.aws_request(http::Method::POST, service, "/").header("x-amz-target", target);
        let request = request.header("content-type", "application/x-amz-json-1.1").body(body.to_string());
        Answer::to(request).await?.ok()
    }

    /// An operation of IAM; answers XML.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut form = vec![("Action", action), ("Version", "2010-05-08")];
        form.extend_from_slice(parameters);
        let answer = Answer::to(self.aws_request(http::Method::POST, "iam", "/").form(&form)).await?.ok()?;
        answer.as_str().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("IAM answered no XML: {answer}"))
    }

    /// Runs a deployed function and waits for its answer.
    ///
    /// # Errors
    /// When it cannot be run, or fails.
    pub async fn invoke(&self, folder: &str, event: &Value) -> anyhow::Result<Value> {
        let path = format!("/2015-03-31/functions/{}/invocations", self.function(folder));
        let request = self.aws_request(http::Method::POST, "lambda", &path).timeout(RUN_TIMEOUT);
        let answer = Answer::to(request.body(event.to_string())).await?;
        if let Some(failure) = answer.headers.get("x-amz-function-error") {
            anyhow::bail!("{folder} failed ({failure:?}): {}", answer.body);
        }
        answer.ok()
    }

    /// The deployed configuration of a function.
    ///
    /// # Errors
    /// When there is no such function.
    pub async fn configuration(&self, folder: &str) -> anyhow::Result<Value> {
        let path = format!("/2015-03-31/functions/{}/configuration", self.function(folder));
        self.aws_get("lambda", &path).await
    }

    /// `GET` from a service with a REST protocol.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn aws_get(&self, service: &str, path: &str) -> anyhow::Result<Value> {
        Answer::to(self.aws_request(http::Method::GET, service, path)).await?.ok()
    }

    /// Sends JSON to a service with a REST protocol.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn aws_send(
        &self,
        method: http::Method,
        service: &str,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let request = self.aws_request(method, service, path).header("content-type", "application/json");
        Answer::to(request.body(body.to_string())).await?.ok()
    }

    /// Up to ten messages of a queue with their attributes; they are taken out of it.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn take_messages(&self, queue: &str) -> anyhow::Result<Vec<Value>> {
        let url = &self.file.queues[queue];
        let wish = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
        let answer = self.aws("sqs", "AmazonSQS.ReceiveMessage", &wish).await?;
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        for message in &messages {
            let done = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
            self.aws("sqs", "AmazonSQS.DeleteMessage", &done).await?;
        }
        Ok(messages)
    }

    /// Makes the reconciler's next run ask about every open payment, as its very first run does: else it asks about
    /// each when it is five minutes old.
    ///
    /// # Errors
    /// When the table is not there.
    pub async fn forget_sweeps(&self) -> anyhow::Result<()> {
        let key = json!({ "pk": { "S": "SWEEP" }, "sk": { "S": "SWEEP" } });
        let wish = json!({ "TableName": self.file.tables["Invoices"], "Key": key });
        self.aws("dynamodb", "DynamoDB_20120810.DeleteItem", &wish).await?;
        Ok(())
    }
}
