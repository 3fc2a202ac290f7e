//! The wizard that puts a support task together, question by question.
//!
//! Each step holds exactly what the earlier ones proved. [`TaskWizard::next`] is pure: where an answer
//! needs something from outside (the customers that a search finds, the workers there are), it says so,
//! and goes on with what was brought.

pub mod crew;
pub mod found;
pub mod page;
#[cfg(test)]
mod tests;

use self::crew::{Crew, NoWorkers, Roster};
use self::found::{Found, Query};
use super::support_task::draft::{
    Description, DescriptionError, Subscriber, TaskDraft, TaskKind, WhatsApp, WorkerId, Workers,
};

/// Where the wizard stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskWizard {
    /// 1. Which kind of work?
    Kind,
    /// 2. What is to be done?
    Description {
        /// Answered before.
        kind: TaskKind,
    },
    /// 3. For whom?
    Customer {
        /// What is to be done.
        work: Work,
        /// What the last search brought; none before the first.
        found: Option<Found>,
    },
    /// 4. Who does it?
    Workers {
        /// What is to be done.
        work: Work,
        /// For whom.
        customer: Subscriber,
        /// Who could, and who is chosen.
        crew: Crew,
    },
    /// 5. With WhatsApp messages?
    WhatsApp {
        /// What is to be done.
        work: Work,
        /// For whom.
        customer: Subscriber,
        /// By whom.
        workers: Workers,
    },
    /// 6. Is all of it right?
    Summary {
        /// All of it.
        draft: TaskDraft,
    },
    /// Which answer is to be changed?
    EditMenu {
        /// All of it, as it stands.
        draft: TaskDraft,
    },
    /// One question again. Its answer leads back to the summary.
    Edit {
        /// All of it, as it stands.
        draft: TaskDraft,
        /// The question.
        question: Edited,
    },
}

/// What is to be done, of which kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Of which kind.
    pub kind: TaskKind,
    /// In words.
    pub description: Description,
}

/// A question that is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Which kind of work?
    Kind,
    /// What is to be done?
    Description,
    /// For whom?
    Customer {
        /// What the last search brought; none before the first.
        found: Option<Found>,
    },
    /// Who does it?
    Workers {
        /// Who could, and who is chosen.
        crew: Crew,
    },
    /// With WhatsApp messages?
    WhatsApp,
}

/// A question of the wizard, by itself. Buttons name the one they answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// Which kind of work?
    Kind,
    /// What is to be done?
    Description,
    /// For whom?
    Customer,
    /// Who does it?
    Workers,
    /// With WhatsApp messages?
    WhatsApp,
    /// Is all of it right?
    Summary,
    /// Which answer is to be changed?
    EditMenu,
}

/// What the person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Wrote something.
    Text(String),
    /// Pressed a button.
    Press(Choice),
}

/// A button of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// This kind of work.
    Kind(TaskKind),
    /// This customer, by the place in what was found.
    Customer(usize),
    /// This page of what was found.
    CustomerPage(usize),
    /// This worker, or this worker not any more.
    Worker(WorkerId, bool),
    /// This page of the workers.
    WorkerPage(usize),
    /// These are all workers.
    WorkersDone,
    /// With or without WhatsApp messages.
    WhatsApp(WhatsApp),
    /// An answer is to be changed.
    Edit,
    /// This answer is to be changed.
    Change(Question),
    /// The question before.
    Back,
    /// All of it is right.
    Confirm,
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This is asked now.
    Ask(TaskWizard),
    /// Customers have to be searched for first.
    Search(SearchWanted),
    /// The workers have to be fetched first.
    FetchWorkers(WorkersWanted),
    /// The task is complete and wanted.
    Submit(TaskDraft),
    /// There was no question before: the person wants to leave.
    Leave,
    /// That is no answer to what is asked.
    Misfit(Misfit),
}

/// Why something is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A button has to be pressed here.
    #[error("this question is answered by a button")]
    ButtonWanted,
    /// The description cannot be used.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The search cannot be used.
    #[error("customers are searched for by 2 to 64 characters")]
    Query,
    /// Nobody is chosen.
    #[error("nobody is chosen")]
    NobodyChosen,
    /// The crew is full.
    #[error("the crew is full")]
    CrewFull,
    /// The button belongs to another question, or to something that is not there any more.
    #[error("the button belongs to another question")]
    Stale,
}

/// The wizard waits for a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWanted {
    asked: TaskWizard,
    query: Query,
}

/// The wizard waits for the list of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkersWanted {
    then: Staffing,
    chosen: Vec<WorkerId>,
}

/// Whose workers are to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Staffing {
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
    pub fn with(self, workers: Vec<super::support_task::draft::Worker>) -> Result<TaskWizard, NoWorkers> {
        let crew = Crew::with_chosen(Roster::new(workers)?, &self.chosen);
        Ok(match self.then {
            Staffing::New { work, customer } => TaskWizard::Workers { work, customer, crew },
            Staffing::Edit { draft } => TaskWizard::Edit { draft, question: Edited::Workers { crew } },
        })
    }
}

impl TaskWizard {
    /// The question that is asked.
    pub fn question(&self) -> Question {
        match self {
            Self::Kind | Self::Edit { question: Edited::Kind, .. } => Question::Kind,
            Self::Description { .. } | Self::Edit { question: Edited::Description, .. } => {
                Question::Description
            }
            Self::Customer { .. } | Self::Edit { question: Edited::Customer { .. }, .. } => {
                Question::Customer
            }
            Self::Workers { .. } | Self::Edit { question: Edited::Workers { .. }, .. } => Question::Workers,
            Self::WhatsApp { .. } | Self::Edit { question: Edited::WhatsApp, .. } => Question::WhatsApp,
            Self::Summary { .. } => Question::Summary,
            Self::EditMenu { .. } => Question::EditMenu,
        }
    }

    /// What the last search brought, where the wizard asks for a customer.
    pub fn found(&self) -> Option<&Found> {
        match self {
            Self::Customer { found, .. } | Self::Edit { question: Edited::Customer { found }, .. } => {
                found.as_ref()
            }
            Self::Kind
            | Self::Description { .. }
            | Self::Workers { .. }
            | Self::WhatsApp { .. }
            | Self::Summary { .. }
            | Self::EditMenu { .. }
            | Self::Edit { .. } => None,
        }
    }

    /// The choice of workers, where the wizard asks for it.
    pub fn crew(&self) -> Option<&Crew> {
        match self {
            Self::Workers { crew, .. } | Self::Edit { question: Edited::Workers { crew }, .. } => Some(crew),
            Self::Kind
            | Self::Description { .. }
            | Self::Customer { .. }
            | Self::WhatsApp { .. }
            | Self::Summary { .. }
            | Self::EditMenu { .. }
            | Self::Edit { .. } => None,
        }
    }

    /// What follows from an answer.
    pub fn next(self, answer: Answer) -> Next {
        match answer {
            Answer::Text(text) => self.read(&text),
            Answer::Press(Choice::Back) => self.back(),
            Answer::Press(choice) => self.press(choice),
        }
    }

    fn read(self, text: &str) -> Next {
        match self.question() {
            Question::Description => match text.parse() {
                Ok(description) => self.described(description),
                Err(error) => Next::Misfit(Misfit::Description(error)),
            },
            Question::Customer => match text.parse() {
                Ok(query) => Next::Search(SearchWanted { asked: self, query }),
                Err(_) => Next::Misfit(Misfit::Query),
            },
            Question::Kind
            | Question::Workers
            | Question::WhatsApp
            | Question::Summary
            | Question::EditMenu => Next::Misfit(Misfit::ButtonWanted),
        }
    }

    fn described(self, description: Description) -> Next {
        match self {
            Self::Description { kind } => {
                Next::Ask(Self::Customer { work: Work { kind, description }, found: None })
            }
            Self::Edit { draft, .. } => summary(TaskDraft { description, ..draft }),
            Self::Kind
            | Self::Customer { .. }
            | Self::Workers { .. }
            | Self::WhatsApp { .. }
            | Self::Summary { .. }
            | Self::EditMenu { .. } => Next::Misfit(Misfit::Stale),
        }
    }

    fn press(self, choice: Choice) -> Next {
        match (self, choice) {
            (Self::Kind, Choice::Kind(kind)) => Next::Ask(Self::Description { kind }),
            (Self::Customer { work, found: Some(found) }, Choice::Customer(place)) => {
                match found.customers.into_iter().nth(place) {
                    Some(customer) => fetch(Staffing::New { work, customer }, Vec::new()),
                    None => Next::Misfit(Misfit::Stale),
                }
            }
            (Self::Workers { work, customer, crew }, Choice::WorkersDone) => match crew.workers() {
                Ok(workers) => Next::Ask(Self::WhatsApp { work, customer, workers }),
                Err(_) => Next::Misfit(Misfit::NobodyChosen),
            },
            (Self::WhatsApp { work, customer, workers }, Choice::WhatsApp(whats_app)) => {
                let Work { kind, description } = work;
                summary(TaskDraft { kind, description, customer, workers, whats_app })
            }
            (Self::Summary { draft }, Choice::Confirm) => Next::Submit(draft),
            (Self::Summary { draft }, Choice::Edit) => Next::Ask(Self::EditMenu { draft }),
            (Self::EditMenu { draft }, Choice::Change(question)) => change(draft, question),
            (Self::Edit { draft, question }, choice) => edit(draft, question, choice),
            (wizard, choice) => wizard.turn_over(choice),
        }
    }

    /// What changes the shown page, or who is chosen, and leaves the question as it is.
    fn turn_over(self, choice: Choice) -> Next {
        let crew = self.crew().cloned();
        match (choice, self.found().cloned(), crew) {
            (Choice::CustomerPage(page), Some(found), _) => {
                let page = found.page.go_to(page);
                Next::Ask(self.with_found(Some(Found { page, ..found })))
            }
            (Choice::Worker(worker, is_wanted), _, Some(mut crew)) => {
                if crew.choose(worker, is_wanted) {
                    return Next::Ask(self.with_crew(crew));
                }
                let is_known = crew.roster().as_slice().iter().any(|known| known.id == worker);
                Next::Misfit(if is_known { Misfit::CrewFull } else { Misfit::Stale })
            }
            (Choice::WorkerPage(page), _, Some(mut crew)) => {
                crew.go_to(page);
                Next::Ask(self.with_crew(crew))
            }
            _ => Next::Misfit(Misfit::Stale),
        }
    }

    fn with_found(self, now_found: Option<Found>) -> Self {
        match self {
            Self::Customer { work, .. } => Self::Customer { work, found: now_found },
            Self::Edit { draft, question: Edited::Customer { .. } } => {
                Self::Edit { draft, question: Edited::Customer { found: now_found } }
            }
            Self::Kind
            | Self::Description { .. }
            | Self::Workers { .. }
            | Self::WhatsApp { .. }
            | Self::Summary { .. }
            | Self::EditMenu { .. }
            | Self::Edit { .. } => self,
        }
    }

    fn with_crew(self, crew: Crew) -> Self {
        match self {
            Self::Workers { work, customer, .. } => Self::Workers { work, customer, crew },
            Self::Edit { draft, question: Edited::Workers { .. } } => {
                Self::Edit { draft, question: Edited::Workers { crew } }
            }
            Self::Kind
            | Self::Description { .. }
            | Self::Customer { .. }
            | Self::WhatsApp { .. }
            | Self::Summary { .. }
            | Self::EditMenu { .. }
            | Self::Edit { .. } => self,
        }
    }

    fn back(self) -> Next {
        match self {
            Self::Kind => Next::Leave,
            Self::Description { .. } => Next::Ask(Self::Kind),
            Self::Customer { work, .. } => Next::Ask(Self::Description { kind: work.kind }),
            Self::Workers { work, .. } => Next::Ask(Self::Customer { work, found: None }),
            Self::WhatsApp { work, customer, workers } => {
                fetch(Staffing::New { work, customer }, ids(&workers))
            }
            Self::Summary { draft } => {
                let TaskDraft { kind, description, customer, workers, .. } = draft;
                Next::Ask(Self::WhatsApp { work: Work { kind, description }, customer, workers })
            }
            Self::EditMenu { draft } | Self::Edit { draft, .. } => summary(draft),
        }
    }
}

fn summary(draft: TaskDraft) -> Next {
    Next::Ask(TaskWizard::Summary { draft })
}

fn fetch(then: Staffing, chosen: Vec<WorkerId>) -> Next {
    Next::FetchWorkers(WorkersWanted { then, chosen })
}

fn ids(workers: &Workers) -> Vec<WorkerId> {
    workers.as_slice().iter().map(|worker| worker.id).collect()
}

fn change(draft: TaskDraft, question: Question) -> Next {
    let question = match question {
        Question::Kind => Edited::Kind,
        Question::Description => Edited::Description,
        Question::Customer => Edited::Customer { found: None },
        Question::Workers => {
            let chosen = ids(&draft.workers);
            return fetch(Staffing::Edit { draft }, chosen);
        }
        Question::WhatsApp => Edited::WhatsApp,
        Question::Summary | Question::EditMenu => return Next::Misfit(Misfit::Stale),
    };
    Next::Ask(TaskWizard::Edit { draft, question })
}

fn edit(draft: TaskDraft, question: Edited, choice: Choice) -> Next {
    match (question, choice) {
        (Edited::Kind, Choice::Kind(kind)) => summary(TaskDraft { kind, ..draft }),
        (Edited::Customer { found: Some(found) }, Choice::Customer(place)) => {
            match found.customers.into_iter().nth(place) {
                Some(customer) => summary(TaskDraft { customer, ..draft }),
                None => Next::Misfit(Misfit::Stale),
            }
        }
        (Edited::Workers { crew }, Choice::WorkersDone) => match crew.workers() {
            Ok(workers) => summary(TaskDraft { workers, ..draft }),
            Err(_) => Next::Misfit(Misfit::NobodyChosen),
        },
        (Edited::WhatsApp, Choice::WhatsApp(whats_app)) => summary(TaskDraft { whats_app, ..draft }),
        (question, choice) => TaskWizard::Edit { draft, question }.turn_over(choice),
    }
}
