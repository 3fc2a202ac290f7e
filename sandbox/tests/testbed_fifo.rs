//! FIFO queues, and what an operator's tool asks of queues, driven by the AWS SDK.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry};
use sandbox::testbed::aws::Aws;
use serde_json::{Value, json};
use support::aws_clients::sqs_client;

const QUEUE: &str = "telegram-queue.fifo";

fn bodies(event: &Value) -> Vec<&str> {
    event["Records"].as_array().unwrap().iter().map(|record| record["body"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_fifo_queue_wants_a_group_and_a_deduplication_id_and_no_delay() {
    let aws = Aws::start().await;
    let (client, url) = (sqs_client(&aws.url()), aws.sqs.queue_url(QUEUE));
    let send = || client.send_message().queue_url(&url).message_body("x");
    let error = send().message_deduplication_id("a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("MissingParameter"));
    let error = send().message_group_id("1").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let with_delay = send().message_group_id("1").message_deduplication_id("a").delay_seconds(5);
    assert_eq!(with_delay.send().await.unwrap_err().code(), Some("InvalidParameterValue"));
    let sent = send().message_group_id("1").message_deduplication_id("a").send().await.unwrap();
    assert_eq!(sent.sequence_number().map(str::len), Some(20));

    let standard = aws.sqs.queue_url("email-queue");
    let error = client.send_message().queue_url(standard).message_body("x").message_deduplication_id("a");
    assert_eq!(error.send().await.unwrap_err().code(), Some("InvalidParameterValue"));

    let entry = |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(id);
    let good = entry("good").message_group_id("1").message_deduplication_id("b").build().unwrap();
    let bad = entry("bad").build().unwrap();
    let batch = client.send_message_batch().queue_url(&url).entries(good).entries(bad).send().await.unwrap();
    assert_eq!((batch.successful()[0].id(), batch.failed()[0].id()), ("good", "bad"));
    assert_eq!((batch.failed()[0].code(), batch.failed()[0].sender_fault()), ("MissingParameter", true));
    let groups: Vec<_> = aws.sqs.messages(QUEUE).into_iter().map(|message| message.group_id).collect();
    assert_eq!(groups, [Some("1".to_owned()), Some("1".to_owned())]);
}

#[tokio::test]
async fn the_second_message_of_a_deduplication_id_is_dropped_until_it_is_forgotten() {
    let aws = Aws::start().await;
    let (client, url) = (sqs_client(&aws.url()), aws.sqs.queue_url(QUEUE));
    let send = |body: &str| {
        let request = client.send_message().queue_url(&url).message_body(body);
        request.message_group_id("700000001").message_deduplication_id("delivery-1").send()
    };
    let first = send("first").await.unwrap();
    // It is remembered after the message is gone, too.
    let event = aws.sqs.deliver(QUEUE).unwrap();
    aws.sqs.settle(QUEUE, &event, &json!({}));
    let second = send("second").await.unwrap();
    assert_eq!(second.message_id(), first.message_id());
    assert!(aws.sqs.messages(QUEUE).is_empty());
    aws.sqs.forget_deduplication(QUEUE);
    send("third").await.unwrap();
    assert_eq!(aws.sqs.messages(QUEUE)[0].body, "third");
}

#[tokio::test]
async fn two_instances_never_have_messages_of_one_group() {
    let aws = Aws::start().await;
    for (group, body) in [("1", "1a"), ("1", "1b"), ("2", "2a"), ("1", "1c"), ("2", "2b"), ("3", "3a")] {
        aws.sqs.put_in_group(QUEUE, group, body);
    }
    let first = aws.sqs.deliver_at_most(QUEUE, 2).unwrap();
    assert_eq!(bodies(&first), ["1a", "1b"]);
    assert_eq!(first["Records"][0]["attributes"]["MessageGroupId"], "1");
    assert_eq!(first["Records"][0]["attributes"]["SequenceNumber"].as_str().map(str::len), Some(20));
    let second = aws.sqs.deliver_at_most(QUEUE, 10).unwrap();
    assert_eq!(bodies(&second), ["2a", "2b", "3a"]);
    assert_eq!(aws.sqs.deliver_at_most(QUEUE, 10), None);
    // What was not done comes again, and before what was sent later.
    let failed = json!({ "batchItemFailures": [{ "itemIdentifier": first["Records"][1]["messageId"] }] });
    aws.sqs.settle(QUEUE, &first, &failed);
    assert_eq!(bodies(&aws.sqs.deliver_at_most(QUEUE, 10).unwrap()), ["1b", "1c"]);
    // The second instance dies: its messages come again when their visibility timeout has run out.
    aws.sqs.show_again(QUEUE);
    assert_eq!(bodies(&aws.sqs.deliver(QUEUE).unwrap()), ["1b", "2a", "1c", "2b", "3a"]);
}

#[tokio::test]
async fn received_messages_are_hidden_until_they_are_shown_or_deleted() {
    let aws = Aws::start().await;
    let client = sqs_client(&aws.url());
    aws.sqs.put("email-queue-dlq", "poison");
    aws.sqs.put("email-queue-dlq", "late");
    let listed = client.list_queues().queue_name_prefix("email").send().await.unwrap();
    assert_eq!(listed.queue_urls(), [format!("{}/000000000000/email-queue-dlq", aws.url())]);
    let error = client.get_queue_url().queue_name("absent").send().await.unwrap_err();
    assert!(error.into_service_error().is_queue_does_not_exist());
    let found = client.get_queue_url().queue_name("email-queue-dlq").send().await.unwrap();
    let url = found.queue_url().unwrap();

    let receive = || {
        let all = MessageSystemAttributeName::All;
        client.receive_message().queue_url(url).message_system_attribute_names(all)
    };
    let peek = receive().max_number_of_messages(10).visibility_timeout(0).send().await.unwrap();
    assert_eq!(peek.messages().len(), 2);
    let one = receive().send().await.unwrap();
    assert_eq!(one.messages()[0].body(), Some("poison"));
    let count =
        &one.messages()[0].attributes().unwrap()[&MessageSystemAttributeName::ApproximateReceiveCount];
    assert_eq!(count, "2");
    let rest = receive().max_number_of_messages(10).send().await.unwrap();
    assert_eq!(rest.messages()[0].body(), Some("late"));
    assert!(receive().send().await.unwrap().messages().is_empty());

    let described = client.get_queue_attributes().queue_url(url).send().await.unwrap();
    let attributes = described.attributes().unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "0");
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessagesNotVisible], "2");
    let handle = one.messages()[0].receipt_handle().unwrap();
    client.delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
    let handle = rest.messages()[0].receipt_handle().unwrap();
    let back = client.change_message_visibility().queue_url(url).receipt_handle(handle).visibility_timeout(0);
    back.send().await.unwrap();
    let left = receive().max_number_of_messages(10).send().await.unwrap();
    assert_eq!((left.messages().len(), left.messages()[0].body()), (1, Some("late")));
    let too_many = receive().max_number_of_messages(11).send().await.unwrap_err();
    assert_eq!(too_many.code(), Some("InvalidParameterValue"));
}
