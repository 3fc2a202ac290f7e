//! The last try of a message: the task is never left to be made, or being made, with its message buried.

use std::time::Duration;

use futures::future::{join, join_all};
use shared::domain::identifier::TaskId;
use shared::domain::support_task::SupportTask;
use shared::lambda::deadline::Deadline;
use shared::queues::batch::{Delivery, Try};
use shared::stores::invoices::Cause;

use super::bench::{Bench, CREATE, TASK, TIME};
use super::crashes::{check_the_end, story};
use crate::making::Making;
use crate::panel::PanelAccess;

fn failed_for(code: &str) -> (String, String) {
    ("support_task.failed".to_owned(), code.to_owned())
}

/// A task whose message has one try left.
async fn at_the_last_try() -> Bench {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    bench.leave_one_try();
    bench
}

/// Delivers what is in the queue while the table is gone after the `number`-th call.
async fn deliver_without_a_table_after(bench: &Bench, number: usize) {
    let lose_the_table = || {
        for operation in ["GetItem", "PutItem"] {
            bench.wire.answer_next(operation, 500, (500, String::new()));
        }
    };
    if number == 0 {
        lose_the_table();
        bench.deliver().await;
        return;
    }
    let held = bench.wire.hold_answer_of(number);
    let meanwhile = async {
        held.reached().await;
        lose_the_table();
        held.release();
    };
    join(bench.deliver(), meanwhile).await;
}

#[tokio::test]
async fn whenever_the_table_goes_away_at_the_last_try_the_chat_is_told_in_the_end() {
    join_all((0..=12).map(async |number| {
        let bench = story().await;
        bench.leave_one_try();
        deliver_without_a_table_after(&bench, number).await;
        assert_eq!(bench.buried(), [], "after {number}");
        assert!(bench.waiting()[0].visibility_timeouts[0] <= 91, "after {number}");
        bench.let_claims_lapse();
        bench.wire.reset();
        bench.deliver_all().await;
        check_the_end(&bench, &format!("after {number}")).await;
    }))
    .await;
}

#[tokio::test]
async fn whatever_call_goes_wrong_at_the_last_try_the_chat_is_told_in_the_end() {
    join_all((1..=13).flat_map(|number| [(number, true), (number, false)]).map(async |(number, is_lost)| {
        let bench = story().await;
        bench.leave_one_try();
        if is_lost {
            bench.wire.drop_request(number);
        } else {
            bench.wire.crash_at(number);
            assert!(bench.deliver_to_a_mortal(number).await, "{number}");
            assert!(bench.wire.revive(), "{number}");
            bench.let_claims_lapse();
        }
        bench.deliver_all().await;
        check_the_end(&bench, &format!("{number} {is_lost}")).await;
    }))
    .await;
}

#[tokio::test]
async fn too_little_time_at_the_last_try_is_told() {
    let bench = at_the_last_try().await;
    assert_eq!(bench.deliver_within(Duration::from_secs(1)).await, Vec::<String>::new());
    assert_eq!(bench.told().pop().unwrap(), failed_for("AUTH_REQUEST_FAILED"));
    assert_eq!((bench.state(TASK).as_str(), bench.wire.count(CREATE)), ("FAILED", 0));
    assert_eq!(bench.buried(), []);
}

#[tokio::test]
async fn a_login_that_takes_too_long_at_the_last_try_is_told() {
    let bench = at_the_last_try().await;
    // Read, look for a session, claim the login, visit.
    let held = bench.wire.hold_answer_of(4);
    let time_passes = async {
        held.reached().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(3)).await;
        tokio::time::resume();
    };
    let (failed, ()) = join(bench.deliver_within(Duration::from_secs(37)), time_passes).await;
    held.release();
    assert_eq!((failed, bench.told().pop().unwrap()), (Vec::new(), failed_for("AUTH_REQUEST_FAILED")));
    assert_eq!((bench.state(TASK).as_str(), bench.buried().len()), ("FAILED", 0));
}

fn making<'a>(bench: &'a Bench, panel: &'a PanelAccess, turn: Try) -> Making<'a> {
    let (app, id, correlation_id) = (&bench.app, TASK.parse().unwrap(), "update-4711".to_owned());
    Making { app, panel, id, attempt: 1, correlation_id, turn, deadline: Deadline::after(TIME) }
}

async fn claim(bench: &Bench) {
    let cause = Cause { correlation_id: "update-4711".to_owned(), now: jiff::Timestamp::now() };
    let id: TaskId = TASK.parse().unwrap();
    let claim = |task: &mut SupportTask| task.claim(1, cause.now);
    bench.app.tasks.change(&id, &cause, claim).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_panic_before_the_claim_ends_the_task_at_the_last_try() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    let panel = bench.app.panel.get();
    let early = making(&bench, &panel, Try::Early).outlive(async { panic!("a defect") }).await;
    assert!(matches!(early, Delivery::Retry { .. }), "{early:?}");
    assert_eq!(bench.state(TASK), "READY");
    let last = making(&bench, &panel, Try::Last).outlive(async { panic!("a defect") }).await;
    assert_eq!((last, bench.state(TASK).as_str()), (Delivery::Done, "FAILED"));
    assert_eq!(bench.told().pop().unwrap(), failed_for("AUTH_REQUEST_FAILED"));
}

#[tokio::test]
async fn a_panic_after_the_claim_comes_back_when_the_claim_has_lapsed() {
    let bench = Bench::start().await;
    bench.ask(TASK).await;
    let panel = bench.app.panel.get();
    let broken = async {
        claim(&bench).await;
        panic!("a defect")
    };
    let last = making(&bench, &panel, Try::Last).outlive(broken).await;
    assert!(matches!(last, Delivery::Later { after, .. } if after == Duration::from_secs(91)), "{last:?}");
    assert_eq!(bench.state(TASK), "SUBMITTING");
}
