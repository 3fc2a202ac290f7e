//! A message becomes a job of ours to do, or is answered at once.

use jiff::Timestamp;
use shared::domain::billz::job::{BillzJob, Claim};
use shared::domain::billz::work::Work;
use shared::domain::identifier::JobId;
use shared::lambda::deadline::Deadline;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::queues::billz_job::{BillzMessage, MalformedJob, parse};
use shared::stores::billz_jobs::HeldJob;
use shared::stores::invoices::Cause;
use shared::stores::table::StoreError;
use shared::workflows::billz_login::BillzLogin;
use shared::workflows::store_trouble::put_off;

use crate::app::App;
use crate::calls::Tally;
use crate::running::Running;

/// What a message is dealt with by.
#[derive(Clone, Copy)]
pub struct Taking<'a> {
    pub app: &'a App,
    pub login: &'a BillzLogin,
    pub deadline: Deadline,
    pub tally: &'a Tally,
}

impl Taking<'_> {
    /// Does what a message asks for.
    pub async fn take(self, message: &str) -> Delivery {
        match parse(message) {
            Ok(BillzMessage::Job { id, work, reply_queue, fingerprint, .. }) => {
                if let Some(queue) = &reply_queue
                    && !self.app.ways.reply_queues.contains(queue)
                {
                    let reason = "replyQueue: no reply can be sent there (BILLZ_REPLY_QUEUES)".to_owned();
                    return self
                        .bury(message, MalformedJob { id: Some(id), kind: Some(work.kind()), reason })
                        .await;
                }
                let job = BillzJob::receive(id, &work, fingerprint, message.to_owned(), Timestamp::now());
                self.begin(job.replying_to(reply_queue), work).await
            }
            Ok(BillzMessage::Resume { id }) => self.resume(&id).await,
            Err(malformed) => self.bury(message, malformed).await,
        }
    }

    /// Begins a new job, or goes on with the one that has its id.
    async fn begin(self, new: BillzJob, work: Work) -> Delivery {
        match self.app.stores.jobs.get(&new.id).await {
            Ok(None) => self.run(HeldJob::new(new), work).await,
            Ok(Some(held)) if held.job.is_unreadable() => self.run(HeldJob { job: new, ..held }, work).await,
            Ok(Some(mut held)) => {
                // Whoever asks again may want to be told, and did not before.
                let is_new_wish = held.job.reply_queue.is_none() && new.fingerprint == held.job.fingerprint;
                if is_new_wish {
                    held.job.reply_queue.clone_from(&new.reply_queue);
                }
                self.claim(held, Some(&new.fingerprint), work, new.created_at).await
            }
            Err(error) => put_off(&error),
        }
    }

    /// A person decided about the job: it is gone on with, from its own message.
    async fn resume(self, id: &JobId) -> Delivery {
        let held = match self.app.stores.jobs.get(id).await {
            Ok(Some(held)) => held,
            Ok(None) => return Delivery::Dead { reason: "there is no such job".to_owned() },
            Err(error) => return put_off(&error),
        };
        match parse(&held.job.message) {
            Ok(BillzMessage::Job { work, .. }) => self.claim(held, None, work, Timestamp::now()).await,
            Ok(BillzMessage::Resume { .. }) | Err(_) => {
                Delivery::Dead { reason: "the job's own message cannot be read".to_owned() }
            }
        }
    }

    async fn claim(
        self,
        mut held: HeldJob,
        fingerprint: Option<&str>,
        work: Work,
        now: Timestamp,
    ) -> Delivery {
        match held.job.claim(fingerprint, now) {
            Claim::Run => self.run(held, work).await,
            Claim::Busy { wait } => {
                let after = wait.unsigned_abs().saturating_add(std::time::Duration::from_secs(1));
                Delivery::Later { after, reason: "somebody is at it".to_owned() }
            }
            Claim::Ended => self.repeat(held, now).await,
            Claim::InReview if held.job.reply_queue.is_some() => self.repeat(held, now).await,
            Claim::InReview => {
                log(&held.job, "waits for a person");
                Delivery::Done
            }
            Claim::OtherContent => {
                self.count(Metric::BillzJobDead, held.job.kind.as_str());
                let reason = "correlationId: another job has it, with another type or payload";
                Delivery::Dead { reason: reason.to_owned() }
            }
        }
    }

    async fn run(self, held: HeldJob, work: Work) -> Delivery {
        Running::new(self, held, work).run().await
    }

    /// A job that ended, or waits for a person, is asked for again: its sender is told again what became of it,
    /// where it wants to be.
    async fn repeat(self, mut held: HeldJob, now: Timestamp) -> Delivery {
        if !held.job.outbox.is_empty() {
            let cause = Cause { correlation_id: held.job.id.to_string(), now };
            if let Err(error) = self.app.stores.jobs.save(&mut held, &cause, Vec::new()).await {
                return put_off(&error);
            }
        }
        log(&held.job, "was asked for before");
        Delivery::Done
    }

    /// Buries what cannot be read, and shows it in the list of jobs where it says which job it is.
    async fn bury(self, message: &str, malformed: MalformedJob) -> Delivery {
        let MalformedJob { id, kind, reason } = malformed;
        self.count(Metric::BillzJobDead, kind.map_or("unknown", |kind| kind.as_str()));
        if let (Some(id), Some(kind)) = (id, kind) {
            let now = Timestamp::now();
            let job = BillzJob::unreadable(id.clone(), kind, message.to_owned(), reason.clone(), now);
            let cause = Cause { correlation_id: id.to_string(), now };
            match self.app.stores.jobs.save(&mut HeldJob::new(job), &cause, Vec::new()).await {
                // Another job has the id, or this message was seen before.
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return put_off(&error),
            }
        }
        Delivery::Dead { reason }
    }
}

/// One line for a job that was dealt with.
pub fn log(job: &BillzJob, outcome: &str) {
    let (correlation_id, kind, state, step) =
        (job.id.as_str(), job.kind.as_str(), job.state().as_str(), job.step);
    let billz_order = job.billz_order().map(|order| order.as_str());
    tracing::info!(
        correlationId = correlation_id,
        kind,
        state,
        step,
        billzOrder = billz_order,
        outcome,
        "billz job"
    );
}
