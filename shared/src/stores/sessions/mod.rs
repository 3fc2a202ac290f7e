//! The session in the ISP panel, shared by every instance of every function: one item.
//!
//! Only who wins the right to log in does so: the right is a lease, which ends by itself when its holder is gone.

mod seal;

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::seal::{Seal, new_salt};
use super::table::{Expected, Key, StoreError, Table};
use crate::domain::panel_failure::PanelFailure;

const NAME: &str = "SESSION#isp-panel";
const SORT_KEY: &str = "SESSION";
/// How often a change is tried when others come first.
const MAX_CONFLICTS: usize = 3;

/// The shared session.
#[derive(Debug, Clone)]
pub struct Sessions {
    table: Table,
    seal: Seal,
}

/// The session as it is stored.
#[derive(Debug, Clone)]
pub struct Session {
    /// Grows with every change; 0 when there was none.
    pub version: u64,
    /// The cookie, where somebody logged in with today's account and password.
    pub cookie: Option<KeptSecret>,
    /// Until when somebody is believed to be logging in.
    pub login_until: Option<Timestamp>,
    /// Why the last login failed, if it did, with today's account and password.
    pub failed_login: Option<FailedLogin>,
    salt: Option<String>,
}

/// A cookie, and how long it is used.
#[derive(Debug, Clone)]
pub struct KeptSecret {
    /// The cookie.
    pub text: SecretString,
    /// When it is taken for dead.
    pub expires_at: Timestamp,
}

/// A login that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedLogin {
    /// Why.
    pub failure: PanelFailure,
    /// How long the panel wanted to be left alone, if it said. Whole seconds.
    pub after: Option<Duration>,
    /// Whether the panel knows us and said no.
    pub is_final: bool,
    /// Until when nobody tries the same account and password again, where the panel refused them.
    pub heeded_until: Option<Timestamp>,
}

/// The right to log in.
#[derive(Debug)]
pub struct LoginLease {
    version: u64,
    salt: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct SessionItem {
    pk: String,
    sk: String,
    version: u64,
    /// Of the key that seals the cookie. Drawn once: every instance derives its key once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookie: Option<StoredCookie>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<StoredLease>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed_login: Option<StoredFailure>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredCookie {
    sealed: String,
    expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredLease {
    until: Timestamp,
    /// Drawn anew for each lease: whoever lost the answer to its claim knows it again by this.
    claim: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredFailure {
    code: String,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_seconds: Option<u64>,
    #[serde(default)]
    is_final: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heeded_until: Option<Timestamp>,
    /// The mark of the account and password that it is about.
    #[serde(default)]
    account: String,
}

impl FailedLogin {
    /// Whether the same login is not to be tried at `now`.
    pub fn is_heeded(&self, now: Timestamp) -> bool {
        self.heeded_until.is_some_and(|until| until > now)
    }
}

impl Session {
    /// Whether somebody may be logging in at `now`.
    pub fn is_being_renewed(&self, now: Timestamp) -> bool {
        self.login_until.is_some_and(|until| until > now)
    }
}

impl Sessions {
    /// The session of `account` in the panel at `panel`, kept in `table`.
    pub fn new(table: Table, panel: &str, account: &SecretString, password: &SecretString) -> Self {
        Self { table, seal: Seal::new(panel, account, password) }
    }

    /// The session as it stands.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn get(&self) -> Result<Session, StoreError> {
        let item = self.read().await?.unwrap_or_default();
        let is_ours = |failure: &StoredFailure| {
            item.salt
                .as_ref()
                .is_some_and(|salt| self.seal.mark(salt).is_ok_and(|mark| mark == failure.account))
        };
        let failed_login = match item.failed_login {
            Some(failure) => Some(failed_login(&failure)?).filter(|_| is_ours(&failure)),
            None => None,
        };
        let open = |cookie: StoredCookie| {
            let text = self.seal.open(item.salt.as_deref()?, &cookie.sealed)?;
            Some(KeptSecret { text, expires_at: cookie.expires_at })
        };
        Ok(Session {
            version: item.version,
            cookie: item.cookie.and_then(open),
            login_until: item.login.map(|login| login.until),
            failed_login,
            salt: item.salt,
        })
    }

    /// Claims the right to log in, until `until`, if nothing changed since `session` was read. The cookie that
    /// was there is dropped. None when somebody else was first.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn claim_login(
        &self,
        session: &Session,
        until: Timestamp,
    ) -> Result<Option<LoginLease>, StoreError> {
        let claim = Uuid::new_v4().simple().to_string();
        let login = StoredLease { until, claim: claim.clone() };
        let version = session.version.saturating_add(1);
        let salt = session.salt.clone().unwrap_or_else(new_salt);
        let lease = LoginLease { version, salt: salt.clone() };
        let item = SessionItem { version, salt: Some(salt), login: Some(login), ..SessionItem::default() };
        match self.write(item).await {
            Ok(()) => Ok(Some(lease)),
            // Perhaps our own: the store's client repeats a write whose answer was lost.
            Err(StoreError::Conflict) => {
                let login = self.read().await?.and_then(|item| item.login);
                Ok(login.filter(|login| login.claim == claim).map(|_| lease))
            }
            Err(other) => Err(other),
        }
    }

    /// Keeps the cookie of a login, and gives up the right to log in.
    ///
    /// # Errors
    /// `Conflict` when the right was lost; otherwise when the store is unavailable.
    pub async fn keep(&self, lease: LoginLease, cookie: &KeptSecret) -> Result<(), StoreError> {
        let sealed = self.seal.close(&lease.salt, &cookie.text);
        let sealed = sealed.map_err(|error| StoreError::Refused(error.to_string()))?;
        let cookie = StoredCookie { sealed, expires_at: cookie.expires_at };
        let version = lease.version.saturating_add(1);
        let (salt, cookie) = (Some(lease.salt), Some(cookie));
        self.write(SessionItem { version, salt, cookie, ..SessionItem::default() }).await
    }

    /// Tells that a login failed, and gives up the right to log in.
    ///
    /// # Errors
    /// `Conflict` when the right was lost; otherwise when the store is unavailable.
    pub async fn fail(&self, lease: LoginLease, failed: &FailedLogin) -> Result<(), StoreError> {
        let account = self.seal.mark(&lease.salt);
        let account = account.map_err(|error| StoreError::Refused(error.to_string()))?;
        let failure = StoredFailure {
            code: failed.failure.code.as_str().to_owned(),
            detail: failed.failure.detail.clone(),
            after_seconds: failed.after.map(|after| after.as_secs()),
            is_final: failed.is_final,
            heeded_until: failed.heeded_until,
            account,
        };
        let version = lease.version.saturating_add(1);
        let (salt, failed_login) = (Some(lease.salt), Some(failure));
        self.write(SessionItem { version, salt, failed_login, ..SessionItem::default() }).await
    }

    /// Forgets the session, so that whoever needs one logs in.
    ///
    /// # Errors
    /// When the store is unavailable, the item corrupt, or others came first too often.
    pub async fn forget(&self) -> Result<(), StoreError> {
        for _ in 0..MAX_CONFLICTS {
            let Some(item) = self.read().await? else { return Ok(()) };
            let version = item.version.saturating_add(1);
            let SessionItem { salt, login, .. } = item;
            match self.write(SessionItem { version, salt, login, ..SessionItem::default() }).await {
                Err(StoreError::Conflict) => {}
                done => return done,
            }
        }
        Err(StoreError::Conflict)
    }

    async fn read(&self) -> Result<Option<SessionItem>, StoreError> {
        self.table.get(&Key { pk: NAME.to_owned(), sk: SORT_KEY }).await
    }

    /// Writes an item over the one that has the version before.
    async fn write(&self, item: SessionItem) -> Result<(), StoreError> {
        let expected = match item.version.saturating_sub(1) {
            0 => Expected::Absent,
            before => Expected::Version(before),
        };
        self.table.put(&SessionItem { pk: NAME.to_owned(), sk: SORT_KEY.to_owned(), ..item }, expected).await
    }
}

fn failed_login(stored: &StoredFailure) -> Result<FailedLogin, StoreError> {
    let corrupt = |reason: String| StoreError::Corrupt { key: NAME.to_owned(), reason };
    let code = stored.code.parse().map_err(|error| corrupt(format!("{error}: {}", stored.code)))?;
    let failure = PanelFailure::new(code, stored.detail.clone());
    let after = stored.after_seconds.map(Duration::from_secs);
    let StoredFailure { is_final, heeded_until, .. } = *stored;
    Ok(FailedLogin { failure, after, is_final, heeded_until })
}
