//! Where the internet provider's customers and workers are found: in its API, or in the directory.

use shared::domain::support_task::draft::{Subscriber, Worker, WorkerId};
use shared::domain::task_wizard::found::Query;
use shared::providers::call::CallError;
use shared::providers::isp_api::IspApi;
use shared::stores::directory::{Directory, FoundCustomers};
use shared::stores::table::StoreError;

/// Where they are found.
#[derive(Debug)]
pub struct Subscribers {
    /// None where the provider's API is not used.
    pub api: Option<IspApi>,
    /// What `ops directory import` filled.
    pub directory: Directory,
}

/// Why nobody can be found at the moment.
#[derive(Debug, thiserror::Error)]
pub enum SubscriberError {
    #[error(transparent)]
    Api(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Subscribers {
    /// The customers that fit.
    ///
    /// # Errors
    /// When the API or the store cannot be asked.
    pub async fn find(&self, query: &Query) -> Result<FoundCustomers, SubscriberError> {
        let Some(api) = &self.api else { return Ok(self.directory.customers(query).await?) };
        let found = api.find(query.as_str()).await?;
        // The API's names were checked where they were read; one that is none here is nobody.
        let customer = |found: &shared::providers::isp_api::FoundCustomer| {
            Some(Subscriber::new(found.username.parse().ok()?, &found.name))
        };
        Ok(FoundCustomers { customers: found.iter().filter_map(customer).collect(), has_more: false })
    }

    /// The workers there are: by the API where it has a list of them, else by the directory.
    ///
    /// # Errors
    /// When the API or the store cannot be asked.
    pub async fn workers(&self) -> Result<Vec<Worker>, SubscriberError> {
        match self.api.as_ref().filter(|api| api.has_workers()) {
            Some(api) => {
                let workers = api.workers().await?;
                Ok(workers.iter().map(|worker| Worker::new(WorkerId(worker.id), &worker.name)).collect())
            }
            None => Ok(self.directory.workers().await?),
        }
    }
}
