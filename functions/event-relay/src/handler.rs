//! The story of one batch of changes.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde::Deserialize;
use serde_json::json;
use shared::lambda::metrics::{Metric, Metrics};
use shared::queues::queue::{MAX_BATCH, Queue};
use shared::stores::outbox::StoredEvent;

use crate::route;

/// Longest image that is buried whole, in bytes: SQS takes 256 KB.
const MAX_BURIED_BYTES: usize = 200_000;

/// What the function holds between events.
#[derive(Debug)]
pub struct App {
    pub order_updates: Queue,
    pub dead_letters: Queue,
    pub metrics: Metrics,
}

/// The part of a changed item that the relay reads.
#[derive(Debug, Deserialize)]
struct Outbox {
    #[serde(default)]
    outbox: Vec<StoredEvent>,
}

/// A message that is ready to be sent, and the change it comes from.
struct Outgoing {
    sequence_number: String,
    event_id: String,
    correlation_id: String,
    body: String,
}

/// Sends the events of changed items. Changes whose events were not all sent are reported singly;
/// the stream delivers them again.
pub async fn handle(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut failed = Vec::new();
    let mut outgoing = Vec::new();
    for record in event.records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match messages(&record, &sequence_number) {
            Ok(messages) => outgoing.extend(messages),
            Err(reason) => {
                if !reject(app, &record, &reason).await {
                    failed.push(sequence_number);
                }
            }
        }
    }
    for batch in outgoing.chunks(MAX_BATCH) {
        failed.extend(send(app, batch).await);
    }
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    response
}

fn messages(record: &EventRecord, sequence_number: &str) -> Result<Vec<Outgoing>, String> {
    if record.change.new_image.is_empty() {
        return Ok(Vec::new());
    }
    let image = record.change.new_image.clone();
    let item: Outbox =
        serde_dynamo::from_item(image).map_err(|error| format!("unreadable outbox: {error}"))?;
    let outgoing = |event: StoredEvent| {
        let (event_id, correlation_id) = (event.id.clone(), event.correlation_id.clone());
        let body = serde_json::to_string(&route::order_update(event)).map_err(|error| error.to_string())?;
        Ok(Outgoing { sequence_number: sequence_number.to_owned(), event_id, correlation_id, body })
    };
    item.outbox.into_iter().map(outgoing).collect()
}

/// Sends one batch and says which changes have to come again.
async fn send(app: &App, batch: &[Outgoing]) -> Vec<String> {
    let bodies: Vec<String> = batch.iter().map(|message| message.body.clone()).collect();
    let mut failed = Vec::new();
    for (message, sent) in batch.iter().zip(app.order_updates.send_batch(&bodies).await) {
        let (event_id, correlation_id) = (&message.event_id, &message.correlation_id);
        match sent {
            Ok(()) => {
                app.metrics.count(Metric::EventRelayed);
                tracing::info!(correlationId = correlation_id, eventId = event_id, "event relayed");
            }
            Err(error) => {
                tracing::error!(correlationId = correlation_id, eventId = event_id, %error, "event not relayed");
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
