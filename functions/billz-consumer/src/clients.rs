//! Who the client is at Billz: known from before, found there, or made there, by one job at a time.

use std::time::Duration;

use jiff::Timestamp;
use shared::domain::billz::operation::{Operation, OperationKind, Refusal};
use shared::domain::billz::work::NewClient;
use shared::queues::batch::Delivery;
use shared::stores::billz_clients::ClientClaim;
use shared::workflows::store_trouble::put_off;

use crate::running::Running;

/// How long a job waits while another one makes the same client.
const BUSY: Duration = Duration::from_secs(10);

impl Running<'_> {
    /// Looks the client up in our own book, and then at Billz.
    pub async fn find_client(&mut self) -> Result<(), Delivery> {
        let Some(client) = self.work.client().cloned() else { return self.find_by_system_id().await };
        let clients = &self.taking.app.stores.clients;
        let job = &self.held.job.id;
        let claimed = clients.claim(&client.phone, job, Timestamp::now()).await;
        match claimed.map_err(|error| put_off(&error))? {
            ClientClaim::Ours => {}
            ClientClaim::Known(known) => {
                self.held.job.progress.client = Some(known);
                self.held.job.progress.client_is_from_book = true;
                self.remember(&client).await;
                return Ok(());
            }
            ClientClaim::Taken { by, .. } => {
                let reason = format!("the job {by} makes the same client");
                return Err(self.put_down(Delivery::Later { after: BUSY, reason }).await);
            }
        }
        self.call(&Operation::FindClient { phone: client.phone }).await
    }

    async fn find_by_system_id(&mut self) -> Result<(), Delivery> {
        let known = match self.work.system_client() {
            Some(id) => {
                self.taking.app.stores.clients.of_system(id).await.map_err(|error| put_off(&error))?
            }
            None => None,
        };
        if known.is_none() {
            let reason =
                "nobody said who the client is: clientInfo is missing, and no earlier job named clientIdSys";
            self.held.job.progress.refusal = Some(Refusal::new(Refusal::CLIENT_UNKNOWN, reason));
        }
        self.held.job.progress.client = known;
        self.held.job.progress.client_is_from_book = true;
        Ok(())
    }

    /// Whether Billz refused a client whom only our book knows: they may have been deleted there, or merged.
    pub fn is_book_wrong(&self, operation: OperationKind, refusal: &Refusal) -> bool {
        let is_about_client = operation == OperationKind::AttachClient && refusal.code == Refusal::REFUSED;
        is_about_client && self.held.job.progress.client_is_from_book
    }

    /// Strikes the client out of our book; Billz is asked who it is, once.
    pub async fn forget_client(&mut self) -> Result<(), Delivery> {
        let clients = &self.taking.app.stores.clients;
        let progress = &mut self.held.job.progress;
        let Some(known) = progress.client.take() else { return Ok(()) };
        progress.client_is_from_book = false;
        if let Some(client) = self.work.client() {
            clients.forget(&client.phone, &known).await.map_err(|error| put_off(&error))?;
        }
        if let Some(id) = self.work.system_client() {
            clients.forget_system(id, &known).await.map_err(|error| put_off(&error))?;
        }
        tracing::warn!(correlationId = %self.held.job.id, "Billz does not know a client of our book");
        Ok(())
    }

    /// Keeps in our book who Billz says the client is, so that it is asked once.
    pub async fn keep_client(&self, learnt_by: OperationKind) {
        if !matches!(learnt_by, OperationKind::FindClient | OperationKind::CreateClient) {
            return;
        }
        let (Some(client), Some(known)) = (self.work.client(), &self.held.job.progress.client) else {
            return;
        };
        let kept = self.taking.app.stores.clients.keep(&client.phone, &self.held.job.id, known).await;
        if let Err(error) = kept {
            // Whoever comes next asks Billz again.
            tracing::warn!(%error, "who the client is at Billz is not written down");
        }
        self.remember(client).await;
    }

    /// Lets others make the client that Billz did not take from us.
    pub async fn free_client(&self, operation: &Operation) {
        if operation.kind() != OperationKind::CreateClient {
            return;
        }
        let Some(client) = self.work.client() else { return };
        if let Err(error) = self.taking.app.stores.clients.release(&client.phone, &self.held.job.id).await {
            tracing::warn!(%error, "the claim on a client ends by itself");
        }
    }

    /// So that later orders can name the client by the sender's own id.
    async fn remember(&self, client: &NewClient) {
        let (Some(id), Some(known)) = (&client.system_id, &self.held.job.progress.client) else { return };
        if let Err(error) = self.taking.app.stores.clients.keep_system(id, known).await {
            tracing::warn!(%error, "the sender's id of a client is not written down");
        }
    }
}
