//! What the wizard needs from outside before it goes on.

use super::crew::{Crew, NoWorkers, Roster};
use super::found::{Found, Query};
use super::{Edited, TaskWizard, Work};
use crate::domain::support_task::draft::{Subscriber, TaskDraft, Worker, WorkerId};

/// The wizard waits for a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWanted {
    pub(super) asked: TaskWizard,
    pub(super) query: Query,
}

/// The wizard waits for the list of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkersWanted {
    pub(super) then: Staffing,
    pub(super) chosen: Vec<WorkerId>,
}

/// Whose workers are to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Staffing {
    New { work: Work, customer: Subscriber },
    Edit { draft: TaskDraft },
}

impl SearchWanted {
    /// What to search for.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Goes on with what was found.
    pub fn with(self, customers: Vec<Subscriber>, has_more: bool) -> TaskWizard {
        let found = Some(Found::new(self.query, customers, has_more));
        self.asked.with_found(found)
    }
}

impl WorkersWanted {
    /// Goes on with the workers there are.
    ///
    /// # Errors
    /// When there is nobody.
    pub fn with(self, workers: Vec<Worker>) -> Result<TaskWizard, NoWorkers> {
        let crew = Crew::with_chosen(Roster::new(workers)?, &self.chosen);
        Ok(match self.then {
            Staffing::New { work, customer } => TaskWizard::Workers { work, customer, crew },
            Staffing::Edit { draft } => TaskWizard::Edit { draft, question: Edited::Workers { crew } },
        })
    }
}
