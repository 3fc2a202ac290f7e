//! The ISP panel's login, shared by everybody, and the tasks that are created with it.
//!
//! However many find at the same moment that the session is over, the panel sees one login; see
//! `shared_login.rs`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
// The runtime's clock, so that a test can move it.
use tokio::time::{Instant, timeout_at};

use super::shared_login::{LoginTimes, NoSession, SessionStatus, SharedLogin, heeded_until, later};
use crate::domain::panel_failure::{PanelCode, PanelFailure};
use crate::providers::isp_panel::outcome::{CreateError, LoginError};
use crate::providers::isp_panel::session::{Cookie, PanelCredentials};
use crate::providers::isp_panel::{CREATE_WITHIN, NewTask, Panel};
use crate::retry::{Retry, Verdict};
use crate::stores::sessions::account::Account;
use crate::stores::sessions::{FailedLogin, KeptSecret};
use crate::stores::table::{StoreError, Table};

/// Whose session it is.
const PARTY: &str = "isp-panel";
const TIMES: LoginTimes = LoginTimes { lease: Duration::from_secs(15), patience: Duration::from_secs(10) };
/// Longer than all that creating a task may take: the session found over, a login, the task.
const CREATING_WITHIN: Duration = Duration::from_secs(60);

/// The panel, and the session in it.
#[derive(Debug)]
pub struct PanelLogin {
    panel: Panel,
    shared: SharedLogin,
    life: SignedDuration,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The panel did not let us in.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The shared session cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of creating a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creating {
    /// The panel took it.
    Made,
    /// It certainly was not created, and nothing but a person's word makes another try worth while.
    Refused(PanelFailure),
    /// It certainly was not created, and may be tried again.
    Safe {
        /// Why.
        failure: PanelFailure,
        /// How long the panel wants to be left alone, if it said.
        after: Option<Duration>,
    },
    /// It may have been created or not: a person has to look.
    Unclear(PanelFailure),
}

impl Verdict for SessionError {
    fn retry(&self) -> Retry {
        match self {
            Self::Login(error) => error.retry(),
            Self::Store(error) => error.retry(),
        }
    }
}

impl From<SessionError> for LoginError {
    /// In the panel's codes: a session that cannot be read is a login that cannot be made.
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Login(error) => error,
            SessionError::Store(error) => {
                let detail = format!("the shared session cannot be used: {error}");
                Self::passing(PanelFailure::new(PanelCode::AuthRequestFailed, detail), None)
            }
        }
    }
}

impl PanelLogin {
    /// The session in `panel`, kept in `table`; a login is used for `life`.
    pub fn new(panel: Panel, table: Table, life: SignedDuration) -> Self {
        let shared = SharedLogin::new(account(&panel), table, TIMES);
        Self { panel, shared, life }
    }

    /// Waits so long for somebody else's login, instead of 10 seconds.
    pub fn waiting_at_most(mut self, patience: Duration) -> Self {
        self.shared = self.shared.waiting_at_most(patience);
        self
    }

    /// Whether `other` logs in to the same panel with the same account and password.
    pub fn is_as(&self, other: &Self) -> bool {
        self.shared.is_as(&other.shared)
    }

    /// The session's cookie: the one that is held, or else the shared one, or else that of a new login.
    ///
    /// # Errors
    /// When the panel does not let us in, or the store is unavailable.
    pub async fn session(&self, now: Timestamp) -> Result<Cookie, SessionError> {
        cookie(self.shared.secret(now, async |now| self.log_in(now).await).await)
    }

    /// Another cookie than `dead`, which the panel no longer takes.
    ///
    /// # Errors
    /// When the panel does not let us in, or the store is unavailable.
    pub async fn renew(&self, dead: &Cookie, now: Timestamp) -> Result<Cookie, SessionError> {
        cookie(self.shared.renew(dead.expose(), now, async |now| self.log_in(now).await).await)
    }

    /// Creates a task, once; the session is renewed once if the panel says that it is over. To be called once
    /// for a committed attempt, with a cookie from [`Self::session`].
    pub async fn create(&self, cookie: &Cookie, task: &NewTask<'_>, now: Timestamp) -> Creating {
        self.create_until(cookie, task, now, Instant::now() + CREATING_WITHIN).await
    }

    /// The same, ended at `until`. A session is not renewed when a task could not be created after that, and
    /// only a panel that was asked for the task itself and cut off leaves it unclear.
    pub async fn create_until(
        &self,
        cookie: &Cookie,
        task: &NewTask<'_>,
        now: Timestamp,
        until: Instant,
    ) -> Creating {
        let began = Instant::now();
        match self.ask(cookie, task, until).await {
            Err(CreateError::SessionOver) => {}
            other => return created(other),
        }
        let renew_by = until.checked_sub(CREATE_WITHIN).unwrap_or(began);
        if Instant::now() >= renew_by {
            return out_of_time("too little time is left to log in anew");
        }
        match timeout_at(renew_by, self.renew(cookie, later(now, began.elapsed()))).await {
            Ok(Ok(renewed)) => created(self.ask(&renewed, task, until).await),
            Ok(Err(error)) => not_created(error.into()),
            Err(_) => out_of_time("logging in anew took too long"),
        }
    }

    /// Asks the panel for the task.
    async fn ask(&self, cookie: &Cookie, task: &NewTask<'_>, until: Instant) -> Result<(), CreateError> {
        timeout_at(until, self.panel.create_task(cookie, task)).await.unwrap_or_else(|_| {
            let what = "the time ran out before the panel answered";
            Err(CreateError::Unclear(PanelFailure::new(PanelCode::TaskCreateRequestFailed, what)))
        })
    }

    /// What is known of the shared session.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn status(&self, now: Timestamp) -> Result<SessionStatus, StoreError> {
        self.shared.status(now).await
    }

    /// Forgets the session, here and in the table. Other instances use what they hold until it is dead.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn forget(&self) -> Result<(), StoreError> {
        self.shared.forget().await
    }

    /// How many logins this instance made since it was last asked, successful or not; to be counted.
    pub fn take_logins(&self) -> usize {
        self.shared.take_logins()
    }

    async fn log_in(&self, now: Timestamp) -> Result<KeptSecret, FailedLogin> {
        match self.panel.login().await {
            Ok(cookie) => {
                let expires_at = now.saturating_add(self.life).unwrap_or(Timestamp::MAX);
                Ok(KeptSecret { text: SecretString::from(cookie.expose()), expires_at })
            }
            Err(LoginError { failure: PanelFailure { code, detail }, after, is_final }) => {
                let is_refused = is_final && code == PanelCode::AuthHttpError;
                let heeded_until = is_refused.then(|| heeded_until(now));
                Err(FailedLogin { code: code.as_str().to_owned(), detail, after, is_final, heeded_until })
            }
        }
    }
}

/// The account in the panel, as its session is kept for it.
pub fn account(panel: &Panel) -> Account {
    let PanelCredentials { username, password } = panel.credentials().clone();
    Account { party: PARTY, address: panel.base_url().to_owned(), name: username, password }
}

/// In the panel's words.
fn cookie(session: Result<SecretString, NoSession>) -> Result<Cookie, SessionError> {
    let corrupt =
        |what: &str| StoreError::Corrupt { key: format!("SESSION#{PARTY}"), reason: what.to_owned() };
    match session {
        Ok(text) => Ok(Cookie::parse(text.expose_secret()).map_err(|error| corrupt(&error.to_string()))?),
        Err(NoSession::Failed(FailedLogin { code, detail, after, is_final, .. })) => {
            let code = code.parse().map_err(|error| corrupt(&format!("{error}: {code}")))?;
            Err(LoginError { failure: PanelFailure { code, detail }, after, is_final }.into())
        }
        Err(busy @ NoSession::Busy) => {
            let failure = PanelFailure::new(PanelCode::AuthRequestFailed, busy.to_string());
            Err(LoginError::passing(failure, None).into())
        }
        Err(NoSession::Store(error)) => Err(error.into()),
    }
}

fn not_created(error: LoginError) -> Creating {
    match error.retry() {
        Retry::Safe { after } => Creating::Safe { failure: error.failure, after },
        Retry::Never | Retry::AskFirst => Creating::Refused(error.failure),
    }
}

/// The panel said that the session is over, so that nothing was created; it was not asked again.
fn out_of_time(what: &str) -> Creating {
    Creating::Safe { failure: PanelFailure::new(PanelCode::AuthRequestFailed, what), after: None }
}

fn created(answer: Result<(), CreateError>) -> Creating {
    match answer {
        Ok(()) => Creating::Made,
        Err(CreateError::SessionOver) => {
            let detail = "the panel wants a login again right after one".to_owned();
            Creating::Refused(PanelFailure::new(PanelCode::AuthHttpError, detail))
        }
        Err(CreateError::Refused(failure)) => Creating::Refused(failure),
        Err(CreateError::Safe { failure, after }) => Creating::Safe { failure, after },
        Err(CreateError::Unclear(failure)) => Creating::Unclear(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::isp_panel::LOGIN_WITHIN;

    #[test]
    fn nobody_takes_over_from_somebody_who_is_still_logging_in() {
        assert!(TIMES.lease > LOGIN_WITHIN, "a lease is shorter than a login");
        let all = CREATE_WITHIN * 2 + TIMES.patience + LOGIN_WITHIN;
        assert!(CREATING_WITHIN > all, "a task is cut off that might be created yet");
    }

    #[test]
    fn a_login_that_cannot_be_tried_again_refuses_the_task() {
        for (code, is_final) in PanelCode::ALL.into_iter().flat_map(|code| [(code, false), (code, true)]) {
            let failure = PanelFailure::new(code, "no");
            let answer = not_created(LoginError { failure: failure.clone(), after: None, is_final });
            let wanted = if code.is_retryable() && !is_final {
                Creating::Safe { failure, after: None }
            } else {
                Creating::Refused(failure)
            };
            assert_eq!(answer, wanted);
        }
    }
}
