//! The panel, the table or the instance itself fails on the way to a session or a task.

use std::time::Duration;

use serde_json::json;
use shared::domain::panel_failure::PanelCode;
use shared::providers::isp_panel::CREATE_WITHIN;
use shared::retry::{Retry, Verdict};
use shared::workflows::panel_login::{Creating, SessionError};
use tokio::time::Instant;

use crate::setup::{TASK, bench, bench_on_one_wire, second};

const SAFE: Retry = Retry::Safe { after: None };

#[tokio::test]
async fn a_holder_who_died_is_waited_for_and_then_replaced() {
    let bench = bench().await;
    let sessions = bench.sessions();
    let nothing = sessions.get().await.unwrap();
    sessions.claim_login(&nothing, second(1)).await.unwrap().unwrap();
    bench.instance().session(second(0)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 0));
    assert!(bench.to_table.count("GetItem") >= 3, "it did not wait");
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let bench = bench().await;
    let sessions = bench.sessions();
    let nothing = sessions.get().await.unwrap();
    sessions.claim_login(&nothing, second(15)).await.unwrap().unwrap();
    let login = bench.instance().waiting_at_most(Duration::from_millis(600));
    let error = login.session(second(0)).await.unwrap_err();
    assert_eq!(error.retry(), SAFE);
    assert!(error.to_string().starts_with("AUTH_REQUEST_FAILED: somebody else is logging in"), "{error}");
    assert_eq!(bench.logins().await, (0, 0));
    login.session(second(15)).await.unwrap();
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn a_login_that_failed_does_not_stand_in_the_way_of_the_next() {
    let bench = bench().await;
    let login = bench.instance();
    bench.to_panel.drop_request(1);
    let error = login.session(second(0)).await.unwrap_err();
    assert!(error.to_string().starts_with("AUTH_REQUEST_FAILED"), "{error}");
    assert_eq!(error.retry(), SAFE);
    login.session(second(0)).await.unwrap();
    assert_eq!(login.take_logins(), 2);
    bench.settle(json!({ "cookieAtFirstVisit": false })).await;
    login.forget().await.unwrap();
    let error = login.session(second(1)).await.unwrap_err();
    assert!(error.to_string().starts_with("AUTH_NO_INITIAL_COOKIE"), "{error}");
    assert_eq!(error.retry(), Retry::Never);
}

#[tokio::test]
async fn a_crash_at_any_step_of_a_login_leaves_the_next_one_able() {
    let bench = bench_on_one_wire().await;
    let mut crashes = 0;
    loop {
        bench.sessions().forget().await.unwrap();
        bench.to_table.reset();
        bench.to_table.crash_at(crashes + 1);
        let answer = bench.instance().session(second(crashes as i64 * 60)).await;
        if !bench.to_table.revive() {
            answer.unwrap();
            break;
        }
        crashes += 1;
        // Whoever comes when the lease has ended.
        let login = bench.instance();
        let now = second(crashes as i64 * 60);
        let cookie = login.session(now).await.unwrap();
        assert_eq!(login.create(&cookie, &TASK, now).await, Creating::Made, "after a crash at {crashes}");
        assert_eq!(bench.tasks().await.len(), crashes);
    }
    assert_eq!(crashes, 5, "read, claim, visit, login, keep");
}

#[tokio::test]
async fn a_session_that_cannot_be_shared_still_serves_who_made_it() {
    let bench = bench().await;
    let login = bench.instance();
    // Read and claim go through; keeping the cookie does not, however often it is tried.
    for number in 3..20 {
        bench.to_table.drop_request(number);
    }
    let cookie = login.session(second(0)).await.unwrap();
    assert_eq!(login.session(second(1)).await.unwrap(), cookie);
    assert_eq!(login.create(&cookie, &TASK, second(1)).await, Creating::Made);
    assert!(bench.sessions().get().await.is_err());
    bench.to_table.reset();
    assert!(bench.sessions().get().await.unwrap().secret.is_none());
}

#[tokio::test]
async fn without_the_table_there_is_no_session_and_no_second_task() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.end_sessions().await;
    bench.to_table.reset();
    for number in 1..40 {
        bench.to_table.drop_request(number);
    }
    let error = bench.instance().session(second(1)).await.unwrap_err();
    assert!(matches!(error, SessionError::Store(_)), "{error}");
    assert_eq!(error.retry(), SAFE);
    match login.create(&cookie, &TASK, second(1)).await {
        Creating::Safe { failure, after: None } => assert_eq!(failure.code, PanelCode::AuthRequestFailed),
        other => panic!("{other:?}"),
    }
    assert_eq!((bench.tasks().await.len(), bench.logins().await), (0, (1, 0)));
}

#[tokio::test]
async fn what_the_panel_says_to_a_task_is_told_and_never_tried_twice() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    let mut unknown = TASK;
    unknown.customer_username = "nobody";
    match login.create(&cookie, &unknown, second(1)).await {
        Creating::Refused(failure) => assert_eq!(failure.code, PanelCode::TaskCreateHttpError),
        other => panic!("{other:?}"),
    }
    bench.to_panel.reset();
    bench.to_panel.drop_answer_of(1);
    match login.create(&cookie, &TASK, second(2)).await {
        Creating::Unclear(failure) => assert_eq!(failure.code, PanelCode::TaskCreateRequestFailed),
        other => panic!("{other:?}"),
    }
    assert_eq!((bench.to_panel.calls().len(), bench.tasks().await.len()), (1, 1));
    bench.settle(json!({ "successAnswer": "redirect_tasks" })).await;
    match login.create(&cookie, &TASK, second(3)).await {
        Creating::Unclear(failure) => assert_eq!(failure.code, PanelCode::TaskCreateHttpError),
        other => panic!("{other:?}"),
    }
    assert_eq!((bench.tasks().await.len(), bench.logins().await), (2, (1, 0)));
}

#[tokio::test]
async fn a_panel_that_is_limited_is_left_alone_for_as_long_as_it_says() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.to_panel.answer_next("/create_task.php", 1, (429, String::new()));
    match login.create(&cookie, &TASK, second(1)).await {
        Creating::Safe { failure, after: None } => assert_eq!(failure.code, PanelCode::TaskCreateHttpError),
        other => panic!("{other:?}"),
    }
    assert_eq!(login.create(&cookie, &TASK, second(2)).await, Creating::Made);
    assert_eq!(bench.tasks().await.len(), 1);
}

#[tokio::test]
async fn when_nobody_can_log_in_after_the_session_ended_no_task_was_made() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.settle(json!({ "expiredAnswer": "401" })).await;
    bench.end_sessions().await;
    bench.to_panel.answer_next("/index.php", 1, (503, String::new()));
    match login.create(&cookie, &TASK, second(1)).await {
        Creating::Safe { failure, .. } => assert_eq!(failure.code, PanelCode::AuthHttpError),
        other => panic!("{other:?}"),
    }
    bench.settle(json!({ "cookieAtFirstVisit": false })).await;
    match login.create(&cookie, &TASK, second(2)).await {
        Creating::Refused(failure) => assert_eq!(failure.code, PanelCode::AuthNoInitialCookie),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.tasks().await.len(), 0);
}

#[tokio::test]
async fn a_login_page_after_a_task_is_believed_only_where_the_first_page_says_the_same() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.end_sessions().await;
    bench.to_panel.answer_next("/index.php", 1, (503, String::new()));
    match login.create(&cookie, &TASK, second(1)).await {
        Creating::Unclear(failure) => assert_eq!(failure.code, PanelCode::TaskCreateHttpError),
        other => panic!("{other:?}"),
    }
    assert_eq!((bench.to_panel.count("POST /create_task.php"), bench.logins().await), (1, (1, 0)));
    assert_eq!(login.create(&cookie, &TASK, second(2)).await, Creating::Made);
    assert_eq!((bench.tasks().await.len(), bench.logins().await), (1, (2, 0)));
}

#[tokio::test]
async fn a_task_whose_time_ends_while_its_session_is_renewed_was_not_created() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.settle(json!({ "expiredAnswer": "401" })).await;
    for (left, logins) in [(CREATE_WITHIN, 0), (CREATE_WITHIN + Duration::from_secs(1), 1)] {
        bench.end_sessions().await;
        bench.to_panel.reset();
        // The task, then the first page of a login.
        let held = bench.to_panel.hold_answer_of(2);
        match login.create_until(&cookie, &TASK, second(1), Instant::now() + left).await {
            Creating::Safe { failure, after: None } => assert_eq!(failure.code, PanelCode::AuthRequestFailed),
            other => panic!("{left:?}: {other:?}"),
        }
        held.release();
        assert_eq!(bench.to_panel.count("GET /index.php"), logins, "{left:?}");
        assert_eq!((bench.to_panel.count("POST /create_task.php"), bench.tasks().await.len()), (1, 0));
    }
    // Somebody comes whose time does not end, when the lease of the login that was cut off has.
    assert_eq!(login.create(&cookie, &TASK, second(60)).await, Creating::Made);
    assert_eq!(bench.tasks().await.len(), 1);
}

#[tokio::test]
async fn a_task_whose_time_ends_before_the_panel_s_answer_may_be_there() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    bench.to_panel.reset();
    let held = bench.to_panel.hold_answer_of(1);
    let until = Instant::now() + Duration::from_millis(500);
    match login.create_until(&cookie, &TASK, second(1), until).await {
        Creating::Unclear(failure) => assert_eq!(failure.code, PanelCode::TaskCreateRequestFailed),
        other => panic!("{other:?}"),
    }
    held.release();
    assert_eq!((bench.to_panel.calls().len(), bench.tasks().await.len()), (1, 1));
}
