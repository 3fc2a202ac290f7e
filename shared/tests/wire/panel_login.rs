//! Logging in to the ISP panel: what is sent, and what every answer becomes.

use std::time::Duration;

use shared::domain::panel_failure::PanelCode::{self, AuthHttpError, AuthNoInitialCookie, AuthRequestFailed};
use shared::providers::isp_panel::Panel;
use shared::providers::isp_panel::outcome::LoginError;
use shared::providers::isp_panel::session::{Cookie, PanelCredentials};
use shared::retry::{Retry, Verdict};

use crate::odd_server::{OddServer, Play};
use crate::setup::caller;

/// What a stranger sees.
pub const LOGIN_PAGE: &str = r#"<!DOCTYPE html><html><body><form method="post" action="index.php">
<input type="text" name="username"><input type="password" name="password"></form></body></html>"#;
/// What nobody may read in a log or an error.
pub const PASSWORD: &str = "sandbox&panel=password";
const SAFE: Retry = Retry::Safe { after: None };

pub fn panel(url: &str) -> Panel {
    let credentials =
        PanelCredentials { username: "paydesk".to_owned().into(), password: PASSWORD.to_owned().into() };
    Panel::new(caller(), &format!("{url}/desk/"), credentials).unwrap()
}

/// A page, with cookies that it sets.
pub fn page(status: u16, cookies: &[&str], body: &str) -> Play {
    let mut headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    headers.extend(cookies.iter().map(|cookie| ("set-cookie", (*cookie).to_owned())));
    Play::Answer { status, headers, body: body.to_owned() }
}

/// A redirect without a cookie.
pub fn redirect(status: u16, location: &str) -> Play {
    Play::Answer { status, headers: vec![("location", location.to_owned())], body: String::new() }
}

fn first_page() -> Play {
    page(200, &["PHPSESSID=first; path=/; HttpOnly", "theme=dark"], LOGIN_PAGE)
}

async fn login(plays: impl IntoIterator<Item = Play>) -> (Result<Cookie, LoginError>, OddServer) {
    let server = OddServer::start(plays).await;
    let answer = panel(server.url()).login().await;
    (answer, server)
}

async fn assert_logged_in(plays: Vec<Play>, cookie: &str) {
    let wanted = plays.len();
    let (answer, server) = login(plays.clone()).await;
    assert_eq!(answer.unwrap().expose(), cookie, "{plays:?}");
    assert_eq!(server.seen().len(), wanted, "{plays:?}");
}

async fn assert_failed(plays: Vec<Play>, code: PanelCode, retry: Retry) {
    let (answer, server) = login(plays.clone()).await;
    let error = answer.unwrap_err();
    assert_eq!((error.failure.code, error.retry()), (code, retry), "{plays:?}: {error}");
    assert!(server.seen().len() <= plays.len(), "{plays:?} was repeated");
    let shown = format!("{error:?} {error}");
    for secret in [PASSWORD, "paydesk", "PHPSESSID", server.url(), "<html"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn logging_in_is_a_visit_and_a_form() {
    let home = page(302, &["PHPSESSID=last; path=/", "other=1"], "");
    let (answer, server) = login([first_page(), home]).await;
    assert_eq!(answer.unwrap().expose(), "PHPSESSID=last");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    let lines: Vec<_> = seen.iter().map(|one| (one.method.as_str(), one.target.as_str())).collect();
    assert_eq!(lines, [("GET", "/desk/index.php"), ("POST", "/desk/index.php")]);
    for one in &seen {
        assert_eq!(one.header("accept"), "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assert!(one.header("user-agent").starts_with("Mozilla/5.0 (compatible; Paydesk/"));
    }
    assert!(!seen[0].has("cookie") && seen[0].body.is_empty());
    assert_eq!(seen[1].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen[1].header("cookie"), "PHPSESSID=first");
    assert_eq!(seen[1].header("origin"), format!("{}/desk", server.url()));
    assert_eq!(seen[1].header("referer"), format!("{}/desk/index.php", server.url()));
    assert_eq!(seen[1].body, "username=paydesk&password=sandbox%26panel%3Dpassword");
}

#[tokio::test]
async fn the_first_cookie_serves_where_logging_in_sets_none() {
    for answer in [page(200, &[], "<h1>Desk</h1>"), redirect(302, "home.php"), redirect(303, "/desk/tasks/")]
    {
        assert_logged_in(vec![first_page(), answer], "PHPSESSID=first").await;
    }
    assert_logged_in(vec![first_page(), page(200, &["unusable"], "<h1>Desk</h1>")], "PHPSESSID=first").await;
}

#[tokio::test]
async fn a_redirect_to_the_first_page_is_looked_at() {
    let home = page(200, &["other=1"], "<h1>Desk</h1>");
    for location in ["index.php", "/desk/", "./"] {
        let (answer, server) = login([first_page(), redirect(302, location), home.clone()]).await;
        assert_eq!(answer.unwrap().expose(), "PHPSESSID=first", "{location}");
        let seen = server.seen();
        assert_eq!((seen.len(), seen[2].method.as_str()), (3, "GET"), "{location}");
        assert_eq!(
            (seen[2].target.as_str(), seen[2].header("cookie")),
            ("/desk/index.php", "PHPSESSID=first")
        );
        let refused = vec![first_page(), redirect(302, location), first_page()];
        assert_failed(refused, AuthHttpError, Retry::Never).await;
        assert_failed(vec![first_page(), redirect(302, location), page(500, &[], "")], AuthHttpError, SAFE)
            .await;
        assert_failed(vec![first_page(), redirect(302, location), Play::CutAfter], AuthRequestFailed, SAFE)
            .await;
    }
}

#[tokio::test]
async fn the_login_form_once_more_is_no_login() {
    for again in [page(200, &["PHPSESSID=last"], LOGIN_PAGE), redirect(302, "login.php?error=1")] {
        let (answer, _server) = login([first_page(), again.clone()]).await;
        let told = answer.unwrap_err().to_string();
        assert!(told.starts_with("AUTH_HTTP_ERROR: the panel showed its login form again"), "{told}");
        // Trying the same password again could lock the account.
        assert_failed(vec![first_page(), again], AuthHttpError, Retry::Never).await;
    }
}

#[tokio::test]
async fn without_a_first_cookie_nobody_logs_in() {
    for play in
        [page(200, &[], LOGIN_PAGE), page(200, &["; path=/"], LOGIN_PAGE), redirect(302, "/maintenance")]
    {
        assert_failed(vec![play], AuthNoInitialCookie, Retry::Never).await;
    }
}

#[tokio::test]
async fn a_panel_that_refuses_or_is_broken_is_told_from_one_that_is_silent() {
    for status in [400, 401, 403, 404, 500, 503] {
        assert_failed(vec![page(status, &["PHPSESSID=first"], LOGIN_PAGE)], AuthHttpError, SAFE).await;
        let retry = if status < 500 { Retry::Never } else { SAFE };
        assert_failed(vec![first_page(), page(status, &[], "")], AuthHttpError, retry).await;
    }
    for play in [Play::CutBefore, Play::CutAfter, Play::CutInside] {
        assert_failed(vec![play], AuthRequestFailed, SAFE).await;
    }
    for play in [Play::CutAfter, Play::CutInside] {
        assert_failed(vec![first_page(), play], AuthRequestFailed, SAFE).await;
    }
}

#[tokio::test]
async fn a_panel_that_is_limited_says_how_long() {
    let headers = vec![("retry-after", "9".to_owned())];
    let limited = Play::Answer { status: 429, headers, body: String::new() };
    let soon = Retry::Safe { after: Some(Duration::from_secs(9)) };
    assert_failed(vec![limited.clone()], AuthHttpError, soon).await;
    assert_failed(vec![first_page(), limited], AuthHttpError, soon).await;
}

#[tokio::test]
async fn a_panel_that_is_not_there_was_not_reached() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", server.local_addr().unwrap())
    };
    let error = panel(&closed).login().await.unwrap_err();
    assert_eq!((error.failure.code, error.retry()), (AuthRequestFailed, SAFE));
    assert!(!error.to_string().contains(&closed), "{error}");
}

#[test]
fn a_panel_needs_an_address_and_an_account() {
    let made = |url: &str, username: &str, password: &str| {
        let credentials =
            PanelCredentials { username: username.to_owned().into(), password: password.to_owned().into() };
        Panel::new(caller(), url, credentials)
    };
    assert_eq!(
        made(" https://panel.example/desk// ", "a", "b").unwrap().base_url(),
        "https://panel.example/desk"
    );
    for (url, username, password) in [
        ("", "a", "b"),
        ("panel.example", "a", "b"),
        ("ftp://panel.example", "a", "b"),
        ("https://panel.example", "", "b"),
        ("https://panel.example", "a", " "),
    ] {
        assert!(made(url, username, password).is_none(), "{url} {username} {password}");
    }
    let shown = format!("{:?}", panel("http://127.0.0.1:1"));
    assert!(!shown.contains(PASSWORD), "{shown}");
}
