//! What was true when a job came is not any more: a call never works, a client is gone, an order was placed anew.

use serde_json::{Value, json};
use shared::domain::billz::review::Decision;

use super::bench::{Bench, OPERATIONS, PAYMENTS};
use super::jobs::{PHONE, THREE, empty_draft, job, known_client, of_order, place};
use crate::app::DELAYS;

#[tokio::test]
async fn a_call_that_may_act_and_never_answers_is_a_person_s_after_its_last_try() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "create_order", "fault": "server_error", "times": 100 })).await;
    bench.put(OPERATIONS, &job("CREATE_ORDER", "job-1", json!({})));
    for _ in DELAYS {
        assert_eq!(bench.deliver(OPERATIONS).await.len(), 1, "{}", bench.job("job-1"));
    }
    bench.deliver_all().await;
    assert_eq!((bench.state("job-1").as_str(), bench.orders().await.len()), ("NEEDS_REVIEW", 0));
    assert_eq!(bench.told(), [("billz_job.review_opened".to_owned(), "NEEDS_REVIEW".to_owned())]);
    let creations = bench.calls().iter().filter(|call| call.as_str() == "POST /v2/order").count();
    assert_eq!(creations, DELAYS.len() + 1, "{:?}", bench.calls());
}

#[tokio::test]
async fn the_same_decision_about_a_second_question_counts_too() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "attach_client", "fault": "server_error", "times": 100 })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    for question in 1..=2 {
        for _ in 0..=DELAYS.len() {
            bench.deliver(OPERATIONS).await;
        }
        assert_eq!(bench.state("job-1"), "NEEDS_REVIEW", "{question}");
        bench.decide(OPERATIONS, "job-1", Decision::ItDidNotHappen).await;
        assert_eq!(bench.state("job-1"), "OPEN", "{question}");
    }
    bench.control("DELETE", "faults", &Value::Null).await;
    bench.deliver_all().await;
    assert_eq!((bench.state("job-1").as_str(), bench.orders().await.len()), ("SUCCEEDED", 1));
}

#[tokio::test]
async fn a_client_of_our_book_whom_billz_does_not_know_any_more_is_looked_up_anew() {
    let bench = Bench::start().await;
    let gone = known_client(&bench).await;
    bench.fault(json!({ "operation": "attach_client", "fault": "refuse" })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    bench.deliver_all().await;
    assert_eq!(bench.state("job-1"), "SUCCEEDED", "{}", bench.job("job-1"));
    let asked = bench.calls().iter().any(|call| call.starts_with("GET /v1/client"));
    assert!(asked, "{PHONE} was {gone} in our book: {:?}", bench.calls());
    assert_eq!((bench.live_orders().await.len(), bench.clients().await.len()), (1, 1));
    // Billz itself says no to whom it says the client is: that is a refusal.
    bench.fault(json!({ "operation": "attach_client", "fault": "refuse", "times": 2 })).await;
    bench.put(OPERATIONS, &place("job-2", "12346", &THREE, 0));
    bench.deliver_all().await;
    assert_eq!((bench.state("job-2").as_str(), bench.live_orders().await.len()), ("REFUSED", 1));
}

#[tokio::test]
async fn a_late_job_about_an_order_s_former_self_changes_nothing_of_its_present_one() {
    let bench = Bench::start().await;
    let number = "12345";
    assert_eq!(bench.run(OPERATIONS, &place("place-1", number, &THREE[..1], 0)).await, "SUCCEEDED");
    let first = bench.order_record(number)["billz_order"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(OPERATIONS, &of_order("DELETE_ORDER", "delete-1", &first)).await, "SUCCEEDED");
    assert_eq!(bench.order_record(number)["stage"], "DELETED");
    let anew = place("place-2", number, &THREE[..1], 0);
    assert_eq!(bench.run(OPERATIONS, &anew).await, "SUCCEEDED", "{}", bench.job("place-2"));
    let second = bench.order_record(number)["billz_order"].clone();
    assert_ne!(second, first.as_str());
    // A deletion that lost its answer finds the first order gone, and counts as done.
    bench.fault(json!({ "operation": "delete_order", "fault": "cut_before" })).await;
    bench.put(OPERATIONS, &of_order("DELETE_ORDER", "delete-late", &first));
    bench.deliver_all().await;
    assert_eq!(bench.state("delete-late"), "SUCCEEDED", "{}", bench.job("delete-late"));
    let record = bench.order_record(number);
    assert_eq!((&record["stage"], &record["billz_order"]), (&json!("PLACED"), &second));
}

#[tokio::test]
async fn an_order_whose_job_was_given_up_is_placed_by_nobody_until_it_is_deleted() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "postpone", "fault": "server_error", "times": 100 })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    for _ in 0..=DELAYS.len() {
        bench.deliver(OPERATIONS).await;
    }
    bench.deliver_all().await;
    assert_eq!(bench.state("job-1"), "NEEDS_REVIEW");
    bench.control("DELETE", "faults", &Value::Null).await;
    bench.decide(OPERATIONS, "job-1", Decision::GiveUp).await;
    bench.deliver_all().await;
    assert_eq!(bench.order_record("12345")["stage"], "GIVEN_UP");
    assert_eq!(bench.run(OPERATIONS, &place("job-2", "12345", &THREE, 0)).await, "REFUSED");
    assert_eq!(bench.job("job-2")["standing"]["refusal"]["code"], "order_taken");
    let left = bench.order_record("12345")["billz_order"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(OPERATIONS, &of_order("DELETE_ORDER", "tidy", &left)).await, "SUCCEEDED");
    assert_eq!(bench.run(OPERATIONS, &place("job-3", "12345", &THREE, 0)).await, "SUCCEEDED");
    assert_eq!(bench.live_orders().await.len(), 1);
}

#[tokio::test]
async fn a_long_rest_stops_everybody_for_as_long_and_no_longer() {
    let bench = Bench::start().await;
    let draft = empty_draft(&bench).await;
    bench.fault(json!({ "operation": "get_order", "fault": "limit", "retryAfter": 120 })).await;
    for number in 1..=3 {
        bench.put(PAYMENTS, &of_order("GET_ORDER", &format!("job-{number}"), &draft));
    }
    bench.deliver(PAYMENTS).await;
    let free_at = |bench: &Bench| bench.item("PACE#billz", "PACE").unwrap()["free_at"].clone();
    let rest = free_at(&bench);
    for _ in 0..20 {
        assert_eq!(bench.deliver(PAYMENTS).await.len(), 3);
    }
    assert_eq!(free_at(&bench), rest, "whoever waits in vain pushes nobody's turn away");
    let waits = bench.waiting(PAYMENTS)[0].visibility_timeouts.clone();
    assert!(waits.iter().all(|wait| (100..=120).contains(wait)), "{waits:?}");
    assert_eq!(bench.job("job-1")["tries"], 0, "that was no try of theirs");
}
