//! The story of one batch of changes.

use std::collections::BTreeSet;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde::Deserialize;
use serde_json::json;
use shared::lambda::metrics::Metric;
use shared::queues::queue::Queue;
use shared::stores::outbox::StoredEvent;

use crate::app::App;
use crate::mail::{Mail, Outgoing, requests};
use crate::route::messages;

/// Longest image that is buried whole, in bytes: SQS takes 256 KB.
const MAX_BURIED_BYTES: usize = 200_000;

/// The part of a changed item that the relay reads.
#[derive(Debug, Deserialize)]
struct Outbox {
    #[serde(default)]
    outbox: Vec<StoredEvent>,
}

/// Sends the events of changed items to everybody they are for. Changes whose messages were not all
/// taken are reported singly; the stream delivers them again, and who had a message gets it again.
pub async fn handle(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut failed = Vec::new();
    let mut mail = Mail::default();
    for record in event.records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match read(&record, &sequence_number) {
            Ok(read) => mail.append(read),
            Err(reason) => {
                if !reject(app, &record, &reason).await {
                    failed.push(sequence_number);
                }
            }
        }
    }
    for (destination, messages) in mail.sorted() {
        failed.extend(send_all(app, app.queues.of(destination), messages).await);
    }
    let mut response = DynamoDbEventResponse::default();
    // A change whose messages were refused by several queues is still one failure.
    let failed: BTreeSet<String> = failed.into_iter().collect();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

/// All messages of a change, or none: what cannot be read is buried whole.
fn read(record: &EventRecord, sequence_number: &str) -> Result<Mail, String> {
    let mut mail = Mail::default();
    if record.change.new_image.is_empty() {
        return Ok(mail);
    }
    let unreadable = |error: &dyn std::fmt::Display| format!("unreadable outbox: {error}");
    let image = record.change.new_image.clone();
    let item: Outbox = serde_dynamo::from_item(image).map_err(|error| unreadable(&error))?;
    for event in item.outbox {
        for message in messages(&event).map_err(|error| unreadable(&error))? {
            let body = serde_json::to_string(&message).map_err(|error| error.to_string())?;
            let (event_id, correlation_id) = (event.id.clone(), event.correlation_id.clone());
            let sequence_number = sequence_number.to_owned();
            let outgoing = Outgoing { sequence_number, event_id, correlation_id, body };
            mail.push(message.destination(), outgoing);
        }
    }
    Ok(mail)
}

/// Sends to one queue and says which changes have to come again.
async fn send_all(app: &App, queue: &Queue, outgoing: &[Outgoing]) -> Vec<String> {
    let mut failed = Vec::new();
    for batch in requests(outgoing) {
        failed.extend(send(app, queue, batch).await);
    }
    failed
}

async fn send(app: &App, queue: &Queue, batch: &[Outgoing]) -> Vec<String> {
    let bodies: Vec<String> = batch.iter().map(|message| message.body.clone()).collect();
    let mut failed = Vec::new();
    for (message, sent) in batch.iter().zip(queue.send_batch(&bodies).await) {
        let (event_id, correlation_id) = (&message.event_id, &message.correlation_id);
        let queue = queue.name();
        match sent {
            Ok(()) => {
                app.metrics.count(Metric::EventRelayed);
                tracing::info!(correlationId = correlation_id, eventId = event_id, queue, "event relayed");
            }
            Err(error) => {
                tracing::error!(correlationId = correlation_id, eventId = event_id, queue, %error, "event not relayed");
                failed.push(message.sequence_number.clone());
            }
        }
    }
    failed
}

/// Buries a change whose outbox cannot be read: it would hold up all later ones.
async fn reject(app: &App, record: &EventRecord, reason: &str) -> bool {
    let image = serde_json::to_value(&record.change.new_image).unwrap_or_default();
    let whole = json!({ "eventId": record.event_id, "keys": record.change.keys, "newImage": image });
    let mut body = whole.to_string();
    if body.len() > MAX_BURIED_BYTES {
        body = json!({ "eventId": record.event_id, "keys": record.change.keys }).to_string();
    }
    app.metrics.count(Metric::EventRejected);
    tracing::error!(eventId = record.event_id, reason, "outbox buried");
    match app.dead_letters.bury(&body, reason).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "the dead-letter queue did not take it");
            false
        }
    }
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
