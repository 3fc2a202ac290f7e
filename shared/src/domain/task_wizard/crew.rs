//! Choosing workers out of those that there are.

use std::collections::BTreeSet;

use super::page::Page;
use crate::domain::support_task::draft::{MAX_WORKERS, Worker, WorkerId, Workers, WorkersError};

/// Most workers to choose from.
pub const MOST_WORKERS: usize = 100;
/// Workers on a page.
pub const PAGE: usize = 8;

/// Who could do it: at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster(Vec<Worker>);

/// There is nobody to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are no workers to choose from")]
pub struct NoWorkers;

impl Roster {
    /// These workers, each once, in the order given. What is beyond [`MOST_WORKERS`] is left out.
    ///
    /// # Errors
    /// When there is nobody.
    pub fn new(workers: Vec<Worker>) -> Result<Self, NoWorkers> {
        let mut seen = BTreeSet::new();
        let each_once = workers.into_iter().filter(|worker| seen.insert(worker.id));
        let roster: Vec<Worker> = each_once.take(MOST_WORKERS).collect();
        if roster.is_empty() { Err(NoWorkers) } else { Ok(Self(roster)) }
    }

    /// The workers, in the order given.
    pub fn as_slice(&self) -> &[Worker] {
        &self.0
    }
}

/// Workers, and which of them are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crew {
    roster: Roster,
    chosen: BTreeSet<WorkerId>,
    page: Page,
}

impl Crew {
    /// Nobody is chosen yet.
    pub fn new(roster: Roster) -> Self {
        let page = Page::first(roster.0.len(), PAGE);
        Self { roster, chosen: BTreeSet::new(), page }
    }

    /// Those of `workers` are chosen who are still there.
    pub fn with_chosen(roster: Roster, workers: &[WorkerId]) -> Self {
        let mut crew = Self::new(roster);
        for worker in workers {
            crew.choose(*worker, true);
        }
        crew
    }

    /// Chooses a worker, or not any more. Whether that is possible: the worker is one of these, and the
    /// crew is not full. Choosing twice is choosing once.
    pub fn choose(&mut self, worker: WorkerId, is_wanted: bool) -> bool {
        if !is_wanted {
            self.chosen.remove(&worker);
            return true;
        }
        let is_known = self.roster.0.iter().any(|known| known.id == worker);
        let has_room = self.chosen.contains(&worker) || self.chosen.len() < MAX_WORKERS;
        if is_known && has_room {
            self.chosen.insert(worker);
        }
        is_known && has_room
    }

    /// Shows another page.
    pub fn go_to(&mut self, page: usize) {
        self.page = self.page.go_to(page);
    }

    /// The page that is shown.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Everybody there is.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Who is chosen.
    pub fn chosen(&self) -> impl Iterator<Item = WorkerId> {
        self.chosen.iter().copied()
    }

    /// The workers on the shown page, and whether each is chosen.
    pub fn shown(&self) -> impl Iterator<Item = (&Worker, bool)> {
        self.page.of(&self.roster.0).map(|(_, worker)| (worker, self.chosen.contains(&worker.id)))
    }

    /// Those who are chosen.
    ///
    /// # Errors
    /// When there is nobody.
    pub fn workers(&self) -> Result<Workers, WorkersError> {
        Workers::new(self.roster.0.iter().filter(|worker| self.chosen.contains(&worker.id)).cloned())
    }
}
