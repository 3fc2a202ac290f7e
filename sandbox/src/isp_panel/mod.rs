//! The ISP's billing panel at `/isp-panel`: a site in PHP with a log-in form, session cookies and pages.
//!
//! There is no documentation of the real one and no recorded answer. Its paths, fields and cookie are known from
//! a bot that uses it; what it answers to a log-in, to a task and to a session that ended is not, so control
//! chooses (`/_control/isp-panel/settings/session`).

mod create_task;
pub(crate) mod directory;
mod login;
pub(crate) mod pages;
pub(crate) mod panel;
pub(crate) mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, PRAGMA, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

use crate::world::World;

/// The account that can log in. It opens nothing but this sandbox.
pub const USERNAME: &str = "paydesk";
/// Its password.
pub const PASSWORD: &str = "sandbox-panel-password";

/// Everything below `/isp-panel`, with the prefix in it: the path with a slash at its end is a page too.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/isp-panel", get(|| async { Redirect::to("/isp-panel/") }))
        .route("/isp-panel/", get(pages::overview))
        .route("/isp-panel/index.php", get(login::show).post(login::log_in))
        .route("/isp-panel/home.php", get(pages::home))
        .route("/isp-panel/tasks.php", get(pages::tasks))
        .route("/isp-panel/create_task.php", get(create_task::show).post(create_task::create))
        .route("/isp-panel/{*other}", any(|| async { not_found() }))
        .method_not_allowed_fallback(|| async {
            refusal(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
}

/// A form as PHP reads it: nothing where the content type is another.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = content_type
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let body = if is_form { body } else { &[] };
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The last value of that name.
    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Every value of that name.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A page with the headers that PHP adds to every page of a session.
fn site_page(status: StatusCode, page: String) -> Response {
    let headers = [(CACHE_CONTROL, "no-store, no-cache, must-revalidate"), (PRAGMA, "no-cache")];
    (status, headers, Html(page)).into_response()
}

/// 302, with the address as PHP sites write it.
fn moved_to(location: &'static str) -> Response {
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

/// The same answer with the session's cookie.
fn with_cookie(response: Response, id: &str) -> Response {
    let cookie = format!("{}={id}; path=/; HttpOnly", sessions::COOKIE_NAME);
    ([(SET_COOKIE, cookie)], response).into_response()
}

fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "Not Found")
}

fn refusal(status: StatusCode, words: &str) -> Response {
    site_page(status, pages::refused(words))
}

/// A log-in form's body as the log may keep it.
pub(crate) fn without_password(body: &str) -> String {
    let without = body.split('&').map(|pair| match pair.split_once('=') {
        Some(("password", _)) => "password=(present)",
        _ => pair,
    });
    without.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_log_keeps_no_password() {
        let kept = without_password("username=paydesk&password=sandbox-panel-password&x=1");
        assert_eq!(kept, "username=paydesk&password=(present)&x=1");
        assert_eq!(
            without_password("type=maintenance&message=password"),
            "type=maintenance&message=password"
        );
    }
}
