//! The queues and the secrets of the testbed, driven by the AWS SDK.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use aws_sdk_sqs::config::Region;
use sandbox::testbed::aws::Aws;
use serde_json::json;
use support::aws_clients::{credentials, sqs_client};

fn secrets_client(url: &str) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build();
    aws_sdk_secretsmanager::Client::from_conf(config)
}

#[tokio::test]
async fn queues_keep_what_is_sent_as_it_was_sent() {
    let aws = Aws::start().await;
    let client = sqs_client(&aws.url());
    let queue_url = aws.sqs.queue_url("order-updates");
    let reason = aws_sdk_sqs::types::MessageAttributeValue::builder()
        .data_type("String")
        .string_value("why")
        .build()
        .unwrap();
    let sent = client
        .send_message()
        .queue_url(&queue_url)
        .message_body("This is a test message")
        .message_attributes("reason", reason)
        .delay_seconds(7)
        .send()
        .await
        .unwrap();
    // The value that AWS's own documentation gives for this body.
    assert_eq!(sent.md5_of_message_body(), Some("fafb00f5732ab283681e124bf8747ed1"));

    let entry = |id: &str| {
        aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder().id(id).message_body(id).build().unwrap()
    };
    let batch = client.send_message_batch().queue_url(&queue_url).entries(entry("x")).entries(entry("y"));
    let batch = batch.send().await.unwrap();
    assert_eq!(batch.successful().len(), 2);
    assert_eq!(batch.successful()[1].id(), "y");

    let messages = aws.sqs.messages("order-updates");
    let bodies: Vec<&str> = messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["This is a test message", "x", "y"]);
    assert_eq!(messages[0].delay_seconds, 7);
    assert_eq!(messages[0].attributes["reason"]["StringValue"], "why");
    let event = aws.sqs.deliver("order-updates").unwrap();
    assert_eq!(event["Records"][0]["messageAttributes"]["reason"]["stringValue"], "why");
}

#[tokio::test]
async fn messages_stay_until_the_consumer_is_done_with_them() {
    let aws = Aws::start().await;
    let client = sqs_client(&aws.url());
    let queue_url = aws.sqs.queue_url("order-updates");
    for body in ["w", "x", "y"] {
        aws.sqs.put("order-updates", body);
    }
    let event = aws.sqs.deliver("order-updates").unwrap();
    let records = event["Records"].as_array().unwrap();
    assert_eq!((records.len(), &records[1]["body"]), (3, &json!("x")));
    assert_eq!(records[0]["attributes"]["ApproximateReceiveCount"], "1");
    client
        .change_message_visibility()
        .queue_url(&queue_url)
        .receipt_handle(records[1]["receiptHandle"].as_str().unwrap())
        .visibility_timeout(40)
        .send()
        .await
        .unwrap();
    let answer = json!({ "batchItemFailures": [{ "itemIdentifier": records[1]["messageId"] }] });
    aws.sqs.settle("order-updates", &event, &answer);
    let left = aws.sqs.messages("order-updates");
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].body.as_str(), left[0].visibility_timeouts.as_slice()), ("x", [40].as_slice()));
    let again = aws.sqs.deliver("order-updates").unwrap();
    assert_eq!(again["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");

    client
        .delete_message()
        .queue_url(&queue_url)
        .receipt_handle(again["Records"][0]["receiptHandle"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(aws.sqs.deliver("order-updates"), None);
    let described = client.get_queue_attributes().queue_url(&queue_url).send().await.unwrap();
    let waiting = aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessages;
    assert_eq!(described.attributes().unwrap()[&waiting], "0");
}

#[tokio::test]
async fn secrets_have_a_current_and_a_previous_value() {
    let aws = Aws::start().await;
    let client = secrets_client(&aws.url());
    aws.secrets.set("paydesk/tripay", &json!({ "apiKey": "old" }));
    aws.secrets.set("paydesk/tripay", &json!({ "apiKey": "new" }));
    let batch = client
        .batch_get_secret_value()
        .secret_id_list("paydesk/tripay")
        .secret_id_list("paydesk/absent")
        .send()
        .await
        .unwrap();
    assert_eq!(batch.secret_values().len(), 1);
    assert_eq!(batch.secret_values()[0].name(), Some("paydesk/tripay"));
    assert_eq!(batch.secret_values()[0].secret_string(), Some(r#"{"apiKey":"new"}"#));
    assert_eq!(batch.errors()[0].secret_id(), Some("paydesk/absent"));
    assert_eq!(batch.errors()[0].error_code(), Some("ResourceNotFoundException"));

    let previous = client.get_secret_value().secret_id("paydesk/tripay").version_stage("AWSPREVIOUS");
    assert_eq!(previous.send().await.unwrap().secret_string(), Some(r#"{"apiKey":"old"}"#));

    aws.secrets.remove("paydesk/tripay");
    let error = client.get_secret_value().secret_id("paydesk/tripay").send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
}
