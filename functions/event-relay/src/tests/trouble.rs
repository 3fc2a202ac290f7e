//! A queue takes some messages or none; an outbox cannot be read. No change holds up another.

use serde_json::{Value, json};

use super::bench::{Bench, event_id, paid_invoices, reason, sequence_number, spoil};

fn down() -> (u16, String) {
    (500, json!({ "__type": "InternalFailure", "message": "down" }).to_string())
}

#[tokio::test]
async fn of_a_request_that_was_taken_in_part_only_the_rest_comes_again() {
    let bench = Bench::start().await;
    let taken = |id: &str| json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "0" });
    let failed = json!({ "Id": "1", "Code": "InternalError", "SenderFault": false });
    // About the last nothing is said: that counts as not taken.
    let answer = json!({ "Successful": [taken("0"), taken("2")], "Failed": [failed] });
    bench.wire.answer_next("SendMessageBatch", 1, (200, answer.to_string()));
    assert_eq!(bench.deliver(&paid_invoices(4)).await, [sequence_number(1), sequence_number(3)]);
    assert_eq!(bench.notified_ids(), [0, 1, 2, 3].map(event_id), "the other queue took all");
}

#[tokio::test]
async fn a_change_comes_again_until_every_queue_has_its_messages() {
    // The first three requests are for the order service, the SDK's repeats included.
    for (failing, is_updated, is_notified) in [(1..=3, false, true), (2..=4, true, false)] {
        let bench = Bench::start().await;
        for place in failing {
            bench.wire.answer(place, 500, &down().1);
        }
        assert_eq!(bench.deliver(&paid_invoices(2)).await, [0, 1].map(sequence_number));
        assert_eq!((bench.updates().len() == 2, bench.notifications().len() == 2), (is_updated, is_notified));
        assert_eq!(bench.deliver(&paid_invoices(2)).await, Vec::<String>::new());
        for ids in [bench.event_ids(), bench.notified_ids()] {
            assert_eq!(ids[ids.len() - 2..], [0, 1].map(event_id), "both queues have it");
        }
    }
}

#[tokio::test]
async fn a_change_that_both_queues_refuse_is_one_failure() {
    let bench = Bench::start().await;
    bench.wire.answer_next("SendMessageBatch", 6, down());
    assert_eq!(bench.deliver(&paid_invoices(2)).await, [0, 1].map(sequence_number));
}

#[tokio::test]
async fn of_several_requests_only_the_failed_one_comes_again() {
    let bench = Bench::start().await;
    let changes = paid_invoices(25);
    bench.wire.answer(2, 500, &down().1);
    bench.wire.answer(3, 500, &down().1);
    bench.wire.answer(4, 500, &down().1);
    assert_eq!(bench.deliver(&changes).await, (10..20).map(sequence_number).collect::<Vec<_>>());
    let sent: Vec<String> = (0..10).chain(20..25).map(event_id).collect();
    assert_eq!(bench.event_ids(), sent);
    assert_eq!(bench.notified_ids(), (0..25).map(event_id).collect::<Vec<_>>());
}

#[tokio::test]
async fn with_all_queues_down_every_change_comes_again_and_then_arrives() {
    let bench = Bench::start().await;
    let mut changes = paid_invoices(3);
    spoil(&mut changes, 1);
    // More often than the SDK asks, which may be less than usual on a busy machine.
    bench.wire.answer_next("SendMessageBatch", 20, down());
    bench.wire.answer_next("SendMessage", 20, down());
    let mut failed = bench.deliver(&changes).await;
    failed.sort();
    assert_eq!(failed, [0, 1, 2].map(sequence_number));
    assert_eq!((bench.updates().len(), bench.notifications().len(), bench.buried().len()), (0, 0, 0));

    bench.wire.reset();
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.event_ids(), [event_id(0), event_id(2)]);
    assert_eq!(bench.notified_ids(), bench.event_ids());
    assert_eq!(bench.buried().len(), 1);
}

#[tokio::test]
async fn an_unreadable_outbox_anywhere_in_a_batch_is_buried_and_the_others_are_sent() {
    for place in 0..10 {
        let bench = Bench::start().await;
        let mut changes = paid_invoices(10);
        spoil(&mut changes, place);
        assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
        let others: Vec<String> = (0..10).filter(|index| *index != place).map(event_id).collect();
        assert_eq!(bench.event_ids(), others);
        assert_eq!(bench.notified_ids(), others);

        let buried = bench.buried();
        assert_eq!(buried.len(), 1);
        assert!(reason(&buried[0]).starts_with("unreadable outbox: "), "{}", reason(&buried[0]));
        let body: Value = serde_json::from_str(&buried[0].body).unwrap();
        let record = &changes["Records"][place];
        assert_eq!(body["eventId"], record["eventID"]);
        assert_eq!(body["keys"], record["dynamodb"]["Keys"]);
        assert_eq!(body["newImage"], record["dynamodb"]["NewImage"], "it can be repaired and sent by hand");
    }
}

#[tokio::test]
async fn every_way_to_spoil_an_outbox_is_buried() {
    let spoiled: [fn(&mut Value); 6] = [
        |event| event["id"] = json!({ "N": "1" }),
        |event| drop(event.as_object_mut().unwrap().remove("correlation_id")),
        |event| event["at"]["S"] = "yesterday".into(),
        |event| event["amount_minor"]["N"] = "150000.5".into(),
        |event| event["event"]["S"] = "invoice.vanished".into(),
        |event| event["currency"]["S"] = "XYZ".into(),
    ];
    for (index, spoil) in spoiled.into_iter().enumerate() {
        let bench = Bench::start().await;
        let mut change = paid_invoices(1);
        spoil(&mut change["Records"][0]["dynamodb"]["NewImage"]["outbox"]["L"][0]["M"]);
        assert_eq!(bench.deliver(&change).await, Vec::<String>::new(), "{index}");
        let messages = (bench.updates().len(), bench.notifications().len(), bench.buried().len());
        assert_eq!(messages, (0, 0, 1), "{index}: all of it or nothing");
    }
}

#[tokio::test]
async fn a_change_too_large_for_a_queue_is_buried_by_its_keys() {
    let bench = Bench::start().await;
    let mut change = paid_invoices(1);
    spoil(&mut change, 0);
    change["Records"][0]["dynamodb"]["NewImage"]["raw"] = json!({ "S": "x".repeat(300_000) });
    assert_eq!(bench.deliver(&change).await, Vec::<String>::new());
    let record = &change["Records"][0];
    let body: Value = serde_json::from_str(&bench.buried()[0].body).unwrap();
    assert_eq!(body, json!({ "eventId": record["eventID"], "keys": record["dynamodb"]["Keys"] }));
}

#[tokio::test]
async fn a_change_without_a_number_makes_the_whole_batch_come_again() {
    let bench = Bench::start().await;
    let mut change = paid_invoices(1);
    change["Records"][0]["dynamodb"].as_object_mut().unwrap().remove("SequenceNumber");
    bench.wire.answer_next("SendMessageBatch", 3, down());
    // Lambda takes an empty identifier for the failure of all.
    assert_eq!(bench.deliver(&change).await, [""]);
}
