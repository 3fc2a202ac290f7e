//! Sessions at parties that let us in after a login, each shared by every instance of every function: one item.
//!
//! Only who wins the right to log in does so: the right is a lease, which ends by itself when its holder is gone.

pub mod account;
mod seal;

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::account::Account;
use self::seal::{Seal, new_salt};
use super::table::{Expected, Key, StoreError, Table};

const SORT_KEY: &str = "SESSION";
/// How often a change is tried when others come first.
const MAX_CONFLICTS: usize = 3;

/// The shared sessions of one account.
#[derive(Debug, Clone)]
pub struct Sessions {
    table: Table,
    pk: String,
    seal: Seal,
}

/// The session as it is stored.
#[derive(Debug, Clone)]
pub struct Session {
    /// Grows with every change; 0 when there was none.
    pub version: u64,
    /// Its secret, where somebody logged in with today's account and password.
    pub secret: Option<KeptSecret>,
    /// Until when somebody is believed to be logging in.
    pub login_until: Option<Timestamp>,
    /// Why the last login failed, if it did, with today's account and password.
    pub failed_login: Option<FailedLogin>,
    salt: Option<String>,
}

/// What a login got, a cookie or a token, and how long it is used.
#[derive(Debug, Clone)]
pub struct KeptSecret {
    /// The cookie or token.
    pub text: SecretString,
    /// When it is taken for dead.
    pub expires_at: Timestamp,
}

/// A login that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedLogin {
    /// Why, in the party's codes.
    pub code: String,
    /// The cause, in words for operators. Holds no credentials.
    pub detail: String,
    /// How long the party wanted to be left alone, if it said. Stored in whole seconds.
    pub after: Option<Duration>,
    /// Whether the party knows us and said no.
    pub is_final: bool,
    /// Until when nobody tries the same account and password again, where the party refused them.
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
    /// Of the key that seals the secret. Drawn once: every instance derives its key once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// Stored by the name of what the first party gave.
    #[serde(rename = "cookie", default, skip_serializing_if = "Option::is_none")]
    secret: Option<StoredSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<StoredLease>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed_login: Option<StoredFailure>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredSecret {
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

impl From<StoredFailure> for FailedLogin {
    fn from(stored: StoredFailure) -> Self {
        let StoredFailure { code, detail, after_seconds, is_final, heeded_until, account: _ } = stored;
        Self { code, detail, after: after_seconds.map(Duration::from_secs), is_final, heeded_until }
    }
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
    /// The session of `account`, kept in `table`.
    pub fn new(table: Table, account: &Account) -> Self {
        Self { table, pk: format!("SESSION#{}", account.party), seal: Seal::new(account) }
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
        let failed_login = item.failed_login.filter(is_ours).map(FailedLogin::from);
        let open = |secret: StoredSecret| {
            let text = self.seal.open(item.salt.as_deref()?, &secret.sealed)?;
            Some(KeptSecret { text, expires_at: secret.expires_at })
        };
        Ok(Session {
            version: item.version,
            secret: item.secret.and_then(open),
            login_until: item.login.map(|login| login.until),
            failed_login,
            salt: item.salt,
        })
    }

    /// Claims the right to log in, until `until`, if nothing changed since `session` was read. The secret that
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

    /// Keeps what a login got, and gives up the right to log in.
    ///
    /// # Errors
    /// `Conflict` when the right was lost; otherwise when the store is unavailable.
    pub async fn keep(&self, lease: LoginLease, secret: &KeptSecret) -> Result<(), StoreError> {
        let sealed = self.seal.close(&lease.salt, &secret.text);
        let sealed = sealed.map_err(|error| StoreError::Refused(error.to_string()))?;
        let secret = StoredSecret { sealed, expires_at: secret.expires_at };
        let version = lease.version.saturating_add(1);
        let (salt, secret) = (Some(lease.salt), Some(secret));
        self.write(SessionItem { version, salt, secret, ..SessionItem::default() }).await
    }

    /// Tells that a login failed, and gives up the right to log in.
    ///
    /// # Errors
    /// `Conflict` when the right was lost; otherwise when the store is unavailable.
    pub async fn fail(&self, lease: LoginLease, failed: &FailedLogin) -> Result<(), StoreError> {
        let account = self.seal.mark(&lease.salt);
        let account = account.map_err(|error| StoreError::Refused(error.to_string()))?;
        let failure = StoredFailure {
            code: failed.code.clone(),
            detail: failed.detail.clone(),
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
        self.table.get(&Key { pk: self.pk.clone(), sk: SORT_KEY }).await
    }

    /// Writes an item over the one that has the version before.
    async fn write(&self, item: SessionItem) -> Result<(), StoreError> {
        let expected = match item.version.saturating_sub(1) {
            0 => Expected::Absent,
            before => Expected::Version(before),
        };
        let (pk, sk) = (self.pk.clone(), SORT_KEY.to_owned());
        self.table.put(&SessionItem { pk, sk, ..item }, expected).await
    }
}
