//! Answers may be long: a request to a queue has no more of them than it takes.

use super::bench::Bench;
use super::billz_jobs::{done, seen, stored};
use shared::domain::billz::job::BillzJob;

/// Jobs that looked at an order, each with so long an answer.
fn looks(count: usize, document_bytes: usize) -> Vec<BillzJob> {
    let look = |index: usize| {
        let mut job = done("get-order");
        job.id = format!("look-{index:02}").parse().unwrap();
        let filler = "x".repeat(document_bytes);
        job.progress.seen = Some(seen(&format!("{{\"comment\":\"{filler}\"}}")));
        job.succeed("2026-11-21T08:00:00Z".parse().unwrap());
        job
    };
    (0..count).map(look).collect()
}

#[tokio::test]
async fn long_answers_go_in_several_requests_and_in_order() {
    let bench = Bench::start().await;
    // As long as the longest order that is kept: four of them are more than a request takes.
    let changes = stored(&bench, looks(11, 64_000)).await;
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.batch_sizes("billz-replies"), [4, 4, 3]);
    let ids: Vec<String> = (0..11).map(|index| format!("look-{index:02}.1.0")).collect();
    let replies = bench.replies();
    assert_eq!(replies.iter().map(|reply| reply["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    for call in bench.wire.calls() {
        let request = call.request_json();
        let bodies = request["Entries"].as_array().unwrap().iter();
        let bytes: usize = bodies.map(|entry| entry["MessageBody"].as_str().unwrap().len()).sum();
        assert!(bytes <= 256 << 10, "{bytes}");
    }
}

#[tokio::test]
async fn short_answers_go_ten_by_ten() {
    let bench = Bench::start().await;
    let changes = stored(&bench, looks(21, 10)).await;
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.batch_sizes("billz-replies"), [10, 10, 1]);
}

#[tokio::test]
async fn a_refused_request_makes_only_its_own_jobs_come_again() {
    let bench = Bench::start().await;
    let changes = stored(&bench, looks(8, 64_000)).await;
    let numbers: Vec<&str> = changes["Records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap())
        .collect();
    for place in 1..=3 {
        bench.wire.answer(place, 500, "{}");
    }
    assert_eq!(bench.deliver(&changes).await, numbers[..4]);
    assert_eq!(bench.replies().len(), 4);
    assert_eq!(bench.deliver(&changes).await, Vec::<String>::new());
    assert_eq!(bench.replies().len(), 12, "who had an answer gets it again");
}
