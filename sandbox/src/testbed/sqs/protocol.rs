//! The requests that SQS answers, in AWS JSON 1.0.

use std::sync::{MutexGuard, PoisonError};

use http::header::HOST;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::super::{Reply, aws_error, aws_json, target};
use super::sending::is_fifo;
use super::{ACCOUNT, Message, Queues, State};

impl Queues {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::testbed) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let queue = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let reply = match target(request).unwrap_or_default() {
            "AmazonSQS.ListQueues" => self.list(request, &body),
            "AmazonSQS.GetQueueUrl" => self.find(request, body["QueueName"].as_str().unwrap_or_default()),
            _ if queue.is_empty() => aws_error("com.amazonaws.sqs#QueueDoesNotExist", "no QueueUrl"),
            "AmazonSQS.SendMessage" => self.send(queue, &body),
            "AmazonSQS.SendMessageBatch" => self.send_batch(queue, &body),
            "AmazonSQS.ReceiveMessage" => self.receive(queue, &body),
            "AmazonSQS.ChangeMessageVisibility" => self.change_visibility(queue, &body),
            "AmazonSQS.DeleteMessage" => self.delete(queue, &body),
            "AmazonSQS.GetQueueAttributes" => (StatusCode::OK, self.describe(queue)),
            other => aws_error("com.amazonaws.sqs#UnsupportedOperation", other),
        };
        let query_error = reply.1["__type"].as_str().map(query_error);
        let mut response = aws_json("application/x-amz-json-1.0", reply);
        if let Some(Ok(name)) = query_error.map(|name| HeaderValue::from_str(&name)) {
            response.headers_mut().insert("x-amzn-query-error", name);
        }
        response
    }

    fn list(&self, request: &Request<Bytes>, body: &Value) -> Reply {
        let prefix = body["QueueNamePrefix"].as_str().unwrap_or_default();
        let state = self.lock();
        let named = state.queues.keys().filter(|name| name.starts_with(prefix));
        let urls: Vec<String> = named.map(|name| url(request, name)).collect();
        (StatusCode::OK, if urls.is_empty() { json!({}) } else { json!({ "QueueUrls": urls }) })
    }

    fn find(&self, request: &Request<Bytes>, queue: &str) -> Reply {
        match self.lock().queues.contains_key(queue) {
            true => (StatusCode::OK, json!({ "QueueUrl": url(request, queue) })),
            false => aws_error("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist."),
        }
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
        let messages = &mut state.queues.get_mut(queue)?.messages;
        let place = messages.iter().position(|message| message.id == id)?;
        Some(change(messages, place))
    }

    fn change_visibility(&self, queue: &str, body: &Value) -> Reply {
        let seconds = body["VisibilityTimeout"].as_i64().unwrap_or_default();
        let changed = self.change(queue, body, |messages, place| {
            messages[place].visibility_timeouts.push(seconds);
            messages[place].is_hidden &= seconds > 0;
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
        let state = self.lock();
        let messages = state.queues.get(queue).map(|queue| queue.messages.as_slice()).unwrap_or_default();
        let hidden = messages.iter().filter(|message| message.is_hidden).count();
        let mut attributes = json!({
            "QueueArn": format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"),
            "ApproximateNumberOfMessages": (messages.len() - hidden).to_string(),
            "ApproximateNumberOfMessagesNotVisible": hidden.to_string(),
            "ApproximateNumberOfMessagesDelayed": "0",
        });
        if is_fifo(queue) {
            attributes["FifoQueue"] = Value::from("true");
        }
        json!({ "Attributes": attributes })
    }
}

/// An error's name in the protocol that SQS spoke before: SDKs go by it.
fn query_error(kind: &str) -> String {
    let name = kind.rsplit('#').next().unwrap_or(kind);
    match name {
        "InvalidParameterValue" | "MissingParameter" | "ReceiptHandleIsInvalid" => format!("{name};Sender"),
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue;Sender".to_owned(),
        _ => format!("AWS.SimpleQueueService.{name};Sender"),
    }
}

/// The URL of a queue at the place where the request arrived.
fn url(request: &Request<Bytes>, queue: &str) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}/{ACCOUNT}/{queue}")
}
