//! Logging in: when the session is over, when nobody is let in, and when many need it at once.

use std::time::Duration;

use sandbox::isp_panel::PASSWORD;
use serde_json::json;
use shared::domain::support_task::Decision;

use super::bench::{Bench, CREATE, Setup, TASK, USUAL, panel_task};
use crate::app::DELAYS;

fn seconds(delay: Duration) -> i64 {
    i64::try_from(delay.as_secs()).unwrap()
}

/// A bench that made a task before, and whose session the panel has ended since.
async fn with_a_dead_session() -> Bench {
    let bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    assert_eq!((bench.state("first").as_str(), bench.logins().await), ("CREATED", (1, 0)));
    bench.end_sessions().await;
    bench.wire.reset();
    bench
}

#[tokio::test]
async fn a_session_that_is_over_is_renewed_once_however_the_panel_says_so() {
    for answer in ["login_page", "redirect", "401", "403"] {
        for new_cookie in [false, true] {
            let bench = with_a_dead_session().await;
            bench.settle(json!({ "expiredAnswer": answer, "newCookieAtLogin": new_cookie })).await;
            bench.ask(TASK).await;
            assert_eq!(bench.deliver().await, Vec::<String>::new(), "{answer}");
            assert_eq!((bench.state(TASK).as_str(), bench.logins().await), ("CREATED", (2, 0)), "{answer}");
            let tasks = bench.panel_tasks().await;
            assert_eq!((tasks.len(), &tasks[1]), (2, &panel_task(2)), "{answer}");
            assert_eq!(bench.wire.count(CREATE), 2, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_panel_that_never_takes_its_own_login_is_not_asked_for_ever() {
    let bench = with_a_dead_session().await;
    bench.settle(json!({ "expiredAnswer": "403_forever" })).await;
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.wire.count(CREATE), bench.logins().await), (2, (2, 0)));
    let last = bench.told().pop().unwrap();
    assert_eq!(last, ("support_task.failed".to_owned(), "AUTH_HTTP_ERROR".to_owned()));
    assert_eq!((bench.panel_tasks().await.len(), bench.buried().len()), (1, 0));
}

#[tokio::test]
async fn twenty_tasks_that_find_the_session_over_log_in_once() {
    let bench = with_a_dead_session().await;
    for number in 0..20 {
        bench.ask(&format!("task-{number}")).await;
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.panel_tasks().await.len(), bench.logins().await), (21, (2, 0)));
    assert!((0..20).all(|number| bench.state(&format!("task-{number}")) == "CREATED"));
}

#[tokio::test]
async fn twenty_tasks_that_find_no_session_at_all_log_in_once() {
    let bench = Bench::start().await;
    for number in 0..20 {
        bench.ask(&format!("task-{number}")).await;
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.panel_tasks().await.len(), bench.logins().await), (20, (1, 0)));
}

#[tokio::test]
async fn a_new_instance_uses_the_session_of_the_others() {
    let mut bench = Bench::start().await;
    bench.ask("first").await;
    bench.deliver().await;
    bench.restart().await;
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.panel_tasks().await.len(), bench.logins().await), (2, (1, 0)));
}

#[tokio::test]
async fn a_wrong_password_fails_every_task_at_once_and_is_tried_once() {
    let bench = Bench::with(Setup { password: "wrong", ..USUAL }).await;
    let ids = ["first", "second", "third", "fourth", "fifth"];
    for id in ids {
        bench.ask(id).await;
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    for id in ids {
        let stored = bench.stored(id);
        let standing = (&stored["standing"]["state"], &stored["standing"]["code"], &stored["version"]);
        assert_eq!(
            standing,
            (&json!("FAILED"), &json!("AUTH_HTTP_ERROR"), &json!(2)),
            "{id} was not claimed"
        );
    }
    assert_eq!((bench.logins().await, bench.wire.count(CREATE)), ((0, 1), 0));
    let failed = bench.told().iter().filter(|(event, _)| event == "support_task.failed").count();
    assert_eq!(failed, ids.len());
}

#[tokio::test]
async fn an_account_that_is_put_right_is_used_a_few_minutes_later() {
    let bench = Bench::with(Setup { password: "wrong", ..USUAL }).await;
    bench.ask(TASK).await;
    bench.deliver().await;
    assert_eq!(bench.state(TASK), "FAILED");
    bench.aws.secrets.set("test/isp-panel", &json!({ "username": "paydesk", "password": PASSWORD }));
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5 * 60 + 1)).await;
    tokio::time::resume();
    bench.decide(TASK, 1, Decision::CreateAgain).await;
    bench.request(TASK, 2);
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.logins().await), ("CREATED", (1, 1)));
}

/// Puts the panel's own password into the secret, a minute after it was last read.
async fn rotate_the_secret(bench: &Bench) {
    bench.aws.secrets.set("test/isp-panel", &json!({ "username": "paydesk", "password": PASSWORD }));
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_refused_password_is_read_again_before_a_task_fails() {
    let bench = Bench::with(Setup { password: "rotated long ago", ..USUAL }).await;
    rotate_the_secret(&bench).await;
    for id in ["first", "second", "third"] {
        bench.ask(id).await;
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert!(["first", "second", "third"].iter().all(|id| bench.state(id) == "CREATED"));
    assert_eq!((bench.panel_tasks().await.len(), bench.logins().await), (3, (1, 1)));
}

#[tokio::test]
async fn a_password_refused_after_the_session_ended_is_read_again_and_used_at_the_next_try() {
    let bench = Bench::with(Setup { password: "rotated long ago", ..USUAL }).await;
    let id = bench.ask(TASK).await;
    bench.keep_a_dead_cookie_of("rotated long ago").await;
    rotate_the_secret(&bench).await;
    assert_eq!(bench.deliver().await, [id]);
    assert_eq!((bench.state(TASK).as_str(), bench.logins().await), ("READY", (0, 1)));
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    assert_eq!((bench.state(TASK).as_str(), bench.logins().await), ("CREATED", (1, 1)));
    assert_eq!(bench.panel_tasks().await.len(), 1);
}

#[tokio::test]
async fn a_backlog_logs_in_with_a_refused_password_once() {
    let bench = Bench::with(Setup { password: "wrong", ..USUAL }).await;
    for number in 0..4 {
        bench.ask(&format!("task-{number}")).await;
        assert_eq!(bench.deliver().await, Vec::<String>::new());
        assert_eq!(bench.state(&format!("task-{number}")), "FAILED");
    }
    assert_eq!((bench.logins().await, bench.wire.count(CREATE)), ((0, 1), 0));
}

#[tokio::test]
async fn without_a_first_cookie_a_task_fails_at_once() {
    let bench = Bench::start().await;
    bench.settle(json!({ "cookieAtFirstVisit": false })).await;
    bench.ask(TASK).await;
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let last = bench.told().pop().unwrap();
    assert_eq!(last, ("support_task.failed".to_owned(), "AUTH_NO_INITIAL_COOKIE".to_owned()));
    assert_eq!((bench.logins().await, bench.wire.count(CREATE)), ((0, 0), 0));
}

#[tokio::test]
async fn a_login_that_may_work_later_is_tried_again_and_claims_nothing_meanwhile() {
    let faults = [
        ("login_page", "server_error", None),
        ("login_page", "cut_before", None),
        ("login", "cut_after", None),
        ("login", "server_error", Some(503)),
        ("login", "limit", None),
    ];
    for (operation, fault, status) in faults {
        let bench = Bench::start().await;
        bench.fault(operation, fault, 1, status).await;
        let id = bench.ask(TASK).await;
        assert_eq!(bench.deliver().await, [id], "{operation} {fault}");
        assert!(bench.waiting()[0].visibility_timeouts[0] >= seconds(DELAYS[0]), "{operation} {fault}");
        let stored = bench.stored(TASK);
        assert_eq!((&stored["standing"]["state"], &stored["version"]), (&json!("READY"), &json!(1)));
        assert_eq!(bench.deliver().await, Vec::<String>::new(), "{operation} {fault}");
        assert_eq!((bench.state(TASK).as_str(), bench.wire.count(CREATE)), ("CREATED", 1));
    }
}

#[tokio::test]
async fn a_panel_that_stays_away_is_told_and_dies_in_no_queue() {
    let bench = Bench::start().await;
    bench.fault("login_page", "cut_before", 100, None).await;
    let id = bench.ask(TASK).await;
    for tries in 1..=DELAYS.len() {
        assert_eq!(bench.deliver().await, std::slice::from_ref(&id));
        let delays: Vec<i64> = DELAYS[..tries].iter().copied().map(seconds).collect();
        assert_eq!(
            (bench.waiting()[0].visibility_timeouts.clone(), bench.state(TASK).as_str()),
            (delays, "READY")
        );
    }
    assert_eq!(bench.deliver().await, Vec::<String>::new());
    let last = bench.told().pop().unwrap();
    assert_eq!(last, ("support_task.failed".to_owned(), "AUTH_REQUEST_FAILED".to_owned()));
    assert_eq!((bench.waiting().len(), bench.buried().len(), bench.wire.count(CREATE)), (0, 0, 0));
}
