//! Creating a task in the ISP panel: what is sent, and what every answer becomes.

use std::time::Duration;

use shared::domain::panel_failure::PanelCode::{self, TaskCreateHttpError, TaskCreateRequestFailed};
use shared::domain::panel_failure::PanelFailure;
use shared::providers::isp_panel::NewTask;
use shared::providers::isp_panel::outcome::CreateError;
use shared::providers::isp_panel::session::Cookie;
use shared::retry::{Retry, Verdict};

use crate::odd_server::{OddServer, Play, json};
use crate::panel_login::{LOGIN_PAGE, page, panel, redirect};

const TASK: NewTask<'static> = NewTask {
    kind: "maintenance",
    message: "Customer reports internet outage",
    customer_username: "customer123",
    worker_ids: &[13, 15],
    send_whatsapp: true,
};
const REDIRECTS: [u16; 3] = [301, 302, 303];

/// Creates the task, and counts the requests for it.
async fn create(plays: Vec<Play>) -> Result<(), CreateError> {
    let server = OddServer::start(plays.clone()).await;
    let cookie = Cookie::parse("PHPSESSID=abc123").unwrap();
    let answer = panel(server.url()).create_task(&cookie, &TASK).await;
    let sent = server.seen().iter().filter(|seen| seen.target == "/desk/create_task.php").count();
    assert!(sent <= 1, "{plays:?} was repeated");
    assert!(server.connections() <= plays.len(), "{plays:?} was repeated");
    let shown = format!("{answer:?}");
    for secret in ["abc123", "customer123", "outage", server.url(), "<html"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    answer
}

fn assert_unclear(answer: &Result<(), CreateError>, code: PanelCode) {
    match answer {
        Err(CreateError::Unclear(failure)) => assert_eq!(failure.code, code, "{failure}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(answer.as_ref().unwrap_err().retry(), Retry::AskFirst);
}

#[tokio::test]
async fn a_task_is_the_form_that_a_person_would_send() {
    let server = OddServer::start([page(200, &[], "<p>Task created</p>")]).await;
    let cookie = Cookie::parse("PHPSESSID=abc123; path=/").unwrap();
    assert_eq!(panel(server.url()).create_task(&cookie, &TASK).await, Ok(()));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/desk/create_task.php"));
    assert_eq!(seen[0].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen[0].header("cookie"), "PHPSESSID=abc123");
    assert_eq!(seen[0].header("origin"), format!("{}/desk", server.url()));
    assert_eq!(seen[0].header("referer"), format!("{}/desk/create_task.php?", server.url()));
    assert_eq!(
        seen[0].body,
        "type=maintenance&message=Customer+reports+internet+outage&customer_username=customer123\
         &worker_ids%5B%5D=13&worker_ids%5B%5D=15&send_whatsapp=1"
    );
}

#[tokio::test]
async fn any_success_but_the_login_page_is_a_task() {
    for play in [
        page(200, &[], ""),
        page(200, &["PHPSESSID=new"], "<p>Task created</p><input name=\"username\">"),
        page(201, &[], "OK"),
        json(200, r#"{"success":true}"#),
    ] {
        assert_eq!(create(vec![play]).await, Ok(()));
    }
}

#[tokio::test]
async fn a_session_that_is_over_shows_as_a_refusal_the_login_page_or_the_way_to_it() {
    for play in [page(401, &[], ""), page(403, &[], "Forbidden")] {
        assert_eq!(create(vec![play]).await, Err(CreateError::SessionOver));
    }
    for first_page in [page(200, &[], LOGIN_PAGE), redirect(302, "login.php")] {
        let plays = vec![page(200, &["PHPSESSID=new"], LOGIN_PAGE), first_page];
        assert_eq!(create(plays).await, Err(CreateError::SessionOver));
    }
    for status in REDIRECTS {
        for location in ["login.php", "/login.php?next=create_task.php"] {
            assert_eq!(create(vec![redirect(status, location)]).await, Err(CreateError::SessionOver));
        }
        for location in ["index.php", "/desk/index.php?expired=1", "/desk/", "/"] {
            let plays = vec![redirect(status, location), page(200, &[], LOGIN_PAGE)];
            assert_eq!(create(plays).await, Err(CreateError::SessionOver), "{location}");
            let plays = vec![redirect(status, location), redirect(302, "login.php")];
            assert_eq!(create(plays).await, Err(CreateError::SessionOver), "{location}");
        }
    }
    assert_eq!(CreateError::SessionOver.retry(), Retry::Safe { after: None });
}

#[tokio::test]
async fn the_first_page_is_asked_with_the_same_cookie_whether_the_session_is_over() {
    for answer in [redirect(302, "index.php"), page(200, &["PHPSESSID=new"], LOGIN_PAGE)] {
        let server = OddServer::start([answer, page(200, &[], LOGIN_PAGE)]).await;
        let cookie = Cookie::parse("PHPSESSID=abc123").unwrap();
        assert_eq!(panel(server.url()).create_task(&cookie, &TASK).await, Err(CreateError::SessionOver));
        let seen = server.seen();
        assert_eq!((seen[1].method.as_str(), seen[1].target.as_str()), ("GET", "/desk/index.php"));
        assert_eq!((seen[1].header("cookie"), seen[1].body.as_str()), ("PHPSESSID=abc123", ""));
    }
}

#[tokio::test]
async fn a_form_for_an_account_shown_to_somebody_who_is_still_logged_in_may_follow_a_task() {
    let form = r#"<p>Done</p><h2>New customer</h2><input name="username"><input type="password" name="pw">"#;
    for second in
        [page(200, &[], "<h1>Desk</h1>"), redirect(302, "tasks.php"), page(502, &[], ""), Play::CutAfter]
    {
        let answer = create(vec![page(200, &[], form), second]).await;
        assert_unclear(&answer, TaskCreateHttpError);
    }
}

#[tokio::test]
async fn a_redirect_of_somebody_who_is_still_logged_in_may_be_a_task() {
    for second in
        [page(200, &[], "<h1>Desk</h1>"), redirect(302, "tasks.php"), page(502, &[], ""), Play::CutAfter]
    {
        let answer = create(vec![redirect(302, "index.php"), second]).await;
        assert_unclear(&answer, TaskCreateHttpError);
    }
    for location in ["tasks.php", "/desk/tasks/", "https://elsewhere.example/login.php"] {
        assert_unclear(&create(vec![redirect(302, location)]).await, TaskCreateHttpError);
    }
    assert_unclear(&create(vec![page(304, &[], "")]).await, TaskCreateHttpError);
}

#[tokio::test]
async fn a_page_that_asks_for_a_password_may_follow_a_task() {
    let body = r#"<p>Done</p><input type="password" name="new_password">"#;
    assert_unclear(&create(vec![page(200, &[], body)]).await, TaskCreateHttpError);
}

#[tokio::test]
async fn a_refusal_is_a_result() {
    for status in [400, 404, 409, 422] {
        let failure =
            PanelFailure::new(TaskCreateHttpError, format!("the panel refused the task (HTTP {status})"));
        let answer = create(vec![page(status, &[], LOGIN_PAGE)]).await;
        assert_eq!(answer, Err(CreateError::Refused(failure)));
        assert_eq!(answer.unwrap_err().retry(), Retry::Never);
    }
}

#[tokio::test]
async fn a_limit_is_safe_to_repeat_after_it() {
    for (headers, after) in
        [(vec![("retry-after", "9".to_owned())], Some(Duration::from_secs(9))), (Vec::new(), None)]
    {
        let answer = create(vec![Play::Answer { status: 429, headers, body: String::new() }]).await;
        let error = answer.unwrap_err();
        assert_eq!(error.retry(), Retry::Safe { after });
        assert!(matches!(error, CreateError::Safe { failure, .. } if failure.code == TaskCreateHttpError));
    }
}

#[tokio::test]
async fn a_panel_that_was_not_reached_has_no_task() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    let cookie = Cookie::parse("PHPSESSID=abc123").unwrap();
    let error = panel(&closed).create_task(&cookie, &TASK).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Safe { after: None });
    assert!(matches!(error, CreateError::Safe { failure, .. } if failure.code == TaskCreateRequestFailed));
}

#[tokio::test]
async fn after_a_server_error_or_a_lost_answer_the_task_may_be_there() {
    for status in [500, 502, 503, 504] {
        assert_unclear(&create(vec![page(status, &[], LOGIN_PAGE)]).await, TaskCreateHttpError);
    }
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        assert_unclear(&create(vec![play]).await, TaskCreateRequestFailed);
    }
    let endless = "x".repeat((1 << 20) + 1);
    assert_unclear(&create(vec![page(200, &[], &endless)]).await, TaskCreateHttpError);
}

#[tokio::test]
async fn a_task_never_goes_over_a_connection_that_had_been_idle() {
    let server = OddServer::start(vec![page(200, &[], "done"); 2]).await;
    let (panel, cookie) = (panel(server.url()), Cookie::parse("PHPSESSID=abc123").unwrap());
    for _ in 0..2 {
        assert_eq!(panel.create_task(&cookie, &TASK).await, Ok(()));
    }
    let used: Vec<usize> = server.seen().iter().map(|request| request.connection).collect();
    assert_eq!(used, [1, 2]);
}
