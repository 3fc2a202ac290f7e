//! A call whose answer nobody has kept: Billz is asked what became of it, before anything else is sent.

use jiff::Timestamp;
use shared::domain::billz::job::{Asked, Pending};
use shared::queues::batch::Delivery;

use crate::calls::Trouble;
use crate::running::Running;

impl Running<'_> {
    /// Asks about the pending call, and keeps what is known of it now.
    pub async fn ask(&mut self, pending: Pending) -> Result<(), Delivery> {
        let job = &mut self.held.job;
        let Some(question) = job.progress.question(&self.work, pending.operation, &job.id, pending.since)
        else {
            job.review("there is nothing that Billz could be asked about it".to_owned(), Timestamp::now());
            return Err(self.hand_over().await);
        };
        let answer = match self.taking.perform(&question).await {
            Ok(answer) => answer,
            Err(Trouble::Refused(refusal)) => {
                let evidence = format!("Billz does not say what became of it: {}", refusal.reason);
                self.held.job.review(evidence, Timestamp::now());
                return Err(self.hand_over().await);
            }
            Err(Trouble::Safe { after, reason }) => return Err(self.try_again(after, reason).await),
            Err(Trouble::Unclear { reason }) => return Err(self.try_again(None, reason).await),
            Err(Trouble::Waiting { after, reason }) => {
                return Err(self.put_down(Delivery::Later { after, reason }).await);
            }
        };
        let settle = self.taking.app.ways.settle;
        match self.held.job.asked(&self.work, answer, settle, Timestamp::now()) {
            Asked::GoOn => {
                self.is_unsaved = true;
                self.keep_client(pending.operation).await;
                Ok(())
            }
            Asked::Wait(after) => {
                let reason = "Billz does not show yet what became of it".to_owned();
                Err(self.put_down(Delivery::Later { after: after.unsigned_abs(), reason }).await)
            }
            Asked::Review => Err(self.hand_over().await),
        }
    }
}
