//! What people answer to the wizard, and what follows from it.

use super::wanted::{SearchWanted, WorkersWanted};
use super::{Question, TaskWizard};
use crate::domain::support_task::draft::{DescriptionError, TaskDraft, TaskKind, WhatsApp, WorkerId};

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
