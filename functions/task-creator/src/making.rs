//! The making of one task: look, log in, claim, call once, write down.
//!
//! What fails before the claim leaves nothing behind. What is called is called once; from then on only the
//! panel's own word, or a person's, says whether the task is there.
//!
//! A message is never buried while its task is to be made or being made: whoever asked would never hear of it.
//! Where nothing can be written down it waits, however often; at its last try the task ends as failed.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use jiff::Timestamp;
use shared::domain::identifier::TaskId;
use shared::domain::panel_failure::{PanelCode, PanelFailure};
use shared::domain::support_task::draft::TaskDraft;
use shared::domain::support_task::{Claim, LEASE, Made, Standing, SupportTask};
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::providers::isp_panel::NewTask;
use shared::providers::isp_panel::outcome::LoginError;
use shared::providers::isp_panel::session::Cookie;
use shared::queues::batch::{Delivery, Try};
use shared::retry::{Retry, Verdict};
use shared::stores::invoices::Cause;
use shared::stores::support_tasks::ChangedTask;
use shared::stores::table::StoreError;
use shared::workflows::panel_login::{Creating, PanelLogin};
use shared::workflows::store_trouble::{STORE_PAUSE, put_off, write_down};
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::deadline::{answer_by, begin_by};
use crate::panel::PanelAccess;

/// One request, and what it is dealt with by.
pub struct Making<'a> {
    pub app: &'a App,
    pub panel: &'a PanelAccess,
    pub id: TaskId,
    pub attempt: u32,
    pub correlation_id: String,
    pub turn: Try,
    pub deadline: Deadline,
}

/// A claim of ours on a task.
struct Claimed {
    draft: TaskDraft,
    since: Timestamp,
}

impl Making<'_> {
    /// Does `work` at the task, and outlives a panic of it.
    pub async fn outlive(&self, work: impl Future<Output = Delivery>) -> Delivery {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(delivery) => delivery,
            Err(_) if self.turn == Try::Last => {
                let what = "making the task broke off before the panel was asked";
                // Of a claimed task this ends nothing: its message waits until the claim has lapsed.
                self.give_up(PanelFailure::new(PanelCode::AuthRequestFailed, what)).await
            }
            Err(_) => Delivery::Retry { after: None, reason: "making it panicked".to_owned() },
        }
    }

    /// Makes the task, if it is still to be made.
    pub async fn run(&self) -> Delivery {
        let mut task = match self.app.tasks.get(&self.id).await {
            Ok(Some(task)) => task,
            Ok(None) => return nobody_s(),
            Err(error) => return put_off(&error),
        };
        // Only looked at: nothing is claimed before there is a session to use.
        match task.claim(self.attempt, Timestamp::now()) {
            Claim::Make => self.make().await,
            Claim::Lost => self.leave_to_a_person().await,
            claim @ (Claim::Settled | Claim::Busy { .. }) => self.not_ours(claim),
        }
    }

    async fn make(&self) -> Delivery {
        let mut panel = self.panel.clone();
        let (login, cookie) = loop {
            let login = match panel.login() {
                Ok(login) => login.clone(),
                Err(failure) => return self.give_up(failure).await,
            };
            let session = timeout_at(begin_by(self.deadline), login.session(Timestamp::now())).await;
            let error = match session {
                Ok(Ok(cookie)) => break (login, cookie),
                Ok(Err(error)) => LoginError::from(error),
                Err(_) => return self.out_of_time("logging in took too long").await,
            };
            // Ends: the account of the next round is the one that the function then holds.
            match self.instead_of(&login, &error.failure).await {
                Some(other) => panel = other,
                None => return self.without_session(error).await,
            }
        };
        if Instant::now() >= begin_by(self.deadline) {
            return self.out_of_time("too little time is left to ask the panel").await;
        }
        match self.claim().await {
            Ok(claimed) => self.ask(&login, &cookie, claimed).await,
            Err(delivery) => delivery,
        }
    }

    /// Where the panel refused an account that has been rotated meanwhile: the panel with the new one.
    async fn instead_of(&self, login: &PanelLogin, failure: &PanelFailure) -> Option<PanelAccess> {
        if failure.code != PanelCode::AuthHttpError {
            return None;
        }
        self.app.another_account(login).await
    }

    /// Nobody is logged in, so nothing was claimed.
    async fn without_session(&self, error: LoginError) -> Delivery {
        self.app.metrics.count(Metric::ProviderCallFailed);
        let verdict = error.retry();
        let LoginError { failure, after, .. } = error;
        if verdict == Retry::Never || self.turn == Try::Last {
            return self.give_up(failure).await;
        }
        self.log("put off", Some(&failure));
        Delivery::Retry { after, reason: failure.to_string() }
    }

    /// Nothing was claimed, and this invocation ends too soon to begin.
    async fn out_of_time(&self, what: &str) -> Delivery {
        if self.turn == Try::Last {
            return self.give_up(PanelFailure::new(PanelCode::AuthRequestFailed, what)).await;
        }
        Delivery::Retry { after: None, reason: what.to_owned() }
    }

    /// Ends an attempt for which the panel was never asked, so that whoever wants the task is told.
    async fn give_up(&self, failure: PanelFailure) -> Delivery {
        let cause = self.cause();
        let end = |task: &mut SupportTask| task.give_up_making(self.attempt, failure.clone(), cause.now);
        match self.app.tasks.change(&self.id, &cause, end).await {
            Ok(Some(changed)) => self.ended(&changed.task),
            Ok(None) => nobody_s(),
            Err(error) => put_off(&error),
        }
    }

    /// Claims the task, or says what is done with a message that cannot.
    async fn claim(&self) -> Result<Claimed, Delivery> {
        let cause = self.cause();
        let claim = |task: &mut SupportTask| task.claim(self.attempt, cause.now);
        match self.app.tasks.change(&self.id, &cause, claim).await {
            Ok(Some(ChangedTask { outcome: Claim::Make, task })) => {
                Ok(Claimed { draft: task.draft, since: cause.now })
            }
            Ok(Some(changed)) => Err(self.not_ours(changed.outcome)),
            Ok(None) => Err(nobody_s()),
            Err(error) => Err(put_off(&error)),
        }
    }

    /// Opens the review of a task whose maker is gone; claims nothing.
    async fn leave_to_a_person(&self) -> Delivery {
        let cause = self.cause();
        let lose = |task: &mut SupportTask| {
            let mut claimed = task.clone();
            let claim = claimed.claim(self.attempt, cause.now);
            if claim == Claim::Lost {
                *task = claimed;
            }
            claim
        };
        match self.app.tasks.change(&self.id, &cause, lose).await {
            Ok(Some(changed)) => self.not_ours(changed.outcome),
            Ok(None) => nobody_s(),
            Err(error) => put_off(&error),
        }
    }

    /// What is done with the message of a task that is not ours to make.
    fn not_ours(&self, claim: Claim) -> Delivery {
        match claim {
            Claim::Make => wait("it is to be made after all".to_owned()),
            Claim::Settled => {
                self.log("nothing to do", None);
                Delivery::Done
            }
            Claim::Busy { wait } => {
                let after = wait.unsigned_abs().saturating_add(Duration::from_secs(1));
                Delivery::Later { after, reason: "somebody is making it".to_owned() }
            }
            Claim::Lost => {
                self.app.metrics.count(Metric::TaskNeedsReview);
                self.log("left to a person: its maker is gone", None);
                Delivery::Done
            }
        }
    }

    /// Asks the panel, once, and writes its word down.
    async fn ask(&self, login: &PanelLogin, cookie: &Cookie, claimed: Claimed) -> Delivery {
        let draft = &claimed.draft;
        let worker_ids: Vec<u32> = draft.workers.as_slice().iter().map(|worker| worker.id.0).collect();
        let task = NewTask {
            kind: draft.kind.as_str(),
            message: draft.description.as_str(),
            customer_username: draft.customer.username.as_str(),
            worker_ids: &worker_ids,
            send_whatsapp: draft.whats_app.is_requested(),
        };
        let until = answer_by(self.deadline);
        let creating = login.create_until(cookie, &task, Timestamp::now(), until).await;
        let creating = match creating {
            // The session was over, and the account is no longer the panel's: the next try has the new one.
            Creating::Refused(failure) if self.instead_of(login, &failure).await.is_some() => {
                Creating::Safe { failure, after: None }
            }
            other => other,
        };
        if matches!(creating, Creating::Safe { .. } | Creating::Unclear(_)) {
            self.app.metrics.count(Metric::ProviderCallFailed);
        }
        let (made, again) = match creating {
            Creating::Made => (Made::Created, None),
            Creating::Refused(failure) => (Made::Failed(failure), None),
            Creating::Unclear(failure) => (Made::Unclear(failure), None),
            Creating::Safe { failure, .. } if self.turn == Try::Last => (Made::Failed(failure), None),
            Creating::Safe { failure, after } => {
                self.log("put off", Some(&failure));
                (Made::Postponed, Some(Delivery::Retry { after, reason: failure.to_string() }))
            }
        };
        match (self.keep(&made, claimed.since).await, again) {
            (Ok(Some(_)), Some(again)) => again,
            (Ok(Some(task)), None) => self.ended(&task),
            (Ok(None), _) => nobody_s(),
            // Whoever gets the message next finds our claim and, in the end, asks a person. Whatever the error
            // is: the task is claimed, and must not stay so.
            (Err(error), _) => after_the_claim(error.to_string()),
        }
    }

    /// Writes the panel's word down, and tries again when the store fails.
    async fn keep(&self, made: &Made, since: Timestamp) -> Result<Option<SupportTask>, StoreError> {
        let cause = self.cause();
        let keep = |task: &mut SupportTask| task.made(self.attempt, since, made.clone(), cause.now);
        let write = async || self.app.tasks.change(&self.id, &cause, keep).await;
        let written = write_down(write, |error| {
            tracing::warn!(correlationId = self.correlation_id, task = %self.id, %error, "the panel's word is not written down");
        });
        Ok(written.await?.map(|changed| changed.task))
    }

    /// Counts and logs where a task now stands.
    fn ended(&self, task: &SupportTask) -> Delivery {
        match &task.standing {
            Standing::Created { .. } => {
                self.app.metrics.count(Metric::TaskCreated);
                self.log("created", None);
            }
            Standing::Failed { failure, .. } => {
                self.app.metrics.count(Metric::TaskFailed);
                self.log("failed", Some(failure));
            }
            Standing::NeedsReview { failure, .. } => {
                self.app.metrics.count(Metric::TaskNeedsReview);
                self.log("left to a person", Some(failure));
            }
            // Somebody else is at this very attempt: perhaps with the same message, which must outlive them.
            Standing::Ready | Standing::Submitting { .. } if task.attempt == self.attempt => {
                return after_the_claim("it is still to be made".to_owned());
            }
            // Somebody else was quicker: it is theirs to tell.
            Standing::Ready | Standing::Submitting { .. } | Standing::GivenUp { .. } => {
                self.log("nothing to do", None);
            }
        }
        Delivery::Done
    }

    fn cause(&self) -> Cause {
        Cause { correlation_id: self.correlation_id.clone(), now: Timestamp::now() }
    }

    fn log(&self, outcome: &str, failure: Option<&PanelFailure>) {
        let (correlation_id, task, attempt) = (&self.correlation_id, &self.id, self.attempt);
        let Some(PanelFailure { code, detail }) = failure else {
            tracing::info!(correlationId = correlation_id, %task, attempt, outcome, "support task");
            return;
        };
        let retryable = code.is_retryable();
        tracing::warn!(correlationId = correlation_id, %task, attempt, outcome, %code, retryable, detail, "support task");
    }
}

fn nobody_s() -> Delivery {
    Delivery::Dead { reason: "there is no such task".to_owned() }
}

/// The message waits, however often it did.
fn wait(reason: String) -> Delivery {
    Delivery::Later { after: STORE_PAUSE, reason }
}

/// The message of a claimed task comes back when the claim has lapsed.
fn after_the_claim(reason: String) -> Delivery {
    let after = LEASE.unsigned_abs().saturating_add(Duration::from_secs(1));
    Delivery::Later { after, reason }
}
