//! The doing of one job: what is next, write it down, call once, write down what it brought.
//!
//! What may act twice is committed as pending before it goes out, together with everything learned before; so
//! whoever goes on with the job, after a crash anywhere, knows either the answer or what to ask Billz about.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::billz::job::Standing;
use shared::domain::billz::operation::{Operation, OperationKind, Refusal};
use shared::domain::billz::review::Decision;
use shared::domain::billz::running::Next;
use shared::domain::billz::work::Work;
use shared::domain::identifier::CardId;
use shared::lambda::metrics::Metric;
use shared::queues::batch::Delivery;
use shared::stores::billz_jobs::HeldJob;
use shared::stores::invoices::Cause;
use shared::stores::table::{Change, StoreError};
use shared::workflows::store_trouble::{put_off, write_down};

use crate::app::DELAYS;
use crate::calls::Trouble;
use crate::taking::{Taking, log};

/// How long a message waits when somebody else wrote its job, or its order, meanwhile.
const LOST: Duration = Duration::from_secs(5);

/// A job that is being done.
pub struct Running<'a> {
    pub taking: Taking<'a>,
    pub held: HeldJob,
    pub work: Work,
    /// Something was learned that is not written down.
    pub is_unsaved: bool,
}

impl<'a> Running<'a> {
    /// Begins with a claimed job.
    pub fn new(taking: Taking<'a>, held: HeldJob, work: Work) -> Self {
        Self { taking, held, work, is_unsaved: false }
    }

    /// Does the job as far as it goes.
    pub async fn run(mut self) -> Delivery {
        if let Err(delivery) = self.begin_order().await {
            return delivery;
        }
        if let Some((step, Decision::ItHappened { billz_id: Some(_) })) = &self.held.job.decided
            && *step == self.held.job.step
        {
            // A person said what a call made: a client, if it was that call.
            self.keep_client(OperationKind::CreateClient).await;
        }
        loop {
            if let Err(delivery) = self.advance().await {
                return delivery;
            }
        }
    }

    /// One step. The error says what is done with the message.
    async fn advance(&mut self) -> Result<(), Delivery> {
        if !self.taking.has_time() {
            let reason = "too little time is left for the next step".to_owned();
            return Err(self.put_down(Delivery::Later { after: Duration::from_secs(1), reason }).await);
        }
        let job = &self.held.job;
        if let Some(pending) = job.pending {
            return self.ask(pending).await;
        }
        match job.progress.next(&self.work, &job.id, self.taking.app.ways.rules) {
            Next::Client => self.find_client().await,
            Next::Card(card) => self.find_card(&card).await,
            Next::Call(operation) => self.call(&operation).await,
            Next::Succeeded => Err(self.finish(None).await),
            Next::Refused(refusal) => Err(self.finish(Some(refusal)).await),
        }
    }

    async fn find_card(&mut self, id: &CardId) -> Result<(), Delivery> {
        match self.taking.app.stores.cards.get(id).await {
            Ok(Some(card)) if card.is_active => {
                self.held.job.progress.payment_type = Some(card.payment_type);
            }
            Ok(_) => {
                let reason = format!("there is no payment method {id}, or it is switched off");
                self.held.job.progress.refusal = Some(Refusal::new(Refusal::CARD_UNKNOWN, reason));
            }
            Err(error) => return Err(put_off(&error)),
        }
        Ok(())
    }

    /// Calls Billz, and keeps what it brought.
    pub async fn call(&mut self, operation: &Operation) -> Result<(), Delivery> {
        let kind = operation.kind();
        if kind.is_once() || self.is_unsaved {
            if !self.claim(operation).await? {
                return Ok(());
            }
            self.held.job.begin(operation, Timestamp::now());
            self.save(Vec::new()).await?;
        }
        match self.taking.perform(operation).await {
            Ok(answer) => {
                self.held.job.learn(kind, answer);
                self.is_unsaved |= kind.is_once();
                self.keep_client(kind).await;
                Ok(())
            }
            Err(Trouble::Refused(refusal)) if self.is_book_wrong(kind, &refusal) => {
                self.forget_client().await
            }
            Err(Trouble::Refused(refusal)) => {
                self.held.job.refuse(&self.work, kind, refusal, Timestamp::now());
                self.is_unsaved = true;
                self.free_client(operation).await;
                match self.held.job.standing {
                    Standing::NeedsReview { .. } => Err(self.hand_over().await),
                    _ => Ok(()),
                }
            }
            Err(Trouble::Safe { after, reason }) => {
                self.held.job.forget_call();
                Err(self.try_again(after, reason).await)
            }
            Err(Trouble::Waiting { after, reason }) => {
                self.held.job.forget_call();
                Err(self.put_down(Delivery::Later { after, reason }).await)
            }
            Err(Trouble::Unclear { reason }) if kind.is_once() => {
                let after = Some(self.taking.app.ways.settle.unsigned_abs());
                Err(self.try_again(after, reason).await)
            }
            Err(Trouble::Unclear { reason }) => Err(self.try_again(None, reason).await),
        }
    }

    /// The job is tried again later, or, after its last try, ends. Its own tries count, and not how often the queue
    /// gave its message out: a job that waited long for something else has had none yet.
    pub async fn try_again(&mut self, after: Option<Duration>, reason: String) -> Delivery {
        let tries = usize::try_from(self.held.job.count_try()).unwrap_or(usize::MAX);
        match DELAYS.get(tries.saturating_sub(1)) {
            Some(delay) => {
                let after = after.unwrap_or_default().max(*delay);
                self.put_down(Delivery::Later { after, reason }).await
            }
            None => self.give_up(reason).await,
        }
    }

    /// Writes the job down as nobody's, for whoever gets its message next.
    pub async fn put_down(&mut self, delivery: Delivery) -> Delivery {
        self.held.job.release();
        match self.save(Vec::new()).await {
            Ok(()) => {
                log(&self.held.job, "put down");
                delivery
            }
            Err(instead) => instead,
        }
    }

    async fn give_up(&mut self, reason: String) -> Delivery {
        self.held.job.give_up(reason.clone(), Timestamp::now());
        match self.held.job.standing {
            Standing::Dead { .. } => {
                if let Err(instead) = self.end().await {
                    return instead;
                }
                self.count(Metric::BillzJobDead);
                log(&self.held.job, "given up");
                Delivery::Dead { reason: format!("given up: {reason}") }
            }
            _ => self.hand_over().await,
        }
    }

    /// Hands the job to a person.
    pub async fn hand_over(&mut self) -> Delivery {
        if let Err(instead) = self.save(Vec::new()).await {
            return instead;
        }
        self.count(Metric::BillzJobNeedsReview);
        log(&self.held.job, "left to a person");
        Delivery::Done
    }

    async fn finish(&mut self, refusal: Option<Refusal>) -> Delivery {
        let (now, job) = (Timestamp::now(), &mut self.held.job);
        let metric = match refusal {
            None => {
                job.succeed(now);
                Metric::BillzJobSucceeded
            }
            Some(refusal) => {
                job.end_refused(refusal, now);
                Metric::BillzJobRefused
            }
        };
        if let Err(instead) = self.end().await {
            return instead;
        }
        self.count(metric);
        log(&self.held.job, "ended");
        Delivery::Done
    }

    /// Writes the end of the job, together with what it means for its order. Somebody else may write the order at
    /// the same time: then it is read anew.
    async fn end(&mut self) -> Result<(), Delivery> {
        let ended = self.held.job.clone();
        for _ in 0..3 {
            let changes = self.order_after().await.map_err(|error| put_off(&error))?;
            match self.keep(changes).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => self.held.job = ended.clone(),
                Err(error) => return Err(put_off(&error)),
            }
        }
        Err(lost())
    }

    /// Writes the job down, together with `others`.
    pub async fn save(&mut self, others: Vec<Change>) -> Result<(), Delivery> {
        match self.keep(others).await {
            Ok(()) => Ok(()),
            Err(StoreError::Conflict) => Err(lost()),
            Err(error) => Err(put_off(&error)),
        }
    }

    /// The same; tries again when the store fails.
    async fn keep(&mut self, others: Vec<Change>) -> Result<(), StoreError> {
        let cause = Cause { correlation_id: self.held.job.id.to_string(), now: Timestamp::now() };
        self.held.mark = None;
        let (jobs, held) = (&self.taking.app.stores.jobs, &mut self.held);
        let write = async || match jobs.save(held, &cause, others.clone()).await {
            // Somebody else has the job now: it is of no use to try again.
            Err(StoreError::Conflict) => Ok(None),
            saved => saved.map(Some),
        };
        let saved = write_down(write, |error| {
            tracing::warn!(correlationId = cause.correlation_id, %error, "the job is not written down");
        });
        saved.await?.ok_or(StoreError::Conflict)?;
        self.is_unsaved = false;
        Ok(())
    }

    fn count(&self, metric: Metric) {
        self.taking.count(metric, self.held.job.kind.as_str());
    }
}

fn lost() -> Delivery {
    Delivery::Later { after: LOST, reason: "somebody else wrote it meanwhile".to_owned() }
}
