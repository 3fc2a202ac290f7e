//! Billz's access token: one login for everybody, in its turn.
//!
//! However many jobs find at the same moment that the token is over, Billz sees one login; see
//! `shared_login.rs`. A login counts as a call: it takes its turn in the pace that all calls share.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::shared_login::{LoginTimes, NoSession, SessionStatus, SharedLogin, heeded_until, later};
use crate::domain::pace::Turn;
use crate::providers::billz::{AccessToken, Billz, BillzError};
use crate::retry::{Failure, Retry, Verdict};
use crate::stores::paces::SharedPace;
use crate::stores::sessions::account::Account;
use crate::stores::sessions::{FailedLogin, KeptSecret};
use crate::stores::table::{StoreError, Table};

/// Whose session and whose pace it is.
const PARTY: &str = "billz";
const TIMES: LoginTimes = LoginTimes { lease: Duration::from_secs(30), patience: Duration::from_secs(25) };
/// A token is given up so long before its end, or a tenth of its life before, whichever is shorter.
const MARGIN: Duration = Duration::from_secs(60 * 60);
/// However short a token's life is said to be, it is used so long: else each call would log in.
const SHORTEST_USE: Duration = Duration::from_secs(60);
/// The longest that a login waits for its turn, behind calls that have theirs already.
const TURN_WITHIN: Duration = Duration::from_secs(14);
/// How long nobody calls after a login that was one call too many, where Billz does not say.
const REST: Duration = Duration::from_secs(2);

/// Billz, and the token that everybody uses.
#[derive(Debug)]
pub struct BillzLogin {
    billz: Billz,
    pace: SharedPace,
    shared: SharedLogin,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Billz does not accept the secret token: now, or some minutes ago. A person has to act.
    #[error("billz does not accept the secret token")]
    Refused {
        /// Billz's words, for operators. Not for the log.
        reason: String,
    },
    /// Nobody can log in for the moment.
    #[error("there is no login at billz for the moment: {detail}")]
    Unavailable {
        /// The cause, in words for operators.
        detail: String,
        /// How long Billz is to be left alone, if that is known.
        after: Option<Duration>,
    },
    /// The shared token cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Verdict for TokenError {
    fn retry(&self) -> Retry {
        match self {
            Self::Refused { .. } => Retry::Never,
            Self::Unavailable { after, .. } => Retry::Safe { after: *after },
            Self::Store(error) => error.retry(),
        }
    }
}

impl From<NoSession> for TokenError {
    fn from(error: NoSession) -> Self {
        match error {
            NoSession::Failed(FailedLogin { detail, is_final: true, .. }) => Self::Refused { reason: detail },
            NoSession::Failed(FailedLogin { detail, after, .. }) => Self::Unavailable { detail, after },
            busy @ NoSession::Busy => Self::Unavailable { detail: busy.to_string(), after: None },
            NoSession::Store(error) => Self::Store(error),
        }
    }
}

impl BillzLogin {
    /// The login at `billz`. Token and pace are kept in `table`; calls are `gap` apart.
    pub fn new(billz: Billz, table: Table, gap: SignedDuration) -> Self {
        let password = SecretString::from(billz.credentials().secret_token.expose_secret().trim());
        let address = billz.base_url().to_owned();
        let account = Account { party: PARTY, address, name: SecretString::from(""), password };
        let pace = SharedPace::new(table.clone(), PARTY, gap);
        Self { billz, pace, shared: SharedLogin::new(account, table, TIMES) }
    }

    /// Billz itself, to be called with the token.
    pub fn billz(&self) -> &Billz {
        &self.billz
    }

    /// The pace that every call to Billz takes its turn in.
    pub fn pace(&self) -> &SharedPace {
        &self.pace
    }

    /// Whether `other` logs in at the same place with the same secret token.
    pub fn is_as(&self, other: &Self) -> bool {
        self.shared.is_as(&other.shared)
    }

    /// Waits so long for somebody else's login, instead of 25 seconds.
    pub fn waiting_at_most(mut self, patience: Duration) -> Self {
        self.shared = self.shared.waiting_at_most(patience);
        self
    }

    /// The token: the one that is held, or else the shared one, or else that of a new login.
    ///
    /// # Errors
    /// When Billz does not let us in, or the store is unavailable.
    pub async fn token(&self, now: Timestamp) -> Result<SecretString, TokenError> {
        Ok(self.shared.secret(now, async |now| self.log_in(now).await).await?)
    }

    /// Another token than `dead`, which Billz no longer takes. To be asked for once for a call: a token that is
    /// not taken right after a login will not be after the next.
    ///
    /// # Errors
    /// When Billz does not let us in, or the store is unavailable.
    pub async fn renew(&self, dead: &SecretString, now: Timestamp) -> Result<SecretString, TokenError> {
        Ok(self.shared.renew(dead.expose_secret(), now, async |now| self.log_in(now).await).await?)
    }

    /// What is known of the shared token.
    ///
    /// # Errors
    /// When the store is unavailable or the item corrupt.
    pub async fn status(&self, now: Timestamp) -> Result<SessionStatus, StoreError> {
        self.shared.status(now).await
    }

    /// Forgets the token, here and in the table. Other instances use what they hold until it is dead.
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
        let now = self.turn(now).await?;
        match self.billz.login(now).await {
            Ok(AccessToken { text, lives_for }) => {
                Ok(KeptSecret { text, expires_at: later(now, used_for(lives_for)) })
            }
            Err(error) => Err(self.failed(error, now).await),
        }
    }

    /// Waits for the login's turn; the instant that it is then.
    async fn turn(&self, now: Timestamp) -> Result<Timestamp, FailedLogin> {
        let turn = self.pace.take(now, later(now, TURN_WITHIN)).await;
        match turn.map_err(|error| passing(error.to_string(), None))? {
            Turn::At(turn) => {
                tokio::time::sleep(turn.duration_since(now).unsigned_abs()).await;
                Ok(turn)
            }
            Turn::NotBefore(turn) => {
                let wait = turn.duration_since(now).unsigned_abs();
                Err(passing("too many calls go first".to_owned(), Some(wait)))
            }
        }
    }

    async fn failed(&self, error: BillzError, now: Timestamp) -> FailedLogin {
        let error = match error {
            BillzError::Call(error) => error,
            BillzError::Refused(refusal) => return refused(refusal.reason, now),
            BillzError::TokenExpired => return refused("Billz does not let us log in".to_owned(), now),
        };
        let Failure::Limited(wished) = error.failure else {
            return passing(error.to_string(), None);
        };
        let after = wished.unwrap_or(REST);
        let rest = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
        if let Err(unkept) = self.pace.rest(now, rest).await {
            // The wish reaches only who asked for this login.
            tracing::warn!(error = %unkept, provider = PARTY, "the pace could not be slowed down");
        }
        passing(error.to_string(), Some(after))
    }
}

/// Billz knows us and said no.
fn refused(reason: String, now: Timestamp) -> FailedLogin {
    let heeded_until = Some(heeded_until(now));
    FailedLogin { code: "refused".to_owned(), detail: reason, after: None, is_final: true, heeded_until }
}

/// A login that may be tried again.
fn passing(detail: String, after: Option<Duration>) -> FailedLogin {
    FailedLogin { code: "unavailable".to_owned(), detail, after, is_final: false, heeded_until: None }
}

/// How long a token of this life is used.
fn used_for(lives_for: Duration) -> Duration {
    let margin = MARGIN.min(lives_for / 10);
    lives_for.saturating_sub(margin).max(SHORTEST_USE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::billz::LOGIN_WITHIN;

    #[test]
    fn nobody_takes_over_from_somebody_who_is_still_logging_in() {
        assert!(TIMES.lease > TURN_WITHIN + LOGIN_WITHIN, "a lease is shorter than a login");
        assert!(TIMES.patience > TURN_WITHIN + LOGIN_WITHIN, "a login that takes long is not waited for");
    }

    #[test]
    fn a_token_is_given_up_before_its_end() {
        for (life, used) in [
            (15 * 24 * 3600, 15 * 24 * 3600 - 3600),
            (24 * 3600, 23 * 3600),
            (10 * 3600, 9 * 3600),
            (3600, 3240),
            (100, 90),
            (60, 60),
            (0, 60),
        ] {
            assert_eq!(used_for(Duration::from_secs(life)), Duration::from_secs(used), "{life}");
        }
    }
}
