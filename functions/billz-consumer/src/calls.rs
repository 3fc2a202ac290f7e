//! One call to Billz: in its turn, with everybody's token, counted.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shared::domain::billz::operation::{Answer, Operation, Refusal};
use shared::domain::pace::{LONGEST_REST, Turn};
use shared::lambda::metrics::Metric;
use shared::providers::billz::BillzError;
use shared::retry::{Failure, Retry, Verdict};
use shared::stores::pulses::KindCounts;
use shared::stores::table::StoreError;
use shared::workflows::billz_login::TokenError;
use shared::workflows::store_trouble::STORE_PAUSE;

use crate::taking::Taking;

/// Kept free for the call itself, and for writing down what it brought.
const CALLING: Duration = Duration::from_secs(35);
/// How long everybody leaves Billz alone that wants it and does not say for how long.
const REST: Duration = Duration::from_secs(2);
/// How long a job waits when the secret token is not taken: an operator has to bring another one.
const NOT_LET_IN: Duration = Duration::from_secs(300);

/// Calls of one batch.
#[derive(Debug, Default)]
pub struct Tally {
    calls: Cell<usize>,
    failed: Cell<usize>,
    millis: Cell<usize>,
    is_not_let_in: Cell<bool>,
    jobs: RefCell<Vec<(Metric, String)>>,
}

/// Why a call brought no answer.
#[derive(Debug)]
pub enum Trouble {
    /// Billz said no.
    Refused(Refusal),
    /// It certainly did nothing, and may be asked again; after this long, if it said.
    Safe {
        /// Its wish.
        after: Option<Duration>,
        /// Why, for people.
        reason: String,
    },
    /// It may have acted.
    Unclear {
        /// Why, for people.
        reason: String,
    },
    /// It was not asked, and what is in the way has nothing to do with this job.
    Waiting {
        /// When to look again.
        after: Duration,
        /// What is in the way.
        reason: String,
    },
}

impl Tally {
    /// Calls that were made.
    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    /// Those that brought no result.
    pub fn failed(&self) -> usize {
        self.failed.get()
    }

    /// How long all of them took together.
    pub fn millis(&self) -> usize {
        self.millis.get()
    }

    /// Jobs that ended so, by their kind.
    pub fn of(&self, metric: Metric) -> KindCounts {
        let mut counts = KindCounts::new();
        for (_, kind) in self.jobs.borrow().iter().filter(|(counted, _)| *counted == metric) {
            let count = counts.entry(kind.clone()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    /// Whether Billz did not let us in.
    pub fn is_not_let_in(&self) -> bool {
        self.is_not_let_in.get()
    }

    /// Counts a login that brought no token: once for all jobs of a batch, which share it.
    fn count_login(&self) {
        if !self.is_not_let_in.replace(true) {
            self.count(Duration::ZERO, true);
        }
    }

    fn count(&self, took: Duration, is_failed: bool) {
        self.calls.set(self.calls.get().saturating_add(1));
        self.failed.set(self.failed.get().saturating_add(usize::from(is_failed)));
        let took = usize::try_from(took.as_millis()).unwrap_or(usize::MAX);
        self.millis.set(self.millis.get().saturating_add(took));
    }
}

impl Taking<'_> {
    /// Counts what became of a job.
    pub fn count(&self, metric: Metric, kind: &str) {
        self.app.metrics.count_kind(metric, kind);
        self.tally.jobs.borrow_mut().push((metric, kind.to_owned()));
    }

    /// Whether a call can still be begun.
    pub fn has_time(&self) -> bool {
        tokio::time::Instant::now() < self.deadline.before(CALLING)
    }

    /// Asks Billz, once; with another token once more, when it did not take the one it got.
    pub async fn perform(&self, operation: &Operation) -> Result<Answer, Trouble> {
        let token = match self.login.token(Timestamp::now()).await {
            Ok(token) => token,
            Err(error) => return Err(self.not_let_in(error).await),
        };
        match self.call(&token, operation).await? {
            Err(BillzError::TokenExpired) => {}
            answer => return self.told(answer).await,
        }
        let renewed = match self.login.renew(&token, Timestamp::now()).await {
            Ok(renewed) => renewed,
            Err(error) => return Err(self.not_let_in(error).await),
        };
        let again = self.call(&renewed, operation).await?;
        self.told(again).await
    }

    /// Waits for our turn, and asks. The outer error: Billz was not asked.
    async fn call(
        &self,
        token: &SecretString,
        operation: &Operation,
    ) -> Result<Result<Answer, BillzError>, Trouble> {
        let now = Timestamp::now();
        let left = self.deadline.before(CALLING).saturating_duration_since(tokio::time::Instant::now());
        let latest = now.saturating_add(left).unwrap_or(Timestamp::MAX);
        match self.login.pace().take(now, latest).await.map_err(|error| no_pace(&error))? {
            Turn::At(turn) => tokio::time::sleep(turn.duration_since(now).unsigned_abs()).await,
            Turn::NotBefore(turn) => {
                let reason = "no turn to call Billz is free in time".to_owned();
                let after = turn.duration_since(now).unsigned_abs().max(Duration::from_secs(1));
                return Err(Trouble::Waiting { after, reason });
            }
        }
        let began = Instant::now();
        let answer = self.login.billz().perform(token, operation, Timestamp::now()).await;
        let took = began.elapsed();
        // A refusal is a result.
        self.tally.count(took, matches!(&answer, Err(BillzError::Call(_))));
        // Each on its own: their mean has an alarm.
        self.app
            .metrics
            .add(Metric::BillzCallMillis, usize::try_from(took.as_millis()).unwrap_or(usize::MAX));
        Ok(answer)
    }

    async fn told(&self, answer: Result<Answer, BillzError>) -> Result<Answer, Trouble> {
        let error = match answer {
            Ok(answer) => return Ok(answer),
            Err(BillzError::Refused(refusal)) => return Err(Trouble::Refused(refusal)),
            Err(error) => error,
        };
        let reason = error.to_string();
        if let BillzError::Call(call) = &error
            && let Failure::Limited(after) = call.failure
        {
            let after = after.unwrap_or(REST).min(LONGEST_REST.unsigned_abs());
            self.leave_alone(after).await;
            // It says nothing about this job.
            return Err(Trouble::Waiting { after, reason });
        }
        Err(match error.retry() {
            Retry::Safe { after } => Trouble::Safe { after, reason },
            Retry::AskFirst => Trouble::Unclear { reason },
            Retry::Never => Trouble::Refused(Refusal::new(Refusal::REFUSED, reason)),
        })
    }

    /// Nobody calls Billz for so long.
    async fn leave_alone(&self, rest: Duration) {
        self.app.metrics.count(Metric::BillzLimited);
        let rest = SignedDuration::try_from(rest).unwrap_or(SignedDuration::MAX);
        if let Err(error) = self.login.pace().rest(Timestamp::now(), rest).await {
            tracing::warn!(%error, "the others are not told to leave Billz alone");
        }
    }

    async fn not_let_in(&self, error: TokenError) -> Trouble {
        let reason = error.to_string();
        if !matches!(error, TokenError::Store(_)) {
            self.tally.count_login();
        }
        match error {
            // The next try has the new token, where the secret holds one by now.
            TokenError::Refused { .. } if self.app.another_token(self.login).await => {
                Trouble::Waiting { after: Duration::from_secs(1), reason }
            }
            TokenError::Refused { .. } => Trouble::Waiting { after: NOT_LET_IN, reason },
            TokenError::Unavailable { after, .. } => Trouble::Safe { after, reason },
            TokenError::Store(error) => no_pace(&error),
        }
    }
}

/// Our own store is in the way: the message waits, however often.
fn no_pace(error: &StoreError) -> Trouble {
    Trouble::Waiting { after: STORE_PAUSE, reason: error.to_string() }
}
