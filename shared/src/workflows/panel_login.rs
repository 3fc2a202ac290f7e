//! One login in the ISP panel for everybody: held by the instance, kept in the table, made by one at a time.
//!
//! However many find at the same moment that the session is over, the panel sees one login. An account that
//! it refused is not tried again for some minutes, by nobody: else a backlog of tasks would lock it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
// The runtime's clock, so that a test can move it.
use tokio::time::{Instant, timeout_at};

use crate::domain::panel_failure::{PanelCode, PanelFailure};
use crate::providers::isp_panel::outcome::{CreateError, LoginError};
use crate::providers::isp_panel::session::{Cookie, PanelCredentials};
use crate::providers::isp_panel::{CREATE_WITHIN, NewTask, Panel};
use crate::retry::{Retry, Verdict};
use crate::stores::sessions::{FailedLogin, KeptSecret, LoginLease, Session, Sessions};
use crate::stores::table::{StoreError, Table};

/// How long somebody is believed to be logging in: longer than it takes.
const LEASE: SignedDuration = SignedDuration::from_secs(15);
/// How long to wait for somebody else's login.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than all that creating a task may take: the session found over, a login, the task.
const CREATING_WITHIN: Duration = Duration::from_secs(60);
/// How long the panel's refusal of an account and its password is heeded.
const REFUSAL_HEEDED: SignedDuration = SignedDuration::from_mins(5);
/// How often to look meanwhile.
const STEP: Duration = Duration::from_millis(250);

/// The panel, and the session in it.
#[derive(Debug)]
pub struct PanelLogin {
    panel: Panel,
    sessions: Sessions,
    life: SignedDuration,
    patience: Duration,
    held: RwLock<Option<KeptSecret>>,
    /// The panel's refusal of this account, which others in the table may have written over meanwhile.
    refused: RwLock<Option<FailedLogin>>,
    logins: AtomicUsize,
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

/// The session, as operators are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionStatus {
    /// When the cookie is taken for dead; none when there is no cookie.
    pub expires_at: Option<Timestamp>,
    /// Whether it is used.
    pub is_valid: bool,
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
        let credentials = panel.credentials();
        let sessions = Sessions::new(table, panel.base_url(), &credentials.username, &credentials.password);
        let (held, refused, logins) = (RwLock::new(None), RwLock::new(None), AtomicUsize::new(0));
        Self { panel, sessions, life, patience: PATIENCE, held, refused, logins }
    }

    /// Waits so long for somebody else's login, instead of 10 seconds.
    pub fn waiting_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether `other` logs in to the same panel with the same account and password.
    pub fn is_as(&self, other: &Self) -> bool {
        let told = |login: &Self| {
            let PanelCredentials { username, password } = login.panel.credentials();
            [login.panel.base_url(), username.expose_secret(), password.expose_secret()].map(str::to_owned)
        };
        told(self) == told(other)
    }

    /// The session's cookie: the one that is held, or else the shared one, or else that of a new login.
    ///
    /// # Errors
    /// When the panel does not let us in, or the store is unavailable.
    pub async fn session(&self, now: Timestamp) -> Result<Cookie, SessionError> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone();
        match held.and_then(|kept| alive(&kept, None, now)) {
            Some(cookie) => Ok(cookie),
            None => self.log_in_once(None, now).await,
        }
    }

    /// Another cookie than `dead`, which the panel no longer takes.
    ///
    /// # Errors
    /// When the panel does not let us in, or the store is unavailable.
    pub async fn renew(&self, dead: &Cookie, now: Timestamp) -> Result<Cookie, SessionError> {
        self.log_in_once(Some(dead), now).await
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
        let expires_at = self.sessions.get().await?.cookie.map(|kept| kept.expires_at);
        Ok(SessionStatus { expires_at, is_valid: expires_at.is_some_and(|expires_at| expires_at > now) })
    }

    /// Forgets the session, here and in the table. Other instances use what they hold until it is dead.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn forget(&self) -> Result<(), StoreError> {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self.refused.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.sessions.forget().await
    }

    /// How many logins this instance made since it was last asked, successful or not; to be counted.
    pub fn take_logins(&self) -> usize {
        self.logins.swap(0, Ordering::Relaxed)
    }

    async fn log_in_once(&self, dead: Option<&Cookie>, now: Timestamp) -> Result<Cookie, SessionError> {
        let began = Instant::now();
        let mut first_seen = None;
        loop {
            let now = later(now, began.elapsed());
            let shared = self.sessions.get().await?;
            if let Some(cookie) = shared.cookie.as_ref().and_then(|kept| alive(kept, dead, now)) {
                self.hold(shared.cookie);
                return Ok(cookie);
            }
            let first_seen = *first_seen.get_or_insert(shared.version);
            // Somebody tried while we waited, or was refused not long ago: the next try would end in the same way.
            let is_answer = |failed: &FailedLogin| shared.version > first_seen || failed.is_heeded(now);
            let refused = self.refused.read().unwrap_or_else(PoisonError::into_inner).clone();
            let refused = refused.filter(|failed| failed.is_heeded(now));
            if let Some(failed) = shared.failed_login.clone().filter(is_answer).or(refused) {
                let FailedLogin { failure, after, is_final, .. } = failed;
                return Err(LoginError { failure, after, is_final }.into());
            }
            if let Some(lease) = self.claim(&shared, now).await? {
                return self.log_in(lease, now).await;
            }
            if began.elapsed() >= self.patience {
                let detail = "somebody else is logging in, and it takes too long".to_owned();
                let failure = PanelFailure::new(PanelCode::AuthRequestFailed, detail);
                return Err(LoginError::passing(failure, None).into());
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// The right to log in; none while somebody else has it.
    async fn claim(&self, shared: &Session, now: Timestamp) -> Result<Option<LoginLease>, StoreError> {
        if shared.is_being_renewed(now) {
            return Ok(None);
        }
        let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        self.sessions.claim_login(shared, until).await
    }

    async fn log_in(&self, lease: LoginLease, now: Timestamp) -> Result<Cookie, SessionError> {
        self.logins.fetch_add(1, Ordering::Relaxed);
        let stored = match self.panel.login().await {
            Ok(cookie) => {
                let expires_at = now.saturating_add(self.life).unwrap_or(Timestamp::MAX);
                let kept = KeptSecret { text: SecretString::from(cookie.expose()), expires_at };
                let stored = self.sessions.keep(lease, &kept).await;
                self.hold(Some(kept));
                (Ok(cookie), stored)
            }
            Err(error) => {
                let LoginError { failure, after, is_final } = error.clone();
                let is_refused = is_final && failure.code == PanelCode::AuthHttpError;
                let heeded_until =
                    is_refused.then(|| now.saturating_add(REFUSAL_HEEDED).unwrap_or(Timestamp::MAX));
                let failed = FailedLogin { failure, after, is_final, heeded_until };
                *self.refused.write().unwrap_or_else(PoisonError::into_inner) = Some(failed.clone());
                (Err(error.into()), self.sessions.fail(lease, &failed).await)
            }
        };
        let (result, stored) = stored;
        if let Err(error) = stored {
            // What the panel said stands: this instance goes on with it, and the others log in on their own.
            tracing::warn!(%error, "the panel's session could not be shared");
        }
        result
    }

    fn hold(&self, kept: Option<KeptSecret>) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

/// The cookie, if it is used at `now` and is another one than `dead`.
fn alive(kept: &KeptSecret, dead: Option<&Cookie>, now: Timestamp) -> Option<Cookie> {
    let cookie = Cookie::parse(kept.text.expose_secret()).ok()?;
    (kept.expires_at > now && Some(&cookie) != dead).then_some(cookie)
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

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::isp_panel::LOGIN_WITHIN;

    #[test]
    fn nobody_takes_over_from_somebody_who_is_still_logging_in() {
        assert!(LEASE.unsigned_abs() > LOGIN_WITHIN, "a lease is shorter than a login");
        assert!(PATIENCE > STEP * 10, "nobody waits");
        let all = CREATE_WITHIN * 2 + PATIENCE + LOGIN_WITHIN;
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
