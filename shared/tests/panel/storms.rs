//! Many at once find that there is no session, or that it is over: the panel sees one login.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use shared::domain::panel_failure::PanelCode;
use shared::providers::isp_panel::session::Cookie;
use shared::retry::{Retry, Verdict};
use shared::workflows::panel_login::{Creating, PanelLogin, SessionError};
use tokio::time::{Instant, timeout};

use crate::setup::{Bench, TASK, bench, second};

const CALLERS: usize = 20;

/// Twenty callers, spread over these instances.
fn callers(instances: &[PanelLogin]) -> impl Iterator<Item = &PanelLogin> {
    instances.iter().cycle().take(CALLERS)
}

fn instances(bench: &Bench, count: usize) -> Vec<PanelLogin> {
    (0..count).map(|_| bench.instance()).collect()
}

#[tokio::test]
async fn twenty_without_a_session_make_one_login() {
    for count in [1, 2, CALLERS] {
        let bench = bench().await;
        let instances = instances(&bench, count);
        let asked = join_all(callers(&instances).map(|login| login.session(second(0)))).await;
        let cookies: Vec<Cookie> = asked.into_iter().map(Result::unwrap).collect();
        assert!(cookies.iter().all(|cookie| *cookie == cookies[0]), "{count} instances");
        assert_eq!(bench.logins().await, (1, 0), "{count} instances");
        assert_eq!(instances.iter().map(PanelLogin::take_logins).sum::<usize>(), 1);
    }
}

#[tokio::test]
async fn twenty_tasks_after_the_session_ended_make_one_login_and_twenty_tasks() {
    for expired in ["login_page", "redirect", "401", "403"] {
        for count in [1, 2] {
            let bench = bench().await;
            bench.settle(json!({ "expiredAnswer": expired })).await;
            let instances = instances(&bench, count);
            let mut cookies = Vec::new();
            for login in callers(&instances) {
                cookies.push(login.session(second(0)).await.unwrap());
            }
            bench.end_sessions().await;
            let tasks = callers(&instances).zip(&cookies);
            let made = join_all(tasks.map(|(login, cookie)| login.create(cookie, &TASK, second(60)))).await;
            assert_eq!(made, vec![Creating::Made; CALLERS], "{expired}, {count} instances");
            assert_eq!(bench.tasks().await.len(), CALLERS, "{expired}, {count} instances");
            assert_eq!(bench.logins().await, (2, 0), "{expired}, {count} instances");
        }
    }
}

#[tokio::test]
async fn who_comes_late_with_a_dead_cookie_takes_the_new_one() {
    let bench = bench().await;
    let (one, other) = (bench.instance(), bench.instance());
    let dead = one.session(second(0)).await.unwrap();
    assert_eq!(other.session(second(0)).await.unwrap(), dead);
    bench.end_sessions().await;
    let renewed = one.renew(&dead, second(1)).await.unwrap();
    assert_ne!(renewed, dead);
    assert_eq!(other.renew(&dead, second(2)).await.unwrap(), renewed);
    assert_eq!(other.session(second(3)).await.unwrap(), renewed);
    assert_eq!(bench.logins().await, (2, 0));
}

#[tokio::test]
async fn a_panel_that_wants_a_login_for_ever_gets_one_more_and_no_third_try() {
    for (expired, count) in [("403_forever", 1), ("403_forever", 2)] {
        let bench = bench().await;
        let instances = instances(&bench, count);
        let cookie = instances[0].session(second(0)).await.unwrap();
        bench.settle(json!({ "expiredAnswer": expired })).await;
        let login = instances.last().unwrap();
        match login.create(&cookie, &TASK, second(1)).await {
            Creating::Refused(failure) => assert_eq!(failure.code, PanelCode::AuthHttpError),
            other => panic!("{other:?}"),
        }
        assert_eq!(bench.logins().await, (2, 0));
        assert_eq!(bench.to_panel.count("POST /create_task.php"), 2);
        assert_eq!(bench.tasks().await.len(), 0);
    }
}

#[tokio::test]
async fn twenty_with_a_wrong_password_are_refused_once() {
    let bench = bench().await;
    let login = bench.instance_with("not the panel's");
    let held = bench.to_panel.hold_answer_of(1);
    let all = join_all((0..CALLERS).map(|_| login.session(second(0))));
    let release = async {
        held.reached().await;
        // Everybody has looked, and found that somebody is at it.
        let deadline = Instant::now() + Duration::from_secs(20);
        while bench.to_table.count("GetItem") < CALLERS * 2 {
            assert!(Instant::now() < deadline, "they do not look");
            timeout(Duration::from_millis(10), std::future::pending::<()>()).await.unwrap_err();
        }
        held.release();
    };
    let (asked, ()) = futures::join!(all, release);
    assert_eq!(asked.len(), CALLERS);
    for answer in asked {
        match answer.unwrap_err() {
            SessionError::Login(error) => assert_eq!(error.failure.code, PanelCode::AuthHttpError),
            SessionError::Store(error) => panic!("{error}"),
        }
    }
    assert_eq!(bench.logins().await, (0, 1));
    // Whoever comes later heeds it, for some minutes.
    for seconds in [30, 299] {
        let error = bench.instance_with("not the panel's").session(second(seconds)).await.unwrap_err();
        assert!(error.to_string().starts_with("AUTH_HTTP_ERROR: the panel showed its login form"), "{error}");
        assert_eq!((error.retry(), bench.logins().await), (Retry::Never, (0, 1)));
    }
    bench.instance_with("not the panel's").session(second(330)).await.unwrap_err();
    assert_eq!(bench.logins().await, (0, 2));
    // Another password is another matter.
    bench.instance().session(second(331)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 2));
}

#[tokio::test]
async fn who_waited_for_the_login_of_another_password_takes_over_no_refusal() {
    let bench = bench().await;
    let (old, rotated) = (bench.instance_with("not the panel's"), bench.instance());
    let held = bench.to_panel.hold_answer_of(1);
    let waits = async {
        held.reached().await;
        let release = async {
            let deadline = Instant::now() + Duration::from_secs(20);
            while bench.to_table.count("GetItem") < 4 {
                assert!(Instant::now() < deadline, "it does not look");
                timeout(Duration::from_millis(10), std::future::pending::<()>()).await.unwrap_err();
            }
            held.release();
        };
        futures::join!(rotated.session(second(0)), release).0
    };
    let (refused, let_in) = futures::join!(old.session(second(0)), waits);
    assert_eq!(refused.unwrap_err().retry(), Retry::Never);
    let_in.unwrap();
    assert_eq!(bench.logins().await, (1, 1));
}
