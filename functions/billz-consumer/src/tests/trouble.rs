//! Billz is slow, gone, out of its mind, or does not say what it did.

use std::time::Duration;

use futures::future::{join, join_all};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::billz::review::Decision;

use super::bench::{Bench, OPERATIONS, PAYMENTS};
use super::crash_stories::{Begun, Story, seen_by_a_person};
use super::deployed::{Setup, USUAL};
use super::jobs::{THREE, add_item, draft_of, empty_draft, job, of_order, pay, place, postponed};
use crate::app::DELAYS;

/// A story, and an operation of it that misbehaves.
const OPERATIONS_OF: [(Story, &str); 12] = [
    (Story::Place, "find_client"),
    (Story::Place, "create_client"),
    (Story::Place, "create_order"),
    (Story::Place, "attach_client"),
    (Story::Place, "add_item"),
    (Story::Place, "discount"),
    (Story::Place, "postpone"),
    (Story::Pay, "get_order"),
    (Story::Pay, "pay"),
    (Story::DeletePostponed, "return_postponed"),
    (Story::Delete, "delete_order"),
    (Story::Place, "login"),
];

fn faults() -> Vec<Value> {
    vec![
        json!({ "fault": "limit", "retryAfter": 0 }),
        json!({ "fault": "cut_before" }),
        json!({ "fault": "cut_after" }),
        json!({ "fault": "server_error" }),
        json!({ "fault": "server_error", "status": 502, "acts": true }),
        json!({ "fault": "garbage" }),
        json!({ "fault": "garbage", "status": 502 }),
        json!({ "fault": "slow", "delayMs": 30 }),
    ]
}

/// Done once, however an operation misbehaved once; where nobody can tell, a person does.
async fn check(story: Story, operation: &str, fault: Value) {
    let operation = if operation == "return_postponed" { "return_postpone" } else { operation };
    let what = format!("{story:?} {operation} {fault}");
    let Begun { bench, queue, id } = story.begin().await;
    if operation == "login" {
        // Somebody logged in to make the story; it is over.
        bench.end_tokens().await;
    }
    let mut wish = fault;
    wish["operation"] = operation.into();
    bench.fault(wish).await;
    bench.deliver_all().await;
    if bench.state(&id) == "NEEDS_REVIEW" {
        assert_eq!(bench.job(&id)["pending"]["operation"], "pay", "{what}: {}", bench.job(&id));
        let decision = seen_by_a_person(&bench, &id).await;
        bench.decide(queue, &id, decision).await;
        bench.deliver_all().await;
    }
    assert_eq!(bench.state(&id), "SUCCEEDED", "{what}: {}", bench.job(&id));
    story.check_done(&bench, &what).await;
}

#[tokio::test]
async fn whatever_happens_to_an_operation_once_its_job_is_done_once() {
    for fault in faults() {
        join_all(OPERATIONS_OF.map(|(story, operation)| check(story, operation, fault.clone()))).await;
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up_and_asked_about() {
    for (acts, reads) in [(true, 1), (false, 1)] {
        let bench = Bench::start().await;
        let draft = empty_draft(&bench).await;
        bench.fault(json!({ "operation": "postpone", "fault": "hang", "acts": acts })).await;
        bench.put(OPERATIONS, &of_order("POSTPONE_ORDER", "job-1", &draft));
        let time_passes = async {
            while bench.calls().is_empty() {
                tokio::task::yield_now().await;
            }
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(21)).await;
            tokio::time::resume();
        };
        let (failed, ()) = join(bench.deliver(OPERATIONS), time_passes).await;
        assert_eq!((failed.len(), bench.state("job-1").as_str()), (1, "OPEN"), "it waits to be asked about");
        assert_eq!(bench.job("job-1")["pending"]["operation"], "postpone");
        assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
        assert_eq!(bench.state("job-1"), "SUCCEEDED");
        let asked = bench.calls().iter().filter(|call| *call == "GET /v2/order").count();
        let postponed = bench.calls().iter().filter(|call| *call == "POST /v2/order/create_postpone").count();
        assert_eq!((asked, postponed), (reads, if acts { 1 } else { 2 }), "acts: {acts}");
    }
}

#[tokio::test]
async fn what_billz_does_not_show_yet_is_not_done_again_before_it_has_had_its_time() {
    let settle = SignedDuration::from_secs(3600);
    let bench = Bench::with(Setup { settle, ..USUAL }).await;
    let draft = empty_draft(&bench).await;
    bench.fault(json!({ "operation": "postpone", "fault": "cut_before" })).await;
    bench.put(OPERATIONS, &of_order("POSTPONE_ORDER", "job-1", &draft));
    for _ in 0..3 {
        assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    }
    assert_eq!(bench.calls(), ["POST /v2/order/create_postpone", "GET /v2/order", "GET /v2/order"]);
    let waits = bench.waiting(OPERATIONS)[0].visibility_timeouts.clone();
    assert!(waits.iter().all(|wait| (3500..=3600).contains(wait)), "{waits:?}");
    // An hour later.
    let mut item = bench.aws.dynamodb.item("billz-orders", "JOB#job-1", "JOB").unwrap();
    item["pending"]["M"]["since"]["S"] = "2026-01-01T00:00:00Z".into();
    bench.aws.dynamodb.put("billz-orders", &item);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(
        (bench.state("job-1").as_str(), bench.orders().await[0]["state"].as_str()),
        ("SUCCEEDED", Some("active"))
    );
}

#[tokio::test]
async fn a_payment_that_nobody_can_tell_about_is_asked_about_ever_later_and_then_left_to_a_person() {
    let bench = Bench::with(Setup { settle: SignedDuration::from_secs(10), ..USUAL }).await;
    let order = postponed(&bench).await;
    bench.fault(json!({ "operation": "pay", "fault": "cut_before" })).await;
    bench.put(PAYMENTS, &pay("job-1", &order, 70_000));
    for _ in 0..4 {
        assert_eq!(bench.deliver(PAYMENTS).await.len(), 1);
    }
    assert_eq!(bench.waiting(PAYMENTS)[0].visibility_timeouts, [10, 10, 30, 90]);
    assert_eq!(bench.deliver(PAYMENTS).await, Vec::<String>::new());
    let standing = bench.job("job-1")["standing"].clone();
    assert_eq!(standing["state"], "NEEDS_REVIEW");
    let evidence = "Billz shows the order as put aside, total 70000.00, quantity of all products 2";
    assert_eq!(standing["reason"], evidence);
    assert_eq!(bench.told(), [("billz_job.review_opened".to_owned(), "NEEDS_REVIEW".to_owned())]);
    let paid = bench.calls().iter().filter(|call| *call == "POST /v2/order-payment").count();
    assert_eq!(paid, 1, "it is never sent again by itself");
    // However often its message comes: it waits for the person.
    bench.put(PAYMENTS, &pay("job-1", &order, 70_000));
    assert_eq!(bench.deliver(PAYMENTS).await, Vec::<String>::new());
    assert_eq!(bench.state("job-1"), "NEEDS_REVIEW");
}

#[tokio::test]
async fn a_person_decides_about_a_payment_each_way() {
    // What Billz did, and what the person says of it.
    let cases = [
        ("cut_after", Decision::ItHappened { billz_id: None }, "SUCCEEDED", 1),
        ("cut_before", Decision::ItDidNotHappen, "SUCCEEDED", 2),
        ("cut_before", Decision::GiveUp, "REFUSED", 1),
    ];
    for (fault, decision, state, calls) in cases {
        let bench = Bench::start().await;
        let order = postponed(&bench).await;
        bench.put(PAYMENTS, &pay("job-1", &order, 70_000));
        bench.fault(json!({ "operation": "pay", "fault": fault })).await;
        assert_eq!(bench.deliver(PAYMENTS).await.len(), 1);
        // And it does not say what became of it.
        bench.fault(json!({ "operation": "get_order", "fault": "refuse", "message": "not now" })).await;
        assert_eq!(bench.deliver(PAYMENTS).await, Vec::<String>::new());
        let reason = bench.job("job-1")["standing"]["reason"].clone();
        assert_eq!(reason, "Billz does not say what became of it: not now");
        bench.decide(PAYMENTS, "job-1", decision.clone()).await;
        assert_eq!(bench.deliver(PAYMENTS).await, Vec::<String>::new(), "{decision:?}");
        assert_eq!(bench.state("job-1"), state, "{decision:?}: {}", bench.job("job-1"));
        let paid = bench.calls().iter().filter(|call| *call == "POST /v2/order-payment").count();
        let payments = bench.orders().await[0]["payments"].as_array().unwrap().len();
        assert_eq!((paid, payments), (calls, usize::from(state == "SUCCEEDED")), "{decision:?}");
        let told: Vec<String> = bench.told().into_iter().map(|(event, _)| event).collect();
        assert_eq!(told, ["billz_job.review_opened", "billz_job.resumed", "billz_job.ended"], "{decision:?}");
    }
}

#[tokio::test]
async fn a_person_names_the_draft_and_the_client_that_nobody_could_find() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "create_client", "fault": "cut_after" })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    bench.fault(json!({ "operation": "find_client", "fault": "refuse" })).await;
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.job("job-1")["pending"]["operation"], "create_client");
    let client = seen_by_a_person(&bench, "job-1").await;
    bench.decide(OPERATIONS, "job-1", client).await;
    bench.fault(json!({ "operation": "create_order", "fault": "cut_after" })).await;
    assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    bench.fault(json!({ "operation": "list_drafts", "fault": "refuse" })).await;
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.job("job-1")["pending"]["operation"], "create_order");
    let draft = seen_by_a_person(&bench, "job-1").await;
    bench.decide(OPERATIONS, "job-1", draft).await;
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.state("job-1"), "SUCCEEDED", "{}", bench.job("job-1"));
    let (orders, clients) = (bench.orders().await, bench.clients().await);
    assert_eq!((orders.len(), clients.len(), &orders[0]["state"]), (1, 1, &json!("active")));
    let known = bench.item("SYSTEM_CLIENT#client-7", "SYSTEM_CLIENT").unwrap();
    assert_eq!(known["billz_client"], clients[0]["id"], "later orders may name the client");
}

#[tokio::test]
async fn an_order_that_a_person_gives_up_may_be_placed_by_another_job() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "create_order", "fault": "cut_before" })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    bench.fault(json!({ "operation": "list_drafts", "fault": "refuse" })).await;
    bench.deliver(OPERATIONS).await;
    bench.decide(OPERATIONS, "job-1", Decision::GiveUp).await;
    bench.deliver_all().await;
    assert_eq!(
        (bench.state("job-1").as_str(), bench.order_record("12345")["stage"].as_str()),
        ("REFUSED", Some("REFUSED"))
    );
    assert_eq!(bench.run(OPERATIONS, &place("job-2", "12345", &THREE, 0)).await, "SUCCEEDED");
    assert_eq!(bench.live_orders().await.len(), 1);
}

#[tokio::test]
async fn an_item_nobody_can_tell_about_is_asked_of_a_person_who_says_each_way() {
    for (fault, decision) in
        [("cut_after", Decision::ItHappened { billz_id: None }), ("cut_before", Decision::ItDidNotHappen)]
    {
        let bench = Bench::start().await;
        let draft = draft_of(&bench, 1).await;
        bench.fault(json!({ "operation": "add_item", "fault": fault })).await;
        let added = add_item("job-1", &draft, super::jobs::KETTLE, 1);
        assert_eq!(bench.run(OPERATIONS, &added).await, "NEEDS_REVIEW");
        bench.decide(OPERATIONS, "job-1", decision).await;
        bench.deliver_all().await;
        assert_eq!(bench.state("job-1"), "SUCCEEDED");
        let items = bench.orders().await[0]["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 2, "{fault}");
    }
}

#[tokio::test]
async fn a_job_that_billz_never_answers_is_dead_after_its_last_try_and_says_so() {
    let bench = Bench::start().await;
    let draft = draft_of(&bench, 1).await;
    bench.fault(json!({ "operation": "get_order", "fault": "server_error", "times": 100 })).await;
    let id = bench.put(OPERATIONS, &of_order("GET_ORDER", "job-1", &draft));
    for _ in DELAYS {
        assert_eq!(bench.deliver(OPERATIONS).await, std::slice::from_ref(&id));
    }
    let waits = bench.waiting(OPERATIONS)[0].visibility_timeouts.clone();
    assert_eq!(waits, [5, 30, 120, 600, 1800, 7200]);
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!(bench.state("job-1"), "DEAD");
    assert!(bench.buried(OPERATIONS)[0].1.starts_with("given up: "), "{:?}", bench.buried(OPERATIONS));
    assert_eq!(bench.told(), [("billz_job.ended".to_owned(), "DEAD".to_owned())]);
    // Put back by an operator when Billz is well again.
    bench.control("DELETE", "faults", &Value::Null).await;
    assert_eq!(bench.run(OPERATIONS, &of_order("GET_ORDER", "job-1", &draft)).await, "SUCCEEDED");
}

#[tokio::test]
async fn a_job_that_left_something_at_billz_is_left_to_a_person_after_its_last_try() {
    let bench = Bench::start().await;
    bench.fault(json!({ "operation": "attach_client", "fault": "server_error", "times": 100 })).await;
    bench.put(OPERATIONS, &place("job-1", "12345", &THREE, 0));
    for _ in DELAYS {
        assert_eq!(bench.deliver(OPERATIONS).await.len(), 1);
    }
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.state("job-1").as_str(), bench.buried(OPERATIONS).len()), ("NEEDS_REVIEW", 0));
    bench.control("DELETE", "faults", &Value::Null).await;
    bench.decide(OPERATIONS, "job-1", Decision::ItDidNotHappen).await;
    bench.deliver_all().await;
    assert_eq!(bench.state("job-1"), "SUCCEEDED");
    assert_eq!((bench.orders().await.len(), bench.clients().await.len()), (1, 1));
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_begun() {
    let bench = Bench::start().await;
    bench.put(OPERATIONS, &job("CREATE_ORDER", "job-1", json!({})));
    assert_eq!(bench.deliver_within(OPERATIONS, Duration::from_secs(34)).await.len(), 1);
    assert_eq!((bench.state("job-1").as_str(), bench.calls()), ("OPEN", vec![]));
    assert_eq!(bench.deliver(OPERATIONS).await, Vec::<String>::new());
    assert_eq!((bench.state("job-1").as_str(), bench.orders().await.len()), ("SUCCEEDED", 1));
}

#[tokio::test]
async fn while_somebody_is_at_a_job_it_waits_for_them() {
    let bench = Bench::start().await;
    let Begun { queue, id, bench: other } = Story::Draft.begin().await;
    drop(bench);
    // Read the job, write it: then the function is gone.
    assert!(other.deliver_to_a_mortal(queue, 2).await);
    assert_eq!(other.state(&id), "RUNNING");
    for _ in 0..8 {
        assert_eq!(other.deliver(queue).await.len(), 1, "waiting uses up no try");
    }
    let waits = other.waiting(queue)[0].visibility_timeouts.clone();
    assert!(waits.iter().all(|wait| (150..=181).contains(wait)), "{waits:?}");
    assert_eq!((other.calls(), other.buried(queue)), (vec![], vec![]));
    other.let_claims_lapse();
    assert_eq!(other.deliver(queue).await, Vec::<String>::new());
    assert_eq!((other.state(&id).as_str(), other.orders().await.len()), ("SUCCEEDED", 1));
}
