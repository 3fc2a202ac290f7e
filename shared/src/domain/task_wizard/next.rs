//! The transitions: an answer leads from one question to the next.

use super::answer::{Answer, Choice, Misfit, Next};
use super::found::Found;
use super::wanted::{SearchWanted, Staffing, WorkersWanted};
use super::{Edited, Question, TaskWizard, Work};
use crate::domain::support_task::draft::{Description, TaskDraft, WorkerId, Workers};

impl TaskWizard {
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
