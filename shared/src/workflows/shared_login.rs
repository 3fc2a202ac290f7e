//! One login at a party for everybody: held by the instance, kept in the table, made by one at a time.
//!
//! However many find at the same moment that the session is over, the party sees one login. An account that
//! it refused is not tried again for some minutes, by nobody: else a backlog of work would lock it. How to
//! log in is the caller's: each party's own login is in a file of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
// The runtime's clock, so that a test can move it.
use tokio::time::Instant;

use crate::stores::sessions::account::Account;
use crate::stores::sessions::{FailedLogin, KeptSecret, LoginLease, Session, Sessions};
use crate::stores::table::{StoreError, Table};

/// How long a party's refusal of an account and its password is heeded.
const REFUSAL_HEEDED: SignedDuration = SignedDuration::from_mins(5);
/// How often to look meanwhile.
const STEP: Duration = Duration::from_millis(250);

/// How long a party's login takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginTimes {
    /// How long somebody is believed to be logging in: longer than it takes.
    pub lease: Duration,
    /// The longest that anybody waits for somebody else's login.
    pub patience: Duration,
}

/// The session at a party.
#[derive(Debug)]
pub struct SharedLogin {
    account: Account,
    sessions: Sessions,
    times: LoginTimes,
    held: RwLock<Option<KeptSecret>>,
    /// The party's refusal of this account, which others in the table may have written over meanwhile.
    refused: RwLock<Option<FailedLogin>>,
    logins: AtomicUsize,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum NoSession {
    /// The party did not let us in: now, or not long ago.
    #[error("{}: {}", .0.code, .0.detail)]
    Failed(FailedLogin),
    /// It is not known yet whether the party lets us in. May be tried again.
    #[error("somebody else is logging in, and it takes too long")]
    Busy,
    /// The shared session cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The session, as operators are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionStatus {
    /// When its secret is taken for dead; none when there is none.
    pub expires_at: Option<Timestamp>,
    /// Whether it is used.
    pub is_valid: bool,
}

impl SharedLogin {
    /// The session of `account`, kept in `table`.
    pub fn new(account: Account, table: Table, times: LoginTimes) -> Self {
        let sessions = Sessions::new(table, &account);
        let (held, refused, logins) = (RwLock::new(None), RwLock::new(None), AtomicUsize::new(0));
        Self { account, sessions, times, held, refused, logins }
    }

    /// Waits so long for somebody else's login, instead of its usual patience.
    pub fn waiting_at_most(mut self, patience: Duration) -> Self {
        self.times.patience = patience;
        self
    }

    /// Whether `other` logs in to the same party with the same account and password.
    pub fn is_as(&self, other: &Self) -> bool {
        self.account.is_same(&other.account)
    }

    /// The session's secret: the one that is held, or else the shared one, or else what `log_in` gets. That is
    /// called at most once, with the instant of the login, and has to end within the lease.
    ///
    /// # Errors
    /// When the party does not let us in, or the store is unavailable.
    pub async fn secret(
        &self,
        now: Timestamp,
        log_in: impl AsyncFnOnce(Timestamp) -> Result<KeptSecret, FailedLogin>,
    ) -> Result<SecretString, NoSession> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone();
        match held.filter(|kept| is_alive(kept, None, now)) {
            Some(kept) => Ok(kept.text),
            None => self.log_in_once(None, now, log_in).await,
        }
    }

    /// Another secret than `dead`, which the party no longer takes; `log_in` as for [`Self::secret`].
    ///
    /// # Errors
    /// When the party does not let us in, or the store is unavailable.
    pub async fn renew(
        &self,
        dead: &str,
        now: Timestamp,
        log_in: impl AsyncFnOnce(Timestamp) -> Result<KeptSecret, FailedLogin>,
    ) -> Result<SecretString, NoSession> {
        self.log_in_once(Some(dead), now, log_in).await
    }

    /// What is known of the shared session.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn status(&self, now: Timestamp) -> Result<SessionStatus, StoreError> {
        let expires_at = self.sessions.get().await?.secret.map(|kept| kept.expires_at);
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

    async fn log_in_once(
        &self,
        dead: Option<&str>,
        now: Timestamp,
        log_in: impl AsyncFnOnce(Timestamp) -> Result<KeptSecret, FailedLogin>,
    ) -> Result<SecretString, NoSession> {
        let began = Instant::now();
        let mut first_seen = None;
        loop {
            let now = later(now, began.elapsed());
            let shared = self.sessions.get().await?;
            if let Some(kept) = shared.secret.clone().filter(|kept| is_alive(kept, dead, now)) {
                self.hold(kept.clone());
                return Ok(kept.text);
            }
            let first_seen = *first_seen.get_or_insert(shared.version);
            // Somebody tried while we waited, or was refused not long ago: the next try would end in the same way.
            let is_answer = |failed: &FailedLogin| shared.version > first_seen || failed.is_heeded(now);
            let refused = self.refused.read().unwrap_or_else(PoisonError::into_inner).clone();
            let refused = refused.filter(|failed| failed.is_heeded(now));
            if let Some(failed) = shared.failed_login.clone().filter(is_answer).or(refused) {
                return Err(NoSession::Failed(failed));
            }
            if let Some(lease) = self.claim(&shared, now).await? {
                return self.log_in(lease, now, log_in).await;
            }
            if began.elapsed() >= self.times.patience {
                return Err(NoSession::Busy);
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// The right to log in; none while somebody else has it.
    async fn claim(&self, shared: &Session, now: Timestamp) -> Result<Option<LoginLease>, StoreError> {
        if shared.is_being_renewed(now) {
            return Ok(None);
        }
        self.sessions.claim_login(shared, later(now, self.times.lease)).await
    }

    async fn log_in(
        &self,
        lease: LoginLease,
        now: Timestamp,
        log_in: impl AsyncFnOnce(Timestamp) -> Result<KeptSecret, FailedLogin>,
    ) -> Result<SecretString, NoSession> {
        self.logins.fetch_add(1, Ordering::Relaxed);
        let (result, stored) = match log_in(now).await {
            Ok(kept) => {
                let stored = self.sessions.keep(lease, &kept).await;
                self.hold(kept.clone());
                (Ok(kept.text), stored)
            }
            Err(failed) => {
                *self.refused.write().unwrap_or_else(PoisonError::into_inner) = Some(failed.clone());
                let stored = self.sessions.fail(lease, &failed).await;
                (Err(NoSession::Failed(failed)), stored)
            }
        };
        if let Err(error) = stored {
            // What the party said stands: this instance goes on with it, and the others log in on their own.
            tracing::warn!(%error, provider = self.account.party, "the session could not be shared");
        }
        result
    }

    fn hold(&self, kept: KeptSecret) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// Until when a party's refusal of an account at `now` is heeded.
pub fn heeded_until(now: Timestamp) -> Timestamp {
    now.saturating_add(REFUSAL_HEEDED).unwrap_or(Timestamp::MAX)
}

/// The instant so long after `now`.
pub fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Whether the secret is used at `now`, and is another one than `dead`.
fn is_alive(kept: &KeptSecret, dead: Option<&str>, now: Timestamp) -> bool {
    kept.expires_at > now && Some(kept.text.expose_secret()) != dead
}
