//! The requests that SQS answers, in AWS JSON 1.0.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use http::{Request, Response, StatusCode};
use hyper::body::Bytes;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::super::{Reply, aws_error, aws_json, target};
use super::{ACCOUNT, Message, Queues, State};

/// The MD5 that SQS reports for a body; SDKs compare it.
pub(super) fn md5_hex(body: &[u8]) -> String {
    hex::encode(Md5::digest(body))
}

/// The MD5 over message attributes as SQS defines it: by name, each part with its length in four bytes.
fn md5_of_attributes(attributes: &Map<String, Value>) -> Option<String> {
    let mut bytes = Vec::new();
    let mut append = |text: &str, marker: &[u8]| {
        bytes.extend_from_slice(marker);
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    let in_order: BTreeMap<&String, &Value> = attributes.iter().collect();
    for (name, value) in &in_order {
        append(name, &[]);
        append(value["DataType"].as_str().unwrap_or_default(), &[]);
        // 1 says that text follows; no producer here sends binary attributes.
        append(value["StringValue"].as_str().unwrap_or_default(), &[1]);
    }
    (!in_order.is_empty()).then(|| md5_hex(&bytes))
}

impl Queues {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(
        &self,
        queue: &str,
        body: &str,
        attributes: Map<String, Value>,
        delay_seconds: i64,
    ) -> String {
        let mut state = self.lock();
        state.sent += 1;
        let id = format!("{:08x}-0000-4000-8000-000000000000", state.sent);
        state.queues.entry(queue.to_owned()).or_default().push(Message {
            id: id.clone(),
            body: body.to_owned(),
            attributes,
            delay_seconds,
            receive_count: 0,
            visibility_timeouts: Vec::new(),
        });
        id
    }

    pub(in crate::testbed) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let queue = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let reply = match target(request).unwrap_or_default() {
            _ if queue.is_empty() => aws_error("com.amazonaws.sqs#QueueDoesNotExist", "no QueueUrl"),
            "AmazonSQS.SendMessage" => (StatusCode::OK, self.send(queue, &body)),
            "AmazonSQS.SendMessageBatch" => (StatusCode::OK, self.send_batch(queue, &body)),
            "AmazonSQS.ChangeMessageVisibility" => self.change_visibility(queue, &body),
            "AmazonSQS.DeleteMessage" => self.delete(queue, &body),
            "AmazonSQS.GetQueueAttributes" => (StatusCode::OK, self.describe(queue)),
            other => aws_error("com.amazonaws.sqs#UnsupportedOperation", other),
        };
        aws_json("application/x-amz-json-1.0", reply)
    }

    fn send(&self, queue: &str, entry: &Value) -> Value {
        let text = entry["MessageBody"].as_str().unwrap_or_default();
        let attributes = entry["MessageAttributes"].as_object().cloned().unwrap_or_default();
        let attributes_md5 = md5_of_attributes(&attributes);
        let delay_seconds = entry["DelaySeconds"].as_i64().unwrap_or_default();
        let id = self.keep(queue, text, attributes, delay_seconds);
        let mut sent = json!({ "MessageId": id, "MD5OfMessageBody": md5_hex(text.as_bytes()) });
        if let Some(md5) = attributes_md5 {
            sent["MD5OfMessageAttributes"] = Value::from(md5);
        }
        sent
    }

    fn send_batch(&self, queue: &str, body: &Value) -> Value {
        let entries = body["Entries"].as_array().cloned().unwrap_or_default();
        let successful: Vec<Value> = entries
            .iter()
            .map(|entry| {
                let mut sent = self.send(queue, entry);
                sent["Id"] = entry["Id"].clone();
                sent
            })
            .collect();
        json!({ "Successful": successful, "Failed": [] })
    }

    /// The message that a receipt handle names: its id and the delivery that it came with.
    fn change<T>(
        &self,
        queue: &str,
        body: &Value,
        change: impl FnOnce(&mut Vec<Message>, usize) -> T,
    ) -> Option<T> {
        let id = body["ReceiptHandle"].as_str()?.split('#').next()?;
        let mut state = self.lock();
        let messages = state.queues.get_mut(queue)?;
        let place = messages.iter().position(|message| message.id == id)?;
        Some(change(messages, place))
    }

    fn change_visibility(&self, queue: &str, body: &Value) -> Reply {
        let seconds = body["VisibilityTimeout"].as_i64().unwrap_or_default();
        let changed = self.change(queue, body, |messages, place| {
            messages[place].visibility_timeouts.push(seconds);
        });
        match changed {
            Some(()) => (StatusCode::OK, json!({})),
            None => aws_error("com.amazonaws.sqs#ReceiptHandleIsInvalid", "no such message in flight"),
        }
    }

    fn delete(&self, queue: &str, body: &Value) -> Reply {
        // SQS answers the deletion of what is gone like any other.
        self.change(queue, body, |messages, place| drop(messages.remove(place)));
        (StatusCode::OK, json!({}))
    }

    fn describe(&self, queue: &str) -> Value {
        let waiting = self.lock().queues.get(queue).map_or(0, Vec::len);
        json!({ "Attributes": {
            "QueueArn": format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"),
            "ApproximateNumberOfMessages": waiting.to_string(),
            "ApproximateNumberOfMessagesNotVisible": "0",
            "ApproximateNumberOfMessagesDelayed": "0",
        } })
    }
}
