//! How a wizard is stored.

use serde::{Deserialize, Serialize};

use crate::domain::support_task::draft::{WorkerId, Workers};
use crate::domain::task_wizard::crew::{Crew, Roster};
use crate::domain::task_wizard::found::Found;
use crate::domain::task_wizard::{Edited, TaskWizard, Work};
use crate::stores::stored_draft::{StoredDraft, StoredSubscriber, StoredWorker, parsed};

/// A wizard as it is stored: its step, and what that step holds.
///
/// Flat, with the fields of all steps: reading an enum by a tag inside takes 50 kB of every function that does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredWizard {
    step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<StoredWork>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<StoredFound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<StoredSubscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crew: Option<StoredCrew>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<Vec<StoredWorker>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<StoredDraft>,
    /// Of an answer that is being changed, the step that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
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

const KIND: &str = "KIND";
const DESCRIPTION: &str = "DESCRIPTION";
const CUSTOMER: &str = "CUSTOMER";
const WORKERS: &str = "WORKERS";
const WHATS_APP: &str = "WHATS_APP";
const SUMMARY: &str = "SUMMARY";
const EDIT_MENU: &str = "EDIT_MENU";
const EDIT: &str = "EDIT";

/// A part that the step must hold.
fn there<T>(part: Option<T>, name: &str) -> Result<T, String> {
    part.ok_or_else(|| format!("{name} is missing"))
}

impl StoredWizard {
    /// The stored form.
    pub fn of(wizard: &TaskWizard) -> Self {
        let at = |step: &str| Self { step: step.to_owned(), ..Self::default() };
        match wizard {
            TaskWizard::Kind => at(KIND),
            TaskWizard::Description { kind } => {
                Self { kind: Some(kind.as_str().to_owned()), ..at(DESCRIPTION) }
            }
            TaskWizard::Customer { work, found } => Self {
                work: Some(StoredWork::of(work)),
                found: found.as_ref().map(StoredFound::of),
                ..at(CUSTOMER)
            },
            TaskWizard::Workers { work, customer, crew } => Self {
                work: Some(StoredWork::of(work)),
                customer: Some(StoredSubscriber::of(customer)),
                crew: Some(StoredCrew::of(crew)),
                ..at(WORKERS)
            },
            TaskWizard::WhatsApp { work, customer, workers } => Self {
                work: Some(StoredWork::of(work)),
                customer: Some(StoredSubscriber::of(customer)),
                workers: Some(workers.as_slice().iter().map(StoredWorker::of).collect()),
                ..at(WHATS_APP)
            },
            TaskWizard::Summary { draft } => Self { draft: Some(StoredDraft::of(draft)), ..at(SUMMARY) },
            TaskWizard::EditMenu { draft } => Self { draft: Some(StoredDraft::of(draft)), ..at(EDIT_MENU) },
            TaskWizard::Edit { draft, question } => {
                Self { draft: Some(StoredDraft::of(draft)), ..at(EDIT) }.about(question)
            }
        }
    }

    fn about(self, question: &Edited) -> Self {
        let named = |name: &str, wizard: Self| Self { question: Some(name.to_owned()), ..wizard };
        match question {
            Edited::Kind => named(KIND, self),
            Edited::Description => named(DESCRIPTION, self),
            Edited::Customer { found } => {
                named(CUSTOMER, Self { found: found.as_ref().map(StoredFound::of), ..self })
            }
            Edited::Workers { crew } => named(WORKERS, Self { crew: Some(StoredCrew::of(crew)), ..self }),
            Edited::WhatsApp => named(WHATS_APP, self),
        }
    }

    /// The wizard.
    ///
    /// # Errors
    /// When it breaks a rule, or a part is missing.
    pub fn wizard(self) -> Result<TaskWizard, String> {
        let work = |work| there(work, "work").and_then(StoredWork::work);
        let customer = |customer| there(customer, "customer").and_then(StoredSubscriber::subscriber);
        let draft = |draft| there(draft, "draft").and_then(StoredDraft::draft);
        Ok(match self.step.as_str() {
            KIND => TaskWizard::Kind,
            DESCRIPTION => TaskWizard::Description { kind: parsed("kind", &there(self.kind, "kind")?)? },
            CUSTOMER => TaskWizard::Customer {
                work: work(self.work)?,
                found: self.found.map(StoredFound::found).transpose()?,
            },
            WORKERS => TaskWizard::Workers {
                work: work(self.work)?,
                customer: customer(self.customer)?,
                crew: there(self.crew, "crew")?.crew()?,
            },
            WHATS_APP => TaskWizard::WhatsApp {
                work: work(self.work)?,
                customer: customer(self.customer)?,
                workers: workers(there(self.workers, "workers")?)?,
            },
            SUMMARY => TaskWizard::Summary { draft: draft(self.draft)? },
            EDIT_MENU => TaskWizard::EditMenu { draft: draft(self.draft)? },
            EDIT => TaskWizard::Edit {
                draft: draft(self.draft)?,
                question: edited(&there(self.question, "question")?, self.found, self.crew)?,
            },
            other => return Err(format!("there is no step {other:?}")),
        })
    }
}

fn edited(name: &str, found: Option<StoredFound>, crew: Option<StoredCrew>) -> Result<Edited, String> {
    Ok(match name {
        KIND => Edited::Kind,
        DESCRIPTION => Edited::Description,
        CUSTOMER => Edited::Customer { found: found.map(StoredFound::found).transpose()? },
        WORKERS => Edited::Workers { crew: there(crew, "crew")?.crew()? },
        WHATS_APP => Edited::WhatsApp,
        other => return Err(format!("there is no question {other:?}")),
    })
}

fn workers(stored: Vec<StoredWorker>) -> Result<Workers, String> {
    Workers::new(stored.into_iter().map(StoredWorker::worker)).map_err(|error| format!("workers: {error}"))
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
