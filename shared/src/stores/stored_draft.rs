//! How the parts of a support task are stored. Reading checks again what writing checked.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::support_task::draft::{Subscriber, TaskDraft, WhatsApp, Worker, WorkerId, Workers};

/// A task as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredDraft {
    kind: String,
    description: String,
    customer: StoredSubscriber,
    workers: Vec<StoredWorker>,
    whats_app: bool,
}

/// A customer as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSubscriber {
    /// Names them in the panel.
    pub username: String,
    /// What they are called.
    pub name: String,
}

/// A worker as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWorker {
    /// Names them in the panel.
    pub id: u32,
    /// What they are called.
    pub name: String,
}

/// What a stored text says.
///
/// # Errors
/// When it breaks a rule, in words that do not quote it.
pub fn parsed<T: FromStr>(what: &str, text: &str) -> Result<T, String>
where
    T::Err: Display,
{
    text.parse().map_err(|error| format!("{what}: {error}"))
}

impl StoredDraft {
    /// The stored form.
    pub fn of(draft: &TaskDraft) -> Self {
        Self {
            kind: draft.kind.as_str().to_owned(),
            description: draft.description.as_str().to_owned(),
            customer: StoredSubscriber::of(&draft.customer),
            workers: draft.workers.as_slice().iter().map(StoredWorker::of).collect(),
            whats_app: draft.whats_app.is_requested(),
        }
    }

    /// The task.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn draft(self) -> Result<TaskDraft, String> {
        let workers = Workers::new(self.workers.into_iter().map(StoredWorker::worker));
        Ok(TaskDraft {
            kind: parsed("kind", &self.kind)?,
            description: parsed("description", &self.description)?,
            customer: self.customer.subscriber()?,
            workers: workers.map_err(|error| format!("workers: {error}"))?,
            whats_app: WhatsApp::from(self.whats_app),
        })
    }
}

impl StoredSubscriber {
    /// The stored form.
    pub fn of(customer: &Subscriber) -> Self {
        Self { username: customer.username.to_string(), name: customer.name.clone() }
    }

    /// The customer.
    ///
    /// # Errors
    /// When the login name is none.
    pub fn subscriber(self) -> Result<Subscriber, String> {
        Ok(Subscriber::new(parsed("username", &self.username)?, &self.name))
    }
}

impl StoredWorker {
    /// The stored form.
    pub fn of(worker: &Worker) -> Self {
        Self { id: worker.id.0, name: worker.name.clone() }
    }

    /// The worker.
    pub fn worker(self) -> Worker {
        Worker::new(WorkerId(self.id), &self.name)
    }
}
