//! How a wizard ends, and what is said when something is no answer to it.

use shared::domain::support_task::draft::{DescriptionError, MAX_DESCRIPTION, MAX_WORKERS};
use shared::domain::task_wizard::answer::Misfit;
use shared::domain::task_wizard::found::MAX_QUERY;

use crate::buttons::Pressed;
use crate::views::{Button, Filling, View, Words};

impl Words {
    /// Why something is no answer, in a few words.
    pub fn misfit(&self, misfit: Misfit) -> String {
        let most = |count| ("most", Filling::Count(count));
        match misfit {
            Misfit::ButtonWanted => self.label("misfit_button"),
            Misfit::Description(DescriptionError::Empty) => self.label("misfit_empty"),
            Misfit::Description(DescriptionError::TooLong) => {
                self.plain("misfit_long", &[most(MAX_DESCRIPTION)])
            }
            Misfit::Query => self.plain("misfit_query", &[("least", Filling::Words("2")), most(MAX_QUERY)]),
            Misfit::NobodyChosen => self.label("misfit_nobody"),
            Misfit::CrewFull => self.plain("misfit_full", &[most(MAX_WORKERS)]),
            Misfit::Stale => self.label("misfit_stale"),
        }
    }

    /// The task is to be made.
    pub fn submitted(&self) -> View {
        View::of(self.html("submitted", &[]))
    }

    /// The person left the wizard.
    pub fn cancelled(&self) -> View {
        View::of(self.html("cancelled", &[])).with(self.start_again())
    }

    /// The wizard's time ran out.
    pub fn expired(&self) -> View {
        View::of(self.html("expired", &[])).with(self.start_again())
    }

    /// A button belongs to a wizard that is over.
    pub fn over(&self) -> String {
        self.label("over")
    }

    /// A press came after a later one.
    pub fn late(&self) -> String {
        self.label("late")
    }

    /// The task of a wizard was passed on before.
    pub fn already_submitted(&self) -> String {
        self.label("already_submitted")
    }

    /// There is nobody to choose.
    pub fn no_workers(&self) -> String {
        self.label("no_workers")
    }

    /// Customers or workers cannot be asked for at the moment.
    pub fn search_failed(&self) -> String {
        self.label("search_failed")
    }

    /// The panel is switched off.
    pub fn tasks_off(&self) -> View {
        View::of(self.html("tasks_off", &[]))
    }

    /// Nothing was begun.
    pub fn nothing_to_cancel(&self) -> View {
        View::of(self.html("nothing_to_cancel", &[]))
    }

    fn start_again(&self) -> Button {
        Button::press(self.label("button_start_again"), &Pressed::NewTask)
    }
}
