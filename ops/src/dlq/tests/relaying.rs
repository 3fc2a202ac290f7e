//! Letters that are no messages of a queue: changes go back to the function, the others are explained.

use serde_json::{Value, json};

use super::bench::{Bench, all};

/// How the wire names the call of the function.
const INVOKE: &str = "/invocations";

fn buried_change() -> Value {
    let event = include_str!("../../../../events/event-relay/unreadable-outbox.json");
    let event: Value = serde_json::from_str(event).unwrap();
    let record = &event["Records"][0];
    let (keys, image) = (&record["dynamodb"]["Keys"], &record["dynamodb"]["NewImage"]);
    assert!(keys.is_object() && image.is_object());
    json!({ "eventId": record["eventID"], "keys": keys, "newImage": image })
}

fn answer(failures: &Value) -> (u16, String) {
    (200, json!({ "batchItemFailures": failures }).to_string())
}

#[tokio::test]
async fn a_buried_change_goes_to_the_function_as_the_stream_delivered_it() {
    let bench = Bench::start().await;
    let change = buried_change();
    bench.put("event-relay-dlq", &change.to_string());
    bench.wire.answer_next(INVOKE, 1, answer(&json!([])));
    let tally = bench.retry("event-relay", &all()).await;
    assert_eq!((tally.done, tally.is_whole()), (1, true), "{tally:?}");
    assert_eq!(bench.bodies("event-relay-dlq"), Vec::<String>::new());

    let calls = bench.wire.calls();
    let call = calls.iter().find(|call| call.path.contains(INVOKE)).unwrap();
    assert_eq!(call.path, "/2015-03-31/functions/test-event-relay/invocations?Qualifier=live");
    let record = &call.request_json()["Records"][0];
    assert_eq!(record["eventID"], change["eventId"]);
    assert_eq!(record["eventName"], "MODIFY");
    assert_eq!(record["dynamodb"]["Keys"], change["keys"]);
    assert_eq!(record["dynamodb"]["NewImage"], change["newImage"]);
    assert_eq!(record["dynamodb"]["SequenceNumber"], "1");
}

#[tokio::test]
async fn a_change_that_the_function_does_not_take_stays() {
    for (status, body) in [
        answer(&json!([{ "itemIdentifier": "1" }])),
        (200, "null".to_owned()),
        (404, "{}".to_owned()),
        (500, "{}".to_owned()),
    ] {
        let bench = Bench::start().await;
        bench.put("event-relay-dlq", &buried_change().to_string());
        bench.wire.answer_next(INVOKE, 1, (status, body.clone()));
        let tally = bench.retry("event-relay", &all()).await;
        assert_eq!((tally.done, tally.kept.len()), (0, 1), "{status} {body}");
        assert_eq!(bench.bodies("event-relay-dlq").len(), 1);
        assert!(bench.is_all_visible("event-relay-dlq"));
    }
}

#[tokio::test]
async fn letters_that_hold_no_event_stay_with_what_to_do_and_delay_no_other() {
    let bench = Bench::start().await;
    let range = json!({ "shardId": "shard-1", "streamArn": "arn:aws:dynamodb:stream-1",
        "startSequenceNumber": "100", "approximateArrivalOfFirstRecord": "2026-11-21T08:00:00Z" });
    bench.put("event-relay-dlq", &json!({ "DDBStreamBatchInfo": range }).to_string());
    bench.put("event-relay-dlq", &json!({ "eventId": "e", "keys": { "pk": { "S": "x" } } }).to_string());
    bench.put("event-relay-dlq", &buried_change().to_string());
    bench.wire.answer_next(INVOKE, 1, answer(&json!([])));
    let tally = bench.retry("event-relay", &all()).await;
    assert_eq!((tally.done, tally.kept.len(), tally.is_whole()), (1, 2, false));
    for (kept, words) in tally.kept.iter().zip(["--sequence-number 100", "too large"]) {
        assert!(kept.why.contains(words), "{}", kept.why);
    }
    assert_eq!(bench.bodies("event-relay-dlq").len(), 2);
    assert!(bench.is_all_visible("event-relay-dlq"));
}

#[tokio::test]
async fn a_failed_run_is_not_repeated_because_the_next_one_did_its_work() {
    let bench = Bench::start().await;
    let run = json!({ "requestContext": { "condition": "RetriesExhausted" }, "requestPayload": {} });
    bench.put("reconciler-dlq", &run.to_string());
    let tally = bench.retry("reconciler", &all()).await;
    assert_eq!((tally.done, tally.kept.len()), (0, 1));
    assert!(tally.kept[0].why.contains("runs again by itself"));
    assert_eq!(bench.bodies("reconciler-dlq").len(), 1);
}
