//! The wire and the DynamoDB of the testbed, driven by the AWS SDK.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use sandbox::testbed::aws::Aws;
use sandbox::testbed::dynamodb::{self, IDEMPOTENCY_KEYS, INVOICES};
use sandbox::testbed::wire::{Fate, Wire};
use serde_json::{Value, json};

fn dynamodb_client(url: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "testbed"))
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

async fn put_version(client: &aws_sdk_dynamodb::Client, pk: &str, version: u32) -> Result<(), String> {
    client
        .put_item()
        .table_name(INVOICES)
        .item("pk", AttributeValue::S(pk.to_owned()))
        .item("sk", AttributeValue::S("invoice".to_owned()))
        .item("gsi1pk", AttributeValue::S("user-1".to_owned()))
        .item("gsi1sk", AttributeValue::S(format!("2026-11-21#{pk}")))
        .item("version", AttributeValue::N(version.to_string()))
        .condition_expression("attribute_not_exists(pk) OR version < :version")
        .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        .send()
        .await
        .map(drop)
        .map_err(|error| format!("{:?}", error.into_service_error()))
}

#[tokio::test]
async fn items_are_stored_indexed_and_streamed_in_order() {
    let aws = Aws::start().await;
    let client = dynamodb_client(&aws.url());
    assert_eq!(aws.dynamodb.new_stream_event(), None);

    put_version(&client, "a", 1).await.unwrap();
    put_version(&client, "a", 2).await.unwrap();
    let refused = put_version(&client, "a", 2).await.unwrap_err();
    assert!(refused.contains("ConditionalCheckFailed"), "{refused}");

    let item = aws.dynamodb.item(INVOICES, "a", "invoice").unwrap();
    assert_eq!(item["version"], json!({ "N": "2" }));
    assert_eq!(aws.dynamodb.item(INVOICES, "b", "invoice"), None);

    let event = aws.dynamodb.new_stream_event().unwrap();
    let records = event["Records"].as_array().unwrap();
    let seen: Vec<(&str, &str)> = records
        .iter()
        .map(|record| {
            let image = &record["dynamodb"]["NewImage"];
            (record["eventName"].as_str().unwrap(), image["version"]["N"].as_str().unwrap())
        })
        .collect();
    assert_eq!(seen, [("INSERT", "1"), ("MODIFY", "2")]);
    assert_eq!(records[0]["eventSource"], "aws:dynamodb");
    assert!(records[0]["eventSourceARN"].as_str().unwrap().contains("table/invoices/stream/"));
    assert_eq!(records[0]["dynamodb"]["StreamViewType"], "NEW_IMAGE");
    assert!(records[0]["dynamodb"].get("OldImage").is_none());
    assert_eq!(aws.dynamodb.new_stream_event(), None, "each write is read once");

    let listed = client
        .query()
        .table_name(INVOICES)
        .index_name("gsi1")
        .key_condition_expression("gsi1pk = :user")
        .expression_attribute_values(":user", AttributeValue::S("user-1".to_owned()))
        .send()
        .await
        .unwrap();
    assert_eq!(listed.count(), 1);
}

#[tokio::test]
async fn a_corrupt_item_can_be_put_past_every_condition() {
    let aws = Aws::start().await;
    aws.dynamodb
        .put(IDEMPOTENCY_KEYS, &json!({ "pk": { "S": "k" }, "sk": { "S": "s" }, "ttl": { "S": "soon" } }));
    assert_eq!(aws.dynamodb.items(IDEMPOTENCY_KEYS).len(), 1);
    assert_eq!(aws.dynamodb.item(IDEMPOTENCY_KEYS, "k", "s").unwrap()["ttl"], json!({ "S": "soon" }));
    assert_eq!(aws.dynamodb.new_stream_event(), None, "only invoices have a stream");
}

#[tokio::test]
async fn taps_share_one_count_and_one_script() {
    let (first_aws, second_aws) = (Aws::start().await, Aws::start().await);
    let wire = Wire::new();
    let first = dynamodb_client(&wire.tap("first", &first_aws.url()).await);
    let second = dynamodb_client(&wire.tap("second", &second_aws.url()).await);
    wire.drop_answer_of(2);
    wire.drop_request(3);

    put_version(&first, "a", 1).await.unwrap();
    put_version(&second, "a", 1).await.unwrap_err();
    put_version(&first, "b", 1).await.unwrap_err();
    put_version(&second, "b", 1).await.unwrap();

    assert_eq!(first_aws.dynamodb.items(INVOICES).len(), 1, "the third call never arrived");
    assert_eq!(second_aws.dynamodb.items(INVOICES).len(), 2, "the second call was acted on");
    let calls = wire.calls();
    let seen: Vec<(usize, &str, Fate, Option<u16>)> =
        calls.iter().map(|call| (call.number, call.tap.as_str(), call.fate, call.status)).collect();
    assert_eq!(
        seen,
        [
            (1, "first", Fate::Answered, Some(200)),
            (2, "second", Fate::AnswerDropped, Some(200)),
            (3, "first", Fate::RequestDropped, None),
            (4, "second", Fate::Answered, Some(200)),
        ]
    );
    assert_eq!(calls[0].operation(), "PutItem");
    assert_eq!(calls[0].request_json()["TableName"], INVOICES);
    assert_eq!(wire.count("PutItem"), 4);

    wire.reset();
    put_version(&first, "c", 1).await.unwrap();
    assert_eq!(wire.calls()[0].number, 1);
}

#[tokio::test]
async fn after_a_crash_nothing_is_let_through_until_revival() {
    let aws = Aws::start().await;
    let wire = Wire::new();
    let client = dynamodb_client(&wire.tap("aws", &aws.url()).await);
    wire.crash_at(1);
    put_version(&client, "a", 1).await.unwrap_err();
    put_version(&client, "b", 1).await.unwrap_err();
    assert_eq!(aws.dynamodb.items(INVOICES).len(), 1);
    assert!(wire.revive());
    put_version(&client, "b", 1).await.unwrap();
    assert_eq!(aws.dynamodb.items(INVOICES).len(), 2);

    wire.crash_at(9);
    assert!(!wire.revive(), "there was no ninth call to die at");
}

#[tokio::test]
async fn the_wire_answers_what_the_database_never_would() {
    let aws = Aws::start().await;
    let wire = Wire::new();
    let client = dynamodb_client(&wire.tap("aws", &aws.url()).await);
    wire.answer_next("PutItem", 1, dynamodb::transaction_conflict());
    let refused = put_version(&client, "a", 1).await.unwrap_err();
    assert!(refused.contains("TransactionConflict"), "{refused}");
    wire.answer_next("PutItem", 1, dynamodb::throttled());
    let refused = put_version(&client, "a", 1).await.unwrap_err();
    assert!(refused.contains("ProvisionedThroughputExceeded"), "{refused}");
    wire.answer_next("PutItem", 1, dynamodb::condition_failed());
    let refused = put_version(&client, "a", 1).await.unwrap_err();
    assert!(refused.contains("ConditionalCheckFailed"), "{refused}");
    assert_eq!(aws.dynamodb.items(INVOICES), Vec::<Value>::new());
    put_version(&client, "a", 1).await.unwrap();
    assert_eq!(wire.calls()[0].fate, Fate::Scripted);

    wire.reset();
    wire.answer_next(
        "TransactWriteItems",
        1,
        dynamodb::transaction_cancelled(&["None", "TransactionConflict"]),
    );
    let put = aws_sdk_dynamodb::types::Put::builder()
        .table_name(INVOICES)
        .item("pk", AttributeValue::S("t".to_owned()))
        .item("sk", AttributeValue::S("invoice".to_owned()))
        .build()
        .unwrap();
    let write = aws_sdk_dynamodb::types::TransactWriteItem::builder().put(put).build();
    let error = client.transact_write_items().transact_items(write).send().await.unwrap_err();
    let error = error.into_service_error();
    let codes: Vec<Option<&str>> = match &error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
            cancelled,
        ) => cancelled.cancellation_reasons().iter().map(|reason| reason.code()).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(codes, [Some("None"), Some("TransactionConflict")]);
}

#[tokio::test]
async fn a_held_answer_waits_while_others_pass() {
    let aws = Aws::start().await;
    let wire = Wire::new();
    let client = dynamodb_client(&wire.tap("aws", &aws.url()).await);
    let held = wire.hold_answer_of(1);
    let slow = tokio::spawn({
        let client = client.clone();
        async move { put_version(&client, "a", 1).await }
    });
    tokio::time::timeout(Duration::from_secs(10), held.reached()).await.unwrap();
    assert_eq!(aws.dynamodb.items(INVOICES).len(), 1, "the write is done, its answer is not out");
    put_version(&client, "a", 2).await.unwrap();
    assert!(!slow.is_finished());
    held.release();
    slow.await.unwrap().unwrap();
    assert_eq!(aws.dynamodb.item(INVOICES, "a", "invoice").unwrap()["version"]["N"], "2");
}
