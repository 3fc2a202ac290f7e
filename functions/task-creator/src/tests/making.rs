//! A task is asked for, and made once.

use futures::future::join;
use serde_json::json;
use shared::domain::support_task::Decision;

use super::bench::{Bench, CREATE, TASK, TIME, failures, panel_task};

const SUBMITTED: (&str, &str) = ("support_task.submitted", "");
const CREATED: (&str, &str) = ("support_task.created", "");
/// The events of a task that went well.
const ALL_WELL: [(&str, &str); 2] = [SUBMITTED, CREATED];

fn events(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(event, code)| (event.as_str(), code.as_str())).collect()
}

#[tokio::test]
async fn a_task_is_made_with_all_its_fields_and_the_chat_is_told() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.panel_tasks().await, [panel_task(1)]);
    let calls = bench.wire.calls();
    let call = calls.iter().find(|call| call.operation() == CREATE).unwrap();
    assert_eq!(
        std::str::from_utf8(&call.request_body).unwrap(),
        "type=maintenance&message=%D0%A1%D0%B2%D1%96%D1%82%D0%BB%D0%B0+%D0%BD%D0%B5%D0%BC%D0%B0%D1%94+%F0%9F%9A%91\
         %0Asince+%3Cnoon%3E+%26+%22later%22&customer_username=customer123&worker_ids%5B%5D=13&worker_ids%5B%5D=15\
         &send_whatsapp=1"
    );
    let stored = bench.stored(TASK);
    assert_eq!((bench.state(TASK).as_str(), &stored["gsi1pk"]), ("CREATED", &json!("TASK_STATE#CREATED")));
    assert_eq!(stored["standing"]["seen_by_person"], false);
    assert_eq!(stored["outbox"][0]["correlation_id"], "update-4711");
    assert_eq!(events(&bench.told()), ALL_WELL);
    assert_eq!((bench.logins().await, bench.buried().len(), bench.waiting().len()), ((1, 0), 0, 0));
}

#[tokio::test]
async fn a_task_costs_two_reads_two_writes_and_one_call_once_somebody_is_logged_in() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.wire.reset();
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let operations: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["GetItem", "GetItem", "PutItem", CREATE, "GetItem", "PutItem"]);
}

#[tokio::test]
async fn a_request_that_comes_again_makes_nothing() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    bench.deliver().await;
    bench.wire.reset();
    bench.request(TASK, 1);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let operations: Vec<String> = bench.wire.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(operations, ["GetItem"], "it is read, and that is all");
    assert_eq!((bench.panel_tasks().await.len(), events(&bench.told())), (1, ALL_WELL.to_vec()));
}

#[tokio::test]
async fn two_requests_in_one_batch_make_one_task() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    bench.request(TASK, 1);
    bench.deliver().await;
    if !bench.waiting().is_empty() {
        // It came while the other was at it.
        assert_eq!(bench.deliver().await, Vec::<String>::new());
    }
    assert_eq!((bench.wire.count(CREATE), bench.panel_tasks().await.len()), (1, 1));
    assert_eq!(events(&bench.told()), ALL_WELL);
}

#[tokio::test]
async fn a_second_instance_leaves_the_task_to_the_first_and_looks_again() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    assert_eq!(bench.told().len(), 2);
    bench.wire.reset();
    let id = bench.ask(TASK).await;
    let event = bench.aws.sqs.deliver("support-tasks").unwrap();
    // Read, read, claim, create.
    let held = bench.wire.hold_answer_of(4);
    let meanwhile = async {
        held.reached().await;
        let elsewhere = bench.handle_elsewhere(&event).await;
        held.release();
        elsewhere
    };
    let (here, there) = join(bench.handle_within(&event, TIME), meanwhile).await;
    assert_eq!((failures(&here), failures(&there)), (Vec::new(), vec![id]));
    let timeouts = &bench.waiting()[0].visibility_timeouts;
    assert!(matches!(timeouts[..], [85..=91]), "after the lease of the first: {timeouts:?}");
    assert_eq!((bench.wire.count(CREATE), bench.state(TASK).as_str()), (1, "CREATED"));
    assert_eq!((events(&bench.told()), bench.logins().await), (ALL_WELL.to_vec(), (1, 0)));
}

#[tokio::test]
async fn a_person_who_wants_it_again_gets_it_again() {
    let bench = Bench::start().await;
    bench.fault("create_task", "cut_after", 1, None).await;
    bench.ask(TASK).await;
    bench.deliver().await;
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("NEEDS_REVIEW", 1));
    bench.decide(TASK, 1, Decision::CreateAgain).await;
    // The first request may still come; it is about the attempt before.
    bench.request(TASK, 1);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("READY", 1));
    bench.request(TASK, 2);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("CREATED", 2));
    let unclear = ("support_task.review_opened", "TASK_CREATE_REQUEST_FAILED");
    assert_eq!(events(&bench.told()), [SUBMITTED, unclear, SUBMITTED, CREATED]);
}

#[tokio::test]
async fn one_task_s_trouble_delays_no_other() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.ask_for("second", "nobody").await;
    bench.ask("third").await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let states = ["first", "second", "third"].map(|id| bench.state(id));
    assert_eq!(states, ["CREATED", "FAILED", "CREATED"]);
    assert_eq!((bench.panel_tasks().await.len(), bench.logins().await), (2, (1, 0)));
}
