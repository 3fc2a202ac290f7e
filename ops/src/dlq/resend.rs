//! Puts a dead letter back on its way.

use aws_sdk_sqs::Client;
use serde_json::{Value, json};
use shared::aws_error::describe;
use uuid::Uuid;

use super::choice::Refusal;
use super::letter::{Letter, REASON};
use crate::deployment::Deployment;
use crate::queue_addresses::DeadLetterQueue;

/// Streams reach this alias of a function.
const ALIAS: &str = "live";

/// Sends it to the queue it came from, or gives it to the function that it came from.
///
/// # Errors
/// When it was not taken, as far as is known, or cannot be sent at all.
pub async fn resend(
    deployment: &Deployment,
    client: &Client,
    queue: &DeadLetterQueue,
    letter: &Letter,
) -> Result<(), Refusal> {
    match &queue.source_url {
        Some(url) => send(client, url, letter).await,
        None => hand_over(deployment, &queue.owner, letter).await,
    }
}

async fn send(client: &Client, url: &str, letter: &Letter) -> Result<(), Refusal> {
    let mut request = client.send_message().queue_url(url).message_body(&letter.body);
    for (name, value) in letter.attributes.iter().filter(|(name, _)| *name != REASON) {
        request = request.message_attributes(name, value.clone());
    }
    if url.ends_with(".fifo") {
        // Never the same mark twice: a queue that has seen it would take the message and not deliver it.
        let group = letter.group.clone().unwrap_or_else(|| letter.id.clone());
        request = request.message_group_id(group).message_deduplication_id(Uuid::new_v4().to_string());
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(Refusal::NotNow(format!("the queue did not take it: {}", describe(&error)))),
    }
}

/// A change that `event-relay` buried goes to the function itself, as its stream delivered it.
async fn hand_over(deployment: &Deployment, function: &str, letter: &Letter) -> Result<(), Refusal> {
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    let Some(event) = stream_event(&body, letter, &deployment.region) else {
        return Err(Refusal::Never(advice(&body, function)));
    };
    let name = format!("{}-{function}", deployment.stack);
    let answer = deployment.aws.invoke(&name, ALIAS, &event).await;
    let answer = answer.map_err(|error| Refusal::NotNow(format!("{error:#}")))?;
    match answer["batchItemFailures"].as_array().map(Vec::is_empty) {
        Some(true) => Ok(()),
        _ => Err(Refusal::NotNow(format!("{function} gave it back: read its log, a queue may be down"))),
    }
}

/// The event in which the stream would deliver a buried change; none when the letter is no such change.
fn stream_event(body: &Value, letter: &Letter, region: &str) -> Option<Value> {
    let image = body["newImage"].as_object()?;
    let sent_at = letter.sent_at.map_or(0, |sent_at| sent_at.as_second());
    Some(json!({ "Records": [{
        "eventID": body["eventId"],
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": {
            "ApproximateCreationDateTime": sent_at,
            "Keys": body["keys"],
            "NewImage": image,
            // There is one record: what matters is that it has a number, by which it could be given back.
            "SequenceNumber": "1",
            "SizeBytes": letter.body.len(),
            "StreamViewType": "NEW_IMAGE",
        },
    }] }))
}

/// What to do about a letter that is no message.
fn advice(body: &Value, function: &str) -> String {
    let batch = &body["DDBStreamBatchInfo"];
    if batch.is_object() {
        let text = |field: &str| batch[field].as_str().unwrap_or_default().to_owned();
        return format!(
            "it holds no event, only where a stream was given up: for a day after {} the records can be read \
             (aws dynamodbstreams get-shard-iterator --stream-arn {} --shard-id {} --shard-iterator-type \
             AT_SEQUENCE_NUMBER --sequence-number {}, then get-records) and given to {function} \
             (aws lambda invoke); see infra/README.md, \"Dead letters\"",
            text("approximateArrivalOfFirstRecord"),
            text("streamArn"),
            text("shardId"),
            text("startSequenceNumber"),
        );
    }
    if body["keys"].is_object() {
        return format!(
            "the change was too large to be kept here; the item with these keys is in its table, and its events are in \
             `outbox` until it changes again: read it and give it to {function} (aws lambda invoke); \
             see infra/README.md, \"Dead letters\""
        );
    }
    format!(
        "no queue feeds {function}, so there is no message to send back: it runs again by itself. Read its log, mend the \
         cause, and drop this"
    )
}
