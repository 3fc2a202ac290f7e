//! The panel refuses a task, or does not say what became of it; the store fails with its word.

use std::time::Duration;

use futures::future::join;
use serde_json::json;

use super::bench::{Bench, CREATE, TASK};
use crate::app::DELAYS;

const SUBMITTED: (&str, &str) = ("support_task.submitted", "");

/// What a fault of `create_task.php` leads to.
struct Outcome {
    fault: &'static str,
    status: Option<u16>,
    /// Where the task stands, and why.
    state: &'static str,
    code: &'static str,
    /// How many tasks the panel then has.
    in_panel: usize,
}

const OUTCOMES: [Outcome; 7] = [
    Outcome {
        fault: "garbage",
        status: Some(502),
        state: "NEEDS_REVIEW",
        code: "TASK_CREATE_HTTP_ERROR",
        in_panel: 0,
    },
    Outcome { fault: "refuse", status: None, state: "FAILED", code: "TASK_CREATE_HTTP_ERROR", in_panel: 0 },
    Outcome {
        fault: "refuse",
        status: Some(422),
        state: "FAILED",
        code: "TASK_CREATE_HTTP_ERROR",
        in_panel: 0,
    },
    Outcome {
        fault: "server_error",
        status: None,
        state: "NEEDS_REVIEW",
        code: "TASK_CREATE_HTTP_ERROR",
        in_panel: 0,
    },
    Outcome {
        fault: "server_error",
        status: Some(502),
        state: "NEEDS_REVIEW",
        code: "TASK_CREATE_HTTP_ERROR",
        in_panel: 0,
    },
    Outcome {
        fault: "cut_before",
        status: None,
        state: "NEEDS_REVIEW",
        code: "TASK_CREATE_REQUEST_FAILED",
        in_panel: 0,
    },
    Outcome {
        fault: "cut_after",
        status: None,
        state: "NEEDS_REVIEW",
        code: "TASK_CREATE_REQUEST_FAILED",
        in_panel: 1,
    },
];

fn event_of(state: &str) -> &'static str {
    match state {
        "FAILED" => "support_task.failed",
        "NEEDS_REVIEW" => "support_task.review_opened",
        _ => "support_task.created",
    }
}

fn owned(events: &[(&str, &str)]) -> Vec<(String, String)> {
    events.iter().map(|(event, code)| ((*event).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn what_was_refused_failed_and_what_is_not_known_is_left_to_a_person() {
    for Outcome { fault, status, state, code, in_panel } in OUTCOMES {
        let bench = Bench::start().await;
        bench.fault("create_task", fault, 1, status).await;
        bench.ask(TASK).await;
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{fault} {status:?}");
        let stored = bench.stored(TASK);
        assert_eq!(
            (&stored["standing"]["state"], &stored["standing"]["code"]),
            (&json!(state), &json!(code))
        );
        assert_eq!(bench.told(), owned(&[SUBMITTED, (event_of(state), code)]), "{fault} {status:?}");
        let seen = (bench.wire.count(CREATE), bench.panel_tasks().await.len(), bench.buried().len());
        assert_eq!(seen, (1, in_panel, 0), "{fault} {status:?}: the panel was asked once");
        // However often the message comes: nothing more happens.
        bench.request(TASK, 1);
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!((bench.wire.count(CREATE), bench.told()), (1, Vec::new()), "{fault} {status:?}");
    }
}

#[tokio::test]
async fn a_redirect_after_a_task_says_nothing_of_it() {
    let bench = Bench::start().await;
    bench.settle(json!({ "successAnswer": "redirect_tasks" })).await;
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("NEEDS_REVIEW", 1));
    assert_eq!(bench.wire.count(CREATE), 1);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up_and_left_to_a_person() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.wire.reset();
    bench.ask(TASK).await;
    let held = bench.wire.hold_answer_of(4);
    let time_passes = async {
        held.reached().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
    };
    let (failed, ()) = futures::future::join(bench.deliver(), time_passes).await;
    held.release();
    assert_eq!((failed, bench.wire.count(CREATE)), (Vec::new(), 1));
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("NEEDS_REVIEW", 2));
}

/// Lets so much time pass at once.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_time_that_ends_while_the_session_is_renewed_leaves_the_task_to_the_next_try() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.settle(json!({ "expiredAnswer": "401" })).await;
    bench.end_sessions().await;
    bench.wire.reset();
    let id = bench.ask(TASK).await;
    // Read, read, claim, create, look for a session, claim the login, visit.
    let (task, visit) = (bench.wire.hold_answer_of(4), bench.wire.hold_answer_of(7));
    let time_passes = async {
        task.reached().await;
        pass(Duration::from_secs(9)).await;
        task.release();
        visit.reached().await;
        // There is no time left for both the rest of the login and a task.
        pass(Duration::from_millis(3500)).await;
        visit
    };
    let (failed, visit) = join(bench.deliver_within(Duration::from_secs(36)), time_passes).await;
    visit.release();
    assert_eq!((failed, bench.state(TASK).as_str()), (vec![id], "READY"));
    assert_eq!((bench.wire.count(CREATE), bench.panel_tasks().await.len()), (1, 1));
    bench.let_claims_lapse();
    bench.deliver_all().await;
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("CREATED", 2));
}

#[tokio::test]
async fn a_panel_that_wants_to_be_left_alone_is_asked_again_later() {
    let bench = Bench::start().await;
    bench.fault("create_task", "limit", 1, None).await;
    let id = bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, [id]);
    assert_eq!((bench.state(TASK).as_str(), bench.waiting()[0].visibility_timeouts.len()), ("READY", 1));
    assert_eq!(bench.told(), owned(&[SUBMITTED]), "nothing is to be told yet");
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.told(), owned(&[("support_task.created", "")]));
    assert_eq!((bench.wire.count(CREATE), bench.panel_tasks().await.len()), (2, 1));
}

#[tokio::test]
async fn a_panel_that_always_wants_to_be_left_alone_ends_in_a_failure_that_is_told() {
    let bench = Bench::start().await;
    bench.fault("create_task", "limit", 100, None).await;
    let id = bench.ask(TASK).await;
    for _ in DELAYS {
        assert_eq!(bench.deliver().await, std::slice::from_ref(&id));
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.told(), owned(&[SUBMITTED, ("support_task.failed", "TASK_CREATE_HTTP_ERROR")]));
    assert_eq!((bench.wire.count(CREATE), bench.panel_tasks().await.len()), (DELAYS.len() + 1, 0));
    assert_eq!((bench.waiting().len(), bench.buried().len()), (0, 0));
}

#[tokio::test]
async fn the_panel_s_word_is_kept_although_the_store_fails_for_a_while() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.wire.reset();
    bench.ask(TASK).await;
    // Read, read, claim, create: then the store is gone for longer than its client tries by itself.
    for number in 5..=9 {
        bench.wire.drop_request(number);
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.wire.count(CREATE)), ("CREATED", 1));
}

#[tokio::test]
async fn a_word_that_could_not_be_kept_is_asked_of_a_person() {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    assert_eq!(bench.told().len(), 2);
    bench.wire.reset();
    let id = bench.ask(TASK).await;
    for number in 5..=40 {
        bench.wire.drop_request(number);
    }
    assert_eq!(bench.deliver().await, std::slice::from_ref(&id));
    assert_eq!((bench.state(TASK).as_str(), bench.panel_tasks().await.len()), ("SUBMITTING", 2));
    bench.wire.reset();
    assert_eq!(bench.deliver().await, [id], "as long as its claim may be alive");
    bench.let_claims_lapse();
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let unclear = ("support_task.review_opened", "TASK_CREATE_REQUEST_FAILED");
    assert_eq!((bench.told(), bench.wire.count(CREATE)), (owned(&[SUBMITTED, unclear]), 0));
}

#[tokio::test]
async fn with_the_store_down_nobody_is_asked_and_the_message_waits() {
    let bench = Bench::start().await;
    let id = bench.ask(TASK).await;
    for number in 1..=10 {
        bench.wire.drop_request(number);
    }
    assert_eq!(bench.deliver().await, [id]);
    bench.wire.reset();
    assert_eq!((bench.state(TASK).as_str(), bench.logins().await), ("READY", (0, 0)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!(bench.state(TASK), "CREATED");
}
