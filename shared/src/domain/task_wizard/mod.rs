//! The wizard that puts a support task together, question by question.
//!
//! Each step holds exactly what the earlier ones proved. [`TaskWizard::next`] is pure: where an answer
//! needs something from outside (the customers that a search finds, the workers there are), it says so,
//! and goes on with what was brought.

pub mod answer;
pub mod crew;
pub mod found;
mod next;
pub mod page;
#[cfg(test)]
mod tests;
pub mod wanted;

use self::crew::Crew;
use self::found::Found;
use super::support_task::draft::{Description, Subscriber, TaskDraft, TaskKind, Workers};

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
}
