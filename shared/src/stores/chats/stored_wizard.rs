//! How a wizard is stored: one record for each of its steps.

use serde::{Deserialize, Serialize};

use crate::domain::support_task::draft::WorkerId;
use crate::domain::task_wizard::crew::{Crew, Roster};
use crate::domain::task_wizard::found::Found;
use crate::domain::task_wizard::{Edited, TaskWizard, Work};
use crate::stores::stored_draft::{StoredDraft, StoredSubscriber, StoredWorker, parsed};

/// A wizard as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoredWizard {
    Kind,
    Description { kind: String },
    Customer { work: StoredWork, found: Option<StoredFound> },
    Workers { work: StoredWork, customer: StoredSubscriber, crew: StoredCrew },
    WhatsApp { work: StoredWork, customer: StoredSubscriber, workers: Vec<StoredWorker> },
    Summary { draft: StoredDraft },
    EditMenu { draft: StoredDraft },
    Edit { draft: StoredDraft, question: StoredEdited },
}

/// What is to be done, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredWork {
    kind: String,
    description: String,
}

/// What a search brought, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredFound {
    query: String,
    customers: Vec<StoredSubscriber>,
    has_more: bool,
    page: usize,
}

/// A choice of workers, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredCrew {
    roster: Vec<StoredWorker>,
    chosen: Vec<u32>,
    page: usize,
}

/// A question that is asked again, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoredEdited {
    Kind,
    Description,
    Customer { found: Option<StoredFound> },
    Workers { crew: StoredCrew },
    WhatsApp,
}

impl StoredWizard {
    /// The stored form.
    pub fn of(wizard: &TaskWizard) -> Self {
        match wizard {
            TaskWizard::Kind => Self::Kind,
            TaskWizard::Description { kind } => Self::Description { kind: kind.as_str().to_owned() },
            TaskWizard::Customer { work, found } => {
                Self::Customer { work: StoredWork::of(work), found: found.as_ref().map(StoredFound::of) }
            }
            TaskWizard::Workers { work, customer, crew } => Self::Workers {
                work: StoredWork::of(work),
                customer: StoredSubscriber::of(customer),
                crew: StoredCrew::of(crew),
            },
            TaskWizard::WhatsApp { work, customer, workers } => Self::WhatsApp {
                work: StoredWork::of(work),
                customer: StoredSubscriber::of(customer),
                workers: workers.as_slice().iter().map(StoredWorker::of).collect(),
            },
            TaskWizard::Summary { draft } => Self::Summary { draft: StoredDraft::of(draft) },
            TaskWizard::EditMenu { draft } => Self::EditMenu { draft: StoredDraft::of(draft) },
            TaskWizard::Edit { draft, question } => {
                Self::Edit { draft: StoredDraft::of(draft), question: StoredEdited::of(question) }
            }
        }
    }

    /// The wizard.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn wizard(self) -> Result<TaskWizard, String> {
        Ok(match self {
            Self::Kind => TaskWizard::Kind,
            Self::Description { kind } => TaskWizard::Description { kind: parsed("kind", &kind)? },
            Self::Customer { work, found } => {
                TaskWizard::Customer { work: work.work()?, found: found.map(StoredFound::found).transpose()? }
            }
            Self::Workers { work, customer, crew } => TaskWizard::Workers {
                work: work.work()?,
                customer: customer.subscriber()?,
                crew: crew.crew()?,
            },
            Self::WhatsApp { work, customer, workers } => TaskWizard::WhatsApp {
                work: work.work()?,
                customer: customer.subscriber()?,
                workers: crate::domain::support_task::draft::Workers::new(
                    workers.into_iter().map(StoredWorker::worker),
                )
                .map_err(|error| format!("workers: {error}"))?,
            },
            Self::Summary { draft } => TaskWizard::Summary { draft: draft.draft()? },
            Self::EditMenu { draft } => TaskWizard::EditMenu { draft: draft.draft()? },
            Self::Edit { draft, question } => {
                TaskWizard::Edit { draft: draft.draft()?, question: question.edited()? }
            }
        })
    }
}

impl StoredWork {
    fn of(work: &Work) -> Self {
        Self { kind: work.kind.as_str().to_owned(), description: work.description.as_str().to_owned() }
    }

    fn work(self) -> Result<Work, String> {
        Ok(Work { kind: parsed("kind", &self.kind)?, description: parsed("description", &self.description)? })
    }
}

impl StoredFound {
    fn of(found: &Found) -> Self {
        Self {
            query: found.query.as_str().to_owned(),
            customers: found.customers.iter().map(StoredSubscriber::of).collect(),
            has_more: found.has_more,
            page: found.page.number(),
        }
    }

    fn found(self) -> Result<Found, String> {
        let customers: Result<Vec<_>, String> =
            self.customers.into_iter().map(StoredSubscriber::subscriber).collect();
        let found = Found::new(parsed("query", &self.query)?, customers?, self.has_more);
        let page = found.page.go_to(self.page);
        Ok(Found { page, ..found })
    }
}

impl StoredCrew {
    fn of(crew: &Crew) -> Self {
        Self {
            roster: crew.roster().as_slice().iter().map(StoredWorker::of).collect(),
            chosen: crew.chosen().map(|worker| worker.0).collect(),
            page: crew.page().number(),
        }
    }

    fn crew(self) -> Result<Crew, String> {
        let roster = Roster::new(self.roster.into_iter().map(StoredWorker::worker).collect());
        let chosen: Vec<WorkerId> = self.chosen.into_iter().map(WorkerId).collect();
        let mut crew = Crew::with_chosen(roster.map_err(|error| error.to_string())?, &chosen);
        crew.go_to(self.page);
        Ok(crew)
    }
}

impl StoredEdited {
    fn of(question: &Edited) -> Self {
        match question {
            Edited::Kind => Self::Kind,
            Edited::Description => Self::Description,
            Edited::Customer { found } => Self::Customer { found: found.as_ref().map(StoredFound::of) },
            Edited::Workers { crew } => Self::Workers { crew: StoredCrew::of(crew) },
            Edited::WhatsApp => Self::WhatsApp,
        }
    }

    fn edited(self) -> Result<Edited, String> {
        Ok(match self {
            Self::Kind => Edited::Kind,
            Self::Description => Edited::Description,
            Self::Customer { found } => {
                Edited::Customer { found: found.map(StoredFound::found).transpose()? }
            }
            Self::Workers { crew } => Edited::Workers { crew: crew.crew()? },
            Self::WhatsApp => Edited::WhatsApp,
        })
    }
}
