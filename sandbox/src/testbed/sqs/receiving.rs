//! What a consumer gets: Lambda's records, and the answer to `ReceiveMessage`.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::{Reply, aws_error};
use super::sending::{is_fifo, md5_hex, md5_of_attributes};
use super::{ACCOUNT, Message, Queue, Queues};

/// Any instant will do: nothing reads it.
const SENT_AT_MS: &str = "1763683200000";
const MOST_RECEIVED: usize = 10;

impl Queue {
    /// The places of the messages that are not hidden.
    pub(super) fn visible(&self) -> Vec<usize> {
        self.places(|message| !message.is_hidden)
    }

    /// The places of the messages that a further consumer may have: of a FIFO queue's groups, those that nobody
    /// has a message of.
    pub(super) fn free(&self) -> Vec<usize> {
        let taken: BTreeSet<&String> = self
            .messages
            .iter()
            .filter(|message| message.is_hidden && message.deduplication_id.is_some())
            .filter_map(|message| message.group_id.as_ref())
            .collect();
        let is_taken =
            |message: &Message| message.group_id.as_ref().is_some_and(|group| taken.contains(group));
        self.places(|message| !message.is_hidden && !is_taken(message))
    }

    fn places(&self, wanted: impl Fn(&Message) -> bool) -> Vec<usize> {
        (0..self.messages.len()).filter(|place| wanted(&self.messages[*place])).collect()
    }

    pub(super) fn hide(&mut self, places: &[usize]) {
        for place in places {
            self.messages[*place].is_hidden = true;
        }
    }
}

/// What SQS knows of a message, as records and received messages both carry it.
fn system_attributes(queue: &str, message: &Message) -> Map<String, Value> {
    let mut attributes = Map::new();
    let mut add = |name: &str, value: String| attributes.insert(name.to_owned(), Value::from(value));
    add("ApproximateReceiveCount", message.receive_count.to_string());
    add("SentTimestamp", SENT_AT_MS.to_owned());
    add("SenderId", ACCOUNT.to_owned());
    add("ApproximateFirstReceiveTimestamp", SENT_AT_MS.to_owned());
    if let Some(group_id) = &message.group_id {
        add("MessageGroupId", group_id.clone());
    }
    if let Some(deduplication_id) = &message.deduplication_id {
        add("MessageDeduplicationId", deduplication_id.clone());
    }
    if is_fifo(queue) {
        add("SequenceNumber", format!("{:020}", message.sequence_number));
    }
    attributes
}

fn receipt_handle(message: &Message) -> String {
    format!("{}#{}", message.id, message.receive_count)
}

/// A message as a record of a Lambda event.
pub(super) fn record(queue: &str, message: &Message) -> Value {
    let attributes: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, value)| {
            let value = json!({
                "dataType": value["DataType"],
                "stringValue": value["StringValue"],
                "stringListValues": [],
                "binaryListValues": [],
            });
            (name.clone(), value)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": receipt_handle(message),
        "body": message.body,
        "attributes": system_attributes(queue, message),
        "messageAttributes": attributes,
        "md5OfBody": md5_hex(message.body.as_bytes()),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"),
        "awsRegion": "us-east-1",
    })
}

/// Whether a list of attribute names asks for `name`.
fn asks_for(names: &Value, name: &str) -> bool {
    names.as_array().into_iter().flatten().any(|wanted| *wanted == "All" || *wanted == name)
}

fn received(queue: &str, message: &Message, body: &Value) -> Value {
    let attributes: Map<String, Value> = system_attributes(queue, message)
        .into_iter()
        .filter(|(name, _)| {
            asks_for(&body["MessageSystemAttributeNames"], name) || asks_for(&body["AttributeNames"], name)
        })
        .collect();
    let own: Map<String, Value> = message
        .attributes
        .clone()
        .into_iter()
        .filter(|(name, _)| asks_for(&body["MessageAttributeNames"], name))
        .collect();
    let mut received = json!({
        "MessageId": message.id,
        "ReceiptHandle": receipt_handle(message),
        "MD5OfBody": md5_hex(message.body.as_bytes()),
        "Body": message.body,
    });
    if !attributes.is_empty() {
        received["Attributes"] = Value::from(attributes);
    }
    if let Some(md5) = md5_of_attributes(&own) {
        received["MD5OfMessageAttributes"] = Value::from(md5);
        received["MessageAttributes"] = Value::from(own);
    }
    received
}

impl Queues {
    /// `ReceiveMessage`: what is received is hidden, unless its visibility timeout is 0.
    pub(super) fn receive(&self, queue_name: &str, body: &Value) -> Reply {
        let most = body["MaxNumberOfMessages"].as_u64().map_or(Ok(1), usize::try_from);
        let most = most.unwrap_or(usize::MAX);
        if !(1..=MOST_RECEIVED).contains(&most) {
            let message = format!(
                "Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, \
                 if provided."
            );
            return aws_error("com.amazonaws.sqs#InvalidParameterValue", &message);
        }
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(queue_name) else { return (StatusCode::OK, json!({})) };
        let mut places = queue.free();
        places.truncate(most);
        if body["VisibilityTimeout"] != 0 {
            queue.hide(&places);
        }
        let messages: Vec<Value> = places
            .iter()
            .map(|place| {
                queue.messages[*place].receive_count += 1;
                received(queue_name, &queue.messages[*place], body)
            })
            .collect();
        // SQS leaves the list out when it is empty.
        (StatusCode::OK, if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }
}
