//! PHP's sessions: a cookie, and on the server who is logged in with it.

use std::collections::HashMap;

use http::HeaderMap;
use http::header::COOKIE;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};

/// What PHP calls its cookie.
pub(super) const COOKIE_NAME: &str = "PHPSESSID";

const ID_LETTERS: usize = 26;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How a request for `create_task.php` is answered where nobody is logged in. What the real site does is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum ExpiredAnswer {
    /// 200 with the log-in form.
    #[default]
    #[serde(rename = "login_page")]
    LoginPage,
    /// 302 to `index.php`.
    #[serde(rename = "redirect")]
    Redirect,
    /// 401.
    #[serde(rename = "401")]
    Unauthorized,
    /// 403.
    #[serde(rename = "403")]
    Forbidden,
    /// 403, to those who are logged in too.
    #[serde(rename = "403_forever")]
    ForbiddenForever,
}

/// How the right password is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginAnswer {
    /// 302 to `home.php`.
    #[default]
    Redirect,
    /// 200 with the home page.
    Page,
}

/// How a task that was made is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SuccessAnswer {
    /// 200 with a page that says so.
    #[default]
    Page,
    /// 302 to `tasks.php`.
    RedirectTasks,
}

/// How the site behaves. What control leaves out is as after a reset.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct SessionSettings {
    pub(crate) expired_answer: ExpiredAnswer,
    pub(crate) login_answer: LoginAnswer,
    /// Whether a log-in changes the session's id, and with it the cookie.
    pub(crate) new_cookie_at_login: bool,
    /// Whether the log-in form comes with a cookie.
    pub(crate) cookie_at_first_visit: bool,
    pub(crate) success_answer: SuccessAnswer,
    /// How long a session lasts from its beginning or its log-in, by the sandbox's clock.
    pub(crate) life_seconds: i64,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            expired_answer: ExpiredAnswer::default(),
            login_answer: LoginAnswer::default(),
            new_cookie_at_login: false,
            cookie_at_first_visit: true,
            success_answer: SuccessAnswer::default(),
            life_seconds: DAY_SECONDS,
        }
    }
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Visitor {
    /// Without a session that is alive.
    Stranger,
    /// With a session in which nobody is logged in.
    Guest(String),
    /// Logged in.
    Member(String),
}

#[derive(Clone, Debug)]
struct Session {
    is_logged_in: bool,
    /// When it began or was logged in, in unix seconds.
    since: i64,
}

/// Every session that was not ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    /// Whose request this is. An id that is not known, or too old, is worth as much as none.
    pub(super) fn visitor(&self, headers: &HeaderMap, life_seconds: i64, now: i64) -> Visitor {
        let Some(id) = session_id(headers) else { return Visitor::Stranger };
        match self.0.get(id) {
            Some(session) if now.saturating_sub(session.since) >= life_seconds => Visitor::Stranger,
            Some(session) if session.is_logged_in => Visitor::Member(id.to_owned()),
            Some(_) => Visitor::Guest(id.to_owned()),
            None => Visitor::Stranger,
        }
    }

    /// Begins a session in which nobody is logged in; its id.
    pub(super) fn begin(&mut self, now: i64) -> String {
        let letters = rand::rng().sample_iter(Alphanumeric).take(ID_LETTERS);
        let id: String = letters.map(|letter| char::from(letter).to_ascii_lowercase()).collect();
        self.0.insert(id.clone(), Session { is_logged_in: false, since: now });
        id
    }

    /// Logs in with the session of this id.
    pub(super) fn log_in(&mut self, id: &str, now: i64) {
        self.0.insert(id.to_owned(), Session { is_logged_in: true, since: now });
    }

    pub(super) fn end(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Ends all sessions; how many people were logged in.
    pub(crate) fn end_all(&mut self) -> usize {
        let logged_in = self.0.values().filter(|session| session.is_logged_in).count();
        self.0.clear();
        logged_in
    }
}

fn session_id(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, id)| id)
}
