//! The billing panel of an internet provider: a site for people, which support tasks are created in.
//!
//! It has no API: we log in as a person does, in two steps, and send the form that a person would send.
//! Creating a task is a `Once` call: the form has no field for a key of ours, and the panel shows no list in
//! which a lost task could be found. What it answers to a created task is not known, so that everything that
//! is neither a plain success nor certainly none is unclear, and a person looks.

pub mod outcome;
pub mod session;
mod wire;

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};

use self::outcome::{CreateError, LoginError};
use self::session::{Cookie, PanelCredentials};
use self::wire::{Destination, Page};
use super::call::{Answer, Call, CallError, Caller, Operation};
use crate::domain::panel_failure::{PanelCode, PanelFailure};
use crate::retry::{Failure, Kind};

const VISIT: Operation = Operation { provider: "isp-panel", name: "index", kind: Kind::Read };
/// Logging in twice makes two sessions, each as good as the other.
const LOGIN: Operation = Operation { provider: "isp-panel", name: "login", kind: Kind::Read };
const CREATE_TASK: Operation = Operation { provider: "isp-panel", name: "create_task", kind: Kind::Once };
/// Time for one page of logging in. All of them fit into the lease of a login.
const PAGE_WITHIN: Duration = Duration::from_secs(4);
/// Time for creating a task. Longer than the panel needs: giving up early costs a person's time.
const TASK_WITHIN: Duration = Duration::from_secs(10);

/// The longest that logging in takes: three pages.
pub const LOGIN_WITHIN: Duration = Duration::from_secs(12);
/// The longest that creating a task takes: the form, and a look at the first page.
pub const CREATE_WITHIN: Duration = Duration::from_secs(14);

/// The client.
#[derive(Debug, Clone)]
pub struct Panel {
    caller: Caller,
    base_url: String,
    origin: HeaderValue,
    credentials: PanelCredentials,
}

/// A task to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTask<'a> {
    /// `maintenance` or `uninstall`.
    pub kind: &'a str,
    /// What is to be done, in a person's words.
    pub message: &'a str,
    /// The customer's login name.
    pub customer_username: &'a str,
    /// The workers' numbers in the panel.
    pub worker_ids: &'a [u32],
    /// Whether the panel is asked to send WhatsApp messages.
    pub send_whatsapp: bool,
}

/// What the first page says about a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stranger,
    LoggedIn,
}

impl Panel {
    /// A client of the panel at `base_url`; none when the address cannot be one, or the credentials are not
    /// complete: the panel is off then.
    pub fn new(caller: Caller, base_url: &str, credentials: PanelCredentials) -> Option<Self> {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let is_address = base_url.starts_with("https://") || base_url.starts_with("http://");
        let origin = HeaderValue::from_str(&base_url).ok()?;
        (is_address && credentials.are_complete()).then_some(Self { caller, base_url, origin, credentials })
    }

    /// Where the panel is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The account that is used.
    pub fn credentials(&self) -> &PanelCredentials {
        &self.credentials
    }

    /// Logs in.
    ///
    /// # Errors
    /// When the panel cannot be reached, or does not let us in.
    pub async fn login(&self) -> Result<Cookie, LoginError> {
        let visit = self.page(VISIT, Method::GET, "index.php").within(PAGE_WITHIN).send().await?;
        if visit.status.is_client_error() {
            return Err(not_let_in(&visit, "the panel refused its first page"));
        }
        let first = set_cookie(&visit).ok_or_else(|| LoginError {
            failure: PanelFailure::new(
                PanelCode::AuthNoInitialCookie,
                format!("the panel's first page set no cookie (HTTP {})", visit.status.as_u16()),
            ),
            after: None,
            is_final: true,
        })?;
        let call = self.page(LOGIN, Method::POST, "index.php").within(PAGE_WITHIN);
        let call = self.form(call, &first, "index.php", wire::login_form(&self.credentials));
        let answer = call.send().await?;
        let cookie = set_cookie(&answer).unwrap_or(first);
        let is_refused = if answer.status.is_redirection() {
            match self.destination(&answer) {
                Some(Destination::LoginPage) => true,
                // To the desk, or back to the form: only the page itself says which.
                Some(Destination::FirstPage) => self.standing(&cookie).await? == Standing::Stranger,
                Some(Destination::Elsewhere) | None => false,
            }
        } else {
            wire::page(&answer.body) == Page::LoginForm
        };
        if is_refused {
            return Err(not_believed(
                &answer,
                "the panel showed its login form again: are account and password right?",
            ));
        }
        if answer.status.is_client_error() {
            return Err(not_believed(&answer, "the panel refused the login"));
        }
        Ok(cookie)
    }

    /// Creates a task, once. To be called once for a committed attempt.
    ///
    /// # Errors
    /// When it is not known that the task was created; [`CreateError`] says what is known instead.
    pub async fn create_task(&self, cookie: &Cookie, task: &NewTask<'_>) -> Result<(), CreateError> {
        let call = self.page(CREATE_TASK, Method::POST, "create_task.php").within(TASK_WITHIN);
        let answer = self.form(call, cookie, "create_task.php?", wire::task_form(task)).send().await?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(CreateError::SessionOver);
        }
        if answer.status.is_redirection() {
            return Err(self.redirected(&answer, cookie).await);
        }
        if answer.status.is_client_error() {
            return Err(answer.error(Failure::Refused, "the panel refused the task").into());
        }
        match wire::page(&answer.body) {
            Page::LoginForm => Err(self.asked_for_a_login(&answer, cookie).await),
            Page::AsksForPassword => Err(answer
                .error(Failure::Unreadable, "the panel answered with a page that asks for a password")
                .into()),
            Page::Other => Ok(()),
        }
    }

    /// What a page with the fields of the login form means after a new task. The site's own pages may have
    /// such fields, for a new customer's account say: only the first page says whether the session is over.
    async fn asked_for_a_login(&self, answer: &Answer, cookie: &Cookie) -> CreateError {
        let unclear = |what| answer.error(Failure::Unreadable, what).into();
        match self.standing(cookie).await {
            Ok(Standing::Stranger) => CreateError::SessionOver,
            Ok(Standing::LoggedIn) => {
                unclear("the panel answered with a form for an account, still logged in")
            }
            Err(_) => {
                unclear("the panel answered with a form for an account, and its first page did not answer")
            }
        }
    }

    /// What a redirect after a new task means. The panel may send us to its first page because the session is
    /// over, or because the task is made: which of them, it is asked before anything is sent again.
    async fn redirected(&self, answer: &Answer, cookie: &Cookie) -> CreateError {
        let unclear = |what| answer.error(Failure::Unreadable, what).into();
        match self.destination(answer) {
            Some(Destination::LoginPage) => CreateError::SessionOver,
            Some(Destination::FirstPage) => match self.standing(cookie).await {
                Ok(Standing::Stranger) => CreateError::SessionOver,
                Ok(Standing::LoggedIn) => unclear("the panel sent us to its first page, still logged in"),
                Err(_) => unclear("the panel sent us to its first page, which did not answer"),
            },
            Some(Destination::Elsewhere) | None => unclear("the panel sent us to another page"),
        }
    }

    /// Asks the first page whether it knows us by this cookie.
    async fn standing(&self, cookie: &Cookie) -> Result<Standing, CallError> {
        let call = self.page(VISIT, Method::GET, "index.php").within(PAGE_WITHIN);
        let answer = call.header("cookie", cookie_header(cookie)).send().await?;
        let is_sent_away = self.destination(&answer) == Some(Destination::LoginPage);
        let is_stranger = is_sent_away || wire::page(&answer.body) == Page::LoginForm;
        Ok(if is_stranger { Standing::Stranger } else { Standing::LoggedIn })
    }

    fn destination(&self, answer: &Answer) -> Option<Destination> {
        answer.header("location").map(|location| wire::destination(&self.base_url, location))
    }

    fn page(&self, operation: Operation, method: Method, page: &str) -> Call {
        let call = self.caller.call(operation, method, &format!("{}/{page}", self.base_url));
        call.accepting(wire::PAGES).header("user-agent", HeaderValue::from_static(wire::USER_AGENT))
    }

    fn form(&self, call: Call, cookie: &Cookie, referer: &str, body: String) -> Call {
        let referer = HeaderValue::from_str(&format!("{}/{referer}", self.base_url));
        call.header("cookie", cookie_header(cookie))
            .header("origin", self.origin.clone())
            .header("referer", referer.unwrap_or_else(|_| self.origin.clone()))
            .body(wire::FORM, body.into_bytes())
    }
}

fn set_cookie(answer: &Answer) -> Option<Cookie> {
    Cookie::parse(answer.header("set-cookie")?).ok()
}

fn cookie_header(cookie: &Cookie) -> HeaderValue {
    // What cannot stand in a header is no `Cookie`; without one the panel asks for a login.
    HeaderValue::from_str(cookie.expose()).unwrap_or(HeaderValue::from_static(""))
}

fn not_let_in(answer: &Answer, what: &str) -> LoginError {
    answer.error(Failure::Refused, what).into()
}

/// The panel read account and password, and says no.
fn not_believed(answer: &Answer, what: &str) -> LoginError {
    LoginError { is_final: true, ..not_let_in(answer, what) }
}
