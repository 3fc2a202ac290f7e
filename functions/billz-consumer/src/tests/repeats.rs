//! Messages come twice, out of order, or with the id of another job.

use serde_json::{Value, json};

use super::bench::{Bench, OPERATIONS, PAYMENTS, REPLIES};
use super::jobs::{RICE, THREE, add_item, draft_of, job, of_order, pay, place, postponed, replied};

#[tokio::test]
async fn a_job_that_comes_again_changes_nothing_and_asks_nobody() {
    let bench = Bench::start().await;
    let message = place("job-1", "12345", &THREE, 7050);
    assert_eq!(bench.run(OPERATIONS, &message).await, "SUCCEEDED");
    let (job, orders) = (bench.job("job-1"), bench.orders().await);
    bench.begin();
    bench.put(OPERATIONS, &message);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.calls(), bench.requests(), bench.told()), (vec![], vec!["GetItem".to_owned()], vec![]));
    assert_eq!((bench.job("job-1"), bench.orders().await), (job, orders));
}

#[tokio::test]
async fn who_wants_a_reply_gets_the_first_result_again() {
    let bench = Bench::start().await;
    let order = postponed(&bench).await;
    let message = replied(of_order("GET_ORDER", "job-1", &order));
    bench.put(OPERATIONS, &message);
    bench.deliver(OPERATIONS).await;
    let first = bench.events();
    // It is another order now; the answer is the first all the same.
    assert_eq!(bench.run(PAYMENTS, &pay("job-2", &order, 70_000)).await, "SUCCEEDED");
    bench.begin();
    bench.put(OPERATIONS, &message);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    let again = bench.events();
    assert_eq!((again.len(), &again[0]["event"]), (1, &json!("billz_job.repeated")));
    let result =
        |event: &Value| (event["reply_queue"].clone(), event["document"].clone(), event["state"].clone());
    assert_eq!(result(&again[0]), result(&first[0]));
    assert_eq!(again[0]["reply_queue"], REPLIES);
    assert_ne!(again[0]["id"], first[0]["id"], "another reply, with an id of its own");
    assert_eq!(bench.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn another_payload_under_the_same_id_is_buried_and_changes_nothing() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    assert_eq!(bench.run(OPERATIONS, &add_item("job-1", &draft, RICE, 1)).await, "SUCCEEDED");
    let stored = bench.job("job-1");
    bench.begin();
    for other in [add_item("job-1", &draft, RICE, 2), of_order("DELETE_ORDER", "job-1", &draft)] {
        bench.put(OPERATIONS, &other);
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    }
    let buried = bench.buried(OPERATIONS);
    assert_eq!(buried.len(), 2);
    assert!(buried.iter().all(|(_, reason)| reason.starts_with("correlationId: ")), "{buried:?}");
    assert_eq!((bench.calls(), bench.told(), bench.job("job-1")), (vec![], vec![], stored));
}

#[tokio::test]
async fn the_same_payload_written_in_another_way_is_the_same_job() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    assert_eq!(bench.run(OPERATIONS, &add_item("job-1", &draft, RICE, 1)).await, "SUCCEEDED");
    bench.begin();
    let again = format!(
        "{{\"timestamp\":7,\"correlationId\":\"job-1\",\"payload\":{{\"qty\":1.0, \"productId\":{RICE:?},\
         \"orderId\":{draft:?}}},\"type\":\"ADD_ITEM\"}}"
    );
    bench.aws.sqs.put(OPERATIONS, &again);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.calls(), bench.buried(OPERATIONS)), (vec![], vec![]));
}

#[tokio::test]
async fn one_message_twice_in_one_batch_is_one_job() {
    let bench = Bench::start().await;
    let message = place("job-1", "12345", &THREE, 0);
    bench.put(OPERATIONS, &message);
    bench.put(OPERATIONS, &message);
    bench.deliver_all().await;
    assert_eq!((bench.state("job-1").as_str(), bench.orders().await.len()), ("SUCCEEDED", 1));
    let ended = bench.told().iter().filter(|(event, _)| event == "billz_job.ended").count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_payment_that_comes_before_its_order_is_postponed_is_made_all_the_same() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 2).await;
    assert_eq!(bench.run(PAYMENTS, &pay("job-1", &draft, 70_000)).await, "SUCCEEDED");
    assert_eq!(bench.run(OPERATIONS, &of_order("POSTPONE_ORDER", "job-2", &draft)).await, "REFUSED");
    let order = &bench.orders().await[0];
    assert_eq!((&order["state"], order["payments"].as_array().unwrap().len()), (&json!("completed"), 1));
}

#[tokio::test]
async fn a_payment_that_comes_before_the_last_item_is_refused_for_its_sum() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    assert_eq!(bench.run(PAYMENTS, &pay("job-1", &draft, 70_000)).await, "REFUSED");
    assert_eq!(bench.run(OPERATIONS, &add_item("job-2", &draft, RICE, 1)).await, "SUCCEEDED");
    assert_eq!(bench.run(PAYMENTS, &pay("job-3", &draft, 70_000)).await, "SUCCEEDED");
    assert_eq!(bench.orders().await[0]["state"], "completed");
}

#[tokio::test]
async fn our_own_word_to_go_on_does_nothing_to_a_job_that_ended() {
    let bench = Bench::start().await;
    assert_eq!(bench.run(OPERATIONS, &replied(job("CREATE_ORDER", "job-1", json!({})))).await, "SUCCEEDED");
    bench.begin();
    bench.put(OPERATIONS, &json!({ "resume": "job-1" }));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.calls(), bench.told(), bench.orders().await.len()), (vec![], vec![], 1));
}

#[tokio::test]
async fn our_own_word_to_go_on_with_no_job_is_buried() {
    let bench = Bench::start().await;
    bench.put(OPERATIONS, &json!({ "resume": "job-404" }));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.buried(OPERATIONS)[0].1, "there is no such job");
}
